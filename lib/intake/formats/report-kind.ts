/** Words by which files of no particular tool say what was reported of an address. */
import { quoteText } from '../../core/sql.ts';
import { kindWords } from '../../snapshot/bounce-kinds.ts';

/** SQL: the kind that a cell's word names, of all or of some kinds; NULL for any other word. */
export function kindText(cell: string, kinds: readonly (keyof typeof kindWords)[] = ALL): string {
  const letters = `regexp_replace(lower(${cell}), '[^a-z]', '', 'g')`;
  const cases = kinds.map(
    (kind) => `when is_one_of(${letters}, [${kindWords[kind].map(quoteText).join(', ')}]) then ${quoteText(kind)}`,
  );
  return `case ${cases.join(' ')} end`;
}

const ALL = ['complaint', 'unsubscribe', 'block', 'hard', 'soft', 'cleaned'] as const;
