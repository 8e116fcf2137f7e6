/** The same fit and the same predictions by Python's lifetimes, timed in its own process without its imports. */
import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { sampleFile } from './cdnow.ts';

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
from lifetimes.utils import calibration_and_holdout_data
names = ['master', 'id', 'date', 'items', 'amount']
rows = pandas.read_csv(sys.argv[1], sep=r'\\s+', header=None, names=names, dtype={'date': str})
d = calibration_and_holdout_data(rows, 'id', 'date', calibration_period_end='1997-09-30',
    observation_period_end='1998-06-30', freq='D', freq_multiplier=7, datetime_format='%Y%m%d')
x, t, T = d.frequency_cal, d.recency_cal, d.T_cal
times = []
for _ in range(5):
    start = time.perf_counter()
    model = lifetimes.BetaGeoFitter().fit(x, t, T)
    orders = model.conditional_expected_number_of_purchases_up_to_time(39, x, t, T)
    model.conditional_probability_alive(x, t, T)
    times.append((time.perf_counter() - start) * 1000)
print(json.dumps({'version': lifetimes.__version__, 'parameters': [float(p) for p in model.params_],
    'meanAbsoluteError': float(numpy.abs(orders - d.frequency_holdout).mean()), 'milliseconds': sorted(times)[2]}))
`;

/** The median of five runs; undefined where lifetimes isn't installed. */
export function fitByLifetimes(): z.output<typeof result> | undefined {
  if (spawnSync('python3', ['-c', 'import lifetimes'], { stdio: 'ignore' }).status !== 0) return undefined;
  const { stdout, status, stderr } = spawnSync('python3', ['-', sampleFile], { input: script, encoding: 'utf8' });
  if (status !== 0) throw new Error(`lifetimes failed: ${stderr.trim().split('\n').at(-1)}`);
  return result.parse(JSON.parse(stdout));
}
