/**
 * GoogleSQL as the local server carries it out: each statement translated to DuckDB's dialect. What BigQuery alone has
 * (time travel, names of three parts, partitions, temporary functions) is taken out before; types are named back.
 */
import { Dialect, transpile } from '../polyglot.ts';

/** The statements of a script. */
export function statementsOf(script: string): string[] {
  const parts = script.match(/(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|[^;'"`])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** A table that a statement names: its dataset and name, and the moment of which it is wanted. */
export interface Named {
  readonly dataset: string;
  readonly table: string;
  readonly moment: string | null;
}

const TABLE = /`[\w-]+\.(\w+)\.([^`]+)`(?:( as \w+)\s+for\s+system_time\s+as\s+of\s+timestamp\s+'([^']+)')?/gi;

export const tablesIn = (statement: string): Named[] =>
  [...statement.matchAll(TABLE)].map(([, dataset = '', table = '', , moment = null]) => ({ dataset, table, moment }));

/** The statement in DuckDB's SQL. `nameOf`: how a table is called there. */
export function toDuckDb(statement: string, nameOf: (named: Named) => string, now: string): string {
  const plain = statement
    .replace(
      TABLE,
      (_, dataset: string, table: string, alias?: string, moment?: string) =>
        `\`${nameOf({ dataset, table, moment: moment ?? null })}\`${alias ?? ''}`,
    )
    .replace(/\bcurrent_timestamp\(\)/gi, `timestamp '${now.replace('T', ' ').replace('Z', '')}'`)
    .replace(/\bformat_timestamp\('[^']*', /gi, 'iso_text(')
    .replace(/\bto_json_string\(/gi, 'json_text(')
    .replace(/\bdatetime\(/gi, 'local_time(')
    .replace(/\bregexp_contains\(/gi, 'regexp_matches(')
    .replace(/\bregexp_extract\(/gi, 'first_match(')
    .replace(/(^create\s+(?:or\s+replace\s+)?table\s+`[^`]+`)[\s\S]*?\bas\s+(?=select\b|with\b)/i, '$1 as ');
  const { success, sql, error } = transpile(plain, Dialect.BigQuery, Dialect.DuckDB);
  const [translated] = sql ?? [];
  if (!success || translated === undefined) throw new Error(`Syntax error: ${error ?? 'not understood'}`);
  // A cast to a moment follows the offset or the zone that the text names.
  return translated.replace(/ AS TIMESTAMP\)(?! AT TIME ZONE)/g, ' AS TIMESTAMPTZ)');
}
