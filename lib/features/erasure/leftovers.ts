/**
 * Finds remaining data of erased people: by the keyed hashes on the suppression list, in every table and in the files
 * beside them. Reports how many addresses are where, never which.
 */
import { readFile } from 'node:fs/promises';
import type { Engine } from '../../core/engine.ts';
import { ofFacts } from '../../core/facts.ts';
import { columnOf, join, literal, name, type Sql, sql } from '../../core/sql.ts';
import { HASH_PREFIX, hashAddress } from '../../intake/forgotten.ts';
import { filesOfOurs, nameOf } from './files.ts';

/** The texts in which a table may name a person. */
const columns: readonly (readonly [table: string, column: string, from?: string])[] = [
  ['contacts', 'email'],
  ['contacts', 'email', 'unread_contacts'],
  ['archive', 'email'],
  ['events', 'email'],
  ['purchases', 'email'],
  ['bounces', 'email'],
  ['bounces', 'email', 'unread_bounces'],
  ['suppressions', 'email'],
  ['suppressions', 'email', 'unread_suppressions'],
  ['merges', 'record'],
  ['review', 'left_id'],
  ['review', 'evidence'],
  ['changes', 'row_key'],
  ['changes', 'before'],
  ['changes', 'after'],
  ['quarantine', 'row_key'],
  ['quarantine', 'value'],
];
const ADDRESS = /[^\s"'<>,;:|]+@[^\s"'<>,;:|]+/g;

const ofRows = (table: string, column: string): Sql =>
  table === 'events' || table === 'purchases' || table === 'bounces'
    ? ofFacts(table, sql`select distinct ${name(column)} from ${name(table)}`)
    : name(table);

const texts = join(
  columns.map(([table, column, from = table]) => {
    const cell = columnOf(column);
    return sql`
      select ${literal(table)} as place,
        unnest(regexp_extract_all(lower(${cell}), ${literal(ADDRESS.source)})) as address
      from ${ofRows(from, column)} where contains(${cell}, '@')`;
  }),
  ' union ',
);

/**
 * How many addresses of forgotten people stand in which table or file; those of Google Sheets' tabs are tables as well.
 */
export async function leftovers(
  engine: Engine,
  key: string,
  workbookFolder: string,
  exportFolders: readonly string[],
): Promise<Record<string, number>> {
  const rows = await engine.rows(sql`select email from suppressions where starts_with(email, ${HASH_PREFIX})`);
  const forgotten = new Set(rows.map((row) => String(row.email)));
  const found: Record<string, number> = {};
  if (forgotten.size === 0) return found;
  const look = (place: string, address: string): void => {
    if (forgotten.has(hashAddress(address, key))) found[place] = (found[place] ?? 0) + 1;
  };
  for await (const [places = [], addresses = []] of engine.chunks(texts)) {
    addresses.forEach((address, i) => {
      look(String(places[i]), String(address));
    });
  }
  for (const path of await filesOfOurs(workbookFolder, exportFolders)) {
    const named = new Set((await readFile(path, 'utf8')).toLowerCase().match(ADDRESS) ?? []);
    for (const address of named) look(nameOf(workbookFolder, path), address);
  }
  return found;
}
