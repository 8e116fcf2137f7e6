/**
 * Gives incoming facts their ids and their contacts, and rejects those of unknown contacts and those that are there
 * twice.
 */

import type { Engine } from '../core/engine.ts';
import type { FactTable } from '../core/facts.ts';
import { columnOf, name, quoteName, raw, sql } from '../core/sql.ts';
import { ownTables, tableOf } from '../core/tables.ts';
import { reject, type WeighOptions } from './check-rows.ts';
import type { IncomingTable } from './incoming.ts';
import { ignoreUnpaid } from './orders.ts';

/** Why facts are rejected whose contact may still come. */
export const UNKNOWN_CONTACT = [
  'its contact is in quarantine; fix that row first',
  'unknown contact: none has this address; import the contacts first',
] as const;

const factHash = (...columns: string[]): string =>
  `md5_hex(concat_ws('|', ${columns.map((column) => `coalesce(lower(${column}), '')`).join(', ')}))`;

/** The ids of facts that have none. Underscores for spaces, as in earlier imports: a file that comes again adds nothing. */
const IDS: Readonly<Partial<Record<FactTable, string>>> = {
  bounces: `coalesce(provider || ':', '') || ${factHash('email', 'kind', 'code', 'occurred_at')}`,
  events: `'e-' || ${factHash('contact_id', 'email', `replace(type, ' ', '_')`, 'occurred_at', 'campaign', 'value')}`,
};

/** Gives facts their ids, and rejects those of unknown contacts and those that stand twice. */
export async function findFacts(
  engine: Engine,
  there: ReadonlySet<IncomingTable>,
  { settings }: WeighOptions,
): Promise<void> {
  for (const table of ['bounces', 'events', 'purchases'] as const) {
    if (!there.has(table)) continue;
    const [key = ''] = tableOf(table).key;
    if (IDS[table]) await engine.run(raw(`update incoming_${table} set ${key} = ${IDS[table]} where ${key} is null`));
    if (table !== 'bounces') await findSubjects(engine, table);
    await rejectRepeated(engine, table, key);
    // Of facts that are kept elsewhere, the rows come here that the incoming ones may be.
    await engine.fetchRows(table, { [key]: sql`select ${columnOf(key)} from incoming_${name(table)}` });
  }
  if (there.has('purchases')) await ignoreUnpaid(engine, settings);
  for (const table of ownTables().filter((each) => there.has(each)))
    await rejectRepeated(engine, table, ...tableOf(table).key);
}

/**
 * Rejects facts of unknown contacts, and says of the others which contact they are about, so that the jobs of the same
 * run know at once.
 */
async function findSubjects(engine: Engine, table: 'events' | 'purchases'): Promise<void> {
  const known = `(contact_id is not null and contact_id in (select ref from import_refs union all select id
    from import_people))
    or (email is not null and address_key(email) in (select substr(ref, 2) from import_refs
      where starts_with(ref, '@') union all select email_key from import_people where email_key is not null))`;
  await reject(engine, table, {
    column: 'email',
    reason: UNKNOWN_CONTACT[0],
    when: `not coalesce(${known}, false) and coalesce(contact_id in (select contact_id from unread_contacts
      where contact_id is not null), false)
      or not coalesce(${known}, false) and coalesce(address_key(email) in (select address_key(email)
        from unread_contacts where email is not null), false)`,
  });
  await reject(engine, table, {
    column: 'email',
    reason: UNKNOWN_CONTACT[1],
    when: `not coalesce(${known}, false)`,
  });
  await engine.run(
    raw(`update incoming_${table} set contact_id = p.id
      from (select substr(ref, 2) as address, contact_id as id from import_refs where starts_with(ref, '@')
        union all select email_key, id from import_people where not known and email_key is not null) p
      where incoming_${table}.contact_id is null and p.address = address_key(incoming_${table}.email)`),
  );
}

const rejectRepeated = (engine: Engine, table: IncomingTable, ...key: readonly string[]): Promise<void> =>
  reject(engine, table, {
    column: key[0] ?? '',
    reason: 'the same as an earlier row',
    when: `(file, line) in (select (file, line) from incoming_${table}
      qualify row_number() over (partition by ${key.map(quoteName).join(', ')} order by file, line) > 1)`,
  });
