/**
 * How hard the laws are looked at. An ordinary run plays a few cases of each, the same ones every time;
 * NIGHTSHIFT_THOROUGH=N plays N times as many, and others, and the whole of what is otherwise sampled.
 */
const { NIGHTSHIFT_THOROUGH } = process.env;

/** All of what can be enumerated is played, and other cases than the last time. */
export const isThorough = NIGHTSHIFT_THOROUGH !== undefined;

/** So many cases of a law, where an ordinary run plays `usual`. */
export const casesOf = (usual: number): number => usual * Number(NIGHTSHIFT_THOROUGH ?? 1);

/** The seed of an ordinary run, or of one that is repeated with NIGHTSHIFT_SEED; none where others are wanted. */
export const seedOf = (): { readonly seed?: number } => {
  const seed = process.env.NIGHTSHIFT_SEED ?? (isThorough ? undefined : '1');
  return seed === undefined ? {} : { seed: Number(seed) };
};
