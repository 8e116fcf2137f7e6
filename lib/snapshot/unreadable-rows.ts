/**
 * Consent in records that can't be read as rows: a row with a cell too few, a stray quote or a wrong byte still names
 * its address. It is only used to suppress sending, never to write: as long as the record is broken, no mail goes to
 * any address that it may name.
 */

import type { Engine } from '../core/engine.ts';
import { sql } from '../core/sql.ts';
import { withMark } from '../engine/duckdb.ts';
import type { MalformedRow } from '../workbook/table-text.ts';
import { kindOf } from './bounce-kinds.ts';

/** What may end a cell, with any delimiter. */
const BETWEEN = /[,;\t|"\r\n]+/;
/** What ends an address besides, and what may stand around it and be no part of it. */
const AROUND = /[\s<>()[\]]+/;
const EDGES = /^(?:mailto:|[':.])+|[':.]+$/g;

/** The words of a record that refuse mail; on the suppression list every record does. */
const refusals = {
  contacts: sql`lower(trim(word)) in ('unsubscribed', 'suppressed')`,
  suppressions: sql`true`,
  bounces: sql`${kindOf(sql`word`)} in ('complaint', 'unsubscribe')`,
} as const;

export type ConsentTable = keyof typeof refusals;

/**
 * Adds a table's broken records to `consent_hints(email, why)`: addresses that must get no mail because of them. `word`
 * counts as a word of every record.
 */
export async function addMalformedHints(
  engine: Engine,
  table: ConsentTable,
  malformed: readonly MalformedRow[],
  word = '',
): Promise<void> {
  if (malformed.length === 0) return;
  await engine.run(sql`create or replace temp table hint_words (record varchar, word varchar)`);
  await engine.run(sql`create or replace temp table hint_addresses (record varchar, address varchar)`);
  const each = (of: (text: string) => readonly string[]): string[][] =>
    malformed.flatMap(({ text }, record) => [...new Set(of(text))].map((found) => [String(record), found]));
  await engine.appendRows(
    'hint_words',
    each((text) => [word, ...text.split(BETWEEN)]),
  );
  await engine.appendRows('hint_addresses', each(addressesIn));
  await engine.run(
    sql`insert into consent_hints select distinct address, ${`a broken row of ${table}`} from hint_addresses
      where record in (select record from hint_words where ${refusals[table]})`,
  );
}

/**
 * Adds to `consent_hints` what refuses mail and whose cell is not one plain address: quotes around it, or two of them.
 * It refuses mail to each address that it may name, as a broken row does.
 */
export async function addUnclearAddresses(engine: Engine): Promise<void> {
  const rows = await engine.rows(
    sql`select ${withMark(sql`email`)} as email from refused_as_written where contains(email, '@')
      and not regexp_full_match(email, '[^@"''<>(),;:[:space:]]+@[a-z0-9-]+([.][a-z0-9-]+)+')`,
  );
  const addresses = rows.flatMap(({ email }) => addressesIn(String(email)).filter((each) => each !== email));
  const why = 'no mail: more than an address in its cell';
  await engine.appendRows(
    'consent_hints',
    [...new Set(addresses)].map((address) => [address, why]),
  );
}

/** Everything that may be an address in a text, in each way that it may be read. */
export function addressesIn(text: string): string[] {
  const pieces = text
    .replaceAll(/%40/g, '@')
    .toLowerCase()
    .split(BETWEEN)
    .flatMap((cell) => cell.split(AROUND))
    .filter((piece) => piece.includes('@'));
  const readings = pieces.flatMap((piece) => [piece, ...piece.split('/').filter((part) => part.includes('@'))]);
  return [...new Set(readings.flatMap((each) => [each, each.replaceAll(EDGES, '')]))];
}
