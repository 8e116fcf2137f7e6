/** A back-test of values as lines for a terminal. */
import type { Off, ValueBacktest } from './backtest.ts';

const percent = (share: number | null): string => (share === null ? 'unknown' : `${(share * 100).toFixed(1)} %`);
const signed = (share: number | null): string =>
  share === null ? 'unknown' : `${share > 0 ? '+' : ''}${percent(share)}`;
const count = (number: number): string => number.toLocaleString('en-US');

/** Renders a back-test; the lines hold counts and shares, no names of customers. */
export function valueBacktestLines(result: ValueBacktest): string[] {
  const { from, until, days, customers, came, model, simplerBecause, topFifth } = result;
  return [
    `Values as of ${from}, against the ${days} days up to ${until}`,
    `  ${count(customers)} customers; ${count(came.buyers)} of them bought, ${count(came.orders)} orders, ${count(Math.round(came.money))} in money.`,
    ...(simplerBecause === undefined ? [] : [`  ${model} stood in for a model: ${simplerBecause}.`]),
    ...(result.refused === undefined ? [] : [`  This proves nothing: ${result.refused}.`]),
    '',
    'Orders per customer                   error      bias',
    ...Object.entries(result.forecasts).map(([forecast, off]) => forecastLine(forecast, off, forecast === model)),
    `  Money expected over money that came: ${signed(result.moneyBias)}.`,
    '',
    ...calibrationLines(result),
    '',
    `The first fifth (${count(topFifth.customers)} customers) spent this share of the money that came:`,
    `  by lifetime_value    ${percent(topFifth.byLifetimeValue)}`,
    `  by money spent       ${percent(topFifth.bySpentSoFar)}`,
    `  by recent orders     ${percent(topFifth.byRecentOrders)}`,
    `  at best              ${percent(topFifth.best)}`,
  ];
}

const forecastLine = (forecast: string, { error, bias }: Off, isOurs: boolean): string =>
  `  ${(isOurs ? `${forecast} (these values)` : forecast).padEnd(34)}  ${error.toFixed(3)}  ${signed(bias).padStart(9)}`;

function calibrationLines({ calibration }: ValueBacktest): string[] {
  if (calibration.length === 0) return ['p_alive is empty: this forecast knows no chance of leaving.'];
  return [
    'p_alive          customers   mean p_alive   bought',
    ...calibration.map(
      ({ from, to, customers, meanAlive, boughtShare }) =>
        `  ${from.toFixed(1)} to ${to.toFixed(1)}     ${count(customers).padStart(9)}   ${percent(meanAlive).padStart(12)}   ${percent(boughtShare)}`,
    ),
  ];
}
