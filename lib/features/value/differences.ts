/** Slopes of a sum over groups where writing them out is not worth it. */
import { addOuterProduct, type Objective } from './minimise.ts';

const STEP = 1e-5;

/**
 * Minimises the sum of the groups' terms, each counted `weights` times, with gradients by central differences (error
 * about 1e-10 of the third derivative).
 * @param termsAt each group's term at a point; undefined outside of the domain
 */
export const byDifferences =
  (weights: Float64Array, termsAt: (point: Float64Array) => Float64Array | undefined): Objective =>
  (point, gradient, information) => {
    const terms = termsAt(point);
    if (terms === undefined) return Number.POSITIVE_INFINITY;
    const slopes = Array.from(point, (_, i) => slopesAlong(i, point, termsAt));
    for (const [i, slope] of slopes.entries()) gradient[i] = weighted(slope, weights);
    if (information) {
      for (const [i, weight] of weights.entries()) {
        const own = slopes.map((slope) => slope[i] as number);
        addOuterProduct(information, own, weight);
      }
    }
    return weighted(terms, weights);
  };

function slopesAlong(
  i: number,
  point: Float64Array,
  termsAt: (point: Float64Array) => Float64Array | undefined,
): Float64Array {
  const beside = (step: number) => termsAt(point.map((at, j) => (i === j ? at + step : at)));
  const [above, below] = [beside(STEP), beside(-STEP)];
  return Float64Array.from(above ?? [], (value, group) => (value - (below?.[group] ?? Number.NaN)) / (2 * STEP));
}

function weighted(terms: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < terms.length; i++) sum += (terms[i] as number) * (weights[i] as number);
  return sum;
}
