/** A back-test of values as a report for a terminal or a page: counts and shares, no names of customers. */
import type { Backtest } from '../../core/backtest.ts';
import type { ValueBacktest } from './backtest.ts';

const percent = (share: number | null): string => (share === null ? 'unknown' : `${(share * 100).toFixed(1)} %`);
const signed = (share: number | null): string =>
  share === null ? 'unknown' : `${share > 0 ? '+' : ''}${percent(share)}`;
const count = (number: number): string => number.toLocaleString('en-US');

/** Describes a back-test for the command `backtest value`. */
export function describeValueBacktest(result: ValueBacktest): Backtest {
  const { from, until, days, customers, came, model, simplerBecause, refused, topFifth, forecasts, calibration } =
    result;
  const own = forecasts[model];
  const [plain] = Object.entries(forecasts)
    .filter(([forecast]) => forecast !== model)
    .sort(([, a], [, b]) => a.error - b.error);
  return {
    report: result,
    title: `Values as of ${from}, against the ${days} days up to ${until}`,
    findings: [
      ...(refused === undefined ? [] : [`This proves nothing: ${refused}.`]),
      `${count(customers)} customers; ${count(came.buyers)} of them bought, ${count(came.orders)} orders, ` +
        `${count(Math.round(came.money))} in money.`,
      `${model} was ${own?.error.toFixed(3)} orders off per customer, ` +
        `with a bias of ${signed(own?.bias ?? null)} in orders and ${signed(result.moneyBias)} in money.`,
      ...(plain && own
        ? [`The best forecast without a model, ${plain[0]}, was ${plain[1].error.toFixed(3)} off.`]
        : []),
      ...(simplerBecause === undefined ? [] : [`${model} stood in for a model: ${simplerBecause}.`]),
      ...(calibration.length > 0 ? [] : ['p_alive is empty: this forecast knows no chance of leaving.']),
    ],
    tables: [
      {
        title: 'Orders per customer',
        note: 'The mean of |expected − actual|, and expected / actual orders − 1, beside forecasts without a model.',
        head: ['forecast', 'error', 'bias'],
        rows: Object.entries(forecasts).map(([forecast, { error, bias }]) => [
          forecast === model ? `${forecast} (these values)` : forecast,
          error.toFixed(3),
          signed(bias),
        ]),
      },
      ...(calibration.length === 0
        ? []
        : [
            {
              title: 'p_alive, and who bought',
              note: 'A customer may be alive and buy nothing in these days, so that the share is at most p_alive.',
              head: ['p_alive', 'customers', 'mean p_alive', 'bought'],
              rows: calibration.map((one) => [
                `${one.from.toFixed(1)} to ${one.to.toFixed(1)}`,
                count(one.customers),
                percent(one.meanAlive),
                percent(one.boughtShare),
              ]),
            },
          ]),
      {
        title: `Share of the money that the first fifth (${count(topFifth.customers)} customers) spent`,
        head: ['ordered by', 'share'],
        rows: [
          ['lifetime_value', percent(topFifth.byLifetimeValue)],
          ['money spent before', percent(topFifth.bySpentSoFar)],
          ['recent orders', percent(topFifth.byRecentOrders)],
          ['at best', percent(topFifth.best)],
        ],
      },
    ],
  };
}
