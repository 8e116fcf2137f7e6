/**
 * Which contact a fact is about: events and purchases name it by id or by address, often by one from before a merge.
 * Here they get the contact_id of today, or the fault that the contact is unknown, or stands in quarantine itself.
 */

import type { Engine } from '../core/engine.ts';
import { literal, name, type Sql, sql } from '../core/sql.ts';
import type { TableName } from '../core/tables.ts';
import { blankRow } from './load.ts';
import { BETWEEN, WITHIN } from './row-faults.ts';

/** The facts that belong to a contact. */
export const OWNED: ReadonlySet<TableName> = new Set<TableName>(['events', 'purchases']);

/**
 * Finds the contact of each fact, by id or else by address, also after merges. Most facts name a contact as it is, so
 * that only the others (`lost`) are looked up and written: with their contact, or with the fault that it is unknown.
 */
export async function findOwners(engine: Engine, table: TableName): Promise<void> {
  const facts = name(table);
  const n = await engine.changed(
    sql`create or replace temp table found as
      with lost as (
        select f.rowid as rid, f.contact_id, address_key(f.email) as address,
          coalesce(f.contact_id, f.email, '') as named, ${blankRow(table, 'f')} as blank
        from ${facts} f left join (select ref from contact_refs where ref = contact_id) r on r.ref = f.contact_id
        where r.ref is null
      )
      select l.rid, coalesce(i.contact_id, a.contact_id) as owner, l.named, l.address, l.blank
      from lost l left join contact_refs i on i.ref = l.contact_id
        left join contact_refs a on a.ref = '@' || l.address`,
  );
  if (n === 0) return;
  const { known, total } = await engine.row(
    sql`select count(owner) as known, (select count(*) from ${facts}) as total from found`,
  );
  if (Number(known) > Number(total) / 2) await giveOwnersToAll(engine, table);
  else if (Number(known) > 0) await giveOwners(engine, table);
  if (n === Number(known)) return;
  const isWaiting = sql`o.named in (select contact_id from unread_contacts)
    or coalesce(o.address, address_key(o.named)) in (select address_key(email) from unread_contacts)`;
  const fault = (reason: string): Sql => sql`'contact_id' || ${WITHIN} || ${literal(reason)} || ${WITHIN} || o.named`;
  const why = sql`case when ${isWaiting} then ${fault('its contact is in quarantine')}
    else ${fault('unknown contact')} end`;
  await engine.run(
    sql`update ${facts} set contact_id = null, _fault = concat_ws(${BETWEEN}, ${facts}._fault, o.why)
      from (select *, ${why} as why from found o where owner is null and not blank) o where o.rid = ${facts}.rowid`,
  );
}

/** Deletes the facts and inserts them again: updating as many rows takes the engine ten times as long. */
async function giveOwners(engine: Engine, table: TableName): Promise<void> {
  const facts = name(table);
  await engine.run(
    sql`create or replace temp table moved as
      select f.* replace (o.owner as contact_id, coalesce(f._row, f.rowid) as _row)
      from ${facts} f join found o on o.rid = f.rowid where o.owner is not null`,
  );
  await engine.run(sql`delete from ${facts} where rowid in (select rid from found where owner is not null)`);
  await engine.run(sql`insert into ${facts} select * from moved`);
  await engine.run(sql`drop table moved`);
}

/**
 * Where most facts need their contact, the table is written again. A join returns rows in an order of its own, so
 * each keeps its place in `_row`.
 */
async function giveOwnersToAll(engine: Engine, table: TableName): Promise<void> {
  await engine.run(
    sql`create or replace table ${name(table)} as
      select f.* replace (coalesce(o.owner, f.contact_id) as contact_id, coalesce(f._row, f.rowid) as _row)
      from ${name(table)} f left join found o on o.rid = f.rowid`,
  );
}
