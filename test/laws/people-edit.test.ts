/**
 * Law 7: a person edits while the run works. Their edit is kept; the run reads and plans again, or says that it can't.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../lib/workbook/store.ts';
import { jobOf, night } from '../support/night.ts';
import { bytesOf, nightly, sets } from '../support/small-jobs.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const jobs = nightly(sets('email_note', 'seen'));
type Moment = 'after the reading' | 'before the writing';

/** A store beside which a person works: `edit(n)` at the nth time that the moment comes (from 1). */
const beside =
  (moment: Moment, edit: (n: number) => void) =>
  (store: Store): Store => {
    let n = 0;
    const now = <T>(value: T): T => {
      edit(++n);
      return value;
    };
    return {
      ...store,
      read: async () => {
        const reading = await store.read();
        return moment === 'after the reading' ? now(reading) : reading;
      },
      commit: async (...given) => store.commit(...(moment === 'before the writing' ? now(given) : given)),
    };
  };

const aWorkbook = (): string => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact({ contact_id: 'c1' }), aContact({ contact_id: 'c2' })] });
  return folder;
};

describe.each<Moment>(['after the reading', 'before the writing'])('an edit %s', (moment) => {
  it('is kept, and what the run decides is decided about the edited rows', async () => {
    const folder = aWorkbook();
    const lines: string[] = [];
    const edit = (n: number): void => {
      if (n > 1) return;
      const contacts = readCsv(folder, 'contacts');
      writeWorkbook(folder, {
        contacts: [aContact({ contact_id: 'c0' }), { ...contacts[1], first_name: 'Grace' }, { ...contacts[0] }],
      });
    };
    const result = await night(folder, { jobs, store: beside(moment, edit), progress: (line) => lines.push(line) });
    expect(jobOf(result, 'a-job')).toMatchObject({ status: 'applied', changes: { contacts: { update: 3 } } });
    expect(readCsv(folder, 'contacts').map((row) => [row.contact_id, row.first_name, row.email_note])).toEqual([
      ['c0', 'Ada', 'seen'],
      ['c2', 'Grace', 'seen'],
      ['c1', 'Ada', 'seen'],
    ]);
    expect(lines).toContain('changed while the run was working: contacts.csv: reading and planning again');
  });

  it('that comes again and again ends in a clear failure, with nothing written', async () => {
    const folder = aWorkbook();
    let times = 0;
    const edit = (n: number): void => {
      times = n;
      appendFileSync(join(folder, 'contacts.csv'), `e${n},e${n}@example.com\n`);
    };
    const result = await night(folder, { jobs, store: beside(moment, edit) });
    expect(times).toBe(4);
    expect(jobOf(result, 'a-job')).toMatchObject({
      status: 'failed',
      error: {
        kind: 'ChangedMeanwhile',
        message: expect.stringMatching(/^contacts\.csv .*nothing was written.*Run again/),
      },
    });
    expect(Object.keys(bytesOf(folder))).toEqual(['contacts.csv']);
    expect(readFileSync(join(folder, 'contacts.csv'), 'utf8')).not.toContain('seen');
  });
});

it('a file caught half saved is read again, not judged', async () => {
  const folder = aWorkbook();
  const path = join(folder, 'contacts.csv');
  const whole = readFileSync(path);
  let reads = 0;
  const store = (real: Store): Store => ({
    ...real,
    read: async () => {
      writeFileSync(path, whole);
      const reading = await real.read();
      reads++;
      // An editor empties the file first, and fills it a moment later.
      if (reads === 1) writeFileSync(path, '');
      return reading;
    },
  });
  expect(jobOf(await night(folder, { jobs, store }), 'a-job').status).toBe('applied');
  expect(reads).toBe(2);
});

it('a table that a person begins while the run is about to begin it is kept', async () => {
  const folder = aWorkbook();
  const mine = 'job,period,status\nmine,mine,mine\n';
  const edit = (n: number): void => {
    if (n === 1) writeFileSync(join(folder, 'runs.csv'), mine);
  };
  const result = await night(folder, { jobs, store: beside('before the writing', edit) });
  expect(jobOf(result, 'a-job').status).toBe('applied');
  expect(readCsv(folder, 'runs').map((row) => row.job)).toEqual(['mine', 'a-job']);
});
