/** Whether a model jumped against last month's: a sign of a broken import rather than of changed customers. */
import type { ModelRecord } from './fitted.ts';

/**
 * One sentence for each mean rate that changed by more than `jump` (0.3: thirty per cent). It compares what parameters
 * mean together (how often people buy, how many leave), since single ones may trade places without meaning anything.
 * Rates below their floor are as good as none: a change from nothing to hardly anything is no news. Models of different
 * names are not compared.
 */
export function jumps(before: ModelRecord | undefined, now: ModelRecord, jump: number): string[] {
  if (before === undefined || before.name !== now.name) return [];
  const earlier = meanRates(before.parameters);
  return Object.entries(meanRates(now.parameters)).flatMap(([what, value]) => {
    const floor = FLOORS[what] ?? 0;
    const [was, is] = [Math.max(floor, earlier[what] ?? Number.NaN), Math.max(floor, value)];
    if (!(Math.abs(is / was - 1) > jump)) return [];
    return [`${now.name}: ${what} went from ${shown(was, floor)} to ${shown(is, floor)} since the last run`];
  });
}

const ORDERS = 'orders per year of an active customer';
const LEAVING = 'share leaving after an order';
const LEAVING_A_YEAR = 'share leaving within a year';
const ORDER_VALUE = 'mean order value';
/** A hundredth of an order a year, one customer in a hundred leaving: a fit can't distinguish less from none. */
const FLOORS: Readonly<Record<string, number>> = { [ORDERS]: 0.01, [LEAVING]: 0.01, [LEAVING_A_YEAR]: 0.01 };
const WEEKS_A_YEAR = 365.2425 / 7;

const shown = (value: number, floor: number): string =>
  floor > 0 && value <= floor ? `hardly any (${floor} or less)` : value.toPrecision(3);

function meanRates({
  k = 1,
  r,
  alpha,
  a,
  b,
  s,
  beta,
  p,
  q,
  v,
}: Readonly<Record<string, number>>): Record<string, number> {
  return {
    ...(r !== undefined && alpha !== undefined && { [ORDERS]: (r / alpha / k) * WEEKS_A_YEAR }),
    ...(a !== undefined && b !== undefined && { [LEAVING]: a / (a + b) }),
    // The gamma mixture of exponential lifetimes is a Pareto distribution.
    ...(s !== undefined &&
      beta !== undefined && { [LEAVING_A_YEAR]: -Math.expm1(-s * Math.log1p(WEEKS_A_YEAR / beta)) }),
    ...(p !== undefined && q !== undefined && v !== undefined && { [ORDER_VALUE]: (p * v) / (q - 1) }),
  };
}
