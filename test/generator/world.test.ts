import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvLine } from '../../data/generator/csv-writer.ts';
import { benchOptions, sampleOptions } from '../../data/generator/presets.ts';
import type { ContactTruth } from '../../data/generator/truth.ts';
import { generateWorld, type WorldTable, worldTables } from '../../data/generator/world.ts';
import { type Row, readCsv } from '../support/workbook.ts';

const folder = join(import.meta.dirname, '../../data/sample');
const world = generateWorld(sampleOptions);
const truths = [...world.contactTruths()];
const contacts = readCsv(folder, 'contacts');
const bounces = readCsv(folder, 'bounces');
const suppressions = readCsv(folder, 'suppressions');

const flawed = (table: WorldTable) => world.truth.quarantine.filter((row) => row.table === table);
const rowOf = (truth: ContactTruth): Row => contacts[truth.row - 1] as Row;
const withFate = (fate: string) => truths.filter((truth) => truth.fate === fate);
const bouncesOf = (truth: ContactTruth) => bounces.filter(({ email }) => email === truth.address);
const lastMoment = `${sampleOptions.lastDay}T00:00:00Z`;

describe('the committed sample', () => {
  it.each(worldTables)(
    'is what the generator gives: %s (else: npx tsx data/generator/main.ts sample data/sample)',
    (table) => {
      const text = [world.columns[table], ...world.rows(table)].map((row) => `${csvLine(row)}\n`).join('');
      expect(readFileSync(join(folder, `${table}.csv`), 'utf8') === text).toBe(true);
    },
  );

  it('states the options that it was made with, the last day among them', () => {
    expect(JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8'))).toEqual(sampleOptions);
  });

  it('holds no address, telephone number or website that could be real', () => {
    const reserved = /@([a-z0-9-]+\.)*(example\.(com|net|org)|[a-z0-9-]+\.example)$/;
    const known = new Set(['typo', 'disposable']);
    const real = truths.filter(
      (truth) => truth.address !== '' && !reserved.test(truth.address) && !known.has(truth.oddity ?? ''),
    );
    expect(real).toEqual([]);
    expect(truths.filter(({ oddity }) => known.has(oddity ?? ''))).toHaveLength(22);
    const fiction =
      /^\+(1\d{3}55501|44207946|441134960|441174960|493023125|498999998|492214710|494066969|496990009|33199|332619|612555|613701|468465004|4631390)/;
    const phones = truths.map(({ clean }) => clean.phone).filter((phone) => phone.startsWith('+'));
    expect(phones.length).toBeGreaterThan(500);
    expect(phones.filter((phone) => !fiction.test(phone))).toEqual([]);
  });

  it('has nothing later than the moment its last day begins, but for the one event that is wrong', () => {
    const late = [...readCsv(folder, 'events'), ...bounces].filter(({ occurred_at = '' }) => occurred_at > lastMoment);
    expect(late.map(({ event_id, bounce_id }) => event_id ?? bounce_id).sort()).toEqual(['b900001', 'e900003']);
    expect(readCsv(folder, 'purchases').filter(({ ordered_at = '' }) => ordered_at > lastMoment)).toEqual([]);
  });
});

describe('what is true of the world', () => {
  it('names each contact’s own row', () => {
    expect(truths).toHaveLength(contacts.length - flawed('contacts').length);
    for (const truth of truths)
      expect(rowOf(truth)).toMatchObject({ contact_id: truth.contactId, status: truth.status });
  });

  it('leaves about thirty contacts for the next run to suppress, under the guard of 2 %', () => {
    const due = truths.filter(({ suppression }) => suppression.verdict === 'due');
    expect(due).toHaveLength(30);
    for (const truth of due) {
      expect(bouncesOf(truth).some(({ occurred_at = '' }) => occurred_at >= '2026-11-21T12')).toBe(true);
      const standing = suppressions.filter(({ email, released_at }) => email === truth.address && released_at === '');
      expect(standing).toEqual([]);
    }
  });

  it('has a suppression in the file for each that stands, and for no other', () => {
    const standing = truths.filter(({ suppression }) => ['standing', 'released'].includes(suppression.verdict));
    expect(standing.length).toBeGreaterThan(200);
    for (const { address, suppression } of standing) {
      const row = suppressions.find(({ email }) => email === (suppression.under ?? address));
      expect(row).toMatchObject({ scope: suppression.scope, reason: suppression.reason });
      expect(row?.released_at !== '').toBe(suppression.verdict === 'released');
    }
    const again = withFate('deadAgain').length;
    const gone = suppressions.filter(({ note }) => note === 'contact deleted').length;
    expect(suppressions).toHaveLength(standing.length + again + gone);
  });

  it('gives no mailbox to two persons, but for families and role addresses', () => {
    const owners = new Map<string, number>();
    for (const { address, person, family, oddity } of truths) {
      if (address === '' || family !== undefined || oddity === 'role') continue;
      expect(owners.get(address) ?? person).toBe(person);
      owners.set(address, person);
    }
  });

  it('breaks one receiver for one hour, with enough bounces to be distinguished from dead addresses', () => {
    const burst = withFate('burst').flatMap(bouncesOf);
    expect(burst.length).toBeGreaterThanOrEqual(20);
    expect(
      new Set(burst.map(({ email = '', occurred_at = '' }) => `${email.split('@')[1]} ${occurred_at.slice(0, 13)}`))
        .size,
    ).toBe(1);
    expect(
      withFate('burst').every(({ mailbox, suppression }) => mailbox === 'alive' && suppression.verdict === 'none'),
    ).toBe(true);
  });

  it('lets only the sender be at fault where the sender is', () => {
    const blocked = withFate('blocked');
    expect(blocked).toHaveLength(60);
    for (const { code = '' } of blocked.flatMap(bouncesOf)) expect(code).toMatch(/^5\.[67]\./);
  });

  it('has every person who is there twice with a copy that names the first record', () => {
    const copies = truths.filter(({ copyOf }) => copyOf);
    expect(copies).toHaveLength(70);
    for (const { copyOf, person } of copies) {
      expect(truths.find(({ contactId }) => contactId === copyOf?.contactId)?.person).toBe(person);
    }
    expect(copies.some(({ left }) => left)).toBe(true);
  });

  it('limits unreadable rows to about ten rows, each of them in its file', () => {
    expect(world.truth.quarantine).toHaveLength(10);
    for (const { table, cells } of world.truth.quarantine) {
      expect(readCsv(folder, table)).toContainEqual(expect.objectContaining(cells));
    }
  });
});

describe('a world of any size', () => {
  const options = { ...benchOptions, contacts: 10_000, events: 40_000 };

  it('is the same world for the same options, and another for another seed', () => {
    const take = (seed: number) => [
      ...generateWorld({ ...options, contacts: 600, events: 900, seed }).rows('contacts'),
    ];
    expect(take(1)).toEqual(take(1));
    expect(take(1)).not.toEqual(take(2));
  });

  it('has thirty columns when it is wide, about as many events as asked for, and every row as wide as its header', () => {
    const wide = generateWorld(options);
    expect(wide.columns.contacts).toHaveLength(30);
    const counts = worldTables.map((table) => {
      let count = 0;
      for (const row of wide.rows(table)) {
        if (row.length !== wide.columns[table].length) throw new Error(`${table}: ${row.join()}`);
        count += 1;
      }
      return count;
    });
    expect(counts[0]).toBe(10_000);
    expect(Math.abs((counts[1] ?? 0) / 40_000 - 1)).toBeLessThan(0.15);
  });

  it('never gives the next night more to suppress than its guard lets through', () => {
    const due = [...generateWorld(options).contactTruths()].filter(({ suppression }) => suppression.verdict === 'due');
    expect(due.length).toBeGreaterThan(100);
    expect(due.length).toBeLessThanOrEqual(200);
  });

  it('refuses a size or a day that no world has', () => {
    expect(() => generateWorld({ ...options, contacts: 10 })).toThrow('contacts: 10 is not from 500 to 1,000,000');
    expect(() => generateWorld({ ...options, lastDay: '31.02.2026' })).toThrow('"31.02.2026" is no day');
  });
});
