/**
 * The cells of a file that people bring, in the engine's SQL: found by their headers, as texts. Numbers and dates among
 * them are read where all cells are (lib/snapshot/cells.ts), by what their whole column shows.
 */
import { quoteText } from '../../core/sql.ts';
import { normalHeader } from '../../workbook/headers.ts';

/** SQL for a file's cells, without outer spaces, by any of their headers' names (`a|b` is either); NULL where the file has none. */
export interface Cells {
  readonly has: (...names: readonly string[]) => boolean;
  readonly text: (...names: readonly string[]) => string;
}

const NONE = 'cast(null as varchar)';

/** `columns` says which scan column holds a header, as `normalHeader` gives it; the first of equal headers counts. */
export function cellsOf(headers: readonly string[]): Cells {
  const columns = new Map<string, number>();
  headers.forEach((header, i) => {
    const name = normalHeader(header);
    if (name !== '' && !columns.has(name)) columns.set(name, i);
  });
  const found = (names: readonly string[]): string[] =>
    names.flatMap((each) => each.split('|')).flatMap((name) => (columns.has(name) ? [`c${columns.get(name)}`] : []));
  return {
    has: (...names) => found(names).length > 0,
    text: (...names) => {
      const [only = NONE, ...more] = found(names);
      return more.length > 0 ? `coalesce(${[only, ...more].join(', ')})` : only;
    },
  };
}

/** SQL: a date that a tool always writes day first, such as `05-03-2022 09:30`, with the year first. */
export const dayFirst = (cell: string): string =>
  `regexp_replace(${cell}, ${quoteText('^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})')}, ${quoteText('\\3-\\2-\\1')})`;
