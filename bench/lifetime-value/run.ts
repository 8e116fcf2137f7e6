/**
 * How right and how fast lifetime values are: CDNOW against the published figures, the same work by Python's lifetimes
 * where it is installed (`pip install lifetimes`), public shops against plain forecasts (`--shops=FOLDER`, see
 * shops.ts), and a workbook of a million invented customers (`--customers=N`; 0 leaves it out). Prints tables; judges
 * nothing.
 */
import { candidatesFor, models, score } from '../../lib/features/value/choose.ts';
import { fitOrderValue } from '../../lib/features/value/gamma-gamma.ts';
import { fitModel } from '../../lib/features/value/model.ts';
import { type CdnowSample, cdnowSample } from './cdnow.ts';
import { million } from './million.ts';
import { publicShops } from './shops.ts';

import { sideBySide } from './side-by-side.ts';
import { inWholeOrders } from './whole-orders.ts';

/** Prints the benchmark of lifetime values. */
export async function run(): Promise<void> {
  const sample = cdnowSample();
  if (sample) {
    accuracy(sample);
    orderValues(sample);
    sideBySide(sample);
  } else console.log('CDNOW: skipped: no data');
  const shops = process.argv.find((word) => word.startsWith('--shops='))?.split('=')[1];
  if (shops) await publicShops(shops);
  else console.log('Public shops: skipped: no --shops=FOLDER');
  const customers = process.argv.find((word) => word.startsWith('--customers='))?.split('=')[1];
  if (customers !== '0') await million(Number(customers ?? 1_000_000));
}

/** Fits every candidate up to 1997-09-30 and scores the 39 weeks after. */
function accuracy({ heldOut, weeks }: CdnowSample): void {
  console.log(`CDNOW sample, 2,357 customers, calibration to 1997-09-30, ${weeks} weeks held out`);
  const rows = candidatesFor(1).flatMap((candidate) => {
    const fitted = candidate.fit(heldOut, weeks);
    if (fitted === undefined) return [];
    const means = score(candidate.name, fitted, heldOut, weeks);
    const model = models.find(({ name }) => name === candidate.name);
    const whole = model && inWholeOrders(fitModel(model, heldOut), heldOut, weeks);
    const row = {
      model: candidate.name,
      parameters: Object.values(fitted.parameters)
        .map((value) => value.toFixed(4))
        .join(' '),
      'log-likelihood': fitted.logLikelihood?.toFixed(3),
      'mean abs. error': means.meanAbsoluteError.toFixed(4),
      bias: percent(means.bias),
      'in whole orders': whole && `${whole.meanAbsoluteError.toFixed(4)}, ${percent(whole.bias)}`,
    };
    return [row];
  });
  console.table([
    ...rows,
    {
      model: 'BG/NBD, published',
      parameters: '0.2426 4.4137 0.7930 2.4262',
      'log-likelihood': '-9582.429',
      'mean abs. error': '0.786',
      bias: '-12 %',
    },
    { model: 'Pareto/NBD, published', parameters: '0.553 10.578 0.606 11.669', 'mean abs. error': '0.7545' },
  ]);
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function orderValues({ spending }: CdnowSample): void {
  const { p, q, v, customers } = fitOrderValue(spending);
  console.log(`Gamma-Gamma on ${customers} repeat buyers: p ${p.toFixed(2)}, q ${q.toFixed(2)}, v ${v.toFixed(2)}`);
  console.log('published, on 946:                p 6.25, q 3.74, v 15.44');
}
