/** "Did you mean …?": the known name closest to a mistyped one. Suggests, never decides. */
import { distance } from 'fastest-levenshtein';

/** " Did you mean …?" as the end of a sentence; nothing where no known name is near enough. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const near = nearest(typed, names);
  return near ? ` Did you mean "${near}"?` : '';
}

/** Names are compared without case, and with spaces, `-` and `_` alike, as headers are. */
const comparable = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');

/**
 * The name nearest to what was typed; null where none is near enough to be meant (two edits, or a third of its length).
 */
export function nearest(typed: string, names: readonly string[]): string | null {
  const wanted = comparable(typed);
  let best: string | null = null;
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const edits = distance(wanted, comparable(name));
    if (edits < least) {
      best = name;
      least = edits;
    }
  }
  return best;
}
