/**
 * What tests about workbooks stand on: builders that make one full row of text cells from the few that a test is about,
 * and folders of CSV files to put them in. The clock is fixed. It knows no store and no job, so that it can judge both;
 * for thousands of realistic rows there is data/generator.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { onTestFinished } from 'vitest';
import { type TableName, tableNames, tableOf } from '../../lib/core/tables.ts';

/** One row as its file has it: every cell is text, '' is unknown. */
export type Row = Record<string, string>;
/** The cells that a test is about; any column may be given, also one that no table knows. */
export type Given = Record<string, string | number>;

/** The day that every test plays on, and its end. */
export const today = '2026-11-22';
export const asOf = '2026-11-22T23:59:59.999Z';

const counts = new Map<string, number>();
const next = (prefix: string): string => {
  const count = (counts.get(prefix) ?? 0) + 1;
  counts.set(prefix, count);
  return `${prefix}${count}`;
};

const row = (defaults: Row, given: Given): Row => ({
  ...defaults,
  ...Object.fromEntries(Object.entries(given).map(([column, cell]) => [column, String(cell)])),
});

/** A subscribed contact, clean already, with an id and an address of its own (`c1`, `c2`, … in order of building). */
export function aContact(given: Given = {}): Row {
  const id = String(given.contact_id ?? next('c'));
  return row(
    {
      contact_id: id,
      email: `${id || next('nameless')}@example.com`.toLowerCase(),
      first_name: 'Ada',
      last_name: 'Sample',
      phone: '',
      birth_date: '',
      company: '',
      job_title: '',
      website: '',
      address: '',
      city: '',
      region: '',
      postal_code: '',
      country: 'US',
      source: 'web form',
      lifecycle_stage: 'lead',
      created_at: '2026-01-15T09:00:00Z',
      updated_at: '2026-01-15T09:00:00Z',
      last_activity_at: '',
      status: 'subscribed',
      email_status: 'valid',
      email_note: '',
    },
    given,
  );
}

/** A click, the day before `today`; about contact `c1` unless `contact_id` or `email` says otherwise. */
export function anEvent(given: Given = {}): Row {
  return row(
    { ...fact('event_id', 'e', given), type: 'click', occurred_at: yesterday, value: '', campaign: '' },
    given,
  );
}

/** A hard bounce of an address that does not exist (5.1.1), the day before `today`, of `c1@example.com`. */
export function aBounce(given: Given = {}): Row {
  const { bounce_id = '' } = fact('bounce_id', 'b', given);
  return row(
    {
      bounce_id,
      email: 'c1@example.com',
      kind: 'hard',
      code: '5.1.1',
      detail: 'user unknown',
      provider: 'ses',
      occurred_at: yesterday,
    },
    given,
  );
}

/** An order of 100 USD, the day before `today`; about contact `c1` unless `contact_id` or `email` says otherwise. */
export function aPurchase(given: Given = {}): Row {
  return row({ ...fact('order_id', 'o', given), ordered_at: yesterday, amount: '100.00', currency: 'USD' }, given);
}

/** A dead mailbox, suppressed a month before `today` (`scope: 'address'`) and never released. */
export function aSuppression(given: Given = {}): Row {
  return row(
    {
      email: 'c1@example.com',
      scope: 'address',
      contact_id: '',
      reason: 'hard_bounce',
      suppressed_at: '2026-10-22T09:00:00Z',
      source: 'bounce-suppression',
      note: '',
      released_at: '',
    },
    given,
  );
}

const yesterday = '2026-11-21T09:00:00Z';

const fact = (key: string, prefix: string, given: Given): Row => ({
  [key]: String(given[key] ?? next(prefix)),
  contact_id: given.email === undefined ? 'c1' : '',
  email: '',
});

/**
 * Writes each table given as `TABLE.csv` into the folder (made if need be): UTF-8, commas, LF. The header holds every
 * column that any of the rows has, in order of appearance; a table of no rows gets the columns that tables.ts names.
 */
export function writeWorkbook(folder: string, workbook: Partial<Record<TableName, readonly Row[]>>): void {
  mkdirSync(folder, { recursive: true });
  for (const name of tableNames) {
    const rows = workbook[name];
    if (!rows) continue;
    const columns = [...new Set(rows.length > 0 ? rows.flatMap(Object.keys) : Object.keys(tableOf(name).columns))];
    const cells = rows.map((row) => columns.map((column) => row[column] ?? ''));
    writeFileSync(join(folder, `${name}.csv`), `${Papa.unparse([columns, ...cells], { newline: '\n' })}\n`);
  }
}

/** The rows of `TABLE.csv` by its own headers, every cell as text; a file that is not there has no rows. */
export function readCsv(folder: string, table: string): Row[] {
  const path = join(folder, `${table}.csv`);
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  const { data, errors } = Papa.parse<Row>(text, { header: true, skipEmptyLines: true });
  if (errors[0]) throw new Error(`${table}.csv, row ${errors[0].row}: ${errors[0].message}`);
  return data;
}

/** Who is on a list, by contact_id. */
export const membersOf = (folder: string, name: string): string[] =>
  readCsv(folder, 'memberships')
    .flatMap(({ list, contact_id = '' }) => (list === name ? [contact_id] : []))
    .sort();

/** An empty folder for the test that calls: gone when the test passes, kept (and named on stderr) when it fails. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
  onTestFinished(({ task }) => {
    if (task.result?.state === 'fail') console.error(`"${task.name}" left its files in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
