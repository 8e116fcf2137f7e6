/**
 * What a format of another tool is: one declaration, with how a file is recognised, what its columns are, what it says of
 * consent, and where that is documented. Its invented sample, which is its test, is in test/intake/formats/samples. A tool's
 * formats are one file here, named in registry.ts.
 */
import { quoteText } from '../../core/sql.ts';
import { type ConsentMeaning, plainWord } from '../../workbook/consent-words.ts';
import { normalHeader } from '../../workbook/headers.ts';
import type { ContactShape, Feed } from '../../workbook/recognised.ts';
import { type Cells, cellsOf } from './cells.ts';

interface Declaration {
  readonly id: string;
  /** What people read: "SendGrid's list of bounces". */
  readonly label: string;
  /** Where the vendor documents it, or why there is nothing to name; left out, the tool's own. */
  readonly page?: string;
  /** For the docs: what comes in; left out, contacts. */
  readonly becomes?: string;
  /** For the docs: what counts as a no; left out, nothing does. */
  readonly refuses?: string;
}

/** A CSV file as its name and headers show it. */
export interface FileHead {
  readonly name: string;
  readonly headers: readonly string[];
  readonly cells: Cells;
  /** Whether it has each of these headers, as `normalHeader` gives them; `a|b` is either. */
  readonly hasAll: (...names: readonly string[]) => boolean;
  /** Whether its headers are among these, empty ones aside. */
  readonly hasOnly: (...names: readonly string[]) => boolean;
}

interface CsvDeclaration extends Declaration {
  readonly fits: (file: FileHead) => boolean;
  readonly contacts?: ContactShape;
  readonly feeds?: (file: FileHead) => Feed | Feed[];
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

interface JsonDeclaration extends Declaration {
  readonly fits: (value: Json) => boolean;
  /** @param name the file's name, where records of two lists look alike */
  readonly read: (value: Json, name?: string) => Read[];
}

/** A tool and its formats. Of CSV formats the first that fits counts. */
export interface Tool {
  readonly tool: string;
  readonly page?: string;
  readonly csv?: readonly CsvDeclaration[];
  readonly json?: readonly JsonDeclaration[];
}

type Declared = Required<Pick<Declaration, 'page' | 'becomes' | 'refuses'>> & { readonly tool: string };
export type CsvFormat = CsvDeclaration & Declared & { readonly kind: 'csv' };
export type JsonFormat = JsonDeclaration & Declared & { readonly kind: 'json' };
export type Format = CsvFormat | JsonFormat;

/** A tool's formats, in the order of their declaration. */
export function formatsOf({ tool, page = '', ...kinds }: Tool): Format[] {
  const given = { tool, page, becomes: 'contacts', refuses: '–' };
  return Object.entries(kinds).flatMap(([kind, formats]) =>
    formats.map((format) => ({ ...given, ...format, kind }) as Format),
  );
}

export function headOf(name: string, headers: readonly string[]): FileHead {
  const names = new Set(headers.map(normalHeader).filter((each) => each !== ''));
  const cells = cellsOf(headers);
  return {
    name,
    headers,
    cells,
    hasAll: (...wanted) => wanted.every((each) => cells.has(each)),
    hasOnly: (...known) => [...names].every((each) => known.includes(each)),
  };
}

/** Fits a file that has each of these headers; `a|b` is either. */
export const withColumns =
  (...names: readonly string[]) =>
  (file: FileHead): boolean =>
    file.hasAll(...names);

/** What each word means: a tool's words by their meaning, turned round. */
export const wordsFor = <T extends string>(
  words: Readonly<Partial<Record<T, readonly string[]>>>,
): Readonly<Record<string, T>> =>
  Object.fromEntries(
    Object.entries<readonly string[]>(words as Record<T, readonly string[]>).flatMap(([meaning, all]) =>
      all.map((word) => [word, meaning as T]),
    ),
  );

/** A tool's own words under a header. */
export const meanings = (
  words: Readonly<Partial<Record<ConsentMeaning, readonly string[]>>>,
): ReadonlyMap<string, ConsentMeaning> =>
  new Map(Object.entries(wordsFor(words)).map(([word, meaning]) => [plainWord(word), meaning]));

/** A column of consent whose words are the tool's own. */
export const status = (words: Parameters<typeof meanings>[0]) => ({ role: 'status', known: meanings(words) }) as const;

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

export type Reason = 'complaint' | 'unsubscribe' | 'hard_bounce' | 'invalid' | 'manual';
/** Reasons by patterns (regular expressions over lower case); the first that matches counts, and `manual` where none does. */
export type Reasons = Readonly<Record<string, Reason>>;

/** The feed of a list of nothing but suppressions: its headers' names (`a|b` is either), and the reason or the words for it. */
export const suppressionList =
  (
    source: string,
    given: Readonly<Record<'email' | 'at', string>> & {
      readonly reason: Reason | readonly [column: string, reasons: Reasons];
      readonly note?: string;
    },
  ) =>
  ({ cells }: FileHead): Feed => {
    const { email, reason, at, note } = given;
    return suppression(source, {
      email: cells.text(email),
      reason: typeof reason === 'string' ? quoteText(reason) : reasonIn(cells.text(reason[0]), reason[1]),
      at: cells.text(at),
      ...(note !== undefined && { note: cells.text(note) }),
    });
  };

/** SQL for the reason that the words of a cell show. */
export const reasonIn = (cell: string, reasons: Reasons): string =>
  `case ${Object.entries(reasons)
    .map(([pattern, reason]) => `when regexp_matches(lower(${cell}), ${quoteText(pattern)}) then ${quoteText(reason)}`)
    .join(' ')} else 'manual' end`;

/** The same for a text in lower case. */
export const reasonOf = (text: string, reasons: Reasons): Reason =>
  Object.entries(reasons).find(([pattern]) => new RegExp(pattern).test(text))?.[1] ?? 'manual';
