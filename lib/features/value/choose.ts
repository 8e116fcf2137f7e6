/**
 * Which model to trust with a workbook, found out on its own history: each candidate is fitted to the first part, predicts
 * the rest, and is scored against what really happened.
 *
 * The score is the Poisson deviance of the predicted means. Mean absolute error is reported beside it but does not
 * decide: most customers buy nothing in a slice, so that it favours whoever predicts too little.
 */
import { bgNbd, mbgNbd } from './beta-geometric.ts';
import { expectedOrders, type Fit, fitModel, type Histories, type RepeatModel } from './model.ts';
import { paretoNbd } from './pareto.ts';
import { thin, total } from './sample.ts';

/** The first stands where a workbook's history is too short to compare them. */
export const candidates: readonly [RepeatModel, ...RepeatModel[]] = [bgNbd, mbgNbd, paretoNbd];

/** Histories up to a cut, and how many orders each group's customers made in the slice after it. */
export interface HeldOut extends Histories {
  readonly orders: Float64Array;
}

export interface Score {
  readonly model: string;
  /** Mean over customers of |expected − actual| orders. */
  readonly meanAbsoluteError: number;
  /** Expected orders over actual ones, less 1. */
  readonly bias: number;
  readonly deviance: number;
  readonly converged: boolean;
}

/** A comparison looks at no more customers than this. */
const MOST_CUSTOMERS = 4_000;

/** Scores the models on held-out orders, best first; those whose fit did not converge come last. */
export function compare(models: readonly RepeatModel[], heldOut: HeldOut, weeks: number): Score[] {
  const sample = thin(heldOut, MOST_CUSTOMERS);
  const scores = models.map((model) => score(fitModel(model, sample), sample, weeks));
  return scores.sort((a, b) => Number(b.converged) - Number(a.converged) || a.deviance - b.deviance);
}

/** How well a fitted model foretold the slice. */
export function score(fitted: Fit, heldOut: HeldOut, weeks: number): Score {
  let [missed, expected, actual, deviance] = [0, 0, 0, 0];
  for (const [i, orders] of heldOut.orders.entries()) {
    const count = heldOut.customers[i] as number;
    const [x, t, T] = [heldOut.frequency[i] as number, heldOut.recency[i] as number, heldOut.age[i] as number];
    const foretold = Math.max(1e-9, expectedOrders(fitted, x, t, T, weeks));
    missed += count * Math.abs(foretold - orders);
    expected += count * foretold;
    actual += count * orders;
    deviance += 2 * count * ((orders > 0 ? orders * Math.log(orders / foretold) : 0) - orders + foretold);
  }
  const customers = total(heldOut.customers);
  return {
    model: fitted.model.name,
    meanAbsoluteError: missed / customers,
    bias: expected / actual - 1,
    deviance: deviance / customers,
    converged: fitted.converged,
  };
}
