/**
 * What forecasts a workbook's orders: the candidate that does best on held-out weeks of its own history, fitted to all
 * of it. Where there is too little history, no fit converged, or no model is better than a plain average, the average
 * stands in and the record says why.
 */

import { average, type Candidate, candidatesFor, type Fitted, preferred, STRICTLY_REGULAR } from './choose.ts';
import { WEEKS_A_YEAR } from './forecast.ts';
import {
  type Comparison,
  compareOnOwnHistory,
  type Known,
  NO_COMPARISON,
  seasonIndex,
  whyTooLittle,
} from './held-out.ts';
import * as history from './history.ts';
import { aliveOf, type Forecast, type Histories, type RepeatModel } from './model.ts';
import { regularity } from './regular.ts';
import { thin, total, weighted } from './sample.ts';

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
  /** The part of the expected orders that recent ones share out, where it is not 0 (recent.ts). */
  readonly recentShare?: number;
  /** What expected orders are multiplied by for the time of the year, where that can be seen. */
  readonly seasonIndex?: number;
  /** The model that p_alive is of, where the forecast itself knows none. */
  readonly aliveBy?: string;
}

/** What a person reads of it. */
export const modelLabel = ({ name, recentShare = 0 }: ModelRecord): string =>
  recentShare > 0 ? `${name} and recent orders` : name;

export interface FittedForecast {
  readonly forecast: Forecast;
  /** The chance of being a customer still, where another model than `forecast` gives it. */
  readonly alive?: Forecast['alive'];
  /** The histories that it was fitted to. */
  readonly groups: Histories;
  readonly model: ModelRecord;
  readonly comparison: Comparison;
  /** How regular buying is: the k of Erlang-k gaps, 1 for none. */
  readonly regularity: number;
}

/** Chooses and fits. @param lastMonth the name of the model that stood last month */
export async function forecastFor(
  known: Known,
  lastMonth?: string,
  models?: readonly RepeatModel[],
): Promise<FittedForecast> {
  const { rules } = known;
  const k = await regularityOf(known);
  // Regular buyers resemble each other, so that few of them are enough.
  const needed = { ...rules.fitFrom, ...(k >= STRICTLY_REGULAR && { customers: rules.fitFrom.repeatBuyers }) };
  const tooLittle = whyTooLittle(known.groups, needed);
  if (tooLittle) return { ...simpler(known.groups, tooLittle), comparison: NO_COMPARISON, regularity: k };
  const candidates = candidatesFor(k, models);
  const comparison = await compareOnOwnHistory(known, candidates);
  const { scores } = comparison;
  const names = scores.length
    ? preferred(candidates, scores, lastMonth)
    : candidates.filter(({ seasonal }) => !seasonal).map(({ name }) => name);
  const chosen = { comparison, regularity: k };
  for (const name of names) {
    const candidate = candidates.find((one) => one.name === name);
    if (candidate === undefined || candidate === average) continue;
    const found = await fitAll(candidate, known);
    if (!found) continue;
    if (candidate.seasonal) return { ...withAlive(found, candidates, chosen, known), ...chosen };
    const recentShare = scores.find(({ model }) => model === name)?.recentShare ?? 0;
    // Subscribers renew by their own clock, at any time of the year.
    const index = k < STRICTLY_REGULAR ? await seasonIndex(known, candidate) : undefined;
    const model: ModelRecord = {
      ...found.model,
      ...(recentShare > 0 && { recentShare }),
      ...(index !== undefined && { seasonIndex: index }),
    };
    const fitted = { ...found, model };
    return { ...(neverLosesNew(found) ? withAlive(fitted, candidates, chosen, known) : fitted), ...chosen };
  }
  const because = names[0] === average.name ? 'on held-out weeks it did better than every model' : 'no model converged';
  return { ...withAlive(simpler(known.groups, because), candidates, chosen, known), ...chosen };
}

type Found = Pick<FittedForecast, 'forecast' | 'groups' | 'model' | 'alive'>;

async function fitAll(candidate: Candidate, known: Known): Promise<Found | undefined> {
  const groups = candidate.seasonal ? await known.withSeason() : known.groups;
  const fitted = candidate.fit(groups, known.rules.horizonWeeks);
  if (!fitted?.converged) return undefined;
  const { forecast } = fitted;
  const model = recordOf(candidate, fitted);
  const edge = edgeOf(fitted, groups);
  return edge
    ? { forecast: { ...forecast, alive: () => Number.NaN }, groups, model: { ...model, edge } }
    : { forecast, groups, model };
}

function recordOf({ name }: Candidate, { parameters, logLikelihood, customers }: Fitted): ModelRecord {
  return { name, parameters, logLikelihood, customers };
}

/** More customers than this share bought although they were to be gone: such a p_alive is wrong. */
const MOST_BEYOND_ALIVE = 0.05;

/** BG/NBD supposes that no customer leaves after the first order, so that one-time buyers are alive for certain. */
const neverLosesNew = ({ forecast }: Pick<Found, 'forecast'>): boolean => forecast.alive(0, 0, WEEKS_A_YEAR) === 1;

/**
 * A forecast that knows no p_alive, or none of one-time buyers, with that of the best model whose p_alive was right on
 * the held-out weeks: in none of its fifths did more customers buy than were to be customers still. Subscribers' own
 * rates are those of who renews, so that their expected orders are multiplied by it; rates of irregular buyers hold
 * those who left already.
 */
function withAlive(
  found: Found,
  candidates: readonly Candidate[],
  { comparison, regularity: k }: Pick<FittedForecast, 'comparison' | 'regularity'>,
  { groups }: Known,
): Found {
  for (const { model: name, converged, beyondAlive } of comparison.scores) {
    if (!converged || beyondAlive === null || beyondAlive > MOST_BEYOND_ALIVE) continue;
    const fitted = candidates.find((one) => one.name === name)?.fit(groups, 0);
    if (!fitted?.converged || neverLosesNew(fitted) || edgeOf(fitted, groups)) continue;
    const { alive } = fitted.forecast;
    const model = { ...found.model, aliveBy: name };
    return k < STRICTLY_REGULAR
      ? { ...found, alive, model }
      : { ...found, forecast: { ...found.forecast, alive }, model };
  }
  if (!neverLosesNew(found)) return found;
  return { ...found, alive: (x, ...times) => (x === 0 ? Number.NaN : found.forecast.alive(x, ...times)) };
}

/** Customers that a look at the edge is taken over. */
const SAMPLE = 2_000;
/** Above this mean chance of being a customer still, the history shows no customer leaving. */
const EVERYBODY = 0.999;

function edgeOf({ forecast }: Fitted, groups: Histories): string | undefined {
  const sample = thin(groups, SAMPLE);
  const alive = weighted(aliveOf(forecast, sample), sample.customers);
  return alive / total(sample.customers) > EVERYBODY ? 'no sign of leaving in this history' : undefined;
}

/** How many histories a look at the gaps between orders takes. */
const GAPS_LOOKED_AT = 20_000;

async function regularityOf({ engine, groups: { frequency, customers }, rules: { fitFrom } }: Known): Promise<number> {
  const buyers = total(customers.filter((_, i) => (frequency[i] as number) >= 2));
  if (buyers < fitFrom.repeatBuyers) return 1;
  return regularity(await engine.number(history.gapShares(Math.ceil(buyers / GAPS_LOOKED_AT))));
}

function simpler(groups: Histories, simplerBecause: string): Found {
  const fitted = average.fit(groups, 0) as Fitted;
  return { forecast: fitted.forecast, groups, model: { ...recordOf(average, fitted), simplerBecause } };
}
