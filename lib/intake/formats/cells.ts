/**
 * The cells of a file that people bring, in the engine's SQL: found by their headers, and put into a form that the
 * workbook's own reading of cells takes (lib/snapshot/cells.ts). What has no certain meaning stays as it is, and is
 * rejected there.
 */
import { quoteText } from '../../core/sql.ts';
import { normalHeader } from '../../workbook/headers.ts';

/** SQL for a file's cells, without outer spaces, by any of their headers' names; NULL where the file has none of them. */
export interface Cells {
  readonly has: (...names: readonly string[]) => boolean;
  readonly text: (...names: readonly string[]) => string;
  readonly moment: (...names: readonly string[]) => string;
  readonly amount: (...names: readonly string[]) => string;
}

export const NONE = 'cast(null as varchar)';

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
    moment: (...names) => momentText(text(...names)),
    amount: (...names) => amountText(text(...names)),
  };
}

const ISO = quoteText('%Y-%m-%dT%H:%M:%S.%gZ');

/** Seconds or milliseconds since 1970, and dates as in mail headers, as ISO 8601. */
export function momentText(cell: string): string {
  if (cell === NONE) return cell;
  const epoch = (unit: number): string =>
    `strftime(make_timestamp(cast(cast(${cell} as double) * ${unit} as bigint)), ${ISO})`;
  // Most are ISO 8601 already, and need no closer look.
  return `case when substr(${cell}, 5, 1) = '-' and not contains(${cell}, ' ') then ${cell}
    when regexp_full_match(${cell}, '[0-9]{9,10}([.][0-9]+)?') then ${epoch(1_000_000)}
    when regexp_full_match(${cell}, '[0-9]{12,13}') then ${epoch(1000)}
    when regexp_full_match(${cell}, '[A-Za-z]{3}, [0-9]{1,2} [A-Za-z]{3} [0-9]{4} [0-9:]{8} (UTC|GMT|[+]0000)')
      then strftime(try_strptime(regexp_replace(${cell}, ' [^ ]+$', ''), '%a, %d %b %Y %H:%M:%S'), ${ISO})
    when regexp_full_match(${cell}, '[0-9-]{10} [0-9:]{8} UTC') then replace(${cell}, ' UTC', 'Z')
    when regexp_full_match(${cell}, '[0-9-]{10} [0-9:]{8} [+-][0-9]{4}') then regexp_replace(${cell}, ' ([+-][0-9]{2})([0-9]{2})$', '\\1:\\2')
    else ${cell} end`;
}

/** An amount without its currency sign, with a point for its decimals: `$1,234.50` and `1.234,50 €` are 1234.50. */
export function amountText(cell: string): string {
  if (cell === NONE) return cell;
  const bare = `regexp_replace(${cell}, '^[^0-9-]+|[^0-9]+$', '', 'g')`;
  return `case when try_cast(${cell} as double) is not null then ${cell}
    when regexp_full_match(${bare}, '-?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?') then replace(${bare}, ',', '')
    when regexp_full_match(${bare}, '-?[0-9]{1,3}([.][0-9]{3})*,[0-9]{2}') or regexp_full_match(${bare}, '-?[0-9]+,[0-9]{2}') then replace(replace(${bare}, '.', ''), ',', '.')
    when regexp_full_match(${bare}, '-?[0-9]+([.][0-9]+)?') then ${bare} else ${cell} end`;
}
