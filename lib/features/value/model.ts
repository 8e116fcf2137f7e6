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
import { type Likeliest, mostLikely } from './likelihood.ts';
import type { Objective } from './minimise.ts';
import { type Grouped, thin, total } from './sample.ts';

/** Groups of customers with equal history, column by column; all of one length, times in weeks. */
export interface Histories extends Grouped {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly age: Float64Array;
  /** Repeat orders in the same weeks of earlier years, where they were counted. */
  readonly season?: Float64Array;
  /** Orders in the last weeks, as many as are forecast: the mean of a group. */
  readonly recent?: Float64Array;
}

export interface RepeatModel {
  readonly name: string;
  /** In the order in which `parameters` stand everywhere. */
  readonly parameterNames: readonly string[];
  /** Places of the parameters that are shapes, not times. */
  readonly shapes: readonly number[];
  /** A fit looks at no more customers than this, an even sample of them. */
  readonly mostCustomers: number;
  /** Where the search begins; `weeks` is the mean age, so that the fit doesn't depend on the unit of time. */
  starts(weeks: number): number[][];
  /** Minus the log-likelihood of the histories, with its gradient, over the logarithms of the parameters. */
  misfit(histories: Histories): Objective;
  /** Probability that a customer with this history will still buy. */
  alive(parameters: readonly number[], frequency: number, recency: number, age: number): number;
  /** Orders to expect in the `weeks` after as-of of a customer who is alive. */
  ordersIfAlive(parameters: readonly number[], frequency: number, recency: number, age: number, weeks: number): number;
  /** The k of a model for regular buyers, whose next order depends on when the last one was. */
  readonly ticksPerOrder?: number;
}

export interface Fit extends Likeliest {
  readonly model: RepeatModel;
}

/**
 * Fits a model to histories that are sorted. Needs at least one group; whether they suffice is the caller's to judge.
 */
export function fitModel(model: RepeatModel, histories: Histories): Fit {
  const whole = thin(histories, model.mostCustomers);
  const starts = model.starts(Math.max(1e-9, meanAge(whole)));
  return { model, ...mostLikely(whole, (groups) => model.misfit(groups), starts, model.shapes) };
}

/** Orders to expect in the `weeks` after as-of. */
export function expectedOrders(
  { model, parameters }: Pick<Fit, 'model' | 'parameters'>,
  frequency: number,
  recency: number,
  age: number,
  weeks: number,
): number {
  const alive = model.alive(parameters, frequency, recency, age);
  return alive * model.ordersIfAlive(parameters, frequency, recency, age, weeks);
}

function meanAge({ age, customers }: Histories): number {
  return age.reduce((sum, value, i) => sum + value * (customers[i] ?? 0), 0) / total(customers);
}
