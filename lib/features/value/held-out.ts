/** Forecasts against weeks of the workbook's own history that they have not seen. */
import type { Engine } from '../../core/engine.ts';
import type { Sql } from '../../core/sql.ts';
import { type Candidate, compare, type HeldOut, type Score } from './choose.ts';
import { numericColumns } from './columns.ts';
import { day, daysBefore } from './days.ts';
import { WEEKS_A_YEAR } from './forecast.ts';
import * as history from './history.ts';
import type { Histories } from './model.ts';
import type { ValueRules } from './rules.ts';
import { total, weighted } from './sample.ts';
import type { Typical } from './typical.ts';

/** How the candidates did on held-out weeks of the workbook's own history; no scores where that is too short. */
export interface Comparison {
  readonly weeks: number;
  readonly scores: readonly Score[];
}

/** A workbook's history up to as-of, and where its tables are. */
export interface Known {
  readonly engine: Engine;
  /** The local day of as-of, `YYYY-MM-DD`. */
  readonly today: string;
  readonly rules: ValueRules;
  /** Which orders are extreme. */
  readonly typical: Typical;
  readonly groups: Histories;
  /** The same histories with the orders of the same weeks of earlier years counted. */
  readonly withSeason: () => Promise<Histories>;
}

const SHORTEST_SLICE_WEEKS = 6;
export const NO_COMPARISON: Comparison = { weeks: 0, scores: [] };

/** Holds out the last half of the history, at most the horizon, and lets every candidate forecast it. */
export async function compareOnOwnHistory(known: Known, candidates: readonly Candidate[]): Promise<Comparison> {
  const { engine, today, rules, typical } = known;
  const span = spanWeeks(known.groups);
  const weeks = Math.floor(Math.min(rules.horizonWeeks, span / 2));
  if (weeks < SHORTEST_SLICE_WEEKS) return NO_COMPARISON;
  const counted = { weeks, season: span - weeks >= WEEKS_A_YEAR };
  const slice = await sliceAfter(engine, typical, daysBefore(today, weeks * 7), counted, rules);
  return slice ? { weeks, scores: compare(candidates, slice, weeks) } : NO_COMPARISON;
}

/** A longer horizon holds all seasons, or nearly. */
const LONGEST_SEASON_WEEKS = 39;
/** The index of a year ago counts as though so many more orders had come as forecast: few orders say little. */
const PRIOR_ORDERS = 50;

/**
 * How many times more orders came in the same weeks a year ago than the candidate, fitted to the history up to then,
 * forecast: what its forecast has to be multiplied by for the time of the year.
 * @returns undefined where the horizon is nearly a year, or the history too short
 */
export async function seasonIndex(known: Known, candidate: Candidate): Promise<number | undefined> {
  const { engine, today, rules, typical } = known;
  const weeks = rules.horizonWeeks;
  if (weeks > LONGEST_SEASON_WEEKS || spanWeeks(known.groups) < WEEKS_A_YEAR + rules.fitFrom.weeks) return undefined;
  const slice = await sliceAfter(engine, typical, daysBefore(today, WEEKS_A_YEAR * 7), { weeks }, rules);
  const [score] = slice ? compare([candidate], slice, weeks) : [];
  if (!slice || !score?.converged) return undefined;
  const came = weighted(slice.orders, slice.customers);
  return (came + PRIOR_ORDERS) / (came * (1 + score.bias) + PRIOR_ORDERS);
}

/** Histories up to a day and the orders of the weeks after it; undefined where they are too few to judge by. */
export async function sliceAfter(
  engine: Engine,
  typical: Typical,
  until: string,
  counted: history.Counted,
  { fitFrom: { customers, repeatBuyers } }: Pick<ValueRules, 'fitFrom'>,
): Promise<HeldOut | undefined> {
  const read = await numericColumns(engine, history.heldOut(typical, day(until), counted), [...COLUMNS, 'later']);
  const slice: HeldOut = { ...inWeeks(read), orders: read.later };
  const half = { customers: customers / 2, repeatBuyers: repeatBuyers / 2, weeks: 0 };
  return whyTooLittle(slice, half) || total(slice.orders) === 0 ? undefined : slice;
}

const COLUMNS = ['frequency', 'recency_days', 'age_days', 'season_orders', 'recent_orders', 'customers'] as const;

/** The histories of a table of them, customers with equal ones counted once. */
export async function groupedHistories(engine: Engine, historyTable: Sql): Promise<Histories> {
  return inWeeks(await numericColumns(engine, history.grouped(historyTable), COLUMNS));
}

/** Why a fit to these histories would be one to noise, if it would. */
export function whyTooLittle(groups: Histories, needed: ValueRules['fitFrom']): string | undefined {
  const customers = total(groups.customers);
  const repeatBuyers = total(groups.customers.filter((_, i) => (groups.frequency[i] ?? 0) > 0));
  const weeks = spanWeeks(groups);
  if (customers < needed.customers) return `${customers} customers, a fit needs ${needed.customers}`;
  if (repeatBuyers < needed.repeatBuyers) return `${repeatBuyers} repeat buyers, a fit needs ${needed.repeatBuyers}`;
  if (weeks < needed.weeks) return `${weeks.toFixed(1)} weeks of history, a fit needs ${needed.weeks}`;
  return undefined;
}

const spanWeeks = ({ age }: Histories): number => age.reduce((most, weeks) => Math.max(most, weeks), 0);

const inWeeks = (read: Readonly<Record<(typeof COLUMNS)[number], Float64Array>>): Histories => ({
  frequency: read.frequency,
  recency: read.recency_days.map((count) => count / 7),
  age: read.age_days.map((count) => count / 7),
  season: read.season_orders,
  recent: read.recent_orders,
  customers: read.customers,
});
