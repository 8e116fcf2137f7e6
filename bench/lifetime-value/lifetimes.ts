/** The same fits and predictions by Python's lifetimes, timed in its own process without its imports. */
import { spawnSync } from 'node:child_process';
import * as z from 'zod';
import type { Customers } from './side-by-side.ts';

/**
 * Milliseconds of each run, for the model of orders and for that of their value, with what they foretold as a check.
 */
export interface Timed {
  readonly orders: readonly number[];
  readonly value: readonly number[];
  /** Orders foretold of all customers. */
  readonly orderTotal: number;
  /** The expected values of one order of each, summed. */
  readonly valueTotal: number;
}

const result = z.object({
  orders: z.array(z.number()),
  value: z.array(z.number()),
  orderTotal: z.number(),
  valueTotal: z.number(),
});

const script = `
import json, sys, time, warnings
warnings.filterwarnings('ignore')
import lifetimes, pandas
given = json.load(sys.stdin)
d = pandas.DataFrame(given['customers'])
d['mean'] = (d.spend / d.frequency).where(d.frequency > 0, 0)
def orders():
    model = lifetimes.BetaGeoFitter().fit(d.frequency, d.recency, d.age)
    foretold = model.conditional_expected_number_of_purchases_up_to_time(given['weeks'], d.frequency, d.recency, d.age)
    model.conditional_probability_alive(d.frequency, d.recency, d.age)
    return float(foretold.sum())
def value():
    repeat = d[(d.frequency > 0) & (d.spend > 0)]
    model = lifetimes.GammaGammaFitter().fit(repeat.frequency, repeat['mean'])
    return float(model.conditional_expected_average_profit(d.frequency, d['mean']).sum())
def timed(work):
    times = []
    for _ in range(7):
        start = time.process_time()
        total = work()
        times.append((time.process_time() - start) * 1000)
    return times, total
(order_times, order_total), (value_times, value_total) = timed(orders), timed(value)
print(json.dumps({'orders': order_times, 'value': value_times, 'orderTotal': order_total, 'valueTotal': value_total}))
`;

/** Seven runs of each; undefined where lifetimes isn't installed. */
export function byLifetimes(customers: Customers, weeks: number): Timed | undefined {
  if (spawnSync('python3', ['-c', 'import lifetimes'], { stdio: 'ignore' }).status !== 0) return undefined;
  const columns = Object.entries(customers).map(([name, column]) => [name, Array.from(column)]);
  const input = JSON.stringify({ customers: Object.fromEntries(columns), weeks });
  const { stdout, status, stderr } = spawnSync('python3', ['-c', script], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`lifetimes failed: ${stderr.trim().split('\n').at(-1)}`);
  return result.parse(JSON.parse(stdout));
}
