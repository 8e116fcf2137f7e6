import { atMost, job, type Limit, list, sql, update, type ValueRules, valueParts } from 'nightshift';
import { lifetimeValue as rules, valueLimits } from './rules/lifetime-value.ts';

const { bandsOf, valueCustomers, valueMetrics } = valueParts;

/** Facts name their contact after merges already. */
const purchases = sql`select contact_id, ordered_at, amount, currency from purchases`;

/** Works out what customers are worth from everything that they ever bought, so that campaigns follow value and not noise. */
export const lifetimeValue = (values: ValueRules, limits: { readonly emptied: Limit; readonly moved: Limit }) =>
  job({
    name: 'lifetime-value',
    purpose: 'Works out orders to expect, lifetime value and value band of every customer from all purchases.',
    reads: ['contacts', 'purchases'],
    writes: ['contacts'],
    rules: { values, limits },
    prepare: async ({ engine, context, earlier }) =>
      valueMetrics(await valueCustomers(engine, purchases, context, values), earlier, values),
    changes: () => [
      update(
        'contacts',
        sql`
          select
            c.contact_id, v.orders, v.last_order_at, v.expected_orders, v.p_alive, v.lifetime_value, v.value_band,
            case
              when v.contact_id is null then 'no orders any more'
              when c.value_band is null then concat('a customer now, ', v.value_band)
              when c.value_band not in ${list(bandsOf(values))} then concat('no band of ours → ', v.value_band)
              else concat(c.value_band, ' → ', v.value_band)
            end as why_value_band,
            'worked out anew' as why
          from contacts c left join value_customers v on v.contact_id = c.contact_id
          where v.contact_id is not null or c.orders is not null`,
      ),
    ],
    guards: [
      atMost(
        limits.emptied,
        'contacts',
        'losing their value',
        sql`select count(*) from planned_contacts where before_orders is not null and set_orders and orders is null`,
      ),
      atMost(
        limits.moved,
        'contacts',
        'changing their value band',
        sql`select count(*) from planned_contacts where before_value_band is not null and set_value_band`,
      ),
    ],
    explains: (_, contactId) => [
      {
        title: 'What this customer is worth',
        query: sql`select value_band, lifetime_value, expected_orders, p_alive, orders, last_order_at from contacts where contact_id = ${contactId} and orders is not null`,
      },
      {
        title: 'The orders it is worked out from',
        query: sql`select order_id, ordered_at, amount, currency from purchases where contact_id = ${contactId} order by ordered_at, order_id`,
      },
    ],
  });

export default lifetimeValue(rules, valueLimits);
