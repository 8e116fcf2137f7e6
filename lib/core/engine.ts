/**
 * What a job and a run may ask of the engine, whichever it is (lib/engine opens DuckDB). It knows SQL and files; it
 * knows no store, no job and no table by name.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Sql } from './sql.ts';

/** A value as it comes out of the engine: numbers are numbers (also counts), moments are Dates. */
export type Cell = string | number | boolean | Date | null;
export type Row = Readonly<Record<string, Cell>>;

/** Tables of facts that are kept elsewhere: they answer queries there, and come here only where rows are asked for. */
export interface RemoteFacts {
  readonly tables: ReadonlySet<string>;
  /** Answers a query over one of them alone into a new table of the engine. */
  readonly answer: (query: Sql, table: string, into: string) => Promise<void>;
  /** Whom facts are about has changed: the next answer finds it again. */
  readonly forget: () => void;
  /** Facts later than this are not seen from now on; null for the run's own as-of. */
  readonly rewind: (until: Date | null) => void;
  /** Brings a table's rows here: a statement asks for them. */
  readonly load: (table: string) => Promise<void>;
  /** Brings the rows here that have one of these texts in a column. */
  readonly fetchRows: (table: string, texts: TextsByColumn) => Promise<void>;
  /** Sends back what became of the rows that were fetched or added here, so that answers count it. */
  readonly sendBack: (table: string) => Promise<void>;
}

/** Queries of one column of texts each. */
export type TextsByColumn = Readonly<Record<string, Sql>>;

export interface Engine {
  /** DuckDB's own connection, for the matching: its SQL is DuckDB's alone. */
  readonly duckdb: DuckDBConnection;
  /**
   * Announces how many rows are about to come in: for a big table the engine takes all threads and optimizers, and keeps
   * memory.
   */
  reserve(rows: number): Promise<void>;
  /**
   * Keeps a statement that makes what a name stands for (a view, a macro, a table of other tables' rows) until another
   * one names it. A table is made again when it is named after a statement that may have changed others.
   */
  whenNamed(name: string, statement: Sql, isTable?: boolean): void;
  /** Runs one statement. */
  run(statement: Sql): Promise<void>;
  /** One number, found while other statements run. It sees no temporary tables, and others as they were when it began. */
  numberConcurrently(query: Sql): Promise<number>;
  /** Runs one statement that makes a table of rows, or adds, sets or removes rows; returns how many. */
  changed(statement: Sql): Promise<number>;
  /** Runs `work`, and reports four times a second the share of its long statement that is done: 0 to 1. */
  withProgress<T>(work: () => Promise<T>, report: (share: number) => void): Promise<T>;
  /** Runs statements as one transaction: all of them, or none. */
  transaction(statements: () => Promise<void>): Promise<void>;
  /** The rows of a query, as objects. For small answers: counts, samples, metrics. */
  rows(query: Sql): Promise<Row[]>;
  /** The first row of a query; an error where there is none. */
  row(query: Sql): Promise<Row>;
  /** One number, such as a count. */
  number(query: Sql): Promise<number>;
  /** The names of a query's columns, without running it. */
  columnsOf(query: Sql): Promise<string[]>;
  /** A big answer, chunk by chunk: for each chunk its columns, each an array of values as long as the chunk. */
  chunks(query: Sql): AsyncGenerator<readonly (readonly Cell[])[]>;
  /** Appends rows to a table whose columns are all text, or all numbers, column by column: `columns[c][r]`. */
  append<Value extends string | number>(
    table: string,
    batches: AsyncIterable<readonly (readonly (Value | null)[])[]>,
    type?: 'text' | 'number',
  ): Promise<void>;
  /** Appends rows of texts to a table: `rows[r][c]`. */
  appendRows(table: string, rows: readonly (readonly (string | null)[])[]): Promise<void>;
  /** From now on these tables are asked where they are (lib/core/facts.ts). */
  attach(facts: RemoteFacts): void;
  /** Facts that are kept elsewhere are seen up to this moment alone; false for a table whose rows are here. */
  rewindFacts(table: string, until: Date): boolean;
  /**
   * Facts that are kept elsewhere: the rows with one of these texts in a column come here, which are all that
   * statements see that name the table by `byKey`.
   */
  fetchRows(table: string, texts: TextsByColumn): Promise<void>;
  /** Rows of a table were added, changed or removed here. */
  noteChange(table: string): void;
  /** Facts are asked again: whom they are about has changed. */
  forgetAnswers(): Promise<void>;
  close(): void;
}
