/**
 * Carries queries out by googlesqlite, which runs GoogleSQL by itself, where NIGHTSHIFT_GOOGLESQLITE names the program
 * (execute/main.go). It knows no time travel, `@@row_count` or `merge` with a query: those are the local server's alone.
 */
import { spawnSync } from 'node:child_process';
import type { bigquery_v2 as api } from 'googleapis/build/src/apis/bigquery/v2.js';

const PROGRAM = process.env.NIGHTSHIFT_GOOGLESQLITE;

export const hasExecutor = PROGRAM !== undefined;

type Fields = readonly Pick<api.Schema$TableFieldSchema, 'name' | 'type'>[];
type Rows = readonly (readonly unknown[])[];

/** Rows as texts, sorted: numbers to 12 digits, moments in microseconds. */
export const sameRows = (fields: Fields, rows: Rows): string[] =>
  rows.map((row) => JSON.stringify(row.map((cell, i) => plain(cell, fields[i]?.type ?? 'STRING')))).sort();

function plain(cell: unknown, type: string): string | null {
  if (cell === null) return null;
  if (/^(INT|FLOAT|NUMERIC)/.test(type)) return Number(cell).toPrecision(12);
  // googlesqlite 0.3.1 writes a moment's text (%E*SZ) with six digits, and without its Z.
  const isMoment = type === 'TIMESTAMP' || /^\d{4}-\d\d-\d\dT[\d:.]+Z?$/.test(String(cell));
  if (!isMoment || /^-?\d+$/.test(String(cell))) return String(cell);
  const [moment = '', fraction = ''] = String(cell)
    .replace(/(\+00|Z)$/, '')
    .split('.');
  return String(Date.parse(`${moment.replace(' ', 'T')}Z`) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6)));
}

const TYPES: Readonly<Record<string, string>> = { INTEGER: 'int64', FLOAT: 'float64', BOOLEAN: 'bool' };

/** Scripts that make a table with these rows. */
export function tableScripts(name: string, fields: Fields, rows: Rows): string[] {
  const columns = fields.map((field) => `\`${field.name}\` ${TYPES[field.type ?? ''] ?? field.type}`);
  const scripts = [`create table \`${name}\` (${columns.join(', ')})`];
  for (let from = 0; from < rows.length; from += 200) {
    const values = rows
      .slice(from, from + 200)
      .map((row) => `(${row.map((cell, i) => literalOf(cell, fields[i]?.type ?? 'STRING')).join(', ')})`);
    scripts.push(`insert into \`${name}\` values ${values.join(', ')}`);
  }
  return scripts;
}

function literalOf(cell: unknown, type: string): string {
  if (cell === null) return 'null';
  if (/^(INT|FLOAT|NUMERIC|BOOL)/.test(type)) return String(cell);
  const text = cell instanceof Date ? cell.toISOString() : String(cell);
  const quoted = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
  return type === 'STRING' ? quoted : `${type} ${quoted}`;
}

/** What each script gives, in order: rows, or an error. */
export function execute(scripts: readonly string[]): { readonly rows?: Rows; readonly error?: string }[] {
  const input = scripts.map((script) => `${JSON.stringify(script)}\n`).join('');
  const { stdout, stderr, status } = spawnSync(PROGRAM ?? '', { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`googlesqlite ended with ${status}: ${stderr.slice(-2000)}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { rows?: Rows; error?: string });
}
