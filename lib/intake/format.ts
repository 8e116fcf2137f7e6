/**
 * What a CSV format is: how it is known by a file's headers, and how its cells become rows of ours.
 */

import { tables } from '../core/tables.ts';
import { quote } from '../snapshot/load.ts';
import type { Cells } from './cells.ts';

export const incomingTables = ['contacts', 'suppressions', 'bounces', 'events', 'purchases'] as const;
export type IncomingTable = (typeof incomingTables)[number];

/** What a file's rows are for one table: SQL over the scan by column, and which rows are none of it (`ignore` says why). */
export interface Feed {
  readonly table: IncomingTable;
  readonly columns: Readonly<Record<string, string>>;
  readonly ignore?: string;
}

export interface CsvFormat {
  readonly id: string;
  /** What people read: "a Mailchimp audience export". */
  readonly label: string;
  readonly fits: (cells: Cells) => boolean;
  readonly feeds: (file: {
    readonly cells: Cells;
    readonly headers: readonly string[];
    readonly name: string;
  }) => Feed[];
}

/** Columns of contacts that a file may fill; what runs work out themselves is not taken from files. */
export const contactColumns: readonly string[] = Object.entries(tables.contacts.columns)
  .filter(([, column]) => !('derived' in column))
  .map(([column]) => column);

/** What a list of people has, and one of facts about them has not: nobody in it bounced or left because of its name. */
export const listsPeople = (cells: Cells): boolean =>
  cells.has('first_name', 'firstname', 'last_name', 'lastname', 'company', 'phone', 'phone_number', 'job_title');

/** The columns of a list of bounces that a provider gives. */
export const bounceColumns = (cells: Cells, provider: string, given: Record<string, string>): Feed => ({
  table: 'bounces',
  columns: { provider: quote(provider), email: cells.text('email', 'address', 'email_address'), ...given },
});
