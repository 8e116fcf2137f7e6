/** How old the facts of connections are: what jobs report, and what holds lists for sending back. */
import { join, type Sql, sql } from '../../core/sql.ts';
import { isOfOtherSql } from './account.ts';
import type { ConnectionRules } from './rules.ts';

/**
 * Rows (label, text): the connections whose facts about who left are older than the rules allow, or were never
 * fetched. Fails closed: a connection that never worked counts, and so does one of which another account was fetched.
 */
export function staleConnections({ connections, consentHours }: ConnectionRules, asOf: Date): Sql {
  const names = connections
    .filter(({ fetch, vendor }) => fetch && vendor.id !== 'sample' && vendor.reads.some(({ is }) => is === 'consent'))
    .map(
      ({ name, account }) => sql`
        select n.connection, case when ${isOfOtherSql(sql`c.note`, account)} then null else c.watermark end as watermark
        from (select ${name} as connection) as n left join connections c on c.connection = n.connection`,
    );
  if (names.length === 0) return sql`select null as label, null as text from (select 1 as one) as none where false`;
  const oldest = new Date(asOf.getTime() - consentHours * 3_600_000);
  return sql`
    select c.connection as label, concat(c.connection, ': ', case when c.watermark is null
        then 'who left there was never fetched'
        else concat('facts until ', substr(cast(c.watermark as string), 1, 16)) end,
        '; lists for sending are held back until it is fetched again') as text
    from (${join(names, ' union all ')}) c where c.watermark is null or c.watermark < ${oldest}`;
}
