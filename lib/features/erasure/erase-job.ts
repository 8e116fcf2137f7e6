/**
 * Forgetting a person, as a job built on the fly: every row about them goes, from every table, and the suppression list
 * keeps a keyed hash of each of their addresses, by which a later import knows to leave them out. Its decisions are
 * written nowhere, because they would hold what is to be forgotten; so it can't be undone.
 */

import { insert, remove } from '../../core/change.ts';
import type { Engine } from '../../core/engine.ts';
import { JobError } from '../../core/errors.ts';
import { type Job, job } from '../../core/job.ts';
import { raw, type Sql, sql } from '../../core/sql.ts';
import { ownTables, type TableName, tableOf } from '../../core/tables.ts';
import { withMark } from '../../engine/duckdb.ts';
import { HASH_PREFIX, hashAddress } from '../../intake/forgotten.ts';
import { readSpelling } from '../../snapshot/spellings.ts';
import type { Named } from './naming.ts';

/** `erased_ids(id)` and `erased_addresses(address, hash)`: all that the workbook calls the person by, also by what was suppressed under their id. */
async function findPerson(engine: Engine, contact: string, key: string | undefined): Promise<Named> {
  const rows = raw(`select contact_id, address_key(email) as address from contacts
    union all select contact_id, address_key(email) from archive
    union all select contact_id, address_key(email) from unread_contacts
    union all select contact_id, email from suppressions where contact_id is not null and not starts_with(email, '${HASH_PREFIX}')
    union all select contact_id, address_key(email) from unread_suppressions where contact_id is not null
    union all select duplicate_id, case when json_valid(record) then address_key(json_extract_string(record, '$.email')) end from merges
    union all select survivor_id, null from merges`);
  // An address is the same however it is written.
  await engine.run(
    raw(`create or replace temp table named as
      select n.contact_id, coalesce(s.plain, n.address) as address from (${rows.text}) n left join spellings s on s.address = n.address`),
  );
  const asked = readSpelling(contact)?.plain ?? contact;
  await engine.run(
    sql`create or replace temp table erased_ids as select distinct contact_id as id from named where contact_id = ${contact} or address = address_key(${asked})`,
  );
  // Whoever was merged into somebody is that somebody; addresses lead to further rows, and those to further addresses.
  for (;;) {
    const before = await engine.number(raw('select count(*) from erased_ids'));
    await engine.run(
      raw(`create or replace temp table erased_ids as select distinct id from (
      select id from erased_ids
      union all select survivor_id from merges where duplicate_id in (select id from erased_ids)
      union all select duplicate_id from merges where survivor_id in (select id from erased_ids)
      union all select contact_id from named where address in (select address from named where address is not null and contact_id in (select id from erased_ids))
    ) where id is not null`),
    );
    if ((await engine.number(raw('select count(*) from erased_ids'))) === before) break;
  }
  await engine.run(sql`create or replace temp table erased_plain as select distinct address from (
      select address from named where contact_id in (select id from erased_ids)
      union all select address_key(${asked}) where contains(${asked}, '@')
    ) where address is not null`);
  const found = await engine.rows(sql`select distinct ${withMark(sql`address`)} as address from (
      select address from erased_plain
      union all select address from spellings where plain in (select address from erased_plain)
      union all select address_key(${contact}) where contains(${contact}, '@')
    ) order by 1`);
  const addresses = found.map((row) => String(row.address));
  await engine.run(raw('create or replace temp table erased_addresses (address varchar, hash varchar)'));
  for (const address of addresses)
    await engine.run(sql`insert into erased_addresses values (${address}, ${hashAddress(address, key)})`);
  const known = await engine.number(
    raw(`select (select count(*) from erased_ids)
    + (select count(*) from suppressions where email in (select address from erased_addresses))
    + (select count(*) from bounces where address_key(email) in (select address from erased_addresses))
    + (select count(*) from suppressions where email in (select hash from erased_addresses))`),
  );
  if (known === 0)
    throw new JobError('There is nobody of that contact_id or address in this workbook, and nothing was done.');
  await engine.run(raw(`delete from quarantine_now where ${mentions('row_key')} or ${mentions('value')}`));
  const ids = await engine.rows(raw('select id from erased_ids order by 1'));
  return { addresses, ids: ids.map((row) => String(row.id)) };
}

