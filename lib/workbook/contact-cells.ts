/**
 * What a list of people's cells are, column by column: by our own names, by other tools' names, by a format's, and a
 * full name split where that is certain. It judges headers; what the cells say of consent is read first, and given to
 * it.
 */
import { tables } from '../core/tables.ts';
import type { ConsentRules } from '../core/workbook-rules.ts';
import { type ConsentColumn, consentColumns, isOfOtherChannel } from './consent-columns.ts';
import { findColumns, isAddressName, namesIn, normalHeader } from './headers.ts';
import type { ContactShape } from './recognised.ts';

/**
 * Columns of contacts that a file may fill, the team's own among them; what runs calculate themselves is not taken from
 * files.
 */
export const contactColumns = (): readonly string[] =>
  Object.entries(tables.contacts.columns)
    .filter(([, column]) => !('derived' in column))
    .map(([column]) => column);

const FULL_NAME = namesIn(`name full_name fullname your_full_name your_name display_name contact_name person_name
  vollständiger_name nom_complet nombre_completo nome_completo volledige_naam subscriber_name invitee_name
  what_is_your_full_name what_is_your_name`);

/**
 * The columns of a list of people, by the header that stands for each.
 * @param consent places of headers that speak of consent; a status is ours all the same
 * @param others places of headers that are called like a column of ours and hold something else
 */
export function contactHeaders(
  headers: readonly string[],
  { aliases = {}, not = [] }: ContactShape = {},
  ownAliases: Readonly<Record<string, string>> = {},
  consent: ReadonlySet<number> = new Set(),
  others: ReadonlySet<number> = new Set(),
): Map<string, string> {
  const usable = headers.filter((header, place) => {
    const name = normalHeader(header);
    return !not.includes(name) && !others.has(place) && (!consent.has(place) || name === 'status');
  });
  return findColumns('contacts', usable, { ...aliases, ...ownAliases });
}

/**
 * SQL for the parts of a full name, where no columns give them: of "Ada Byron" and "Byron, Ada" it is certain which is
 * which. Null where the list has no such column.
 */
export function splitName(headers: readonly string[]): { first: string; last: string } | null {
  const place = headers.findIndex((header) => FULL_NAME.includes(normalHeader(header)));
  if (place < 0) return null;
  const cell = `c${place}`;
  const word = `[\\p{L}][\\p{L}\\p{M}''’-]+`;
  const plain = `regexp_full_match(trimmed(${cell}), '${word} ${word}')`;
  const turned = `regexp_full_match(trimmed(${cell}), '${word}, ?${word}')`;
  const part = (separator: string, n: number): string => `trim(split_part(trimmed(${cell}), '${separator}', ${n}))`;
  return {
    first: `case when ${plain} then ${part(' ', 1)} when ${turned} then ${part(',', 2)} end`,
    last: `case when ${plain} then ${part(' ', 2)} when ${turned} then ${part(',', 1)} end`,
  };
}

/** What the headers of a list show of consent. */
export interface ConsentHeaders {
  readonly columns: readonly ConsentColumn[];
  /** Places of columns whose headers say nothing of it, so that what stands in them may. */
  readonly silent: readonly number[];
}

/** Columns of contacts that tools, and people in a hurry, fill with words of their own. */
const MAY_SPEAK = namesIn('source lifecycle_stage email_note region first_name last_name company job_title');
/** What is written of a call or a letter may be about mail as well. */
const IS_NOTED = /note|comment|remark|result|outcome|tag|notiz|bemerkung|kommentar|ergebnis/i;

export function consentHeaders(headers: readonly string[], shape: ContactShape, rules: ConsentRules): ConsentHeaders {
  const columns = consentColumnsOf(headers, shape, rules);
  const known = contactHeaders(headers, shape);
  for (const column of MAY_SPEAK) known.delete(column);
  const taken = new Set([...known.values(), ...columns.map(({ header }) => header)]);
  const ignored = new Set(
    Object.entries(rules).flatMap(([name, answer]) => (answer === 'ignore' ? [normalHeader(name)] : [])),
  );
  const silent = headers.flatMap((header, place) => {
    const isOther =
      isAddressName(header) ||
      (isOfOtherChannel(header) && !IS_NOTED.test(header)) ||
      shape.consent?.[normalHeader(header)] === 'ignore';
    return taken.has(header) || isOther || ignored.has(normalHeader(header)) ? [] : [place];
  });
  return { columns, silent };
}

/** The columns of consent of a list, by everybody's words and by its format's. */
export function consentColumnsOf(
  headers: readonly string[],
  { consent = {} }: ContactShape,
  rules: ConsentRules,
): ConsentColumn[] {
  const found = new Map(consentColumns(headers).map((column) => [column.place, column]));
  const asked = new Set(Object.keys(rules).map(normalHeader));
  headers.forEach((header, place) => {
    const given = consent[normalHeader(header)];
    if (given === 'ignore') found.delete(place);
    else if (given) found.set(place, { place, header, ...given });
    if (asked.has(normalHeader(header)) && !found.has(place))
      found.set(place, { place, header, role: 'agrees', byValues: true });
  });
  return [...found.values()].toSorted((a, b) => a.place - b.place);
}
