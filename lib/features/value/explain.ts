/** Why a customer has this lifetime value, over the tables that `valueCustomers` leaves; how the total changed. */
import { ofFacts } from '../../core/facts.ts';
import { type Sql, sql } from '../../core/sql.ts';
import { day } from './days.ts';
import type { ValueRules } from './rules.ts';

/** One number: the purchases of a contact. Without any there is no value to explain. */
export const hasOrders = (contactId: string): Sql =>
  sql`select n from ${ofFacts(
    'purchases',
    sql`select count(*) as n from purchases where contact_id = ${contactId}`,
  )} as of_purchases`;

/** How many of the most similar customers are shown, by band. */
const ALIKE = 50;

/**
 * The parts of `explain` about a contact's value: the model, expected orders, the value of one, and the product of them
 * that is `lifetime_value`; then the customers with the most similar orders, by band.
 * @param today the local day of as-of, `YYYY-MM-DD`
 */
export const explainValue = ({ margin, horizonWeeks, discountRate }: ValueRules, today: string, contactId: string) => [
  {
    title: 'How lifetime_value is computed',
    query: sql`
      select
        models.model as model,
        expected_orders,
        p_alive,
        round(discounted_orders, 4) as discounted_orders,
        round(order_value, 2) as order_value,
        models.order_value_model as order_value_by,
        concat(
          'margin ', cast(cast(${margin} as double) as varchar), ' × ', cast(round(discounted_orders, 4) as varchar),
          ' orders in ', cast(cast(${horizonWeeks} as integer) as varchar), ' weeks (discounted by ',
          cast(cast(${discountRate * 100} as double) as varchar), ' % a year) × ',
            cast(round(order_value, 2) as varchar),
          ' an order = ', cast(lifetime_value as varchar)
        ) as lifetime_value
      from value_customers as valued cross join value_models as models
      where contact_id = ${contactId}`,
  },
  {
    title: `The ${ALIKE} customers most like this one, by band`,
    query: sql`
      with known as (
        select
          contact_id, value_band, lifetime_value, orders,
          ln(orders) as size,
          ln(1 + days_between(local_day(last_order_at), ${day(today)})) as quiet,
          ln(1 + greatest(cents, 0) / 100.0 / orders) as worth
        from value_customers
      ),
      nearest as (
        select other.value_band as value_band, other.lifetime_value as lifetime_value, other.orders as orders
        from known as other cross join (select size, quiet, worth from known where contact_id = ${contactId}) as own
        where other.contact_id <> ${contactId}
        order by
          abs(other.size - own.size) + abs(other.quiet - own.quiet) + abs(other.worth - own.worth), other.contact_id
        limit ${ALIKE}
      )
      select
        value_band, count(*) as customers, round(avg(lifetime_value), 2) as mean_lifetime_value,
        round(avg(orders), 1) as mean_orders
      from nearest
      group by value_band
      order by count(*) desc, value_band`,
  },
];

/** A larger change is one like any other. */
const MOST_PERCENT = 1_000_000;

/**
 * One number: by how many per cent the sum of all lifetime values is larger than the one that stands in the workbook,
 * or that larger than the new one; 0 where none stands there.
 */
export const totalChange: Sql = sql`
  select
    case when before_it <= 0 then 0
      else cast(least(${MOST_PERCENT},
      round(100 * (greatest(before_it, after_it) / greatest(0.01, least(before_it, after_it)) - 1))) as bigint)
    end as n
  from (
    select
      (select coalesce(sum(lifetime_value), 0) from contacts) as before_it,
      (select coalesce(sum(lifetime_value), 0) from value_customers) as after_it
  ) as totals`;
