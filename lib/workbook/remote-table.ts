/** Facts that stay in a warehouse: what a run asks of them there, and what comes back. */
import type { Sql } from '../core/sql.ts';
import type { CsvText } from './table-text.ts';

/** Facts in a warehouse. */
export interface RemoteTable {
  /** A new path for a file on its way, in the run's own folder. */
  readonly newPath: () => string;
  /** The different texts of a column, as they stand. */
  readonly distinct: (column: string) => Promise<readonly string[]>;
  /**
   * Whether the table has to come here, because moments or numbers are written as only the reader of cells knows: in a
   * row with one of the `refusing` texts in that column, or in most rows.
   */
  readonly needsReader: (timeZone: string, column: string, refusing: readonly string[]) => Promise<boolean>;
  /**
   * Reads the rows whose columns hold one of the texts of a Parquet file (column_name, text; addresses in lower case),
   * or none, after those that were fetched before. Patches count their places in it.
   */
  readonly fetchRows: (texts: string | null) => Promise<CsvText>;
  /**
   * Puts rows, of a Parquet file of texts with the table's columns, in the place of what was found for their keys; a row
   * with `_gone` takes it away. Rows added here are known so to `answer`; the table itself stays as it is.
   */
  readonly replace: (rows: string) => Promise<void>;
  /** Finds whom each fact is about, and which facts can't be counted. */
  readonly resolve: (given: Resolving) => Promise<Resolved>;
  /**
   * Answers a query that reads the table by its name and no other, and sees its facts up to a moment; or, by the name
   * `unread_TABLE`, those that can't be counted. It is resolved.
   */
  readonly answer: (query: Sql, until: Date) => Promise<Answer>;
}

export interface Resolving {
  /**
   * A Parquet file of how facts name contacts (ref: an id, or `@` and an address) and who that is (contact_id; NULL for
   * a contact in quarantine); null for facts that name no contact.
   */
  readonly refs: string | null;
  /** Facts after it are in the future, and faults. */
  readonly futureAfter: Date;
  readonly timeZone: string;
}

export interface FaultCount {
  readonly reason: string;
  readonly column: string;
  readonly rows: number;
}

export interface Resolved {
  /** Without those at fault. */
  readonly rows: number;
  /** Of the content, as far as the warehouse tells it. */
  readonly hash: string;
  readonly faults: readonly FaultCount[];
  /** Cells that can't be read, and count as unknown. */
  readonly unreadable: readonly FaultCount[];
  /** The rows and cells (row_key, column, value, reason) at fault; of many, some of each kind. */
  readonly faulty: CsvText;
}

/** A query's result. */
export interface Answer {
  readonly text: CsvText;
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'whole' | 'number' | 'date' | 'time' | 'truth';
  }[];
}
