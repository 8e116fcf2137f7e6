/**
 * The options of DuckDB's `read_csv` under which it reads a file as it is written, and guesses nothing. All that could
 * be guessed is given, but `new_line`: giving it makes DuckDB (1.5) lose rows where the file ends its lines otherwise,
 * and not saying it makes it refuse files that mix line ends.
 */
import type { CsvFile } from './sniff.ts';

/** Twice what the scanner lets pass for a record, so that DuckDB never is the one to refuse it. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const BUFFER_BYTES = 32 * 1024 * 1024;

/**
 * The name of a column as DuckDB gets it from `strictOptions`: a position, because headers may be empty or differ by
 * case alone.
 */
export function columnName(index: number): string {
  return `c${index}`;
}

/**
 * The text of the options, to stand after the path: read_csv('…', HERE). Every column is text and called by
 * `columnName`; an empty cell is NULL. They are safe only for a file that `howToRead` has looked at, or a strict copy
 * of one; both hand them out.
 * @param parallel whether several threads may read it, which takes half the time and guesses where quoted cells end
 */
export function strictOptions(file: Pick<CsvFile, 'header' | 'delimiter'>, parallel: boolean): string {
  const columns = file.header.map((_, index) => `'${columnName(index)}': 'VARCHAR'`);
  return [
    'auto_detect=false',
    'header=true',
    'skip=0',
    `delim='${file.delimiter}'`,
    `quote='"'`,
    `escape='"'`,
    `comment=''`,
    `nullstr=''`,
    'strict_mode=true',
    'null_padding=false',
    'ignore_errors=false',
    `encoding='utf-8'`,
    `compression='none'`,
    'hive_partitioning=false',
    `max_line_size=${MAX_LINE_BYTES}`,
    `buffer_size=${BUFFER_BYTES}`,
    `parallel=${parallel}`,
    'all_varchar=true',
    `columns={${columns.join(', ')}}`,
  ].join(', ');
}
