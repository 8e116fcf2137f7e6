/**
 * Addresses in SQL. Most are plain: already in normal form, of letters that need no second look. Of those the verdict
 * is decided by the domain (domainVerdict) and by the list of roles alone, so that set logic can say it without
 * carrying a million addresses into row logic. The patterns hold no backslash, which DuckDB and BigQuery read apart.
 */

import { matches } from '../../../core/recognise.ts';
import { integer, oneOf, type Sql, sql } from '../../../core/sql.ts';

/** Short enough that neither part nor label can be too long. */
const SHORT = 64;

const LOCAL = '[a-z0-9_+-]+([.][a-z0-9_+-]+)*';
const HOST = '([a-z0-9]+(-+[a-z0-9]+)*[.])+[a-z]{2,}';

/**
 * True only where the address is well formed and in normal form: `emailVerdict` then gives it back as it is (or with
 * the domain that the rules correct), and the verdict is `worse(domainVerdict(its domain), role)`.
 */
export const plainAddress = (x: Sql): Sql =>
  sql`(length(${x}) <= ${integer(SHORT)} and ${matches(x, `^${LOCAL}@${HOST}$`)} and ${x} not like '%xn--%')`;

/** True where a plain address is a role's, tagged or not: `status` is then at least risky, with ROLE_NOTE. */
export const roleAddress = (x: Sql, roles: readonly string[]): Sql =>
  // A set is looked up once; a pattern of so many words would be walked for every address.
  roles.length === 0 ? sql`false` : oneOf(sql`regexp_replace_all(${x}, '([+][^@]*)?@.*$', '')`, roles);
