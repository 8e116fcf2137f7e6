/**
 * What forecasts a workbook's orders: the candidate that does best on held-out weeks of its own history, fitted to all
 * of it. Where there is too little history, no fit converged, or no model is better than a plain average, the average
 * stands in and the record says why.
 */

import type { Engine } from '../../core/engine.ts';
import type { Sql } from '../../core/sql.ts';
import {
  average,
  type Candidate,
  candidatesFor,
  compare,
  type Fitted,
  type HeldOut,
  preferred,
  type Score,
} from './choose.ts';
import { numericColumns } from './columns.ts';
import { day, daysBefore } from './days.ts';
import { type Forecast, WEEKS_A_YEAR } from './forecast.ts';
import * as history from './history.ts';
import type { Histories, RepeatModel } from './model.ts';
import { regularity } from './regular.ts';
import type { ValueRules } from './rules.ts';
import { thin, total } from './sample.ts';

/** A fitted model as the ledger keeps it. */
export interface ModelRecord {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly logLikelihood: number | null;
  readonly customers: number;
  /** Why a simpler estimate stands where a model should. */
  readonly simplerBecause?: string;
  /** What the fit could not tell, because it ended at the edge of the model's range. */
  readonly edge?: string;
}

/** How the candidates did on held-out weeks of the workbook's own history; no scores where that is too short. */
export interface Comparison {
  readonly weeks: number;
  readonly scores: readonly Score[];
}

/** The orders, and all histories up to as-of: their table, and grouped. */
export interface Known extends history.Past {
  readonly histories: Sql;
  readonly groups: Histories;
  /** The same histories with the orders of the same weeks of earlier years counted. */
  readonly withSeason: (weeks: number) => Promise<Histories>;
}

export interface FittedForecast {
  readonly forecast: Forecast;
  /** The histories that it was fitted to. */
  readonly groups: Histories;
  readonly model: ModelRecord;
  readonly comparison: Comparison;
  /** How regular buying is: the k of Erlang-k gaps, 1 for none. */
  readonly regularity: number;
}

export interface Choosing {
  /** The local day of as-of, `YYYY-MM-DD`. */
  readonly today: string;
  /** The name of the model that stood last month. */
  readonly lastMonth?: string | undefined;
  readonly models?: readonly RepeatModel[];
}

const SHORTEST_SLICE_WEEKS = 6;
const NO_COMPARISON: Comparison = { weeks: 0, scores: [] };

/** Chooses and fits. */
export async function forecastFor(
  engine: Engine,
  known: Known,
  { today, lastMonth, models }: Choosing,
  rules: ValueRules,
): Promise<FittedForecast> {
  const tooLittle = whyTooLittle(known.groups, rules);
  if (tooLittle) return simpler(known.groups, tooLittle, NO_COMPARISON, 1);
  const k = await regularityOf(engine, known, rules);
  const candidates = candidatesFor(k, models);
  const comparison = await compareOnOwnHistory(engine, known, today, rules, candidates);
  const isCompared = comparison.scores.length > 0;
  const names = isCompared
    ? preferred(candidates, comparison.scores, lastMonth)
    : candidates.filter(({ seasonal }) => !seasonal).map(({ name }) => name);
  for (const name of names) {
    const candidate = candidates.find((one) => one.name === name);
    if (candidate === undefined || candidate === average) continue;
    const found = await fitAll(candidate, known, rules);
    if (found) return { ...found, comparison, regularity: k };
  }
  const because = names[0] === average.name ? 'on held-out weeks it did better than every model' : 'no model converged';
  return simpler(known.groups, because, comparison, k);
}

async function fitAll(candidate: Candidate, known: Known, { horizonWeeks }: ValueRules) {
  const weeks = Math.min(WEEKS_A_YEAR, horizonWeeks);
  const groups = candidate.seasonal ? await known.withSeason(weeks) : known.groups;
  const fitted = candidate.fit(groups, weeks);
  if (!fitted?.converged) return undefined;
  const { parameters, logLikelihood, customers } = fitted;
  const model: ModelRecord = { name: candidate.name, parameters, logLikelihood, customers };
  const edge = edgeOf(fitted, groups);
  return edge
    ? { forecast: { ...fitted.forecast, alive: () => Number.NaN }, groups, model: { ...model, edge } }
    : { forecast: fitted.forecast, groups, model };
}

