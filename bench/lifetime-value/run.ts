/**
 * How right and how fast lifetime values are: CDNOW against the published figures, the same work by Python's lifetimes where it
 * is installed (`pip install lifetimes`), and a workbook of a million invented customers (`--customers=N`; 0 leaves it out).
 * Prints tables; judges nothing.
 */
import { candidates, score } from '../../lib/features/value/choose.ts';
import { fitOrderValue } from '../../lib/features/value/gamma-gamma.ts';
import { fitModel } from '../../lib/features/value/model.ts';
import { type CdnowSample, cdnowSample } from './cdnow.ts';
import { million } from './million.ts';
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
  const customers = process.argv.find((word) => word.startsWith('--customers='))?.split('=')[1];
  if (customers !== '0') await million(Number(customers ?? 1_000_000));
}

/** Fits every candidate up to 1997-09-30 and scores the 39 weeks after. */
function accuracy({ heldOut, weeks }: CdnowSample): void {
  console.log(`CDNOW sample, 2,357 customers, calibration to 1997-09-30, ${weeks} weeks held out`);
  const rows = candidates.map((model) => {
    const fitted = fitModel(model, heldOut);
    const means = score(fitted, heldOut, weeks);
    const whole = inWholeOrders(fitted, heldOut, weeks);
    return {
      model: model.name,
      parameters: fitted.parameters.map((value) => value.toFixed(4)).join(' '),
      'log-likelihood': fitted.logLikelihood.toFixed(3),
      'mean abs. error': means.meanAbsoluteError.toFixed(4),
      bias: `${(means.bias * 100).toFixed(1)} %`,
      'in whole orders': `${whole.meanAbsoluteError.toFixed(4)}, ${(whole.bias * 100).toFixed(1)} %`,
    };
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

function orderValues({ spending }: CdnowSample): void {
  const { p, q, v, customers } = fitOrderValue(spending);
  console.log(`Gamma-Gamma on ${customers} repeat buyers: p ${p.toFixed(2)}, q ${q.toFixed(2)}, v ${v.toFixed(2)}`);
  console.log('published, on 946:                p 6.25, q 3.74, v 15.44');
}
