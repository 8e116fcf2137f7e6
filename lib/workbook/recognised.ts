/**
 * What a file or tab of another tool is to a workbook, in terms that a store and a snapshot know: which columns its
 * cells are, as SQL over its text's columns c0, c1, … The formats themselves are declared in lib/intake/formats.
 */
import type { TableName } from '../core/tables.ts';
import type { ConsentColumn } from './consent-columns.ts';

/**
 * What a file's rows are for one table: SQL by column, and which rows are none of it (`ignore` is NULL, '' or says
 * why).
 */
export interface Feed {
  readonly table: TableName;
  readonly columns: Readonly<Record<string, string>>;
  readonly ignore?: string;
}

/** How a format says what a column of consent means, beside what everybody means by its words. */
export type GivenConsent = Pick<ConsentColumn, 'role' | 'known' | 'empty'>;

/** What another tool's list of people calls its columns, beyond the names that are always known. */
export interface ContactShape {
  /** Header, as `normalHeader` gives it → column. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Headers that are not the column they are called like. */
  readonly not?: readonly string[];
  /** Headers that speak of consent in this tool's own words, or don't speak of it at all. */
  readonly consent?: Readonly<Record<string, GivenConsent | 'ignore'>>;
  /** Where its people come from, where no column says so. */
  readonly source?: string;
  /** What a row says whose columns say nothing: everybody in the file agreed to mail, or no person ever did. */
  readonly agreed?: true;
  readonly neverAgreed?: true;
  /** The tool writes the day ahead of the month, also in dates that don't show it. */
  readonly dayFirst?: true;
}

export interface Recognised {
  readonly id: string;
  /** What people read: "a Mailchimp audience export". */
  readonly label: string;
  /** Set for a list of people. */
  readonly contacts?: ContactShape;
  readonly feeds: readonly Feed[];
}

/** A file that may say who wants no mail and is not known, or one of addresses alone: why it is not read. */
export interface Unclear {
  readonly unclear: string;
  /** It may say who wants no mail: it is never passed over. */
  readonly mayRefuse: boolean;
  /** None of its headers stands for an address: without one in its cells it is about no person. */
  readonly addressUnknown?: true;
}

/** Finds what a file is by its name and its headers; null for what is nothing to do with people. */
export type Recognise = (file: {
  readonly name: string;
  /** What people call it, where that is not its name: `tab "Left"`. */
  readonly label?: string;
  readonly headers: readonly string[];
}) => Recognised | Unclear | null;

/**
 * Lays out a JSON file of another tool as a CSV file in `folder`, with what its rows are; null for JSON of no tool
 * that is known.
 */
export type LayOutJson = (
  path: string,
  folder: string,
) => Promise<{ readonly path: string; readonly recognised: Recognised } | null>;
