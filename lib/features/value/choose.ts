/**
 * Which forecast to trust with a workbook, found out on its own history: each candidate is fitted to the first part,
 * forecasts the held-out weeks after it, and is scored against the orders that came.
 *
 * Candidates are ranked by the mean absolute error of a customer's orders plus a part of the error of their mean, which
 * counts little up to the bias that a run warns of, and in full beyond. The absolute error alone would favour forecasts
 * that are too low, since most customers buy nothing. The Poisson deviance, which is reported beside it, punishes a
 * customer who comes back after being given up far beyond what that error costs.
 */
import { bgNbd, mbgNbd } from './beta-geometric.ts';
import { byAverage, bySeason } from './forecast.ts';
import { aliveOf, type Forecast, fitModel, type Histories, historyAt, orCertain, type RepeatModel } from './model.ts';
import { paretoNbd } from './pareto.ts';
import { RECENT_SHARES, withRecent } from './recent.ts';
import { mbgCnbd } from './regular.ts';
import { thin, total } from './sample.ts';

/** A forecast as it came out of histories. */
export interface Fitted {
  readonly forecast: Forecast;
  readonly parameters: Readonly<Record<string, number>>;
  readonly logLikelihood: number | null;
  readonly customers: number;
  readonly converged: boolean;
}

export interface Candidate {
  readonly name: string;
  /** Reads `season` of the histories, counted for the `weeks` given to `fit`. */
  readonly seasonal?: true;
  /** As good as the best within this share of its loss; where it is left out, within `EQUAL`. */
  readonly within?: number;
  /** @returns undefined where the histories can't carry it */
  fit(histories: Histories, weeks: number): Fitted | undefined;
}

/** Models that need no more than histories; the first stands where a history is too short to compare them. */
export const models: readonly [RepeatModel, ...RepeatModel[]] = [mbgNbd, bgNbd, paretoNbd];

const ofModel = (model: RepeatModel): Candidate => ({
  name: model.name,
  fit: (histories) => {
    const fit = fitModel(model, histories);
    const named = {
      ...(model.ticksPerOrder !== undefined && { k: model.ticksPerOrder }),
      ...Object.fromEntries(model.parameterNames.map((key, i) => [key, fit.parameters[i] ?? Number.NaN])),
    };
    return { ...fit, parameters: named };
  },
});

const ofForecast = (forecast: Forecast, { customers }: Histories): Fitted => ({
  forecast,
  parameters: {},
  logLikelihood: null,
  customers: total(customers),
  converged: true,
});

/** What every model has to beat. */
export const average: Candidate = {
  name: 'average rate',
  fit: (histories) => ofForecast(byAverage(histories), histories),
};

const sameWeeks: Candidate = {
  name: 'same weeks of earlier years',
  seasonal: true,
  fit: (histories, weeks) => {
    const forecast = bySeason(histories, weeks);
    return forecast && ofForecast(forecast, histories);
  },
};

/** From this k on gaps vary by less than half of their mean: other models take a missed renewal for chance. */
export const STRICTLY_REGULAR = 4;

/** A model that sees who missed a renewal may be this much worse than one that does not, and still be preferred. */
const MISSED_RENEWALS = 0.1;

/** All candidates for a shop whose buying has this regularity (1: none), in the order in which equals are preferred. */
export function candidatesFor(regularity: number, repeatModels: readonly RepeatModel[] = models): Candidate[] {
  const regular = regularity > 1 ? [mbgCnbd(regularity)] : [];
  const irregular = regularity >= STRICTLY_REGULAR ? [] : repeatModels;
  const within = regularity >= STRICTLY_REGULAR && { within: MISSED_RENEWALS };
  return [...regular.map((model) => ({ ...ofModel(model), ...within })), ...irregular.map(ofModel), sameWeeks, average];
}

/** Histories up to a cut, and how many orders each group's customers made in the slice after it. */
export interface HeldOut extends Histories {
  readonly orders: Float64Array;
}

export type Score = ReturnType<typeof score>;

/** How much the error of the mean counts beside the mean error. */
const BIAS_WEIGHT = 0.1;
/** A bias beyond this share of the orders that came is a warning. */
export const MOST_BIAS = 0.2;

/** A comparison looks at no more customers than this. */
const MOST_CUSTOMERS = 4_000;

