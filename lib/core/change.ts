/**
 * What a job wants of a table, as a query: insert, update, upsert, remove, replace, adopt. What is so already drops out
 * by itself.
 */
import { withPlace } from './source-place.ts';
import type { Sql } from './sql.ts';
import type { TableName } from './tables.ts';

export type ChangeKind = 'insert' | 'update' | 'upsert' | 'remove' | 'replace' | 'adopt';

/**
 * What a job wants of one table. The query gives the key, the columns to set, and in `why` the reason in a few fixed
 * words; `why_COLUMN` gives a cell a reason of its own, and `why` of the change one that is the same for all.
 */
export interface Change {
  readonly kind: ChangeKind;
  readonly table: TableName;
  readonly query: Sql;
  /** Reasons by column that are the same for every row. */
  readonly why?: Readonly<Record<string, string>>;
  /** `replace` only: which of the rows that stand there are this job's to take away; all, if it is left out. */
  readonly owned?: Sql;
  /** Where this query gives no row there is nothing to change, and the table is not looked at. */
  readonly onlyWith?: Sql;
}

/** Adds the rows whose key is not there yet. */
export const insert = (table: TableName, query: Sql): Change => withPlace({ kind: 'insert', table, query });
/** Sets columns of rows that are there. */
export const update = (table: TableName, query: Sql, why: Change['why'] = {}): Change =>
  withPlace({ kind: 'update', table, query, why });
/** Adds rows, and sets the columns of those that are there. */
export const upsert = (table: TableName, query: Sql): Change => withPlace({ kind: 'upsert', table, query });
/** Takes rows away, by key. */
export const remove = (table: TableName, query: Sql): Change => withPlace({ kind: 'remove', table, query });
/** The query's rows are the table (or its part `owned`): adds, sets and takes away. `why` is that of the new rows. */
export const replace = (table: TableName, query: Sql, owned?: Sql): Change =>
  withPlace({ kind: 'replace', table, query, ...(owned && { owned }) });
/** Writes the key that the snapshot worked out into rows that came without one; the query gives key and `why`. */
export const adopt = (table: TableName, query: Sql): Change => withPlace({ kind: 'adopt', table, query });
