/**
 * What the one record holds that several become: each column by its own rule, in the engine's SQL. The members of a
 * group are ranked (the survivor first), so that every choice is the same no matter the order of the rows.
 */

import { columnOf, join, name, type Sql, sql } from '../../../core/sql.ts';
import { tableOf } from '../../../core/tables.ts';
import type { Keeping, MatchingRules } from '../rules.ts';

/** A place is one thing: a street of one record with the town of another is no person's address. */
const PLACE = ['address', 'city', 'region', 'postal_code', 'country'];

const filled = (cell: Sql): Sql => sql`filter (where ${cell} is not null)`;

/** From the least restrictive to the most: a person who left under any name has left. */
const restriction = (cell: Sql): Sql =>
  sql`case ${cell} when 'unsubscribed' then 3 when 'suppressed' then 2 when 'subscribed' then 1 else 0 end`;

/** The aggregate over the members of a group (columns of contacts as `c`, `rank` from 1) that gives a column's value. */
function kept(column: string, keeping: Keeping): Sql {
  const cell = columnOf(column, 'c');
  switch (keeping) {
    case 'survivor':
      return sql`arg_min(${cell}, rank) ${filled(cell)}`;
    case 'longest':
      return sql`arg_max(${cell}, (length(cast(${cell} as varchar)), -rank)) ${filled(cell)}`;
    case 'newest':
      return sql`arg_max(${cell}, (coalesce(c.updated_at, c.created_at, timestamp '1900-01-01'), -rank)) ${filled(cell)}`;
    case 'most frequent':
      return sql`arg_max(${cell}, (${name(`as_often_${column}`)}, -rank)) ${filled(cell)}`;
    case 'any true':
      return sql`coalesce(max(case when lower(cast(${cell} as varchar)) in ('true', 'yes', '1', 'y') then ${cell} end),
        arg_min(${cell}, rank) ${filled(cell)})`;
    case 'most restrictive':
      return sql`arg_max(${cell}, (${restriction(cell)}, -rank)) ${filled(cell)}`;
    case 'earliest':
      return sql`min(${cell})`;
    case 'latest':
      return sql`max(${cell})`;
  }
}

/** The columns of contacts that a merge decides: all but the key, the archive's note, and those that other jobs recalculate. */
export const mergedColumns = (): readonly string[] =>
  Object.entries(tableOf('contacts').columns)
    .filter(([column, { derived }]) => !['contact_id', 'archive_note'].includes(column) && !derived)
    .map(([column]) => column);

/**
 * The query (survivor_id, column…) over `sweep_members(contact_id, survivor_id, rank)`: what each survivor holds after the merge.
 */
export function mergedQuery({ survivorship }: MatchingRules): Sql {
  const keepings: Readonly<Record<string, Keeping>> = survivorship.columns;
  const often = mergedColumns().filter((column) => keepings[column] === 'most frequent');
  const counts = often.map(
    (column) =>
      sql`, count(*) over (partition by m.survivor_id, ${columnOf(column, 't')}) as ${name(`as_often_${column}`)}`,
  );
  const cells = mergedColumns().map((column) => {
    const keeping = keepings[column];
    // Whatever a rule says of it, consent is never weakened.
    const value =
      column === 'status'
        ? kept(column, 'most restrictive')
        : !keeping && PLACE.includes(column)
          ? sql`arg_min(${columnOf(column, 'c')}, case when c.has_place then rank else 1000000 + rank end)`
          : kept(column, keeping ?? 'survivor');
    return sql`${value} as ${columnOf(column)}`;
  });
  return sql`select survivor_id, ${join(cells, ', ')} from (
      select m.survivor_id, m.rank, t.*, coalesce(t.address, t.postal_code, t.city) is not null as has_place${join(counts, '')}
      from sweep_members m join contacts t on t.contact_id = m.contact_id
    ) c group by survivor_id`;
}
