/**
 * Who a row is about. Contacts without a contact_id get the one that list-cleaning will write (the same row always
 * gets the same), and facts find their contact by id or by address, also after merges.
 */

import type { Engine } from '../core/engine.ts';
import { byKey } from '../core/facts.ts';
import { join, name, sql } from '../core/sql.ts';

const CONTENT_COLUMNS = 'email first_name last_name phone birth_date company address city postal_code country';
/** What a row holds, as one text. */
const CONTENT = sql`concat(${join(
  CONTENT_COLUMNS.split(' ').map((column) => sql`coalesce(cast(${name(column)} as varchar), '')`),
  ", '|', ",
)})`;

/**
 * Gives every contact without an id one made from its address, or from what else it holds where it has none:
 * `c-` and 16 hex digits of an MD5. A second row with the same content gets `-2`, and so on,
 * always after the last one in use, also by a row in quarantine. `_keyless` marks them.
 */
export async function identifyContacts(engine: Engine): Promise<void> {
  if ((await engine.number(sql`select count(*) from contacts where _keyless`)) === 0) return;
  await engine.run(
    sql`update contacts set contact_id = g.id || case when g.nth > 1 then '-' || cast(g.nth as varchar) else '' end
      from (with candidates as (
        select _row, md5_hex(${CONTENT}) as content,
          'c-' || substr(md5_hex(coalesce('email:' || address_key(email), 'row:' || ${CONTENT})), 1, 16) as id
        from contacts where _keyless
      ), present as (
        select regexp_replace(contact_id, '^(c-[0-9a-f]{16})(-[0-9]+)?$', '\\1') as id,
          max(coalesce(try_cast(regexp_extract(contact_id, '-([0-9]+)$', 1) as bigint), 1)) as n
        from (select contact_id from contacts union all select contact_id from unread_contacts) as known
        where regexp_matches(contact_id, '^c-[0-9a-f]{16}(-[0-9]+)?$') group by 1
      )
      select _row, c.id, row_number() over (partition by c.id order by content, _row) + coalesce(t.n, 0) as nth
      from candidates c left join present t on t.id = c.id) g where g._row = contacts._row`,
  );
}

/**
 * `contact_refs(ref, contact_id)`: how a fact may name its contact (an id, a merged duplicate's id, or `@` and an
 * address) and its contact today. An address that several contacts share, or shared before a merge, stands for the one
 * with the smallest id. A record in the archive counts where no contact matches.
 */
export async function createContactRefs(engine: Engine): Promise<void> {
  await engine.run(
    sql`create or replace table contact_refs as
      with recursive followed(duplicate_id, survivor_id, steps) as (
        select duplicate_id, survivor_id, 1 from merges
        union all
        select f.duplicate_id, m.survivor_id, f.steps + 1
        from followed f join merges m on m.duplicate_id = f.survivor_id where f.steps < 20
      ), merged as (
        select duplicate_id as ref, survivor_id as contact_id from followed
        qualify row_number() over (partition by duplicate_id order by steps desc) = 1
      )
      select contact_id as ref, contact_id from contacts
      union all
      select m.ref, m.contact_id from merged m join contacts c on c.contact_id = m.contact_id
      where m.ref not in (select contact_id from contacts)
      union all
      select '@' || address_key(email), arg_min(contact_id, was) from (
        select email, contact_id, contact_id as was from contacts
        union all
        select case when json_valid(d.record) then json_extract_string(d.record, '$.email') end,
          c.contact_id, d.duplicate_id
        from merges d join merged m on m.ref = d.duplicate_id join contacts c on c.contact_id = m.contact_id
        where d.duplicate_id not in (select contact_id from contacts)
      ) where address_key(email) is not null group by 1`,
  );
  await addArchived(engine);
  await createFormer(engine);
}

/** Facts about contacts in the archive have a contact too: they are the activity that brings it back. */
async function addArchived(engine: Engine): Promise<void> {
  if ((await engine.number(sql`select count(*) from archive`)) === 0) return;
  await engine.run(
    sql`insert into contact_refs
      select contact_id, contact_id from archive where contact_id not in (select ref from contact_refs)`,
  );
  await engine.run(
    sql`insert into contact_refs select '@' || address_key(email), min(contact_id) from archive
      where address_key(email) is not null and '@' || address_key(email) not in (select ref from contact_refs)
      group by 1`,
  );
}

/**
 * `former(ref, contact_id)`: the ids, and `@` with the addresses, that people had before a merge. Small: most have
 * none.
 */
async function createFormer(engine: Engine): Promise<void> {
  if ((await engine.number(sql`select count(*) from merges`)) === 0) {
    await engine.run(sql`create or replace table former (ref varchar, contact_id varchar)`);
    return;
  }
  await engine.run(
    sql`create or replace table former as
      select r.ref, r.contact_id from contact_refs r join merges m on m.duplicate_id = r.ref where r.ref <> r.contact_id
      union
      select '@' || address_key(json_extract_string(m.record, '$.email')), r.contact_id
      from merges m join contact_refs r on r.ref = m.duplicate_id
      where json_valid(m.record) and address_key(json_extract_string(m.record, '$.email')) is not null
        and r.ref <> r.contact_id`,
  );
}

/** After a merge of this run: what names a duplicate names its survivor from then on. */
export async function followMerges(engine: Engine, merged: string): Promise<void> {
  const there = await engine.rows(
    sql`select table_name as t from duckdb_tables() where table_name in ('events', 'purchases', 'contact_refs')`,
  );
  for (const { t } of there) {
    const table = name(String(t));
    await engine.run(
      sql`update ${byKey(String(t))} set contact_id = d.survivor_id from ${name(merged)} d
        where d.op = 'i' and ${table}.contact_id = d.duplicate_id`,
    );
  }
  await engine.forgetAnswers();
  await createFormer(engine);
}
