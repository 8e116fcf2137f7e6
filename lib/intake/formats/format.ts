/**
 * What a format of another tool is: one declaration, with how a file is recognised, what its columns are, what it says of
 * consent, where that is documented, and an invented sample that runs as its test (test/intake/formats). A new format is one
 * more file here, named in registry.ts.
 */
import { quoteText } from '../../core/sql.ts';
import { normalHeader } from '../../workbook/headers.ts';
import type { ContactShape, Feed } from '../../workbook/recognised.ts';
import { type Cells, cellsOf } from './cells.ts';

/** What a sample comes to, by every door: who may be mailed, and who may not and why. */
export interface Outcome {
  readonly mailable?: readonly string[];
  readonly refused?: Readonly<Record<string, 'unsubscribe' | 'complaint' | 'dead' | 'status'>>;
  /** Reports that are no departure: address → kind. */
  readonly bounces?: Readonly<Record<string, string>>;
  readonly events?: Readonly<Record<string, string>>;
  /** order_id → amount. */
  readonly purchases?: Readonly<Record<string, string>>;
}

export interface Sample {
  /** The file's name, as the tool gives it. */
  readonly name: string;
  readonly text: string;
  readonly gives: Outcome;
}

interface Declaration {
  readonly id: string;
  readonly tool: string;
  /** What people read: "SendGrid's list of bounces". */
  readonly label: string;
  /** Where the vendor documents it, or why there is nothing to name. */
  readonly page: string;
  /** For the docs: what comes in. */
  readonly becomes: string;
  /** For the docs: what counts as a no. */
  readonly refuses: string;
  readonly sample: Sample;
}

/** A CSV file as its name and headers show it. */
export interface FileHead {
  readonly name: string;
  readonly headers: readonly string[];
  readonly cells: Cells;
  /** Whether it has all of these headers, as `normalHeader` gives them. */
  readonly hasAll: (...names: readonly string[]) => boolean;
  /** Whether its headers are among these, empty ones aside. */
  readonly hasOnly: (...names: readonly string[]) => boolean;
}

export interface CsvFormat extends Declaration {
  readonly kind: 'csv';
  readonly fits: (file: FileHead) => boolean;
  readonly contacts?: ContactShape | ((file: FileHead) => ContactShape);
  readonly feeds?: (file: FileHead) => Feed[];
}

export type Json = Readonly<Record<string, unknown>>;

/** A row for a table, as text; or the word for what was ignored; or what is wrong with it. */
export type Read =
  | {
      readonly table: 'bounces' | 'events' | 'purchases' | 'suppressions';
      readonly cells: Readonly<Record<string, string | null>>;
    }
  | { readonly ignored: string }
  | { readonly fault: string; readonly column: string };

export interface JsonFormat extends Declaration {
  readonly kind: 'json';
  readonly fits: (value: Json) => boolean;
  /** @param name the file's name, where records of two lists look alike */
  readonly read: (value: Json, name?: string) => Read[];
}

export type Format = CsvFormat | JsonFormat;

export function headOf(name: string, headers: readonly string[]): FileHead {
  const names = new Set(headers.map(normalHeader).filter((each) => each !== ''));
  return {
    name,
    headers,
    cells: cellsOf(headers),
    hasAll: (...wanted) => wanted.every((each) => names.has(each)),
    hasOnly: (...known) => [...names].every((each) => known.includes(each)),
  };
}

/** Somebody who left, complained or is dead to a tool: the columns of a suppression. */
export const suppression = (
  source: string,
  columns: { readonly email: string; readonly reason: string; readonly at?: string; readonly note?: string },
  ignore?: string,
): Feed => ({
  table: 'suppressions',
  columns: {
    email: columns.email,
    scope: `case when ${columns.reason} in ('hard_bounce', 'soft_bounces', 'invalid') then 'address' else 'person' end`,
    reason: columns.reason,
    ...(columns.at !== undefined && { suppressed_at: columns.at }),
    source: quoteText(source),
    ...(columns.note !== undefined && { note: columns.note }),
  },
  ...(ignore !== undefined && { ignore }),
});

/** What a provider reports of an address, by its own word for the kind. */
export const report = (
  provider: string,
  columns: Readonly<Record<'email' | 'kind' | 'occurred_at', string>> &
    Partial<Readonly<Record<'bounce_id' | 'code' | 'detail', string>>>,
  ignore?: string,
): Feed => ({
  table: 'bounces',
  columns: { provider: quoteText(provider), ...columns },
  ...(ignore !== undefined && { ignore }),
});

/**
 * SQL that is the value for the first pattern that a cell's text matches (regular expressions over lower case); `otherwise` is SQL.
 */
export const byPattern = (cell: string, patterns: Readonly<Record<string, string>>, otherwise = 'null'): string =>
  `case ${Object.entries(patterns)
    .map(([pattern, value]) => `when regexp_matches(lower(${cell}), ${quoteText(pattern)}) then ${quoteText(value)}`)
    .join(' ')} else ${otherwise} end`;
