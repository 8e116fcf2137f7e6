/** Maximum likelihood on grouped data: the scouting, the scaling and the logarithms that every fit here uses. */
import { minimise, type Objective } from './minimise.ts';
import { type Grouped, thin, total } from './sample.ts';

export interface Likeliest<P> {
  readonly parameters: P;
  readonly logLikelihood: number;
  /** Whom the likelihood was taken over. */
  readonly customers: number;
  readonly converged: boolean;
}

/** All starts are tried on an even sample of this many customers; only the best goes on to all of them. */
const SCOUTS = 400;

/**
 * The parameters that make `misfitOf` (minus the log-likelihood of groups, over the logarithms of the parameters)
 * least. Starts and parameters are the numbers themselves, not their logarithms. Groups should be sorted.
 * @param shapes the places of parameters whose likelihood may be level towards 0 or infinity, see `softened`
 */
export function mostLikely<G extends Grouped, P extends readonly number[]>(
  groups: G,
  misfitOf: (groups: G) => Objective,
  starts: readonly P[],
  shapes: readonly number[],
): Likeliest<P> {
  const objective = (some: G): Objective => softened(perCustomer(misfitOf(some), total(some.customers)), shapes);
  const scouts = thin(groups, SCOUTS);
  const logarithms = starts.map((start) => start.map(Math.log));
  const scouted = minimise(objective(scouts), logarithms);
  const customers = total(groups.customers);
  const found = scouts === groups ? scouted : minimise(objective(groups), [Array.from(scouted.point)]);
  const { point, value, converged } = found;
  const added = shapes.reduce((sum, i) => sum + SOFTNESS * beyond(point[i] as number) ** 2, 0);
  const parameters = Array.from(point, Math.exp) as readonly number[] as P;
  return { parameters, logLikelihood: (added - value) * customers, customers, converged };
}

/** A mean over customers, so that the test of convergence means the same for a hundred of them and for a million. */
const perCustomer =
  (misfit: Objective, customers: number): Objective =>
  (point, gradient, information) => {
    const value = misfit(point, gradient, information);
    for (const sums of [gradient, information ?? []]) {
      for (const [i, sum] of sums.entries()) sums[i] = sum / customers;
    }
    return value / customers;
  };

/** Within these logarithms nothing is added: no published fit is near them. */
const SMALLEST = Math.log(1e-4);
const LARGEST = Math.log(1e3);
const SOFTNESS = 1e-5;

/** How far the logarithm of a shape is beyond the limits. */
const beyond = (at: number): number => Math.max(0, at - LARGEST) + Math.min(0, at - SMALLEST);

/**
 * Adds a little where a shape is next to 0 or so large that customers do not differ: there the likelihood is level, a
 * search would run on until its steps are idle, and where it stopped would depend on a single order. Less than a
 * thousandth of a log-likelihood unit a customer, at a hundred times the limit.
 */
const softened =
  (objective: Objective, shapes: readonly number[]): Objective =>
  (point, gradient, information) => {
    let value = objective(point, gradient, information);
    for (const i of shapes) {
      const excess = beyond(point[i] as number);
      value += SOFTNESS * excess * excess;
      gradient[i] = (gradient[i] as number) + 2 * SOFTNESS * excess;
    }
    return value;
  };
