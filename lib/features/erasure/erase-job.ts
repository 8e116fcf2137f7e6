/**
 * Forgetting a person, as a job built on the fly: every row about them goes, from every table, and the suppression list
 * keeps a keyed hash of each of their addresses, by which a later import knows to leave them out. Its decisions are
 * written nowhere, because they would hold what is to be forgotten; so it can't be undone.
 */

import { insert, remove } from '../../core/change.ts';
import type { Engine } from '../../core/engine.ts';
import { JobError } from '../../core/errors.ts';
import { byKey } from '../../core/facts.ts';
import { type Job, job } from '../../core/job.ts';
import { columnOf, join, literal, type Sql, sql } from '../../core/sql.ts';
import { ownTables, type TableName, tableOf } from '../../core/tables.ts';
import { withMark } from '../../engine/duckdb.ts';
import { HASH_PREFIX, hashAddress } from '../../intake/forgotten.ts';
import { readSpelling } from '../../snapshot/spellings.ts';
import { views } from '../../snapshot/views.ts';
import type { Named } from './naming.ts';

/**
 * Creates `erased_ids(id)` and `erased_addresses(address, hash)`: every id and address that the workbook has for the
 * person, those suppressed under their id included.
 */
async function findPerson(engine: Engine, contact: string, key: string | undefined): Promise<Named> {
  await engine.run(sql`create or replace temp table named as ${namedRows}`);
  const asked = readSpelling(contact)?.plain ?? contact;
  await findIds(engine, contact, asked);
  const addresses = await findAddresses(engine, contact, asked);
  await engine.run(sql`create or replace temp table erased_addresses (address varchar, hash varchar)`);
  for (const address of addresses)
    await engine.run(sql`insert into erased_addresses values (${address}, ${hashAddress(address, key)})`);
  const rows = { email: sql`select address from erased_addresses`, contact_id: sql`select id from erased_ids` };
  for (const table of ['events', 'purchases', 'bounces']) await engine.fetchRows(table, rows);
  const known = await engine.number(sql`
    select (select count(*) from erased_ids)
    + (select count(*) from suppressions where email in (select address from erased_addresses))
    + (select count(*) from ${byKey('bounces')} where address_key(email) in (select address from erased_addresses))
    + (select count(*) from suppressions where email in (select hash from erased_addresses))`);
  if (known === 0)
    throw new JobError('No contact in this workbook has that contact_id or address. Nothing was changed.');
  await engine.run(sql`delete from ${views.quarantineNow} where ${mentions(sql`row_key`)} or ${mentions(sql`value`)}`);
  const ids = await engine.rows(sql`select id from erased_ids order by 1`);
  return { addresses, ids: ids.map((row) => String(row.id)) };
}

/** Every contact_id with an address that it has or had; one address, however it is written. */
const namedRows = sql`
  select n.contact_id, coalesce(s.plain, n.address) as address
  from (
    select contact_id, address_key(email) as address from contacts
    union all select contact_id, address_key(email) from archive
    union all select contact_id, address_key(email) from ${views.unreadContacts}
    union all
    select contact_id, email from suppressions
    where contact_id is not null and not starts_with(email, ${literal(HASH_PREFIX)})
    union all select contact_id, address_key(email) from ${views.unreadSuppressions} where contact_id is not null
    union all
    select duplicate_id, case when json_valid(record) then address_key(json_extract_string(record, '$.email')) end
    from merges
    union all select survivor_id, null from merges
  ) n left join ${views.spellings} s on s.address = n.address`;

/** `erased_ids`: through merges and shared addresses, until no id is added. */
async function findIds(engine: Engine, contact: string, asked: string): Promise<void> {
  await engine.run(sql`
    create or replace temp table erased_ids as
    select distinct contact_id as id from named where contact_id = ${contact} or address = address_key(${asked})`);
  for (;;) {
    const before = await engine.number(sql`select count(*) from erased_ids`);
    await engine.run(sql`
      create or replace temp table erased_ids as select distinct id from (
        select id from erased_ids
        union all select survivor_id from merges where duplicate_id in (select id from erased_ids)
        union all select duplicate_id from merges where survivor_id in (select id from erased_ids)
        union all
        select contact_id from named where address in (
          select address from named where address is not null and contact_id in (select id from erased_ids))
      ) where id is not null`);
    if ((await engine.number(sql`select count(*) from erased_ids`)) === before) return;
  }
}

