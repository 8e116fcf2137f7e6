/** The tables into which files are read, ahead of their checks: `incoming_TABLE`, each with `file` and `line`. */
import { declaredIn, ownTables, tableOf } from '../core/tables.ts';
import { contactColumns } from '../workbook/contact-cells.ts';
import { normalHeader } from '../workbook/headers.ts';
import type { Feed } from '../workbook/recognised.ts';

export const incomingTables = ['contacts', 'suppressions', 'bounces', 'events', 'purchases'] as const;
export type IncomingTable = (typeof incomingTables)[number] | (string & {});

/** Nightshift's tables that files have rows for, and those that the team declares. */
export const fedByFiles = (): readonly IncomingTable[] => [...incomingTables, ...ownTables()];

/** The team's own table that a file is called like and whose key it has; null for any other file. */
export function ownTableOf({ name, headers }: { readonly name: string; readonly headers: readonly string[] }) {
  const table = normalHeader(name.replace(/[.][^.]*$/, ''));
  if (!ownTables().includes(table)) return null;
  const names = headers.map(normalHeader);
  return tableOf(table).key.every((column) => names.includes(column)) ? table : null;
}

/**
 * The columns that an incoming table has, beside `file` and `line`; all are text. A report may name a contact in place of
 * an address.
 */
export const columnsOf = (table: IncomingTable): readonly string[] =>
  table === 'contacts'
    ? contactColumns()
    : [...Object.keys(tableOf(table).columns), ...(table === 'bounces' ? ['contact_id'] : [])];

/** A feed that fills the columns which the team declares in its table as well, from the headers that are called so. */
export function withOwnColumns(feed: Feed, headers: readonly string[]): Feed {
  const names = headers.map(normalHeader);
  const own = declaredIn(feed.table).filter((column) => names.includes(column));
  const cells = Object.fromEntries(own.map((column) => [column, `c${names.indexOf(column)}`]));
  return { ...feed, columns: { ...cells, ...feed.columns } };
}
