/**
 * From purchases to what the models need, in SQL: orders without refunds and in one currency, and each contact's
 * history.
 *
 * An order is a contact's local day on which something was bought; two baskets on one day are one order. A refund (a
 * negative amount) is subtracted from the last order before it; what is larger than that order is subtracted from the
 * orders before, the newest first. An order that was refunded in full is none. Money is summed in whole hundredths of
 * the base currency, so that no sum depends on the order in which threads reach it. Rows after as-of are left out; rows
 * that can't be read are left out and counted (`ignored`).
 */
import { join, type Sql, sql } from '../../core/sql.ts';
import type { ValueRules } from './rules.ts';
import type { Typical } from './typical.ts';

/** Amounts beyond this are typing errors: in hundredths they would not fit a whole number. */
const LARGEST_AMOUNT = 1e12;

/** Expects contact_id (text, after merges), ordered_at (timestamp, UTC), amount (double), currency (text). */
const known = (purchases: Sql, asOf: Date): Sql => sql`
  select contact_id, ordered_at, amount, nullif(upper(trim(currency)), '') as currency
  from (${purchases}) as purchases
  where contact_id is not null and abs(amount) < ${LARGEST_AMOUNT} and ordered_at <= ${asOf}`;

const rateTable = ({ base, rates }: ValueRules['currencies']): Sql =>
  join(
    [...Object.entries(rates), ['', rates[base] ?? 1] as const].map(
      ([currency, rate]) => sql`select ${currency} as currency, ${rate} * 1e0 as rate`,
    ),
    ' union all ',
  );

/**
 * Rows (cause, currency, purchases): purchases of known contacts that can't be counted. `cause` is `time`, `amount` or
 * `currency`; `currency` is the text of that cell, where it is the cause.
 */
export const ignored = (purchases: Sql, asOf: Date, rules: ValueRules): Sql => sql`
  select
    cause,
    case when cause = 'currency' then cell end as currency,
    count(*) as purchases
  from (
    select
      case
        when ordered_at is null then 'time'
        when amount is null or not abs(amount) < ${LARGEST_AMOUNT} then 'amount'
        when rates.rate is null then 'currency'
      end as cause,
      purchases.cell as cell
    from (
      select contact_id, ordered_at, amount, coalesce(upper(trim(currency)), '') as cell
      from (${purchases}) as purchases
      where contact_id is not null and (ordered_at is null or ordered_at <= ${asOf})
    ) as purchases
    left join (${rateTable(rules.currencies)}) as rates on rates.currency = purchases.cell
  ) as judged
  where cause is not null
  group by cause, case when cause = 'currency' then cell end`;

/** Rows (contact_id, day, cents, refunds, bought, last_at): a contact's local day with purchases. */
export const purchaseDays = (purchases: Sql, asOf: Date, rules: ValueRules): Sql => sql`
  select
    contact_id,
    day,
    cast(sum(cents) as bigint) as cents,
    sum(case when cents < 0 then 1 else 0 end) as refunds,
    sum(case when cents >= 0 then 1 else 0 end) as bought,
    max(case when cents >= 0 then ordered_at end) as last_at
  from (
    select contact_id, ordered_at, local_day(ordered_at) as day, cast(round(amount * rate * 100) as bigint) as cents
    from (${known(purchases, asOf)}) as known
    join (${rateTable(rules.currencies)}) as rates on rates.currency = coalesce(known.currency, '')
  ) as priced
  group by contact_id, day`;

/** Tables of the rows of `purchaseDays`, `orders` and `firstOrders`. */
export const DAYS = sql`value_days`;
export const ORDERS = sql`value_orders`;
export const FIRSTS = sql`value_firsts`;
/** The rows of `histories` up to as-of. */
export const NOW = sql`value_now`;

/**
 * Rows (contact_id, day, cents, last_at): an order, less what was refunded of it.
 *
 * With s the sum of an order's money and that of its refunds, and S its sum from an order to the last one, the refunds
 * that reach an order from later ones are `owed` = greatest(0, the largest S after it) − the S after it.
 */
export const orders = sql`
  with refunded as (select contact_id from ${DAYS} group by contact_id having sum(refunds) > 0),
  numbered as (
    select
      days.contact_id, day, cents, refunds, last_at,
      sum(case when bought > 0 then 1 else 0 end) over (
        partition by days.contact_id order by day rows between unbounded preceding and current row
      ) as number_of_order
    from ${DAYS} as days join refunded on refunded.contact_id = days.contact_id
  ),
  netted as (
    select
      contact_id, number_of_order, min(day) as day, cast(sum(cents) as bigint) as cents, sum(refunds) as refunds,
      max(last_at) as last_at
    from numbered
    where number_of_order > 0
    group by contact_id, number_of_order
  ),
  summed as (
    select *,
      sum(cents) over (
        partition by contact_id order by number_of_order desc rows between unbounded preceding and current row
      ) as from_here
    from netted
  ),
  reached as (
    select *,
      from_here - cents as after_it,
      greatest(0, coalesce(max(from_here) over (
        partition by contact_id order by number_of_order desc rows between unbounded preceding and 1 preceding
      ), 0)) as largest_after_it
    from summed
  )
  select days.contact_id as contact_id, day, cents, last_at
  from ${DAYS} as days left join refunded on refunded.contact_id = days.contact_id
  where refunded.contact_id is null
  union all
  select contact_id, day, cast(cents - (largest_after_it - after_it) as bigint) as cents, last_at
  from reached
  where (refunds = 0 and largest_after_it = after_it) or cents > largest_after_it - after_it`;