const isIn = (column: string): string => `${column} in (select id from erased_ids)`;
const isAddress = (column: string): string => `address_key(${column}) in (select address from erased_addresses)`;
/** A whole address: what stands before and after it is not part of a longer one (see naming.ts). */
const whole = `'(^|[^a-z0-9._%+''-])' || regexp_escape(e.address) || '($|[^a-z0-9.-]|[.]($|[^a-z0-9]))'`;

/** Whether a text names one of the addresses, or is one of the ids or a key made of one. */
const mentions = (
  column: string,
): string => `(exists (select 1 from erased_addresses e where contains(lower(${column}), e.address) and regexp_matches(lower(${column}), ${whole}))
  or exists (select 1 from erased_ids i where ${column} = i.id or ends_with(${column}, ' · ' || i.id) or contains(${column}, ' · ' || i.id || ' · ') or starts_with(${column}, i.id || ', ') or contains(${column}, '"' || i.id || '"')))`;

const gone = (keys: string, table: string, where: string): Sql =>
  raw(`select ${keys}, 'forgotten' as why from ${table} where ${where}`);

const removals: readonly [TableName, Sql][] = [
  ['contacts', gone('contact_id', 'contacts', `${isIn('contact_id')} or ${isAddress('email')}`)],
  ['archive', gone('contact_id', 'archive', `${isIn('contact_id')} or ${isAddress('email')}`)],
  ['events', gone('event_id', 'events', `${isIn('contact_id')} or ${isAddress('email')}`)],
  ['purchases', gone('order_id', 'purchases', `${isIn('contact_id')} or ${isAddress('email')}`)],
  ['bounces', gone('bounce_id', 'bounces', isAddress('email'))],
  ['suppressions', gone('email', 'suppressions', `${isAddress('email')} or ${isIn('contact_id')}`)],
  ['memberships', gone('list, contact_id', 'memberships', isIn('contact_id'))],
  ['list_changes', gone('list, contact_id, period', 'list_changes', isIn('contact_id'))],
  ['merges', gone('duplicate_id', 'merges', `${isIn('duplicate_id')} or ${isIn('survivor_id')}`)],
  [
    'review',
    gone(
      'review_id',
      'review',
      `${isIn('left_id')} or ${isIn('right_id')} or ${isAddress('left_id')} or ${mentions('evidence')}`,
    ),
  ],
  ['changes', gone('change_id', 'changes', `${mentions('row_key')} or ${mentions('before')} or ${mentions('after')}`)],
  ['quarantine', gone('"table", row_key, "column"', 'quarantine', `${mentions('row_key')} or ${mentions('value')}`)],
];

/** Rows of the team's own tables that name the person by contact_id or email. */
const ownRemovals = (): [TableName, Sql][] =>
  ownTables().flatMap((table): [TableName, Sql][] => {
    const { key, columns } = tableOf(table);
    const named = [
      ...('contact_id' in columns ? [isIn('contact_id')] : []),
      ...('email' in columns ? [isAddress('email')] : []),
    ];
    return named.length > 0 ? [[table, gone(key.join(', '), table, named.join(' or '))]] : [];
  });

/** What the search through files goes on with, and stays in this process; and the rows by table that are not ours to take away. */
export interface Person extends Named {
  readonly outside: Readonly<Record<string, number>>;
}

/**
 * Builds the job. `outside` are the tables that lie outside of the workbook and are only read; `found` is told who the person
 * is, for the search through files.
 */
export const eraseJob = (
  contact: string,
  key: string | undefined,
  found: (person: Person) => void,
  outside: ReadonlySet<string> = new Set(),
): Job => {
  const all = [...removals, ...ownRemovals()];
  const tables = all.map(([table]) => table);
  return job({
    name: 'erase',
    purpose: 'Forgets a person everywhere; the suppression list keeps a keyed hash.',
    reads: tables,
    writes: tables,
    unrecorded: true,
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
        sql`select hash as email, 'person' as scope, 'manual' as reason, ${asOf} as suppressed_at, 'erase' as source, 'forgotten' as note, 'forgotten' as why from erased_addresses`,
      ),
    ],
  });
};
