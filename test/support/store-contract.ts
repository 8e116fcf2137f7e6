/** What every store owes a run, on CSV files, a Google Sheet and a dataset alike: tests for any of them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TableName } from '../../lib/core/tables.ts';
import type { Marker, Store, TablePatch } from '../../lib/workbook/store.ts';
import type { StoreBench, Tables } from './store-bench.ts';

const CONTACTS = [
  ['Contact ID', 'email', 'status', 'score', 'shoe size', 'created_at'],
  ['c1', 'a@example.com', 'subscribed', '', '=1+1', '2026-01-15T09:00:00Z'],
  ['c2', 'b@example.com', 'subscribed', '', '0171', '2026-01-16T09:00:00Z'],
  ['c3', 'c@example.com', 'subscribed', '', '', ''],
];
const marker: Marker = {
  run: 'run-1',
  entries: [{ job: 'a-job', period: '2026-11-23', entry: { status: 'applied' } }],
};

/** A patch as `writePatches` makes it. */
function patch(store: Store, table: TableName, columns: string[], lines: string[]): TablePatch {
  const path = join(store.scratch, `patch-${table}.csv`);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  const count = (op: string): number => lines.filter((line) => line.startsWith(op)).length;
  return { table, path, columns, rows: { update: count('u'), remove: count('d'), insert: count('i') } };
}

const texts = async (bench: StoreBench, table: string): Promise<string[][] | undefined> =>
  (await bench.rows(table))?.map((row) => row.map((cell) => String(cell ?? '')));

/** Declares the tests; `benchOf` gives a workbook of tables. */
export function itKeepsTheContract(kind: Store['kind'], benchOf: (tables: Tables) => Promise<StoreBench>): void {
  it('reads a table whole, by its headers, with every text as it stands', async () => {
    const store = await (await benchOf({ contacts: CONTACTS })).open();
    const [contacts] = (await store.read()).tables;
    expect(store.kind).toBe(kind);
    expect(contacts).toMatchObject({ table: 'contacts', headers: CONTACTS[0] });
    expect(contacts?.headerOf.get('contact_id')).toBe('Contact ID');
    const text = await contacts?.open();
    expect(text).toMatchObject({ rows: 3, malformed: [] });
    const lines = readFileSync(text?.path ?? '', 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    expect(lines).toEqual(CONTACTS.slice(1).map((row) => row.join(',')));
    await store.close();
  });

  it('changes, adds and takes away just what a patch says, makes what is missing, and lets no text become a formula', async () => {
    const bench = await benchOf({ contacts: CONTACTS });
    const store = await bench.open();
    await (await store.read()).tables[0]?.open();
    const held = await store.commit(
      [
        patch(
          store,
          'contacts',
          ['Contact ID', 'status', 'email_note'],
          ['u,0,c1,,suppressed,"=HYPERLINK(""x"")"', 'd,1,c2,,,', 'i,,,c4,subscribed,"+49 30"'],
        ),
        patch(store, 'suppressions', ['email', 'note'], ['i,,,a@example.com,0171']),
      ],
      marker,
    );
    expect([...held]).toEqual([]);
    expect(await texts(bench, 'contacts')).toEqual([
      [...(CONTACTS[0] ?? []), 'email_note'],
      ['c1', 'a@example.com', 'suppressed', '', '=1+1', '2026-01-15T09:00:00Z', '=HYPERLINK("x")'],
      [...(CONTACTS[3] ?? []), ''],
      ['c4', '', 'subscribed', '', '', '', '+49 30'],
    ]);
    expect(await texts(bench, 'suppressions')).toEqual([
      ['email', 'note'],
      ['a@example.com', '0171'],
    ]);
    await store.close();
  });

  it('reads back what it wrote as the same text, typed or not', async () => {
    const bench = await benchOf({ contacts: CONTACTS });
    const store = await bench.open();
    await (await store.read()).tables[0]?.open();
    await store.commit(
      [
        patch(
          store,
          'contacts',
          ['Contact ID', 'score', 'created_at'],
          [
            'u,0,c1,,12.5,2026-10-25T00:30:00Z',
            'u,1,c2,,7,2026-10-25T01:30:00.123Z',
            'u,2,c3,,"",1890-01-01T00:00:00Z',
          ],
        ),
      ],
      marker,
    );
    const again = await (await store.read()).tables[0]?.open();
    const lines = readFileSync(again?.path ?? '', 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    const cells = lines.map((line) => line.split(','));
    expect(cells.map((cell) => [cell[3], Date.parse(cell[5] ?? '')])).toEqual([
      ['12.5', Date.parse('2026-10-25T00:30:00Z')],
      ['7', Date.parse('2026-10-25T01:30:00.123Z')],
      ['', Date.parse('1890-01-01T00:00:00Z')],
    ]);
    await store.close();
  });

  it('keeps the newest marker with the data, for the next run to repair the ledger from', async () => {
    const bench = await benchOf({ contacts: CONTACTS });
    for (const run of ['run-1', 'run-2']) {
      const store = await bench.open(run);
      const entries = [{ job: 'a-job', period: '2026-11-23', entry: { note: `${'x'.repeat(90_000)}${run}` } }];
      await (await store.read()).tables[0]?.open();
      await store.commit([patch(store, 'contacts', ['Contact ID', 'status'], [`u,0,c1,,${run}`])], { run, entries });
      await store.close();
      const next = await bench.open('later');
      expect(await next.marker()).toEqual({ run, entries });
      await next.close();
    }
  });

  it('is opened by one run at a time', async () => {
    const bench = await benchOf({ contacts: CONTACTS });
    const store = await bench.open();
    await expect(bench.open()).rejects.toMatchObject({ name: 'LockedByAnotherRun' });
    await store.close();
    await (await bench.open()).close();
  });

  it('names what there is where the contacts are missing', async () => {
    const bench = await benchOf({ leads: [['name'], ['Ada']] });
    const store = await bench.open();
    await expect(store.read()).rejects.toThrow(/no (contacts\.csv|t(ab|able) "contacts").*leads/s);
    await store.close();
  });
}
