/**
 * The text of recognisers: boolean SQL over one column that is true only where a cleaner is certain to leave the value
 * as it is, so that an ordinary night never carries clean rows into row logic. DuckDB and BigQuery read backslashes in
 * strings differently, so a pattern here has none: invisible characters stand as themselves, a dot is written [.].
 * Refuses patterns that would need quoting. A NULL gives NULL: there is nothing to clean.
 */
import { literal, type Sql, sql } from '../sql.ts';

/** `regexp_contains(x, 'pattern')` (RE2, partial match). */
export function matches(x: Sql, pattern: string): Sql {
  if (/['\\]/.test(pattern)) throw new Error('a recogniser pattern may hold neither quotes nor backslashes');
  return sql`regexp_contains(${x}, ${literal(pattern)})`;
}
