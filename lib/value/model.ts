/**
 * What a model of repeat buying is, and how one is fitted by maximum likelihood.
 *
 *   frequency   repeat orders: days with an order, less the first
 *   recency     weeks from the first order to the last
 *   age         weeks from the first order to as-of (T in the literature)
 *
 * Customers who agree in all three are one group with a count. A fit that did not converge is returned as such
 * (`converged: false`), never dressed up as a result.
 */
import { mostLikely } from './likelihood.ts';
import type { Objective } from './minimise.ts';

/** Groups of customers with equal history, column by column; all four of one length, times in weeks. */
export interface Histories {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly age: Float64Array;
  readonly customers: Float64Array;
}

export interface RepeatModel {
  readonly name: string;
  /** In the order in which `parameters` stand everywhere. */
  readonly parameterNames: readonly string[];
  /** A fit looks at no more customers than this, an even sample of them. */
  readonly mostCustomers: number;
  /** Where the search begins; `weeks` is the mean age, so that the fit doesn't depend on the unit of time. */
  starts(weeks: number): number[][];
  /** Minus the log-likelihood of the histories, with its gradient, over the logarithms of the parameters. */
  misfit(histories: Histories): Objective;
  /** Probability that a customer with this history will still buy. */
  alive(parameters: readonly number[], frequency: number, recency: number, age: number): number;
  /** Orders to expect in the `weeks` after as-of of one who is alive. Doesn't depend on `alive`, which is the dearer of the two. */
  ordersIfAlive(parameters: readonly number[], frequency: number, recency: number, age: number, weeks: number): number;
}

export interface Fit {
  readonly model: RepeatModel;
  readonly parameters: readonly number[];
  readonly logLikelihood: number;
  /** Whom the likelihood was taken over. */
  readonly customers: number;
  readonly converged: boolean;
}

/** All starts are tried on an even sample of this many customers; only the best goes on to all of them. */
const SCOUTS = 400;

/** Fits a model to histories that are sorted. Needs at least one group; whether they suffice is the caller's to judge. */
export function fitModel(model: RepeatModel, histories: Histories): Fit {
  const whole = thin(histories, model.mostCustomers);
  const starts = model.starts(Math.max(1e-9, meanAge(whole)));
  const scouts = thin(whole, SCOUTS);
  const scouted = mostLikely(model.misfit(scouts), total(scouts.customers), starts);
  const customers = total(whole.customers);
  const { parameters, logLikelihood, converged } =
    scouts === whole ? scouted : mostLikely(model.misfit(whole), customers, [scouted.parameters], scouted.curvature);
  return { model, parameters, logLikelihood, customers, converged };
}

/**
 * An even sample of at most `limit` customers: every k-th of them in the order of the groups. Sorted histories are
 * sampled evenly in all their columns that way, and the same data always give the same sample.
 */
export function thin<H extends Histories>(histories: H, limit: number): H {
  const stride = Math.ceil(total(histories.customers) / limit);
  if (stride <= 1) return histories;
  let seen = 0;
  const customers = histories.customers.map((count) => {
    const before = Math.floor(seen / stride);
    seen += count;
    return Math.floor(seen / stride) - before;
  });
  const kept = (column: Float64Array) => column.filter((_, i) => (customers[i] as number) > 0);
  const columns = Object.entries({ ...histories, customers }) as [string, Float64Array][];
  return Object.fromEntries(columns.map(([name, column]) => [name, kept(column)])) as unknown as H;
}

/** Orders to expect in the `weeks` after as-of. */
export function expectedOrders(
  { model, parameters }: Pick<Fit, 'model' | 'parameters'>,
  frequency: number,
  recency: number,
  age: number,
  weeks: number,
): number {
  const history = [frequency, recency, age] as const;
  return model.alive(parameters, ...history) * model.ordersIfAlive(parameters, ...history, weeks);
}

export function total(column: Float64Array): number {
  return column.reduce((sum, value) => sum + value, 0);
}

function meanAge({ age, customers }: Histories): number {
  return age.reduce((sum, value, i) => sum + value * (customers[i] ?? 0), 0) / total(customers);
}
