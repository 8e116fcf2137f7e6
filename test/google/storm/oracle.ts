/**
 * What must be in the sheet once a storm is over: each person's edits, every planned cell in its own person's row, once,
 * and nothing else.
 */
import { expect } from 'vitest';
import type { SheetsServer } from '../../support/sheets-server/server.ts';
import { contactsNow, HEADERS, type People, SPREADSHEET } from './people.ts';
import { initial, KEYLESS, keys, type Storm } from './weather.ts';

export function check(server: SheetsServer, people: People, { plan, inserts }: Storm): void {
  const { rows } = contactsNow(server, people.renamed);
  const of = (key: string) => rows.filter((row) => row.get('contact_id') === key);
  const keyLost = people.renamed.has('contact_id');
  keys.forEach((key, i) => {
    const edits = people.edits.get(key);
    const found = of(key);
    if (people.deleted.has(key) || (plan[i]?.remove && edits === undefined && found.length === 0)) {
      expect(found, key).toEqual([]);
      return;
    }
    if (plan[i]?.remove && edits === undefined && !keyLost && people.renamed.size === 0)
      expect(found, `${key} should be gone`).toEqual([]);
    expect(found.length, `${key}, once`).toBe(1);
    HEADERS.forEach((header, column) => {
      const first = initial(i)[column] ?? null;
      const wish = plan[i];
      const planned = wish?.remove
        ? undefined
        : header === 'status' && wish?.status
          ? `planned ${i}`
          : header === 'score' && wish?.score
            ? 100 + i
            : undefined;
      const person = edits?.get(header);
      const right =
        person !== undefined
          ? [person]
          : planned === undefined
            ? [first]
            : keyLost || people.renamed.has(header)
              ? [first, planned]
              : [planned];
      expect(right, `${key} ${header}`).toContain(found[0]?.get(header) ?? null);
    });
  });
  for (let i = 0; i < inserts; i += 1) {
    const found = of(`made ${i}`);
    if (people.renamed.size === 0) expect(found.length, `made ${i}`).toBe(1);
    expect(found.map((row) => row.get('score'))).toEqual(found.map(() => 500));
  }
  const keyless = rows.filter((row) => row.get('email') === KEYLESS);
  expect(keyless.map((row) => [row.get('status'), row.get('score')])).toEqual([['subscribed', 7]]);
  if (people.renamed.size === 0) expect(keyless[0]?.get('contact_id')).toBe('adopted');
  for (const key of people.added.keys()) {
    expect(of(key).length, key).toBe(people.deleted.has(key) ? 0 : 1);
    const edits = people.edits.get(key);
    for (const header of HEADERS.slice(1))
      if (of(key)[0]) expect(of(key)[0]?.get(header) ?? null, `${key} ${header}`).toBe(edits?.get(header) ?? null);
  }
  checkTheRest(server, people, rows, inserts);
}

/** No row, cell, tab or marker that nobody wanted. */
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
  expect([server.refused, server.violations]).toEqual([[], []]);
}
