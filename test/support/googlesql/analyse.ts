/**
 * What Google's own analyser says of statements, where it is installed (`pip install zetasql`). It knows the workbook's
 * tables, the snapshot's views and the functions that jobs may use beyond SQL's own.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Sql, SqlValue } from '../../../lib/core/sql.ts';
import { tableNames, tableOf } from '../../../lib/core/tables.ts';

const PYTHON = process.env.NIGHTSHIFT_PYTHON ?? 'python3';

/** Whether the analyser is installed. */
export const hasAnalyser = (): boolean => spawnSync(PYTHON, ['-c', 'import zetasql']).status === 0;

export interface Statement {
  readonly statement: Sql;
  /** The table that it makes, for those after it. */
  readonly defines?: string;
  /** That table's columns, all texts, where they are not the statement's own. */
  readonly columns?: readonly string[];
}

const TYPES = { text: 'STRING', number: 'FLOAT64', date: 'DATE', time: 'TIMESTAMP' } as const;
type Columns = Record<string, string>;

const [S, T, D] = ['STRING', 'TIMESTAMP', 'DATE'] as const;
/** What a snapshot makes beside the workbook's tables. */
const VIEWS: Record<string, Columns> = {
  unmailable: { contact_id: S, why: S },
  suppressed: { email: S, contact_id: S, scope: S, reason: S, suppressed_at: T },
  reported: { email: S, means: S, occurred_at: T },
  unanswered: { email: S, means: S },
  departures: { email: S, means: S },
  refused_addresses: { email: S, why: S },
  spellings: { address: S, clean: S, plain: S },
  respelt: { address: S, spelling: S },
  event_reports: { email: S, kind: S, code: S, detail: S, provider: S, occurred_at: T },
  unread_bounces: { email: S, kind: S, occurred_at: T },
  quarantine_now: { table: S, row_key: S, column: S, value: S, reason: S },
  waiting_people: { contact_id: S },
  whole_rows: { contact_id: S, record: S },
};

const FUNCTIONS: Record<string, [arguments_: string[], result: string]> = {
  local_day: [[T], D],
  day_start: [[D], T],
  days_between: [[D, D], 'INT64'],
  days_before: [[D, 'INT64'], D],
  months_before: [[D, 'INT64'], D],
  week_start: [[D], D],
  seconds_between: [[T, T], 'INT64'],
  trimmed: [[S], S],
  address_key: [[S], S],
  domain_of: [[S], S],
  number_of: [[S], 'FLOAT64'],
  date_of: [[S], D],
  regexp_replace_all: [[S, S, S], S],
  md5_hex: [[S], S],
  sha256_hex: [[S], S],
  spaced: [[S], S],
  is_nfc: [[S], 'BOOL'],
  jaro_winkler: [[S, S], 'FLOAT64'],
  split_part: [[S, S, 'INT64'], S],
  is_one_of: [[S, 'TEXTS'], 'BOOL'],
};

const parameterOf = (value: SqlValue): string => {
  if (value instanceof Date) return T;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'INT64' : 'FLOAT64';
  return typeof value === 'boolean' ? 'BOOL' : S;
};

/**
 * The faults of each statement, null for none. A group's statements follow each other.
 * @param more tables beside the workbook's
 */
export function analyse(
  groups: readonly (readonly Statement[])[],
  more: Record<string, Columns> = {},
): (string | null)[] {
  const workbook = tableNames.map((table): [string, Columns] => [
    table,
    {
      ...Object.fromEntries(Object.entries(tableOf(table).columns).map(([column, { type }]) => [column, TYPES[type]])),
      ...(table === 'contacts' && { _keyless: 'BOOL', _row: 'INT64' }),
    },
  ]);
  // What a plan holds of a table, for guards.
  const planned = workbook.map(([table, columns]): [string, Columns] => [
    `planned_${table}`,
    Object.fromEntries([
      ...Object.entries(columns),
      ...Object.keys(columns).map((column) => [`set_${column}`, 'BOOL']),
      ...Object.entries(columns).map(([column, type]) => [`before_${column}`, type]),
      ['op', S],
      ['why', S],
    ]),
  ]);
  const input = {
    tables: {
      ...Object.fromEntries([...workbook, ...planned]),
      ...VIEWS,
      unread_contacts: workbook.find(([table]) => table === 'contacts')?.[1],
      ...more,
    },
    functions: FUNCTIONS,
    groups: groups.map((group) =>
      group.map(({ statement, defines = null, columns = null }) => ({
        // BigQuery's other name of INT64, which the analyser by itself does not know.
        sql: statement.text.replace(/\bas bigint\b/gi, 'as int64'),
        parameters: statement.values.map(parameterOf),
        defines,
        columns,
      })),
    ),
  };
  const script = join(import.meta.dirname, 'analyse.py');
  const { stdout, stderr, status } = spawnSync(PYTHON, [script], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`the analyser ended with ${status}: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout) as (string | null)[];
}
