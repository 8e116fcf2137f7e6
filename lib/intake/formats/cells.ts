/**
 * The cells of a file that people bring, in the engine's SQL: found by their headers, as texts. Numbers and dates among
 * them are read where all cells are (lib/snapshot/cells.ts), by what their whole column shows.
 */
import { quoteText } from '../../core/sql.ts';
import { normalHeader } from '../../workbook/headers.ts';

/** SQL for a file's cells, without outer spaces, by any of their headers' names; NULL where the file has none of them. */
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
  const text = (...names: readonly string[]): string => {
    const found = names.filter((name) => columns.has(name)).map((name) => `c${columns.get(name)}`);
    return found.length > 1 ? `coalesce(${found.join(', ')})` : (found[0] ?? NONE);
  };
  return {
    has: (...names) => names.some((name) => columns.has(name)),
    text,
  };
}

/** SQL: a date that a tool always writes day first, such as `05-03-2022 09:30`, with the year first. */
export const dayFirst = (cell: string): string =>
  `regexp_replace(${cell}, ${quoteText('^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})')}, ${quoteText('\\3-\\2-\\1')})`;
