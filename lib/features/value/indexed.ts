/** The distinct values of a column, and for each row which of them it holds: each is worked out once. */
export function indexed(column: Float64Array): { distinct: Float64Array; index: Uint32Array } {
  const seen = new Map<number, number>();
  const index = Uint32Array.from(column, (value) => {
    const known = seen.get(value) ?? seen.size;
    if (known === seen.size) seen.set(value, known);
    return known;
  });
  return { distinct: Float64Array.from(seen.keys()), index };
}

/** Distinct pairs of a frequency and a time, and where each group's pair stands among them. */
export interface Pairs {
  readonly xs: Float64Array;
  readonly times: Float64Array;
  readonly index: Uint32Array;
}

/** The distinct pairs of two columns, the first of whole numbers. */
export function indexedPairs(xs: Float64Array, times: Float64Array): Pairs {
  const time = indexed(times);
  const size = time.distinct.length;
  const { distinct, index } = indexed(xs.map((x, i) => x * size + (time.index[i] as number)));
  return {
    xs: distinct.map((pair) => Math.floor(pair / size)),
    times: distinct.map((pair) => time.distinct[pair % size] as number),
    index,
  };
}
