/** A table's rows as the engine gets at them: a file of the run's own, or files that are read where they are. */

/** A record that could not be read as a row at all. */
export interface MalformedRow {
  /** As a person counts: the header is row 1, the first data record row 2. Blank lines are not counted. */
  readonly row: number;
  /** The file that it stands in, where a table is made of several. */
  readonly file?: string;
  /** What is wrong, to stand after "the row": "has 3 cells where the header has 5". */
  readonly reason: string;
  /** The record as it stands in the file; of very many, the beginning. */
  readonly text: string;
}

/** A table's rows, in the workbook's order, and how the engine gets at them. */
export type TableText = CsvText | OutsideText;

interface Counted {
  /** How many rows the engine must find. */
  readonly rows: number;
  /** A hash of the content. */
  readonly hash: string;
  readonly malformed: readonly MalformedRow[];
}

/** A table's rows as a strict CSV file in UTF-8. */
export interface CsvText extends Counted {
  readonly path: string;
  /**
   * The options with which DuckDB's `read_csv` reads `path` without guessing; columns are c0, c1, … in the headers'
   * order.
   */
  readonly options: string;
  readonly query?: undefined;
}

/** The rows of a table outside the workbook, in one file or many. */
export interface OutsideText extends Counted {
  readonly path?: undefined;
  readonly options?: undefined;
  /** The select that gives the rows as texts c0, c1, … in the headers' order. */
  readonly query: string;
  /** In the order in which `query` gives their rows; `firstRow` is what a person calls a file's first. */
  readonly files: readonly { readonly name: string; readonly rows: number; readonly firstRow: number }[];
}
