/** Maximum likelihood on grouped data: one place for the scouting, the scaling and the logarithms that every fit here uses. */
import { type Minimum, minimise, type Objective } from './minimise.ts';
import { type Grouped, thin, total } from './sample.ts';

export interface Likeliest {
  readonly parameters: readonly number[];
  readonly logLikelihood: number;
  /** Whom the likelihood was taken over. */
  readonly customers: number;
  readonly converged: boolean;
}

/** All starts are tried on an even sample of this many customers; only the best goes on to all of them. */
const SCOUTS = 400;

/**
 * The parameters that make `misfitOf` (minus the log-likelihood of groups, over the logarithms of the parameters) least.
 * Starts and parameters are the numbers themselves, not their logarithms. Groups should be sorted.
 */
export function mostLikely<G extends Grouped>(
  groups: G,
  misfitOf: (groups: G) => Objective,
  starts: readonly (readonly number[])[],
): Likeliest {
  const scouts = thin(groups, SCOUTS);
  const logarithms = starts.map((start) => start.map(Math.log));
  const scouted = minimise(perCustomer(misfitOf(scouts), total(scouts.customers)), logarithms);
  const customers = total(groups.customers);
  const found: Minimum =
    scouts === groups ? scouted : minimise(perCustomer(misfitOf(groups), customers), [Array.from(scouted.point)]);
  const { point, value, converged } = found;
  return { parameters: Array.from(point, Math.exp), logLikelihood: -value * customers, customers, converged };
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
