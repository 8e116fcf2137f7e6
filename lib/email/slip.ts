/** Slips of the finger between a typed word and the right one. Pure string distances; typo.ts decides what they mean. */

/** For each letter its neighbours on a QWERTY or QWERTZ keyboard. */
const NEIGHBOURS: Readonly<Record<string, string>> = {
  a: 'qwsyz',
  b: 'vghn',
  c: 'xdfv',
  d: 'serfcx',
  e: 'wsdr',
  f: 'drtgvc',
  g: 'ftzyhbv',
  h: 'gyzujnb',
  i: 'ujko',
  j: 'huikmn',
  k: 'jiolm',
  l: 'kop',
  m: 'njk',
  n: 'bhjm',
  o: 'iklp',
  p: 'ol',
  q: 'wa',
  r: 'edft',
  s: 'awedxzy',
  t: 'rfgyz',
  u: 'yzhji',
  v: 'cfgb',
  w: 'qase',
  x: 'zysdc',
  y: 'tghuasx',
  z: 'asxtghu',
};

const areNear = (a = '', b = ''): boolean => a === b || (NEIGHBOURS[a]?.includes(b) ?? false);

function firstDifference(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

/**
 * One slip behind the first letter: two letters swapped, one left out, one hit twice or beside its place, one struck
 * along with its neighbour. People rarely miss the first letter, and letters far apart make another word.
 */
export function isOneSlip(typed: string, right: string): boolean {
  if (typed === right || typed[0] !== right[0] || Math.abs(typed.length - right.length) > 1) return false;
  const i = firstDifference(typed, right);
  if (typed.length < right.length) return typed.slice(i) === right.slice(i + 1);
  if (typed.length > right.length) {
    const struckAlong = areNear(typed[i], typed[i - 1]) || areNear(typed[i], typed[i + 1]);
    return struckAlong && typed.slice(i + 1) === right.slice(i);
  }
  if (typed.slice(i + 1) === right.slice(i + 1)) return areNear(typed[i], right[i]);
  return typed[i] === right[i + 1] && typed[i + 1] === right[i] && typed.slice(i + 2) === right.slice(i + 2);
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours (Boytsov 2011). */
export function slips(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= from.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const edited = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (isSame ? 0 : 1));
      rows[i]?.push(isSwapped ? Math.min(edited, at(i - 2, j - 2) + 1) : edited);
    }
  }
  return at(from.length, to.length);
}
