/** Slopes of a sum over groups where writing them out is not worth it. */
import { addOuterProduct, type Objective } from './minimise.ts';
import { weighted } from './sample.ts';

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
    const slopes = Array.from(point, (_, i) => {
      const beside = (step: number) => termsAt(point.map((at, j) => (i === j ? at + step : at)));
      const [above, below] = [beside(STEP), beside(-STEP)];
      return Float64Array.from(above ?? [], (value, group) => (value - (below?.[group] ?? Number.NaN)) / (2 * STEP));
    });
    gradient.set(slopes.map((slope) => weighted(slope, weights)));
    if (information) {
      for (const [i, weight] of weights.entries()) {
        addOuterProduct(
          information,
          slopes.map((slope) => slope[i] as number),
          weight,
        );
      }
    }
    return weighted(terms, weights);
  };
