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
