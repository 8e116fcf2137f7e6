import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { tableOf } from '../../lib/core/tables.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aPurchase,
  aSuppression,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from './workbook.ts';

describe('builders', () => {
  it('give no row a column that its table does not know', () => {
    const built = {
      contacts: aContact(),
      events: anEvent(),
      bounces: aBounce(),
      purchases: aPurchase(),
      suppressions: aSuppression(),
    };
    for (const [table, row] of Object.entries(built) as [keyof typeof built, Record<string, string>][]) {
      const known = Object.keys(tableOf(table).columns);
      expect(known).toEqual(expect.arrayContaining(Object.keys(row)));
      if (table !== 'contacts') expect(Object.keys(row)).toEqual(known);
    }
  });

  it('never give two rows one key', () => {
    expect(aContact().contact_id).not.toBe(aContact().contact_id);
    expect(aContact().email).not.toBe(aContact().email);
    expect(anEvent().event_id).not.toBe(anEvent().event_id);
  });

  it('keep what the test gives, as text', () => {
    expect(anEvent({ email: 'x@example.com', value: 7 })).toMatchObject({
      contact_id: '',
      email: 'x@example.com',
      value: '7',
    });
    expect(aContact({ contact_id: 'k7', Notes: '' })).toMatchObject({ email: 'k7@example.com', Notes: '' });
  });
});

describe('a written workbook', () => {
  it('reads back character for character, quotes and newlines too', () => {
    const folder = temporaryFolder();
    const contacts = [aContact({ Notes: 'said "no",\nthen yes' }), aContact({ phone: '007', first_name: ' x\u00a0' })];
    writeWorkbook(folder, { contacts, events: [] });
    expect(readCsv(folder, 'contacts')).toEqual([contacts[0], { ...contacts[1], Notes: '' }]);
    expect(readFileSync(join(folder, 'events.csv'), 'utf8')).toBe(
      'event_id,contact_id,email,type,occurred_at,value,campaign\n',
    );
    expect(readCsv(folder, 'events')).toEqual([]);
    expect(readCsv(folder, 'bounces')).toEqual([]);
  });
});

describe('a temporary folder', () => {
  let earlier = '';
  let later = '';
  beforeEach(() => {
    later = temporaryFolder();
  });

  it('is there during its test', () => {
    earlier = later;
    writeFileSync(join(earlier, 'a.csv'), '');
  });

  it('is gone after a test that passed', () => {
    expect(earlier).not.toBe('');
    expect(existsSync(earlier)).toBe(false);
    expect(existsSync(later)).toBe(true);
  });
});
