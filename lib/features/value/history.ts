/**
 * From purchases to what the models need, in SQL: orders without refunds and in one currency, and each contact's history.
 *
 * An order is a contact's local day on which something was bought; two baskets on one day are one order. A refund (a negative
 * amount) is taken off the last order before it, and an order that came back whole is none. Money is summed in whole
 * hundredths of the base currency, so that no sum depends on the order in which threads reach it. Rows without a contact,
 * a moment or an amount, and rows after as-of, are not looked at.
 */
import { join, type Sql, sql } from '../../core/sql.ts';
import type { ValueRules } from './rules.ts';

/** What `purchases` must give: contact_id (text, after merges), ordered_at (timestamp, UTC), amount (double), currency (text). */
const known = (purchases: Sql, asOf: Date): Sql => sql`
  select contact_id, ordered_at, amount, nullif(upper(trim(currency)), '') as currency
  from (${purchases}) as purchases
  where contact_id is not null and amount is not null and ordered_at <= ${asOf}`;

const rateTable = ({ base, rates }: ValueRules['currencies']): Sql => sql`
  select cast(null as varchar) as currency, 1.0 as rate where false
  union all ${join(
    Object.entries(rates).map(([currency, rate]) => sql`select ${currency} as currency, ${rate} as rate`),
    ' union all ',
  )}
  union all select '' as currency, ${rates[base] ?? 1} as rate`;

/** Rows (currency, orders): the purchases in a currency that the rules give no rate for. */
export const unratedCurrencies = (purchases: Sql, asOf: Date, rules: ValueRules): Sql => sql`
  select known.currency as currency, count(*) as orders
  from (${known(purchases, asOf)}) as known
  left join (${rateTable(rules.currencies)}) as rates on rates.currency = coalesce(known.currency, '')
  where rates.rate is null
  group by known.currency
  order by count(*) desc, known.currency`;

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

/** Rows (contact_id, day, cents, last_at): an order, less what came back of it. Reads the table `days` of purchaseDays. */
export const orders = (days: Sql): Sql => sql`
  with refunded as (select contact_id from ${days} group by contact_id having sum(refunds) > 0),
  numbered as (
    select
      days.contact_id, day, cents, refunds, last_at,
      sum(case when bought > 0 then 1 else 0 end) over (
        partition by days.contact_id order by day rows between unbounded preceding and current row
      ) as number_of_order
    from ${days} as days join refunded on refunded.contact_id = days.contact_id
  )
  select days.contact_id as contact_id, day, cents, last_at
  from ${days} as days left join refunded on refunded.contact_id = days.contact_id
  where refunded.contact_id is null
  union all
  select contact_id, min(day) as day, cast(sum(cents) as bigint) as cents, max(last_at) as last_at
  from numbered
  where number_of_order > 0
  group by contact_id, number_of_order
  having sum(refunds) = 0 or sum(cents) > 0`;

/** Rows (contact_id, first_day): when a contact ordered first. */
export const firstOrders = (orderTable: Sql): Sql => sql`
  select contact_id, min(day) as first_day from ${orderTable} group by contact_id`;

/**
 * Rows (contact_id, orders, frequency, recency_days, age_days, cents, repeat_cents, last_at): a contact's history up to and
 * with the local day `until`, a DATE expression.
 */
export const histories = (orderTable: Sql, firsts: Sql, until: Sql): Sql => sql`
  select
    orders.contact_id as contact_id,
    count(*) as orders,
    count(*) - 1 as frequency,
    days_between(firsts.first_day, max(orders.day)) as recency_days,
    days_between(firsts.first_day, ${until}) as age_days,
    cast(sum(orders.cents) as bigint) as cents,
    cast(sum(case when orders.day > firsts.first_day then orders.cents else 0 end) as bigint) as repeat_cents,
    max(orders.last_at) as last_at
  from ${orderTable} as orders join ${firsts} as firsts on firsts.contact_id = orders.contact_id
  where orders.day <= ${until}
  group by orders.contact_id, firsts.first_day`;

/** Rows (frequency, recency_days, age_days, customers), sorted: customers with equal histories counted once. */
export const grouped = (historyTable: Sql): Sql => sql`
  select frequency, recency_days, age_days, count(*) as customers
  from ${historyTable} as histories
  group by frequency, recency_days, age_days
  order by frequency, recency_days, age_days`;

/** Rows (frequency, repeat_cents, customers), sorted, of contacts with repeat orders of some value. */
export const spending = (historyTable: Sql): Sql => sql`
  select frequency, repeat_cents, count(*) as customers
  from ${historyTable} as histories
  where frequency > 0 and repeat_cents > 0
  group by frequency, repeat_cents
  order by frequency, repeat_cents`;

/** Rows (frequency, recency_days, age_days, later, customers), sorted: histories up to `until` and the orders after it. */
export const heldOut = (orderTable: Sql, firsts: Sql, until: Sql): Sql => sql`
  select frequency, recency_days, age_days, coalesce(after_it.later, 0) as later, count(*) as customers
  from (${histories(orderTable, firsts, until)}) as before_it
  left join (
    select contact_id, count(*) as later from ${orderTable} as orders where day > ${until} group by contact_id
  ) as after_it on after_it.contact_id = before_it.contact_id
  group by frequency, recency_days, age_days, coalesce(after_it.later, 0)
  order by frequency, recency_days, age_days, coalesce(after_it.later, 0)`;
