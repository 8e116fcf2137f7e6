/**
 * Chance that can be repeated: streams of numbers that depend on a seed and on what they are for, and on nothing else,
 * so that contact 712,000 is the same person whether she is made first, last, twice or alone. Not for secrets.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand), seeded through the finalizer of MurmurHash3.
 */

/** Spreads a number over 32 bits (MurmurHash3's finalizer). */
export function scatter(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export class Random {
  private a: number;
  private b: number;
  private c: number;
  private count = 1;

  /**
   * @param purpose what the stream is for: streams of one seed and index with different purposes know nothing of each
   * other
   */
  constructor(seed: number, purpose: number, index: number) {
    this.a = scatter(seed + 0x9e3779b9);
    this.b = scatter(index ^ this.a);
    this.c = scatter(purpose * 0x632be5ab + this.b);
    for (let round = 0; round < 8; round += 1) this.bits();
  }

  private bits(): number {
    const sum = (this.a + this.b + this.count) | 0;
    this.count = (this.count + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number from 0 up to, not including, 1. */
  fraction(): number {
    return this.bits() / 4294967296;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    return list[Math.floor(this.fraction() * list.length)] as T;
  }

  /** A waiting time with the given mean (exponential). */
  wait(mean: number): number {
    return -mean * Math.log(1 - this.fraction());
  }

  /** A value around 1 for factors (log-normal). */
  factor(spread: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.fraction())) * Math.cos(2 * Math.PI * this.fraction());
    return Math.exp(spread * normal);
  }
}

/**
 * A fixed shuffle of 0 … size − 1 that needs no memory and can be asked both ways (an affine permutation), so that
 * parts can be handed out in exact numbers: "the first 70 places are the dead ones" picks 70 contacts from all over the
 * table.
 */
export class Shuffle {
  private readonly step: number;
  private readonly back: number;
  private readonly shift: number;

  private readonly size: number;

  constructor(size: number, seed: number) {
    this.size = size;
    if (size < 1 || size > 2 ** 26) throw new RangeError(`A shuffle takes 1 to 67,108,864 things, not ${size}.`);
    let step = Math.floor(size * 0.618) + (seed % 7);
    while (divisor(step, size) !== 1) step += 1;
    this.step = step % size;
    this.back = inverse(this.step, size);
    this.shift = scatter(seed) % size;
  }

  placeOf(index: number): number {
    return (index * this.step + this.shift) % this.size;
  }

  indexAt(place: number): number {
    return ((place - this.shift + this.size) * this.back) % this.size;
  }
}

function divisor(left: number, right: number): number {
  return right === 0 ? left : divisor(right, left % right);
}

/** The number that undoes multiplying by `step`, modulo `size` (extended Euclid). */
function inverse(step: number, size: number): number {
  let [low, high] = [size, step];
  let [before, now] = [0, 1];
  while (high !== 0) {
    const times = Math.floor(low / high);
    [low, high] = [high, low - times * high];
    [before, now] = [now, before - times * now];
  }
  return ((before % size) + size) % size;
}
