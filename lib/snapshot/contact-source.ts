/**
 * Contacts in another tool's shape, made ready to be loaded: which header is which column, and what the columns of
 * consent say of each row, read before anything else.
 */

import type { Engine } from '../core/engine.ts';
import { quoteText, raw } from '../core/sql.ts';
import type { ConsentRules } from '../core/workbook-rules.ts';
import type { ConsentColumn } from '../workbook/consent-columns.ts';
import { statusSql } from '../workbook/consent-words.ts';
import { consentHeaders, contactColumns, contactHeaders, splitName } from '../workbook/contact-cells.ts';
import { normalHeader } from '../workbook/headers.ts';
import { csvScan } from '../workbook/scan.ts';
import type { SourceTable } from '../workbook/store.ts';
import { type ConsentReading, readConsent, type Select } from './consent-reading.ts';
import { readStrictly } from './load.ts';

/**
 * Our own workbook's shape: its status is in our words, and a word that is none of them keeps its row from the jobs.
 */
const isOurs = (headers: readonly string[], columns: readonly ConsentColumn[]): boolean =>
  headers.some((header) => header.trim().toLowerCase() === 'contact_id') &&
  columns.every(({ header }) => ['status', 'email_status'].includes(normalHeader(header))) &&
  new Set(columns.map(({ header }) => normalHeader(header))).size === columns.length;

/** The source with what it says of consent as `derived.status`. @throws ConsentQuestion */
export async function withConsent(
  engine: Engine,
  source: SourceTable,
  rules: ConsentRules,
  ownAliases: Readonly<Record<string, string>>,
): Promise<{ source: SourceTable; reading: ConsentReading | null }> {
  const { headers, recognised } = source;
  const shape = recognised?.contacts ?? {};
  const found = consentHeaders(headers, shape, rules);
  const columns = isOurs(headers, found.columns) ? [] : found.columns;
  const names = splitName(headers);
  const neverAgreed = shape.neverAgreed === true;
  const reading = await readConsent(engine, source, selectFrom(engine, source), { ...found, columns }, rules);
  if (columns.length === 0 && reading.status === null && !neverAgreed && !names) return { source, reading: null };
  const headerOf = withoutOthers(source, contactHeaders(headers, shape, ownAliases, reading.places, reading.others));
  const derived = new Map<string, string>();
  const own = headerOf.get('status');
  const ownStatus = own === undefined ? 'null' : statusSql(`c${headers.indexOf(own)}`);
  const read = reading.status;
  // A status of ours that no column of consent is stands as it is, but for what another column refuses.
  const status = readsOwn(own, headers, reading)
    ? (read ?? ownStatus)
    : `case when 'unsubscribed' in (${read}, ${ownStatus}) then 'unsubscribed'
        when 'suppressed' in (${read}, ${ownStatus}) then 'suppressed' else coalesce(${read}, ${ownStatus}) end`;
  if (neverAgreed) derived.set('status', quoteText('unsubscribed'));
  else if (read !== null) derived.set('status', status);
  if (names) addNames(derived, headers, headerOf, names);
  return {
    source: { ...source, headerOf, derived, ...(reading.counts.length > 0 && { mayRefuse: true }) },
    reading,
  };
}

/** How the cells of a file or table are got at. */
export const selectFrom =
  (engine: Engine, source: Pick<SourceTable, 'open'>): Select =>
  (statement) =>
    readStrictly(engine, source, (from) => raw(statement(csvScan(from).text)));

/** The source's own headers by column, but for those that turned out to hold something else. */
function withoutOthers({ headerOf }: SourceTable, usable: ReadonlyMap<string, string>): Map<string, string> {
  const names = new Set(usable.values());
  const columns = contactColumns();
  return new Map([
    ...[...headerOf].filter(([column, header]) => names.has(header) || !columns.includes(column)),
    ...[...usable].filter(([column]) => columns.includes(column)),
  ]);
}

const readsOwn = (own: string | undefined, headers: readonly string[], { places }: ConsentReading): boolean =>
  own !== undefined && places.has(headers.indexOf(own));

/** A full name counts only where neither of its parts stands in a column of its own. */
function addNames(
  derived: Map<string, string>,
  headers: readonly string[],
  headerOf: ReadonlyMap<string, string>,
  names: { first: string; last: string },
): void {
  const cell = (column: string): string | null => {
    const header = headerOf.get(column);
    return header === undefined ? null : `c${headers.indexOf(header)}`;
  };
  const [first, last] = [cell('first_name'), cell('last_name')];
  const none = [first, last].flatMap((each) => (each === null ? [] : [`${each} is null`])).join(' and ') || 'true';
  derived.set('first_name', `case when ${none} then ${names.first} else ${first ?? 'null'} end`);
  derived.set('last_name', `case when ${none} then ${names.last} else ${last ?? 'null'} end`);
}
