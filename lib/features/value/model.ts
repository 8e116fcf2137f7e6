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
import { type Grouped, thin, total, weighted } from './sample.ts';

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

export interface History {
  readonly frequency: number;
  readonly recency: number;
  readonly age: number;
  /** Repeat orders in the same weeks of earlier years; 0 where they were not counted. */
  readonly season: number;
}

/** What forecasts a customer's orders: a fitted model, or one of the plain forecasts that a model has to beat. */
export interface Forecast {
  /** The chance of being a customer still; NaN where nothing is known of it. */
  alive(frequency: number, recency: number, age: number): number;
  /** Orders to expect in the next `weeks` of a customer who is alive; of anybody, where nothing is known of that. */
  ordersIfAlive(history: History, weeks: number): number;
  /** `ordersIfAlive` depends on more than frequency and age. */
  readonly dependsOn?: 'recency' | 'season';
}

export type Parameters = readonly [number, number, number, number];

/** The parameters at a point of their logarithms. */
export const parametersAt = (point: Float64Array): Parameters => Array.from(point, Math.exp) as unknown as Parameters;

export interface RepeatModel {
  readonly name: string;
  /** In the order in which `parameters` stand everywhere. */
  readonly parameterNames: readonly string[];
  /** Places of the parameters that are shapes, not times. */
  readonly shapes: readonly number[];
  /** A fit looks at no more customers than this, an even sample of them. */
  readonly mostCustomers: number;
  /** Where the search begins; `weeks` is the mean age, so that the fit doesn't depend on the unit of time. */
  starts(weeks: number): Parameters[];
  /** Minus the log-likelihood of the histories, with its gradient, over the logarithms of the parameters. */
  misfit(histories: Histories): Objective;
  forecast(parameters: Parameters): Forecast;
  /** The k of a model for regular buyers, whose next order depends on when the last one was. */
  readonly ticksPerOrder?: number;
}

export interface Fit extends Likeliest<Parameters> {
  readonly forecast: Forecast;
}

/** Fits a model to sorted histories, one group or more. Whether they suffice is for the caller to judge. */
export function fitModel(model: RepeatModel, histories: Histories): Fit {
  const whole = thin(histories, model.mostCustomers);
  const { age, customers } = whole;
  const meanAge = weighted(age, customers) / total(customers);
  const starts = model.starts(Math.max(1e-9, meanAge));
  const likeliest = mostLikely(whole, (groups) => model.misfit(groups), starts, model.shapes);
  return { ...likeliest, forecast: model.forecast(likeliest.parameters) };
}

export const historyAt = ({ frequency, recency, age, season }: Histories, i: number): History => ({
  frequency: frequency[i] as number,
  recency: recency[i] as number,
  age: age[i] as number,
  season: season?.[i] ?? 0,
});

/** The chance of each group of being customers still. */
export const aliveOf = ({ alive }: Pick<Forecast, 'alive'>, { frequency, recency, age }: Histories): Float64Array =>
  frequency.map((x, i) => alive(x, recency[i] as number, age[i] as number));

/** A chance that is not known counts as 1. */
export const orCertain = (alive: number): number => (Number.isNaN(alive) ? 1 : alive);