/** The addresses of those ids, in every spelling that the workbook holds. */
async function findAddresses(engine: Engine, contact: string, asked: string): Promise<string[]> {
  await engine.run(sql`
    create or replace temp table erased_plain as select distinct address from (
      select address from named where contact_id in (select id from erased_ids)
      union all select address_key(${asked}) where contains(${asked}, '@')
    ) where address is not null`);
  const found = await engine.rows(sql`
    select distinct ${withMark(sql`address`)} as address from (
      select address from erased_plain
      union all select address from ${views.spellings} where plain in (select address from erased_plain)
      union all select address_key(${contact}) where contains(${contact}, '@')
    ) order by 1`);
  return found.map((row) => String(row.address));
}

const isIn = (column: string): Sql => sql`${columnOf(column)} in (select id from erased_ids)`;
const isAddress = (column: string): Sql =>
  sql`address_key(${columnOf(column)}) in (select address from erased_addresses)`;

/** A whole address: what stands before and after it is not part of a longer one (see naming.ts). */
const wholeAddress = sql`
  '(^|[^a-z0-9._%+''-])' || regexp_escape(e.address) || '($|[^a-z0-9.-]|[.]($|[^a-z0-9]))'`;

/** Whether a text names one of the addresses, or is one of the ids or a key made of one. */
const mentions = (text: Sql): Sql => sql`(
  exists (
    select 1 from erased_addresses e
    where contains(lower(${text}), e.address) and regexp_matches(lower(${text}), ${wholeAddress}))
  or exists (
    select 1 from erased_ids i
    where ${text} = i.id or ends_with(${text}, ' · ' || i.id) or contains(${text}, ' · ' || i.id || ' · ')
      or starts_with(${text}, i.id || ', ') or contains(${text}, '"' || i.id || '"')))`;

/** The rows of a table that go, by its key. */
function erasedRows(table: TableName, conditions: readonly Sql[]): [TableName, Sql] {
  const keys = join(
    tableOf(table).key.map((column) => columnOf(column)),
    ', ',
  );
  const where = join(conditions, ' or ');
  return [table, sql`select ${keys}, 'forgotten' as why from ${byKey(table)} where ${where}`];
}

const removals = (): [TableName, Sql][] => [
  ...(['contacts', 'archive', 'events', 'purchases', 'suppressions'] as const).map((table) =>
    erasedRows(table, [isIn('contact_id'), isAddress('email')]),
  ),
  erasedRows('bounces', [isAddress('email')]),
  erasedRows('memberships', [isIn('contact_id')]),
  erasedRows('list_changes', [isIn('contact_id')]),
  erasedRows('merges', [isIn('duplicate_id'), isIn('survivor_id')]),
  erasedRows('review', [isIn('left_id'), isIn('right_id'), isAddress('left_id'), mentions(sql`evidence`)]),
  erasedRows('changes', [mentions(sql`row_key`), mentions(columnOf('before')), mentions(columnOf('after'))]),
  erasedRows('quarantine', [mentions(sql`row_key`), mentions(sql`value`)]),
];

/** Rows of the team's own tables that name the person by contact_id or email. */
const ownRemovals = (): [TableName, Sql][] =>
  ownTables().flatMap((table): [TableName, Sql][] => {
    const { columns } = tableOf(table);
    const named = [
      ...('contact_id' in columns ? [isIn('contact_id')] : []),
      ...('email' in columns ? [isAddress('email')] : []),
    ];
    return named.length > 0 ? [erasedRows(table, named)] : [];
  });

/**
 * What the search through files goes on with, and stays in this process; and the rows by table that are not ours to
 * take away.
 */
export interface Person extends Named {
  readonly outside: Readonly<Record<string, number>>;
}

/**
 * Builds the job. `outside` are the tables outside of the workbook, which are only read; `found` is called with the
 * person is, for the search through files.
 */
export const eraseJob = (
  contact: string,
  key: string | undefined,
  found: (person: Person) => void,
  outside: ReadonlySet<string> = new Set(),
): Job => {
  const all = [...removals(), ...ownRemovals()];
  const tables = all.map(([table]) => table);
  return job({
    name: 'erase',
    purpose: 'Forgets a person everywhere; the suppression list keeps a keyed hash.',
    reads: tables,
    writes: tables,
    unrecorded: true,
    releases: true, // a keyed hash takes the place of each suppression
    prepare: async ({ engine }) => {
      const named = await findPerson(engine, contact, key);
      const left: Record<string, number> = {};
      for (const [table, query] of all) {
        if (outside.has(table)) left[table] = await engine.number(sql`select count(*) from (${query})`);
      }
      found({ ...named, outside: left });
      return {};
    },
    changes: ({ asOf }) => [
      ...all.flatMap(([table, query]) => (outside.has(table) ? [] : [remove(table, query)])),
      insert(
        'suppressions',
        sql`
          select hash as email, 'person' as scope, 'manual' as reason, ${asOf} as suppressed_at, 'erase' as source,
            'forgotten' as note, 'forgotten' as why
          from erased_addresses`,
      ),
    ],
  });
};
