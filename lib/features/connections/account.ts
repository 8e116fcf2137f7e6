/**
 * Which account the watermark of a connection is of. Its hash (rules.ts) ends the row's note: a watermark
 * of another account counts for nothing, and a note without one, as earlier versions and people leave it, is trusted.
 */
import { type Sql, sql } from '../../core/sql.ts';

const MARKED = 'account [0-9a-f]{12}$';
const markOf = (account: string): string => `account ${account}`;

/** The note of a fetch: its fault, and the account. */
export const noteOf = (fault: string | null, account: string): string =>
  `${fault === null ? '' : `${fault}; `}${markOf(account)}`;

export const isOfOther = (note: unknown, account: string): boolean =>
  new RegExp(MARKED).test(String(note)) && !String(note).endsWith(markOf(account));

/** The same, of the column of a query. */
export const isOfOtherSql = (note: Sql, account: string): Sql =>
  sql`coalesce(regexp_contains(${note}, ${MARKED}) and not ends_with(${note}, ${markOf(account)}), false)`;
