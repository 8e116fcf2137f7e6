/** Maximum likelihood on grouped data: one place for the scaling and the logarithms that every fit here uses. */
import { type Curvature, minimise, type Objective } from './minimise.ts';

export interface Likeliest {
  readonly parameters: readonly number[];
  readonly logLikelihood: number;
  readonly converged: boolean;
  /** For a second search on more of the same data. */
  readonly curvature: Curvature;
}

/**
 * The parameters that make `misfit` (minus the log-likelihood, over the logarithms of the parameters) least. It is
 * divided by `observations`, so that the test of convergence means the same for a hundred customers and for a million.
 * Starts and parameters are the numbers themselves, not their logarithms.
 */
export function mostLikely(
  misfit: Objective,
  observations: number,
  starts: readonly (readonly number[])[],
  known?: Curvature,
): Likeliest {
  const perCustomer: Objective = (point, gradient) => {
    const value = misfit(point, gradient) / observations;
    for (const [i, slope] of gradient.entries()) gradient[i] = slope / observations;
    return value;
  };
  const logarithms = starts.map((start) => start.map(Math.log));
  const { point, value, converged, curvature } = minimise(perCustomer, logarithms, known);
  return { parameters: Array.from(point, Math.exp), logLikelihood: -value * observations, converged, curvature };
}
