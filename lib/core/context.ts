import type { TableName } from './tables.ts';

/** What a job knows of the run. It has no other source: no clock, no network, no environment. */
export interface Context {
  readonly asOf: Date;
  /** The local calendar day of as-of, `YYYY-MM-DD`. */
  readonly today: string;
  readonly period: string;
  /**
   * The columns that a table has in this workbook, by each name that a rule may use (`normalHeader`): its own, and its
   * header's.
   */
  readonly columns: (table: TableName) => ReadonlyMap<string, string>;
  /** The engine's messages about the job's `trials` that it does not understand, by part. */
  readonly refused?: ReadonlyMap<string, string>;
}
