/** What a header says about its column. A hint only: content has the last word (column-kinds.ts). */
import { besideBirth, type Hint, hints } from './header-words.ts';
import type { Kind } from './kinds.ts';

/** A header as plain words: `FirstName`, `first_name` and `First-Name` are all `first name`. */
export function headerWords(header: string): string {
  return header
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/ł/gi, 'l')
    .toLowerCase()
    .replace(/([a-z])([0-9])/g, '$1 $2')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

interface Row {
  hint: Hint;
  words: readonly string[];
  stems: readonly string[];
}

const rowsOf = (from: Readonly<Partial<Record<Hint, string>>>): Row[] =>
  Object.entries(from).map(([hint, list]) => {
    const entries = list.split(', ');
    return {
      hint: hint as Hint,
      words: entries.filter((entry) => !entry.endsWith('*')).map(headerWords),
      stems: entries.filter((entry) => entry.endsWith('*')).map((entry) => headerWords(entry.slice(0, -1))),
    };
  });

const table = rowsOf(hints);
const birthTable = rowsOf(besideBirth);

const holds = ({ words, stems }: Row, header: string): boolean =>
  words.some((phrase) => ` ${header} `.includes(` ${phrase} `)) ||
  stems.some((stem) => ` ${header}`.includes(` ${stem}`));

/** The hint in a header, or undefined where it says nothing known. A whole header goes before a word in it. */
export function headerHint(header: string): Hint | undefined {
  const words = headerWords(header);
  const found = table.find((row) => row.words.includes(words)) ?? table.find((row) => holds(row, words));
  const birth = table.find(({ hint }) => hint === 'birth');
  if (birth && found && found.hint !== 'answer' && holds(birth, words)) {
    return birthTable.find((row) => holds(row, words))?.hint ?? 'birth';
  }
  return found?.hint;
}

/** Whether a column holds the titles of works: books, papers, films. */
export const isTitle = ({ name, kind }: { name: string; kind?: Kind | undefined }): boolean =>
  kind === 'fullname' && headerHint(name) === 'title';

/** Whether a column holds firms: a list of few firms groups people, and is still one of firms. */
export const isCompany = ({ name, kind }: { name: string; kind: Kind }): boolean =>
  kind === 'company' || (kind === 'category' && headerHint(name) === 'company');
