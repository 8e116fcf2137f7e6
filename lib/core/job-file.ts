/**
 * A file that a job makes beside the workbook's tables, such as an export: what stands in it is a query, and when it
 * appears is the run's business (lib/run/files.ts).
 */
import type { Sql } from './sql.ts';

export interface JobFile {
  /** Lower case, digits and `-`: `newsletter-mailchimp`. */
  readonly name: string;
  /** Its columns are the file's, by their headers; all are text. It says its own order. */
  readonly query: Sql;
  /** Only what is new or changed since the last period, and who left in a file of its own; else all. */
  readonly onlyChanged?: boolean;
  /** In a workbook of tabs, the tab that it goes to instead of a file. */
  readonly tab?: string;
  /** The folder that it goes to, as its rule names it, instead of `exports/` beside the workbook. */
  readonly folder?: string;
  /** Left out of this run, because its rule has it written at other times. */
  readonly isLater?: boolean;
  /** Without rows, it is not made. */
  readonly mayBeMissing?: boolean;
  /** A query of one row (text) while the file is not to be made, and says why: the one that stands there stays. */
  readonly heldBy?: Sql;
  /** Read by machines alone: cells stay as they are, also where a spreadsheet would take one for a formula. */
  readonly forMachines?: boolean;
  /** The header of the column by which a row is known again, for who left. */
  readonly key: string;
}
