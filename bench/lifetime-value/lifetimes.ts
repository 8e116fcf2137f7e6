/** The same fit and the same predictions by Python's lifetimes, timed in its own process without its imports. */
import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import type { HeldOut } from '../../lib/value/choose.ts';

const result = z.object({
  version: z.string(),
  parameters: z.array(z.number()),
  meanAbsoluteError: z.number(),
  milliseconds: z.number(),
});

const script = `
import json, sys, time, warnings
warnings.filterwarnings('ignore')
import lifetimes, numpy, pandas
d = pandas.DataFrame(json.load(sys.stdin))
times = []
for _ in range(9):
    start = time.perf_counter()
    model = lifetimes.BetaGeoFitter().fit(d.frequency, d.recency, d.age)
    orders = model.conditional_expected_number_of_purchases_up_to_time(39, d.frequency, d.recency, d.age)
    model.conditional_probability_alive(d.frequency, d.recency, d.age)
    times.append((time.perf_counter() - start) * 1000)
print(json.dumps({'version': lifetimes.__version__, 'parameters': [float(p) for p in model.params_],
    'meanAbsoluteError': float(numpy.abs(orders - d.orders).mean()), 'milliseconds': min(times)}))
`;

/** The best of nine runs, on customers one by one as it wants them; undefined where lifetimes isn't installed. */
export function fitByLifetimes({ customers, ...columns }: HeldOut): z.output<typeof result> | undefined {
  if (spawnSync('python3', ['-c', 'import lifetimes'], { stdio: 'ignore' }).status !== 0) return undefined;
  const single = (column: Float64Array) => Array.from(column).flatMap((value, i) => Array(customers[i]).fill(value));
  const input = JSON.stringify(Object.fromEntries(Object.entries(columns).map(([key, all]) => [key, single(all)])));
  const { stdout, status, stderr } = spawnSync('python3', ['-c', script], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`lifetimes failed: ${stderr.trim().split('\n').at(-1)}`);
  return result.parse(JSON.parse(stdout));
}
