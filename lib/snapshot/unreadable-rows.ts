/**
 * What a record that can't be read as a row still says of consent: a row with a cell too few, a stray quote or a wrong byte names
 * its address all the same. It is read for silence alone: as long as it is broken, no mail goes to any address that may be meant.
 * Nothing is written down on its word.
 */

import type { Engine } from '../core/engine.ts';
import { raw, sql } from '../core/sql.ts';
import { withMark } from '../engine/duckdb.ts';
import type { MalformedRow } from '../workbook/store.ts';
import { kindOf } from './bounce-kinds.ts';

/** What may end a cell, whatever the file's delimiter. */
const BETWEEN = /[,;\t|"\r\n]+/;
/** What ends an address besides, and what may stand around it and be no part of it. */
const AROUND = /[\s<>()[\]]+/;
const EDGES = /^(?:mailto:|[':.])+|[':.]+$/g;

/** The words of a record that refuse mail; on the suppression list every record does. */
const refusals = {
  contacts: sql`lower(trim(word)) in ('unsubscribed', 'suppressed')`,
  suppressions: sql`true`,
  bounces: sql`${kindOf(raw('word'))} in ('complaint', 'unsubscribe')`,
} as const;

export type ConsentTable = keyof typeof refusals;

/** Creates `said(email, why)`, yet empty. */
export const createSaid = (engine: Engine): Promise<void> =>
  engine.run(raw('create or replace table said (email varchar, why varchar)'));

/** Adds to `said` what a table's broken records say. `word`: said of every record, beside its own words. */
export async function hearMalformed(
  engine: Engine,
  table: ConsentTable,
  malformed: readonly MalformedRow[],
  word = '',
): Promise<void> {
  if (malformed.length === 0) return;
  await engine.run(raw('create or replace temp table said_words (record varchar, word varchar)'));
  await engine.run(raw('create or replace temp table said_addresses (record varchar, address varchar)'));
  const each = (of: (text: string) => readonly string[]): string[][] =>
    malformed.flatMap(({ text }, record) => [...new Set(of(text))].map((found) => [String(record), found]));
  await engine.appendRows(
    'said_words',
    each((text) => [word, ...text.split(BETWEEN)]),
  );
  await engine.appendRows('said_addresses', each(addressesIn));
  await engine.run(
    sql`insert into said select distinct address, ${`a broken row of ${table}`} from said_addresses
      where record in (select record from said_words where ${refusals[table]})`,
  );
}

/**
 * Adds to `said` what suppressions in force say that hold no one plain address: quotes around it, two of them in one cell. They refuse
 * mail to each that may be meant, as a broken row does.
 */
export async function hearSuppressions(engine: Engine): Promise<void> {
  const rows = await engine.rows(
    raw(
      `select ${withMark(sql`email`).text} as email from suppressed where contains(email, '@')
        and not regexp_full_match(email, '[^@"''<>(),;:[:space:]]+@[a-z0-9-]+([.][a-z0-9-]+)+')`,
    ),
  );
  const heard = rows.flatMap(({ email }) => addressesIn(String(email)).filter((each) => each !== email));
  const why = 'suppression: more than an address in its cell';
  await engine.appendRows(
    'said',
    [...new Set(heard)].map((address) => [address, why]),
  );
}

/** Whatever may be an address in a text, in each way that it may be read. */
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
