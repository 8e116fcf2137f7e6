/**
 * Finds the lowest point of a smooth function: BFGS from several fixed starts, the best converged one wins.
 *
 * Deterministic: no random start, no clock. Source: Nocedal and Wright, Numerical Optimization (2006), algorithm 6.1,
 * with a backtracking line search (3.1) and the update left out where the curvature condition fails. Where the function
 * is a sum over observations, the search begins with the curvature that their slopes tell (Berndt, Hall, Hall, Hausman
 * 1974), which saves half of its steps. It never passes off a point as a minimum that failed its tests: `converged`
 * says so, and the caller decides.
 */

/**
 * Writes the gradient at `point` into `gradient` and returns the value. Points outside its domain give Infinity. Where
 * `information` is given (n·n numbers, row by row), the outer products of the observations' gradients are added to it;
 * a function that is no sum over observations leaves it alone.
 */
export type Objective = (point: Float64Array, gradient: Float64Array, information?: Float64Array) => number;

export interface Minimum {
  point: Float64Array;
  value: number;
  /** The gradient is level, the next step promises no gain worth having, or a long step gained none. */
  converged: boolean;
}

const MAX_ITERATIONS = 200;
/** On an objective of order one, a mean over customers: parameters are then right to about six digits. */
const GRADIENT_TOLERANCE = 1e-6;
/** Half the Newton decrement: what one more step would gain of the objective. */
const GAIN_TOLERANCE = 1e-10;
/** A longer first step in logarithms than e² is a jump into the void. */
const MAX_STEP = 2;
/** A step of e-fold or more, or to the edge of the domain, that gained no more: the data don't say how far to go. */
const IDLE_STEP = 1;
const IDLE_GAIN = 1e-5;
/** Added to the information in every direction: what one start tells of a nearly level one is not to be relied on. */
const DOUBT = 1e-3;

/** The best of the minima found from each of the starts; a converged one before one that is not. */
export function minimise(objective: Objective, starts: readonly (readonly number[])[]): Minimum {
  const found = starts.map((start) => descend(objective, Float64Array.from(start)));
  const [best] = found.sort((a, b) => Number(b.converged) - Number(a.converged) || a.value - b.value);
  if (best === undefined) throw new RangeError('minimise needs at least one start');
  return best;
}

/** Adds `weight` times the outer product of `slopes` to `information`. */
export function addOuterProduct(information: Float64Array, slopes: readonly number[], weight: number): void {
  const n = slopes.length;
  for (let i = 0; i < n; i++) {
    const scaled = weight * (slopes[i] as number);
    for (let j = 0; j < n; j++) {
      information[i * n + j] = (information[i * n + j] as number) + scaled * (slopes[j] as number);
    }
  }
}

function descend(objective: Objective, start: Float64Array): Minimum {
  const n = start.length;
  const information = new Float64Array(n * n);
  let point = start;
  let gradient = new Float64Array(n);
  let value = objective(point, gradient, information);
  const curvature = inverseOf(information, n);
  let inverse = curvature ?? identity(n);
  let fresh = curvature === undefined;
  for (let iterations = 0; iterations < MAX_ITERATIONS; iterations++) {
    const direction = Float64Array.from(inverse, (row) => -dot(row, gradient));
    const gain = -dot(direction, gradient) / 2;
    const level = largest(gradient) <= GRADIENT_TOLERANCE || (!fresh && gain >= 0 && gain <= GAIN_TOLERANCE);
    if (level) return { point, value, converged: Number.isFinite(value) };
    const next = gain > 0 ? lineSearch(objective, point, value, gradient, direction) : undefined;
    if (next === undefined) {
      if (fresh) break;
      inverse = identity(n);
      fresh = true;
      continue;
    }
    const step = minus(next.point, point);
    const idle = (next.atEdge || largest(step) >= IDLE_STEP) && value - next.value <= IDLE_GAIN;
    fresh = !update(inverse, step, minus(next.gradient, gradient), fresh);
    ({ point, value, gradient } = next);
    if (idle) return { point, value, converged: true };
  }
  return { point, value, converged: false };
}

/** The inverse of `information` and some doubt (Gauss, Jordan); undefined where it holds nothing or no numbers. */
function inverseOf(information: Float64Array, n: number): Float64Array[] | undefined {
  if (!information.every(Number.isFinite) || information.every((entry) => entry === 0)) return undefined;
  // Each row beside its row of the identity, which becomes the inverse.
  const rows = identity(n).map((unit, i) => {
    const own = information.slice(i * n, i * n + n).map((entry, j) => (i === j ? entry + DOUBT : entry));
    return Float64Array.of(...own, ...unit);
  });
  for (const [pivot, row] of rows.entries()) {
    const scale = row[pivot] as number;
    for (const [j, entry] of row.entries()) row[j] = entry / scale;
    for (const other of rows.filter((each) => each !== row)) {
      const share = other[pivot] as number;
      for (const [j, entry] of row.entries()) other[j] = (other[j] as number) - share * entry;
    }
  }
  return rows.map((row) => row.slice(n));
}

interface Point {
  point: Float64Array;
  value: number;
  gradient: Float64Array<ArrayBuffer>;
  /** The search would have gone further, but for the edge of the domain. */
  atEdge: boolean;
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
  let atEdge = false;
  for (let halvings = 0; halvings < 40; halvings++, length /= 2) {
    const point = from.map((at, i) => at + length * (direction[i] ?? 0));
    const gradient = new Float64Array(point.length);
    const reached = objective(point, gradient);
    if (reached <= value + 1e-4 * length * descent) return { point, value: reached, gradient, atEdge };
    if (reached === Number.POSITIVE_INFINITY) atEdge = true;
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
  const carried = Float64Array.from(inverse, (row) => dot(row, change));
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

const identity = (n: number): Float64Array[] =>
  Array.from({ length: n }, (_, i) => new Float64Array(n).fill(1, i, i + 1));

const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - (b[i] ?? 0));

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

const largest = (vector: Float64Array): number => vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
