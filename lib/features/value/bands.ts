/** Value bands, and how the past quarter moved, in SQL. Knows the rules' names and shares; fits nothing. */
import { join, type Sql, sql } from '../../core/sql.ts';
import { FIRSTS, ORDERS } from './history.ts';
import type { ValueRules } from './rules.ts';

/** The names of all bands, best first. */
export const bandsOf = ({ bands: { ranked, rest, lapsing } }: ValueRules): string[] => [
  ...ranked.map(({ name }) => name),
  rest,
  lapsing.name,
];

/**
 * The rows of `values` with their value_band, and the places that it follows from. `values` gives contact_id,
 * lifetime_value, p_alive (or null), cents (spent so far). Equal values always share a band: the one that their last
 * member falls into, so that no band takes more than its share. A band takes at least one customer, however few there
 * are. A customer without any value to expect is never above `rest`.
 */
export function valueBands(values: Sql, { ranked, rest, lapsing }: ValueRules['bands']): Sql {
  let reached = 0;
  const cases = ranked.map(({ name, share }) => {
    reached += share;
    return sql`when lifetime_value > 0 and value_place <= ${places(reached)} then ${name}`;
  });
  return sql`
    select
      ranked.*,
      case
        when p_alive < ${lapsing.aliveBelow} and spent_place <= ${places(lapsing.ofBest)} then ${lapsing.name}
        ${join(cases, ' ')}
        else ${rest}
      end as value_band
    from (
      select
        valued.*,
        count(*) over (order by lifetime_value desc) as value_place,
        count(*) over (order by cents desc) as spent_place,
        count(*) over () as customers
      from ${values} as valued
    ) as ranked`;
}

/** The last place of the first `share` of all customers, at least 1. Sums of shares are off in the last digit. */
const places = (share: number): Sql => sql`greatest(1, floor(${share + 1e-9} * customers))`;

/**
 * One row (buyers, orders, repeat_buyers, buyers_before, orders_before, repeat_buyers_before): the time since
 * `quarterStart`, and that between `quarterBefore` and it. A repeat buyer had ordered before the order that counts.
 */
export const quarterMovement = (quarterStart: Sql, quarterBefore: Sql): Sql => sql`
  select
    count(distinct case when day > ${quarterStart} then orders.contact_id end) as buyers,
    sum(case when day > ${quarterStart} then 1 else 0 end) as orders,
    count(distinct case when day > ${quarterStart} and day > first_day then orders.contact_id end) as repeat_buyers,
    count(distinct case when day <= ${quarterStart} then orders.contact_id end) as buyers_before,
    sum(case when day <= ${quarterStart} then 1 else 0 end) as orders_before,
    count(distinct case when day <= ${quarterStart}
      and day > first_day then orders.contact_id end) as repeat_buyers_before
  from ${ORDERS} as orders join ${FIRSTS} as firsts on firsts.contact_id = orders.contact_id
  where day > ${quarterBefore}`;

/** Rows (before_band, value_band, customers): the bands of then and now; a new customer was in none. */
export const bandMoves = (now: Sql, then: Sql): Sql => sql`
  select before_it.value_band as before_band, valued.value_band as value_band, count(*) as customers
  from ${now} as valued left join ${then} as before_it on before_it.contact_id = valued.contact_id
  group by before_it.value_band, valued.value_band
  order by before_it.value_band, valued.value_band`;
