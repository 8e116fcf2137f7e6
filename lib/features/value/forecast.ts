/**
 * What forecasts a customer's orders: a fitted model, or one of the plain forecasts that a model has to beat. A plain
 * one supposes that every customer stays and knows no chance of that.
 */
import type { Histories, RepeatModel } from './model.ts';

export interface Forecast {
  /** The chance of being a customer still; NaN where nothing is known of it. */
  alive(frequency: number, recency: number, age: number): number;
  /** Orders to expect in the next `weeks` of a customer who is alive; of anybody, where nothing is known of that. */
  ordersIfAlive(history: History, weeks: number): number;
  /** `ordersIfAlive` depends on more than frequency and age. */
  readonly dependsOn?: 'recency' | 'season';
}

export interface History {
  readonly frequency: number;
  /** Weeks from the first order to the last. */
  readonly recency: number;
  /** Weeks from the first order to as-of. */
  readonly age: number;
  /** Repeat orders in the same weeks of earlier years; 0 where they were not counted. */
  readonly season: number;
}

export const byModel = (model: RepeatModel, parameters: readonly number[]): Forecast => ({
  alive: (...history) => model.alive(parameters, ...history),
  ordersIfAlive: ({ frequency, recency, age }, weeks) =>
    model.ordersIfAlive(parameters, frequency, recency, age, weeks),
  ...(model.ticksPerOrder !== undefined && { dependsOn: 'recency' as const }),
});

/** How many weeks of everybody's mean a customer's own weeks are mixed with. */
const PRIOR_WEEKS = 26;

/**
 * The plain average: a customer's own rate of repeat orders, mixed with everybody's as though half a year of it had
 * been seen.
 */
export function byAverage({ frequency, age, customers }: Histories): Forecast {
  let [repeats, weeks] = [0, 0];
  for (const [i, count] of customers.entries()) {
    repeats += count * (frequency[i] as number);
    weeks += count * (age[i] as number);
  }
  const mean = weeks > 0 ? repeats / weeks : 0;
  return {
    alive: () => Number.NaN,
    ordersIfAlive: (own, ahead) => ((own.frequency + mean * PRIOR_WEEKS) / (own.age + PRIOR_WEEKS)) * ahead,
  };
}

export const WEEKS_A_YEAR = 52;

/** How many years of everybody's mean a customer's own years are mixed with. */
const PRIOR_YEARS = 0.5;
/** Fewer customers' years than this say nothing of everybody's. */
const LEAST_YEARS = 30;

/**
 * The same weeks a year ago: a customer's mean orders in the same `weeks` weeks of the years gone by, mixed with
 * everybody's. A customer of less than a year gets everybody's.
 * @returns undefined where hardly any customer is a year old
 */
export function bySeason({ age, season, customers }: Histories, weeks: number): Forecast | undefined {
  const counted = Math.min(WEEKS_A_YEAR, weeks);
  let [orders, seasons] = [0, 0];
  for (const [i, count] of customers.entries()) {
    const years = Math.floor((age[i] as number) / WEEKS_A_YEAR);
    orders += count * (season?.[i] ?? 0);
    seasons += count * years;
  }
  if (seasons < LEAST_YEARS) return undefined;
  const mean = orders / seasons;
  return {
    alive: () => Number.NaN,
    ordersIfAlive: (own, ahead) => {
      const years = Math.floor(own.age / WEEKS_A_YEAR);
      return ((own.season + mean * PRIOR_YEARS) / (years + PRIOR_YEARS)) * (ahead / counted);
    },
    dependsOn: 'season',
  };
}
