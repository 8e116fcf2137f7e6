/**
 * The text of recognisers: boolean SQL over one column that is true only where a cleaner is certain to leave the value
 * as it is, so that an ordinary night never carries clean rows into row logic. DuckDB and BigQuery read backslashes in
 * strings differently, so a pattern here has none: invisible characters stand as themselves, a dot is written [.].
 * Refuses patterns that would need quoting. A NULL gives NULL: there is nothing to clean.
 */
import { literal, type Sql, sql } from './sql.ts';

/** `regexp_contains(x, 'pattern')` (RE2, partial match). */
export function matches(x: Sql, pattern: string): Sql {
  if (/['\\]/.test(pattern)) throw new Error('a recogniser pattern may hold neither quotes nor backslashes');
  return sql`regexp_contains(${x}, ${literal(pattern)})`;
}

/**
 * Letters, marks and signs of the living scripts; no space, joiner, control or invisible character among them, and no
 * block that Unicode still adds to, so that every engine's tables agree on them.
 */
const PLAIN =
  '!-~\u00a1-\u00ac\u00ae-\u036f\u0370-\u03ff\u0400-\u052f\u0531-\u058a\u05b0-\u05f4\u060c-\u060f\u0610-\u061a\u061e-\u06ff' +
  '\u0904-\u0939\u0e01-\u0e3a\u0e3f-\u0e5b\u10d0-\u10fa\u1e00-\u1fff\u2010-\u2027\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fa5' +
  '\uac00-\ud7a3';

/** True where cleanText and cleanLines leave the value as it is. */
export const textIsClean = (x: Sql): Sql =>
  sql`(${matches(x, '^[!-~]+( [!-~]+)*$')} or (is_nfc(${x}) and ${matches(x, `^[${PLAIN}]+( [${PLAIN}]+)*$`)}))`;