/** Rows (contact_id, first_day): when a contact ordered first. */
export const firstOrders = sql`select contact_id, min(day) as first_day from ${ORDERS} group by contact_id`;

/** What is counted of histories beside all of their orders. */
export interface Counted {
  /** How many weeks back orders are recent; as many as are forecast. */
  readonly weeks: number;
  /** Counts the same weeks of earlier years too. */
  readonly season?: boolean;
}

/**
 * Orders of the same `weeks` weeks of all earlier years (of 52 weeks) that a customer was one in, after the first
 * order; an expression over orders and first orders. The year before `until` is the first.
 */
const seasonOrders = (until: Sql, weeks: number): Sql => {
  const before = sql`days_between(orders.day, ${until})`;
  return sql`cast(sum(case
    when orders.day > firsts.first_day
      and 364 - mod(${before}, 364) <= ${Math.round(Math.min(52, weeks) * 7)}
      and ${before} - mod(${before}, 364) + 364 <= days_between(firsts.first_day, ${until})
    then 1 else 0 end) as integer)`;
};

/**
 * Rows (contact_id, orders, frequency, recency_days, age_days, cents, repeat_cents, typical_cents,
 * typical_repeat_cents, season_orders, recent_orders, last_at): a contact's history up to and with the local day
 * `until`, a DATE expression. In the typical sums an extreme order counts as much as the median one. `season_orders` is
 * 0 where the season is not counted.
 */
export const histories = (typical: Typical, until: Sql, { weeks, season = false }: Counted): Sql => sql`
  select
    orders.contact_id as contact_id,
    count(*) as orders,
    count(*) - 1 as frequency,
    days_between(firsts.first_day, max(orders.day)) as recency_days,
    days_between(firsts.first_day, ${until}) as age_days,
    cast(sum(orders.cents) as bigint) as cents,
    cast(sum(case when orders.day > firsts.first_day then orders.cents else 0 end) as bigint) as repeat_cents,
    cast(sum(${typicalCents(typical)}) as bigint) as typical_cents,
    cast(sum(case when orders.day > firsts.first_day then ${typicalCents(typical)} else 0 end) as bigint)
      as typical_repeat_cents,
    ${season ? seasonOrders(until, weeks) : sql`0`} as season_orders,
    cast(sum(case when days_between(orders.day, ${until}) < ${Math.round(weeks * 7)} then 1 else 0 end) as integer)
      as recent_orders,
    max(orders.last_at) as last_at
  from ${ORDERS} as orders join ${FIRSTS} as firsts on firsts.contact_id = orders.contact_id
  where orders.day <= ${until}
  group by orders.contact_id, firsts.first_day`;

const typicalCents = ({ leastCents, medianCents, mostCents }: Typical): Sql => sql`
  case when orders.cents > ${mostCents} or (orders.cents > 0 and orders.cents < ${leastCents})
    then cast(${medianCents} as bigint) else orders.cents end`;

/**
 * Rows (frequency, recency_days, age_days, season_orders, recent_orders, customers), sorted: customers with equal
 * histories counted once, with the mean of their recent orders.
 */
export const grouped = (historyTable: Sql): Sql => sql`
  select
    frequency, recency_days, age_days, season_orders, sum(recent_orders) / cast(count(*) as double) as recent_orders,
    count(*) as customers
  from ${historyTable} as histories
  group by frequency, recency_days, age_days, season_orders
  order by frequency, recency_days, age_days, season_orders`;

/** Rows (frequency, cents, customers), sorted, of repeat buyers; extreme orders count as the median one. */
export const spending = sql`
  select frequency, typical_repeat_cents as cents, count(*) as customers
  from ${NOW} as histories
  where frequency > 0 and typical_repeat_cents > 0
  group by frequency, typical_repeat_cents
  order by frequency, typical_repeat_cents`;

const HELD_OUT = sql`frequency, recency_days, age_days, season_orders, recent_orders, coalesce(after_it.later, 0)`;

/**
 * Rows (frequency, recency_days, age_days, season_orders, recent_orders, customers, later), sorted: histories up to
 * `until` and the orders in the weeks after it.
 */
export const heldOut = (typical: Typical, until: Sql, counted: Counted): Sql => sql`
  select
    frequency, recency_days, age_days, season_orders, recent_orders, count(*) as customers,
    coalesce(after_it.later, 0) as later
  from (${histories(typical, until, counted)}) as before_it
  left join (
    select contact_id, count(*) as later from ${ORDERS} as orders
    where day > ${until} and days_between(${until}, day) <= ${Math.round(counted.weeks * 7)} group by contact_id
  ) as after_it on after_it.contact_id = before_it.contact_id
  group by ${HELD_OUT}
  order by ${HELD_OUT}`;

/**
 * One number: how much the last gap between orders varies as a share of the last two, over every
 * `stride`-th history with three orders or more. Chosen by the history, so that the same shop gives the same sample.
 */
export const gapShares = (stride: number): Sql => sql`
  select coalesce(avg((share - 0.5) * (share - 0.5)), 0.25) as variance
  from (
    select
      days_between(max(case when number = 2 then day end), max(case when number = 1 then day end))
        / cast(days_between(max(case when number = 3 then day end),
          max(case when number = 1 then day end)) as double) as share
    from (
      select orders.contact_id, day, row_number() over (partition by orders.contact_id order by day desc) as number
      from ${ORDERS} as orders
      join ${NOW} as histories on histories.contact_id = orders.contact_id
      where frequency >= 2 and mod(frequency + 31 * recency_days + 17 * age_days, ${stride}) = 0
    ) as latest
    where number <= 3
    group by contact_id
  ) as shares`;
