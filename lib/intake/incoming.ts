/** The tables into which files are read, ahead of their checks: `incoming_TABLE`, each with `file` and `line`. */
import { tableOf } from '../core/tables.ts';
import { contactColumns } from '../workbook/contact-cells.ts';

export const incomingTables = ['contacts', 'suppressions', 'bounces', 'events', 'purchases'] as const;
export type IncomingTable = (typeof incomingTables)[number];

/** What a file's rows are for one table: SQL by column, and which rows are none of it (`ignore` is NULL, '' or says why). */
export interface IncomingFeed {
  readonly table: IncomingTable;
  readonly columns: Readonly<Record<string, string>>;
  readonly ignore?: string;
}

/**
 * The columns that an incoming table has, beside `file` and `line`; all are text. A report may name a contact in place of
 * an address.
 */
export const columnsOf = (table: IncomingTable): readonly string[] =>
  table === 'contacts'
    ? contactColumns
    : [...Object.keys(tableOf(table).columns), ...(table === 'bounces' ? ['contact_id'] : [])];
