/**
 * The distinct values of a column, and for each row which of them it holds: what depends on one value is worked out
 * once.
 */
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

/** The distinct pairs of two columns. */
export function indexedPairs(xs: Float64Array, times: Float64Array): Pairs {
  const places = new Map<number, Map<number, number>>();
  const found: [number[], number[]] = [[], []];
  const index = Uint32Array.from(xs, (x, i) => {
    const t = times[i] as number;
    const ofX = places.get(x) ?? new Map<number, number>();
    places.set(x, ofX);
    const place = ofX.get(t) ?? found[0].length;
    if (place === found[0].length) {
      ofX.set(t, place);
      found[0].push(x);
      found[1].push(t);
    }
    return place;
  });
  return { xs: Float64Array.from(found[0]), times: Float64Array.from(found[1]), index };
}
