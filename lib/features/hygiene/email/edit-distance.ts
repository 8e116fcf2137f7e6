/**
 * Slips of the finger between a typed word and the right one. Pure string distances; typo.ts decides what they mean.
 */

const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/**
 * Whether two letters touch on a QWERTY keyboard, whose rows are each set off by half a key; a letter touches itself.
 */
function areNear(a = '', b = ''): boolean {
  const rowOf = (letter: string): number => ROWS.findIndex((row) => letter !== '' && row.includes(letter));
  const [upper, lower] = rowOf(a) <= rowOf(b) ? [a, b] : [b, a];
  const down = rowOf(lower) - rowOf(upper);
  if (a === b || rowOf(a) < 0 || rowOf(b) < 0 || down > 1) return a === b;
  const across = (ROWS[rowOf(lower)] ?? '').indexOf(lower) - (ROWS[rowOf(upper)] ?? '').indexOf(upper);
  return down === 0 ? Math.abs(across) === 1 : across === 0 || across === -1;
}

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