/** Customers that a look at the edge is taken over. */
const SAMPLE = 2_000;
/** Above this mean chance of being a customer still, the history shows no customer leaving. */
const EVERYBODY = 0.999;

function edgeOf({ forecast }: Fitted, groups: Histories): string | undefined {
  const { frequency, recency, age, customers } = thin(groups, SAMPLE);
  const alive = frequency.map((x, i) => forecast.alive(x, recency[i] as number, age[i] as number));
  const sum = alive.reduce((all, chance, i) => all + chance * (customers[i] as number), 0);
  return sum / total(customers) > EVERYBODY ? 'no sign of leaving in this history' : undefined;
}

/** How many histories a look at the gaps between orders takes. */
const GAPS_LOOKED_AT = 20_000;

async function regularityOf(engine: Engine, known: Known, { fitFrom }: ValueRules): Promise<number> {
  const { frequency, customers } = known.groups;
  const buyers = total(customers.filter((_, i) => (frequency[i] as number) >= 2));
  if (buyers < fitFrom.repeatBuyers) return 1;
  const query = history.gapShares(known.orders, known.histories, Math.ceil(buyers / GAPS_LOOKED_AT));
  const { variance } = await engine.row(query);
  return regularity(Number(variance));
}

/** Holds out the last half of the history, at most the horizon, and lets every candidate forecast it. */
async function compareOnOwnHistory(
  engine: Engine,
  known: Known,
  today: string,
  rules: ValueRules,
  candidates: readonly Candidate[],
): Promise<Comparison> {
  const span = spanWeeks(known.groups);
  const weeks = Math.floor(Math.min(rules.horizonWeeks, span / 2));
  if (weeks < SHORTEST_SLICE_WEEKS) return NO_COMPARISON;
  const isYearOld = span - weeks >= WEEKS_A_YEAR;
  const seasonWeeks = Math.min(WEEKS_A_YEAR, weeks);
  const until = day(daysBefore(today, weeks * 7));
  const query = history.heldOut(known, until, isYearOld ? seasonWeeks : undefined);
  const columns = ['frequency', 'recency_days', 'age_days', 'season_orders', 'later', 'customers'] as const;
  const read = await numericColumns(engine, query, columns);
  const slice: HeldOut = { ...inWeeks(read), orders: read.later };
  if (whyTooLittle(slice, { fitFrom: { ...rules.fitFrom, weeks: 0 } }) || total(slice.orders) === 0) {
    return NO_COMPARISON;
  }
  return { weeks, scores: compare(candidates, slice, weeks) };
}

/** The histories of a table of them, customers with equal ones counted once. */
export async function groupedHistories(engine: Engine, historyTable: Sql): Promise<Histories> {
  const columns = ['frequency', 'recency_days', 'age_days', 'season_orders', 'customers'] as const;
  return inWeeks(await numericColumns(engine, history.grouped(historyTable), columns));
}

function whyTooLittle(groups: Histories, { fitFrom }: Pick<ValueRules, 'fitFrom'>): string | undefined {
  const customers = total(groups.customers);
  const repeatBuyers = total(groups.customers.filter((_, i) => (groups.frequency[i] ?? 0) > 0));
  const weeks = spanWeeks(groups);
  if (customers < fitFrom.customers) return `${customers} customers, a fit needs ${fitFrom.customers}`;
  if (repeatBuyers < fitFrom.repeatBuyers) return `${repeatBuyers} repeat buyers, a fit needs ${fitFrom.repeatBuyers}`;
  if (weeks < fitFrom.weeks) return `${weeks.toFixed(1)} weeks of history, a fit needs ${fitFrom.weeks}`;
  return undefined;
}

function simpler(groups: Histories, simplerBecause: string, comparison: Comparison, k: number): FittedForecast {
  const { forecast, parameters, logLikelihood, customers } = average.fit(groups, 0) as Fitted;
  const model = { name: average.name, parameters, logLikelihood, customers, simplerBecause };
  return { forecast, groups, model, comparison, regularity: k };
}

const spanWeeks = ({ age }: Histories): number => age.reduce((most, weeks) => Math.max(most, weeks), 0);

const inWeeks = (days: {
  frequency: Float64Array;
  recency_days: Float64Array;
  age_days: Float64Array;
  season_orders: Float64Array;
  customers: Float64Array;
}): Histories => ({
  frequency: days.frequency,
  recency: days.recency_days.map((count) => count / 7),
  age: days.age_days.map((count) => count / 7),
  season: days.season_orders,
  customers: days.customers,
});
