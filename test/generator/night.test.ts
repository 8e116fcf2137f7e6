import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvLine } from '../../data/generator/csv-writer.ts';
import { cellsOf, editRecords } from '../../data/generator/edit-records.ts';
import { writeWorld } from '../../data/generator/files.ts';
import { type NightOptions, passDay } from '../../data/generator/night.ts';
import { benchOptions } from '../../data/generator/presets.ts';
import { generateWorld } from '../../data/generator/world.ts';
import { readCsv, temporaryFolder } from '../support/workbook.ts';

const night: NightOptions = { seed: 3, night: 2, day: '2026-11-23', events: 400, bounces: 30 };

/** A world after its first night: the jobs have moved no column and appended some. */
const evening = mkdtempSync(join(tmpdir(), 'nightshift-evening-'));
/** The same after an ordinary day. */
const morning = mkdtempSync(join(tmpdir(), 'nightshift-morning-'));
let counts: ReturnType<typeof passDay>;
beforeAll(() => {
  writeWorld(generateWorld({ ...benchOptions, contacts: 4000, events: 6000 }), evening);
  editRecords(
    join(evening, 'contacts.csv'),
    (record) => csvLine([...cellsOf(record.text()), record.row === 0 ? 'score' : '7']),
    () => [],
  );
  cpSync(evening, morning, { recursive: true });
  counts = passDay(morning, night);
});
afterAll(() => {
  for (const folder of [evening, morning]) rmSync(folder, { recursive: true });
});

describe('an ordinary day', () => {
  it('changes and adds one contact in a hundred, and leaves every other row byte for byte', () => {
    const before = readFileSync(join(evening, 'contacts.csv'), 'utf8');
    const rows = readCsv(evening, 'contacts');
    const after = readCsv(morning, 'contacts');
    const differing = rows.filter((row, index) => JSON.stringify(row) !== JSON.stringify(after[index]));
    expect(differing).toHaveLength(counts.changed);
    expect(counts.changed).toBeGreaterThan(15);
    expect(counts.changed + counts.added).toBeLessThan(60);
    expect(after).toHaveLength(4000 + counts.added);
    const text = readFileSync(join(morning, 'contacts.csv'), 'utf8');
    expect(text.startsWith(before.slice(0, before.indexOf('\n') + 1))).toBe(true);
    expect(differing.every((row) => row.score === '7')).toBe(true);
    const ids = after.map(({ contact_id }) => contact_id).filter((id) => id !== '' && id !== 'c000006');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('appends facts about contacts that are there, all of them since yesterday noon', () => {
    const before = readFileSync(join(evening, 'events.csv'), 'utf8');
    expect(counts).toMatchObject({ events: 400, bounces: 30 });
    expect(readFileSync(join(morning, 'events.csv'), 'utf8').startsWith(before)).toBe(true);
    const contacts = readCsv(morning, 'contacts');
    const ids = new Set(contacts.map(({ contact_id }) => contact_id));
    const addresses = new Set(contacts.map(({ email = '' }) => email.toLowerCase()));
    const events = readCsv(morning, 'events').slice(-400);
    const bounces = readCsv(morning, 'bounces').slice(-30);
    expect(events.filter(({ contact_id }) => !ids.has(contact_id))).toEqual([]);
    expect(bounces.filter(({ email = '' }) => !addresses.has(email))).toEqual([]);
    const times = [...events, ...bounces].map(({ occurred_at }) => occurred_at ?? '');
    expect(times.every((time) => time >= '2026-11-22T12:00:00Z' && time < '2026-11-23T00:00:00Z')).toBe(true);
  });

  it('is the same day for the same folder and options', () => {
    const again = temporaryFolder();
    cpSync(evening, again, { recursive: true });
    passDay(again, night);
    for (const file of ['contacts.csv', 'events.csv', 'bounces.csv']) {
      expect(readFileSync(join(again, file)).equals(readFileSync(join(morning, file)))).toBe(true);
    }
  });
});

describe('records of a file', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', 'é', ' ') });
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 20 });

  it('are read as they were written, with anything in their cells', () => {
    const path = join(temporaryFolder(), 'any.csv');
    fc.assert(
      fc.property(table, (rows) => {
        writeFileSync(path, rows.map((row) => `${csvLine(row)}\n`).join(''));
        const seen: string[][] = [];
        const texts: string[] = [];
        const look = (record: { text(): string }) => {
          texts.push(record.text());
          seen.push(cellsOf(record.text()));
          return texts.length % 2 === 0 ? texts.at(-1) : undefined;
        };
        editRecords(path, look, () => ['last,line']);
        expect(seen).toEqual(rows);
        expect(readFileSync(path, 'utf8')).toBe(`${texts.join('\n')}\nlast,line\n`);
        expect(Papa.parse<string[]>(texts.join('\n'), { delimiter: ',', newline: '\n' }).data).toEqual(rows);
      }),
    );
  });
});
