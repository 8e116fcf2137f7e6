import {
  atMost,
  atMostChange,
  job,
  type Limit,
  list,
  ofFacts,
  sql,
  update,
  type ValueRules,
  valueParts,
} from 'nightshift';
import { lifetimeValue as rules, valueLimits } from './rules/lifetime-value.ts';

const {
  backtestValue,
  bandsOf,
  describeValueBacktest,
  explainValue,
  hasOrders,
  lastModel,
  totalChange,
  valueCustomers,
  valueMetrics,
} = valueParts;

/** Facts name their contact after merges already. */
const purchases = sql`select contact_id, ordered_at, amount, currency from purchases`;

interface ValueLimits {
  readonly emptied: Limit;
  readonly moved: Limit;
  /** Change of the sum of all lifetime values: 1 is twice as much, or half. */
  readonly total: number;
}

/** Computes what customers are worth from everything that they bought, so that campaigns follow value and not noise. */
export const lifetimeValue = (values: ValueRules, limits: ValueLimits) =>
  job({
    name: 'lifetime-value',
    purpose: 'Works out orders to expect, lifetime value and value band of every customer from all purchases.',
    reads: ['contacts', 'purchases'],
    writes: ['contacts'],
    rules: { values, limits },
    prepare: async ({ engine, context, earlier }) => {
      const { asOf, today } = context;
      const at = { asOf, today, lastMonth: lastModel(earlier) };
      return valueMetrics(await valueCustomers(engine, purchases, at, values), earlier, values);
    },
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
            'recalculated' as why
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
      atMostChange(limits.total, 'contacts', 'the total lifetime value', totalChange),
    ],
    backtest: async ({ engine, asOf, days }) =>
      describeValueBacktest(await backtestValue({ engine, asOf, days, rules: values })),
    explainsPrepared: {
      when: hasOrders,
      explains: ({ today }, contactId) => explainValue(values, today, contactId),
    },
    explains: (_, contactId) => [
      {
        title: 'What this customer is worth',
        query: sql`
          select value_band, lifetime_value, expected_orders, p_alive, orders, last_order_at from contacts
          where contact_id = ${contactId} and orders is not null`,
      },
      {
        title: 'The orders it is computed from',
        query: sql`
          select order_id, ordered_at, amount, currency from ${ofFacts(
            'purchases',
            sql`select order_id, ordered_at, amount, currency from purchases where contact_id = ${contactId}`,
          )} as bought order by ordered_at, order_id`,
      },
    ],
  });

export default lifetimeValue(rules, valueLimits);
