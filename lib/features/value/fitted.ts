/**
 * What foretells a workbook's orders: the model that does best on held-out weeks of its own history, fitted to all of it.
 * Where there is too little history, or no fit converged, a plain average stands in and the record says why.
 */

import type { Engine } from '../../core/engine.ts';
import type { Sql } from '../../core/sql.ts';
import { candidates, compare, type HeldOut, type Score } from './choose.ts';
import { numericColumns } from './columns.ts';
import { day, daysBefore } from './days.ts';
import { byAverage, byModel, type Forecast } from './estimate.ts';
import * as history from './history.ts';
import { fitModel, type Histories, type RepeatModel } from './model.ts';
import type { ValueRules } from './rules.ts';
import { total } from './sample.ts';

/** A fitted model as the ledger keeps it. */
export interface ModelRecord {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly logLikelihood: number | null;
  readonly customers: number;
  /** Why a simpler estimate stands where a model should. */
  readonly simplerBecause?: string;
}

/** How the candidates did on held-out weeks of the workbook's own history; no scores where that is too short. */
export interface Comparison {
  readonly weeks: number;
  readonly scores: readonly Score[];
}

/** The tables of orders and of first orders, and all histories up to as-of. */
export interface Past {
  readonly orders: Sql;
  readonly firsts: Sql;
  readonly groups: Histories;
}

export interface FittedForecast {
  readonly forecast: Forecast;
  readonly model: ModelRecord;
  readonly comparison: Comparison;
}

const SHORTEST_SLICE_WEEKS = 6;

/** Chooses and fits. `today` is the local day of as-of, `YYYY-MM-DD`. */
export async function forecastFor(
  engine: Engine,
  past: Past,
  today: string,
  rules: ValueRules,
  models: readonly RepeatModel[] = candidates,
): Promise<FittedForecast> {
  const tooLittle = whyTooLittle(past.groups, rules);
  if (tooLittle) return simpler(past.groups, tooLittle, { weeks: 0, scores: [] });
  const comparison = await compareOnOwnHistory(engine, past, today, rules, models);
  const ranked = comparison.scores.flatMap((score) => models.filter((model) => model.name === score.model));
  for (const model of ranked.length > 0 ? ranked : models) {
    const { parameters, logLikelihood, customers, converged } = fitModel(model, past.groups);
    if (!converged) continue;
    const named = Object.fromEntries(model.parameterNames.map((key, i) => [key, parameters[i] ?? Number.NaN]));
    const record = { name: model.name, parameters: named, logLikelihood, customers };
    return { forecast: byModel(model, parameters), model: record, comparison };
  }
  return simpler(past.groups, 'no model converged', comparison);
}

/** Holds out the last half of the history, at most the horizon, and lets every candidate foretell it. */
async function compareOnOwnHistory(
  engine: Engine,
  { orders, firsts, groups }: Past,
  today: string,
  rules: ValueRules,
  models: readonly RepeatModel[],
): Promise<Comparison> {
  const weeks = Math.floor(Math.min(rules.horizonWeeks, spanWeeks(groups) / 2));
  if (weeks < SHORTEST_SLICE_WEEKS) return { weeks: 0, scores: [] };
  const query = history.heldOut(orders, firsts, day(daysBefore(today, weeks * 7)));
  const columns = ['frequency', 'recency_days', 'age_days', 'later', 'customers'] as const;
  const read = await numericColumns(engine, query, columns);
  const slice: HeldOut = { ...inWeeks(read), orders: read.later };
  if (whyTooLittle(slice, { fitFrom: { ...rules.fitFrom, weeks: 0 } }) || total(slice.orders) === 0) {
    return { weeks: 0, scores: [] };
  }
  return { weeks, scores: compare(models, slice, weeks) };
}

/** The histories of a table of them, customers with equal ones counted once. */
export async function groupedHistories(engine: Engine, historyTable: Sql): Promise<Histories> {
  const columns = ['frequency', 'recency_days', 'age_days', 'customers'] as const;
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

function simpler(groups: Histories, simplerBecause: string, comparison: Comparison): FittedForecast {
  const customers = total(groups.customers);
  const model = { name: 'average rate', parameters: {}, logLikelihood: null, customers, simplerBecause };
  return { forecast: byAverage(groups), model, comparison };
}

const spanWeeks = ({ age }: Histories): number => age.reduce((most, weeks) => Math.max(most, weeks), 0);

const inWeeks = (days: {
  frequency: Float64Array;
  recency_days: Float64Array;
  age_days: Float64Array;
  customers: Float64Array;
}): Histories => ({
  frequency: days.frequency,
  recency: days.recency_days.map((count) => count / 7),
  age: days.age_days.map((count) => count / 7),
  customers: days.customers,
});
