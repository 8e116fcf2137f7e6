/**
 * Finds the lowest point of a smooth function: BFGS from several fixed starts, the best converged one wins.
 *
 * Deterministic: no random start, no clock. Source: Nocedal and Wright, Numerical Optimization (2006), algorithm 6.1, with a
 * backtracking line search (3.1) and the update left out where the curvature condition fails. It never passes
 * off a point as a minimum that failed its tests: `converged` says so, and the caller decides.
 */

/** Writes the gradient at `point` into `gradient` and returns the value. Points outside its domain give Infinity. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  point: Float64Array;
  value: number;
  /** The gradient is level, or the quadratic that the search has learned promises no gain worth having. */
  converged: boolean;
  /** What the search learned of the function's curvature: start a like search with it. */
  curvature: Curvature;
}

/** An approximate inverse Hessian, row by row. */
export type Curvature = readonly Float64Array[];

const MAX_ITERATIONS = 200;
/** On an objective of order one, a mean over customers: parameters are then right to about six digits. */
const GRADIENT_TOLERANCE = 1e-6;
/** Half the Newton decrement: what one more step would gain of the objective. */
const GAIN_TOLERANCE = 1e-10;
/** A longer first step in logarithms than e² is a jump into the void. */
const MAX_STEP = 2;

/** The best of the minima found from each of the starts; a converged one before one that is not. */
export function minimise(objective: Objective, starts: readonly (readonly number[])[], known?: Curvature): Minimum {
  const found = starts.map((start) => descend(objective, Float64Array.from(start), known));
  const [best] = found.sort((a, b) => Number(b.converged) - Number(a.converged) || a.value - b.value);
  if (best === undefined) throw new RangeError('minimise needs at least one start');
  return best;
}

/** Gives a plain function its gradient by central differences, step 1e-5 (error about 1e-10 of its third derivative). */
export function withNumericalGradient(f: (point: Float64Array) => number): Objective {
  const step = 1e-5;
  return (point, gradient) => {
    const probe = Float64Array.from(point);
    for (let i = 0; i < point.length; i++) {
      const at = point[i] ?? 0;
      probe[i] = at + step;
      const above = f(probe);
      probe[i] = at - step;
      gradient[i] = (above - f(probe)) / (2 * step);
      probe[i] = at;
    }
    return f(point);
  };
}

function descend(objective: Objective, start: Float64Array, known?: Curvature): Minimum {
  const n = start.length;
  let point = start;
  let gradient = new Float64Array(n);
  let value = objective(point, gradient);
  let inverse = known?.map((row) => row.slice()) ?? identity(n);
  let fresh = known === undefined;
  for (let iterations = 0; iterations < MAX_ITERATIONS; iterations++) {
    const direction = times(inverse, gradient, -1);
    const gain = -dot(direction, gradient) / 2;
    const level = largest(gradient) <= GRADIENT_TOLERANCE || (!fresh && gain >= 0 && gain <= GAIN_TOLERANCE);
    if (level) return { point, value, converged: Number.isFinite(value), curvature: inverse };
    const next = gain > 0 ? lineSearch(objective, point, value, gradient, direction) : undefined;
    if (next === undefined) {
      if (fresh) break;
      inverse = identity(n);
      fresh = true;
      continue;
    }
    fresh = !update(inverse, minus(next.point, point), minus(next.gradient, gradient), fresh);
    ({ point, value, gradient } = next);
  }
  return { point, value, converged: false, curvature: inverse };
}

interface Point {
  point: Float64Array;
  value: number;
  gradient: Float64Array<ArrayBuffer>;
}

function lineSearch(
  objective: Objective,
  from: Float64Array,
  value: number,
  slope: Float64Array,
  direction: Float64Array,
): Point | undefined {
  const descent = dot(direction, slope);
  let length = Math.min(1, MAX_STEP / largest(direction));
  for (let halvings = 0; halvings < 40; halvings++, length /= 2) {
    const point = from.map((at, i) => at + length * (direction[i] ?? 0));
    const gradient = new Float64Array(point.length);
    const reached = objective(point, gradient);
    if (reached <= value + 1e-4 * length * descent) return { point, value: reached, gradient };
  }
  return undefined;
}

/** The BFGS update of the inverse Hessian (6.17); scaled at first (6.20). False where curvature forbids it. */
function update(inverse: Float64Array[], step: Float64Array, change: Float64Array, first: boolean): boolean {
  const curvature = dot(step, change);
  if (!(curvature > 1e-12 * Math.sqrt(dot(step, step) * dot(change, change)))) return false;
  if (first) {
    const scale = curvature / dot(change, change);
    for (const [i, row] of inverse.entries()) row.fill(0).fill(scale, i, i + 1);
  }
  const carried = times(inverse, change, 1);
  const weight = (1 + dot(change, carried) / curvature) / curvature;
  for (const [i, row] of inverse.entries()) {
    const si = step[i] ?? 0;
    const ci = carried[i] ?? 0;
    for (let j = 0; j < row.length; j++) {
      const sj = step[j] ?? 0;
      row[j] = (row[j] ?? 0) + weight * si * sj - (si * (carried[j] ?? 0) + ci * sj) / curvature;
    }
  }
  return true;
}

function identity(n: number): Float64Array[] {
  return Array.from({ length: n }, (_, i) => new Float64Array(n).fill(1, i, i + 1));
}

function times(matrix: Float64Array[], vector: Float64Array, sign: number): Float64Array {
  return Float64Array.from(matrix, (row) => sign * dot(row, vector));
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - (b[i] ?? 0));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function largest(vector: Float64Array): number {
  return vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
