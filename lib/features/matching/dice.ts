/**
 * Chance that can be repeated: numbers from 0 to 1, the same on every run of a seed (Steele and Vigna's SplitMix, 32
 * bits). Not for secrets.
 */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}