/** Scores the candidates on held-out orders, best first; those whose fit did not converge come last. */
export function compare(candidates: readonly Candidate[], heldOut: HeldOut, weeks: number): Score[] {
  const sample = thin(heldOut, MOST_CUSTOMERS);
  const scores = candidates.flatMap((candidate) => {
    const fitted = candidate.fit(sample, weeks);
    return fitted ? [score(candidate.name, fitted, sample, weeks)] : [];
  });
  return scores.sort((a, b) => Number(b.converged) - Number(a.converged) || a.loss - b.loss);
}

/** How well a fitted forecast did in the slice, alone or with recent orders beside it, whichever is better. */
export function score(name: string, { forecast, converged }: Fitted, heldOut: HeldOut, weeks: number) {
  const { recent, customers } = heldOut;
  const alive = aliveOf(forecast, heldOut);
  const expected = alive.map((chance, i) =>
    Math.max(1e-9, orCertain(chance) * forecast.ordersIfAlive(historyAt(heldOut, i), weeks)),
  );
  const knowsAlive = !alive.some(Number.isNaN);
  const shares = recent && knowsAlive ? RECENT_SHARES : [0];
  const found = shares.map((recentShare) => ({
    /** The part of the expected orders that is shared out by recent ones (recent.ts): what did best. */
    recentShare: recentShare as number,
    ...offBy(recent ? withRecent({ expected, alive, recent, customers }, recentShare) : expected, heldOut),
  }));
  const best = found.reduce((least, one) => (one.loss < least.loss ? one : least));
  return { model: name, ...best, beyondAlive: knowsAlive ? beyondAlive(alive, heldOut) : null, converged };
}

function offBy(forecast: Float64Array, { orders, customers }: HeldOut) {
  let [missed, expected, actual, deviance] = [0, 0, 0, 0];
  for (const [i, came] of orders.entries()) {
    const [count, hoped] = [customers[i] as number, forecast[i] as number];
    missed += count * Math.abs(hoped - came);
    expected += count * hoped;
    actual += count * came;
    deviance += 2 * count * ((came > 0 ? came * Math.log(came / hoped) : 0) - came + hoped);
  }
  const all = total(customers);
  const biased = Math.abs(expected - actual);
  return {
    /** Mean over customers of |expected − actual| orders. */
    meanAbsoluteError: missed / all,
    /** Expected orders over actual ones, less 1. */
    bias: expected / actual - 1,
    /** Poisson deviance of the expected orders, per customer. */
    deviance: deviance / all,
    /** What candidates are ranked by; less is better. */
    loss: (missed + BIAS_WEIGHT * biased + Math.max(0, biased - MOST_BIAS * actual)) / all,
  };
}

/** Fewer customers of a fifth than this say nothing. */
const FEWEST = 50;

/** How many more customers of a fifth of p_alive bought than it gave as customers still, at most. */
function beyondAlive(alive: Float64Array, { orders, customers }: HeldOut): number {
  const fifths = Array.from({ length: 5 }, () => ({ customers: 0, alive: 0, bought: 0 }));
  for (const [i, chance] of alive.entries()) {
    const fifth = fifths[Math.min(4, Math.floor(chance * 5))] as (typeof fifths)[number];
    const count = customers[i] as number;
    fifth.customers += count;
    fifth.alive += count * chance;
    fifth.bought += (orders[i] as number) > 0 ? count : 0;
  }
  const large = fifths.filter((fifth) => fifth.customers >= FEWEST);
  return Math.max(-1, ...large.map((fifth) => (fifth.bought - fifth.alive) / fifth.customers));
}

/** Last month's model stays where no other is better by more than this share. */
const TIE = 0.005;
/** Losses this close are equal, as of models whose fits ended in the same place. */
const EQUAL = 0.001;

/**
 * The names of the candidates in the order in which they are to be tried: those that did better than the average, the
 * best first; of those as good as the best, last month's, or else the first candidate. Then the average.
 * @param lastMonth the name of the model that stood last month
 */
export function preferred(candidates: readonly Candidate[], scores: readonly Score[], lastMonth?: string): string[] {
  const plain = scores.find(({ model }) => model === average.name)?.loss ?? Number.POSITIVE_INFINITY;
  const better = scores.filter(({ converged, loss, model }) => model !== average.name && converged && loss < plain);
  const best = better[0]?.loss ?? 0;
  const isWithin = (name: string, share: number) =>
    better.some(({ model, loss }) => model === name && loss <= best * (1 + share));
  const first =
    lastMonth !== undefined && isWithin(lastMonth, TIE)
      ? lastMonth
      : candidates.find(({ name, within = EQUAL }) => isWithin(name, within))?.name;
  const names = better.map(({ model }) => model).filter((model) => model !== first);
  return [...(first === undefined ? [] : [first]), ...names, average.name];
}
