/** The plain forecasts that a model has to beat. They suppose that every customer stays, and know no chance of that. */
import type { Forecast, Histories } from './model.ts';
import { weighted } from './sample.ts';

/** How many weeks of everybody's mean a customer's own weeks are mixed with. */
const PRIOR_WEEKS = 26;

/** A customer's own rate of repeat orders, mixed with everybody's as though half a year of it had been seen. */
export function byAverage({ frequency, age, customers }: Histories): Forecast {
  const weeks = weighted(age, customers);
  const mean = weeks > 0 ? weighted(frequency, customers) / weeks : 0;
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

const yearsIn = (age: number): number => Math.floor(age / WEEKS_A_YEAR);

/**
 * The same weeks a year ago: a customer's mean orders in the same `weeks` weeks of the years gone by, mixed with
 * everybody's. A customer of less than a year gets everybody's.
 * @returns undefined where hardly any customer is a year old
 */
export function bySeason({ age, season, customers }: Histories, weeks: number): Forecast | undefined {
  const counted = Math.min(WEEKS_A_YEAR, weeks);
  const seasons = weighted(age.map(yearsIn), customers);
  if (seasons < LEAST_YEARS) return undefined;
  const mean = season ? weighted(season, customers) / seasons : 0;
  return {
    alive: () => Number.NaN,
    ordersIfAlive: (own, ahead) =>
      ((own.season + mean * PRIOR_YEARS) / (yearsIn(own.age) + PRIOR_YEARS)) * (ahead / counted),
    dependsOn: 'season',
  };
}
