/**
 * What must be in the sheet once a storm is over: each person's edits, every planned cell in its own person's row, once,
 * and nothing else.
 */
import { expect } from 'vitest';
import type { Given } from '../../../support/sheets-server/build.ts';
import type { SheetsServer } from '../../../support/sheets-server/server.ts';
import { contactsNow, HEADERS, type People, SPREADSHEET } from './people.ts';
import { initial, KEYLESS, keys, planned, type Storm } from './weather.ts';

interface Ought {
  readonly value: unknown;
  readonly format: string | undefined;
}

const ofCell = (given: Given): Ought =>
  given !== null && typeof given === 'object'
    ? { value: given.userEnteredValue?.stringValue, format: given.userEnteredFormat?.numberFormat?.type ?? undefined }
    : { value: given, format: undefined };

/** What a contact's cell may hold in the end. */
function ought(storm: Storm, people: People, i: number, header: string): Ought[] {
  const key = keys[i] ?? '';
  const first = ofCell(initial(i)[HEADERS.indexOf(header)] ?? null);
  const wish = storm.plan[i];
  const score = planned(i);
  const date = typeof score.put === 'object' ? 'DATE' : first.format;
  const wished =
    header === 'status' && wish?.status
      ? { value: `planned ${i}`, format: first.format }
      : header === 'score' && wish?.score
        ? { value: score.value, format: date }
        : undefined;
  const person = people.edits.get(key)?.get(header);
  // Who types over a cell leaves it its format: in the seconds between a write that hit it wrongly and the repair that may be a
  // date's, and then no person can tell it from one that they gave it.
  const typedOn = people.formats.get(`${key} ${header}`);
  if (person !== undefined) {
    const formats = [first.format, typedOn, ...(wished ? [wished.format] : [])];
    return formats.map((format) => ({ value: person, format }));
  }
  if (wish?.remove || wished === undefined) return [first];
  // A column that is called otherwise is not ours to write in any more.
  const isLost = people.renamed.has('contact_id') || people.renamed.has(header);
  return isLost ? [first, wished] : [wished];
}

/** Holds a spreadsheet against what people did and what was planned. */
export function check(server: SheetsServer, people: People, storm: Storm): void {
  const { plan, inserts } = storm;
  const { rows, formats } = contactsNow(server, people.renamed);
  const of = (key: string) => rows.filter((row) => row.get('contact_id') === key);
  const isWhole = people.renamed.size + people.dropped.size === 0;
  const headersLeft = HEADERS.filter((header) => !people.dropped.has(header));
  keys.forEach((key, i) => {
    const edits = people.edits.get(key);
    const found = of(key);
    const isToGo = plan[i]?.remove && edits === undefined;
    if (people.deleted.has(key) || (isToGo && (found.length === 0 || isWhole))) {
      expect(found, `${key} should be gone`).toEqual([]);
      return;
    }
    expect(found.length, `${key}, once`).toBe(1);
    for (const header of headersLeft) {
      const is = {
        value: found[0]?.get(header) ?? null,
        format: formats[rows.indexOf(found[0] ?? new Map())]?.get(header),
      };
      expect(ought(storm, people, i, header), `${key} ${header}`).toContainEqual(is);
    }
  });
  for (let i = 0; i < inserts; i += 1) {
    const found = of(`made ${i}`);
    if (isWhole) expect(found.length, `made ${i}`).toBe(1);
    if (headersLeft.includes('score')) expect(found.map((row) => row.get('score'))).toEqual(found.map(() => 500));
  }
  const keyless = rows.filter((row) => row.get('email') === KEYLESS);
  const kept = Object.entries({ status: 'subscribed', score: 7 }).filter(([header]) => headersLeft.includes(header));
  expect(keyless.map((row) => kept.map(([header]) => [header, row.get(header)]))).toEqual([kept]);
  if (isWhole) expect(keyless[0]?.get('contact_id')).toBe('adopted');
  for (const key of people.added.keys()) {
    expect(of(key).length, key).toBe(people.deleted.has(key) ? 0 : 1);
    const edits = people.edits.get(key);
    for (const header of headersLeft.slice(1))
      if (of(key)[0]) expect(of(key)[0]?.get(header) ?? null, `${key} ${header}`).toBe(edits?.get(header) ?? null);
  }
  checkTheRest(server, people, rows, inserts);
}

/** No row, cell, tab or marker that is not wanted. */
function checkTheRest(
  server: SheetsServer,
  people: People,
  rows: ReadonlyMap<string, unknown>[],
  inserts: number,
): void {
  const known = new Set<unknown>([
    ...keys,
    ...people.added.keys(),
    'adopted',
    ...Array.from({ length: inserts }, (_, i) => `made ${i}`),
  ]);
  const strangers = rows.filter((row) => !known.has(row.get('contact_id')) && row.get('email') !== KEYLESS);
  const filled = strangers
    .map((row) => [...row].filter(([, value]) => value !== null))
    .filter((cells) => cells.length > 0);
  expect(filled.map((cells) => JSON.stringify(cells)).sort()).toEqual(
    people.scribbles.map((text) => JSON.stringify([['note', text]])).sort(),
  );
  for (const row of rows)
    for (const [header, value] of row) if (!HEADERS.includes(header)) expect(value, `column "${header}"`).toBeNull();
  const { tabs } = server.book(SPREADSHEET);
  expect(tabs.map((tab) => tab.title)).toEqual(['contacts', 'runs']);
  const jobs = tabs[1]?.rows.map((row) => row[0]?.userEnteredValue?.stringValue).filter((job) => job !== undefined);
  expect(jobs).toEqual(['job', 'other', 'storm']);
  expect(server.book(SPREADSHEET).metadata).toEqual([]);
  expect([server.refused, server.violations]).toEqual([[], []]);
}
