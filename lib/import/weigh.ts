/**
 * Weighs what was brought: which rows can be taken, and whom they are about. What can't be taken goes to
 * `import_rejects` with its row, column and reason. A contact's unreadable cell costs that cell alone; a fact's, or one
 * that speaks of consent, its row.
 *
 * People are known by their address (compared by address_key), also of a contact that was merged away, and else by
 * contact_id. Two people are never taken for one because their tools count alike.
 */
import type { Engine } from '../engine/duckdb.ts';
import { raw } from '../engine/sql.ts';
import { type CellSettings, readCell, unreadable } from '../snapshot/cells.ts';
import { quote, quoteName } from '../snapshot/load.ts';
import { tableOf } from '../workbook/tables.ts';
import { columnsOf } from './bring.ts';
import type { IncomingTable } from './format.ts';

export interface WeighOptions {
  readonly settings: CellSettings;
  /** Facts later than this can't have happened. */
  readonly futureAfter: Date;
  /** Columns that a file may replace. */
  readonly overwrite: ReadonlySet<string>;
}

interface Rule {
  readonly column: string;
  readonly reason: string;
  readonly when: string;
}

const ADDRESS = `'[^@[:space:]]+@[^@[:space:]]+'`;
const noAddress = `email is not null and not regexp_full_match(email, ${ADDRESS})`;

/** Rows that can't be taken, whatever else they say. */
const rowRules: Readonly<Record<IncomingTable, readonly Rule[]>> = {
  contacts: [
    { column: 'email', reason: 'no e-mail address', when: noAddress },
    { column: 'email', reason: 'neither an address nor a contact_id', when: 'email is null and contact_id is null' },
    {
      column: 'status',
      reason: 'no status that we know',
      when: `lower(status) not in ('subscribed', 'unsubscribed', 'suppressed')`,
    },
  ],
  suppressions: [{ column: 'email', reason: 'no e-mail address', when: `email is null or ${noAddress}` }],
  bounces: [
    { column: 'email', reason: 'no e-mail address', when: `email is null or ${noAddress}` },
    { column: 'kind', reason: 'neither kind nor code', when: 'kind is null and code is null and detail is null' },
  ],
  events: [
    { column: 'email', reason: 'no e-mail address', when: noAddress },
    { column: 'type', reason: 'missing', when: 'type is null' },
  ],
  purchases: [
    { column: 'order_id', reason: 'missing', when: 'order_id is null' },
    { column: 'email', reason: 'no e-mail address', when: noAddress },
  ],
};

const factTimes = { bounces: 'occurred_at', events: 'occurred_at', purchases: 'ordered_at' } as const;

async function rejectRows(engine: Engine, table: IncomingTable, { column, reason, when }: Rule): Promise<void> {
  const value = column in tableOf(table).columns ? quoteName(column) : 'null';
  await engine.run(
    raw(
      `insert into import_rejects select file, line, ${quote(column)}, ${quote(reason)}, substr(${value}, 1, 500) from incoming_${table} where ${when}`,
    ),
  );
  await engine.run(raw(`delete from incoming_${table} where ${when}`));
}

/** Rejects rows and cells that can't be read. */
export async function rejectUnreadable(engine: Engine, options: WeighOptions): Promise<void> {
  const { settings, futureAfter } = options;
  const later = `timestamp '${futureAfter.toISOString().replace('T', ' ').replace('Z', '')}'`;
  for (const table of ['contacts', 'suppressions', 'bounces', 'events', 'purchases'] as const) {
    if ((await engine.number(raw(`select count(*) from incoming_${table}`))) === 0) continue;
    for (const rule of rowRules[table]) await rejectRows(engine, table, rule);
    for (const column of columnsOf(table)) {
      const type = tableOf(table).columns[column]?.type ?? 'text';
      if (type === 'text') continue;
      const name = quoteName(column);
      const rule: Rule = {
        column,
        reason: unreadable[type],
        when: `${name} is not null and (${readCell(name, type, settings)}) is null`,
      };
      if (table in factTimes) await rejectRows(engine, table, rule);
      else await rejectCells(engine, table, rule);
    }
    if (table in factTimes) {
      const time = factTimes[table as keyof typeof factTimes];
      await rejectRows(engine, table, { column: time, reason: 'missing', when: `${time} is null` });
      const future = `(${readCell(time, 'time', settings)}) > ${later}`;
      await rejectRows(engine, table, { column: time, reason: 'in the future', when: future });
    }
    if (table === 'purchases')
      await rejectRows(engine, table, { column: 'amount', reason: 'missing', when: 'amount is null' });
  }
}

async function rejectCells(engine: Engine, table: IncomingTable, { column, reason, when }: Rule): Promise<void> {
  const name = quoteName(column);
  await engine.run(
    raw(
      `insert into import_rejects select file, line, ${quote(column)}, ${quote(`${reason}; the cell was left out`)}, substr(${name}, 1, 500) from incoming_${table} where ${when}`,
    ),
  );
  await engine.run(raw(`update incoming_${table} set ${name} = null where ${when}`));
}

/**
 * `import_people`: a row is an incoming contact that is taken, with `id` (whose row it is or becomes), `known` (whether
 * the workbook has it), and its cells. `import_marks`: an address or id that a file says wants or gets no mail.
 */
export async function findPeople(engine: Engine, { overwrite, settings }: WeighOptions): Promise<void> {
  await rejectRows(engine, 'contacts', {
    column: 'email',
    reason: 'in the archive; it comes back by itself when the person shows life',
    when: `contact_id in (select contact_id from archive) or address_key(email) in (select address_key(email) from archive where email is not null)`,
  });
  await rejectRows(engine, 'contacts', {
    column: 'email',
    reason: 'its contact stands in quarantine; mend that row first',
    when: `address_key(email) in (select address_key(email) from unread_contacts where email is not null and _fault is not null) and address_key(email) not in (select address_key(email) from contacts where email is not null)`,
  });
  await engine.run(
    raw(`create or replace temp table import_refs as
      select ref, contact_id from contact_refs
      union
      select contact_id, contact_id from contacts where contact_id not in (select ref from contact_refs)
      union
      select '@' || address_key(email), min(contact_id) from contacts
      where address_key(email) is not null and '@' || address_key(email) not in (select ref from contact_refs) group by 1
      union
      select '@' || address_key(json_extract_string(m.record, '$.email')), r.contact_id
      from merges m join contact_refs r on r.ref = m.duplicate_id
      where address_key(json_extract_string(m.record, '$.email')) is not null
        and '@' || address_key(json_extract_string(m.record, '$.email')) not in (select ref from contact_refs)
      qualify row_number() over (partition by 1 order by r.contact_id) = 1`),
  );
  await engine.run(
    raw(`create or replace temp table import_found as
      select i.file, i.line, address_key(i.email) as email_key, coalesce(a.contact_id, b.contact_id) as id, a.contact_id is null and b.contact_id is not null as by_id
      from incoming_contacts i left join import_refs a on a.ref = '@' || address_key(i.email) left join import_refs b on b.ref = i.contact_id`),
  );
  if (!overwrite.has('email')) {
    const stranger = `(file, line) in (select (f.file, f.line) from import_found f join contacts c on c.contact_id = f.id
      where f.by_id and f.email_key is not null and address_key(c.email) is not null and address_key(c.email) <> f.email_key)`;
    await rejectRows(engine, 'contacts', {
      column: 'contact_id',
      reason: 'this contact_id is of a contact with another address; --overwrite email if the address has changed',
      when: stranger,
    });
  }
  await engine.run(
    raw(`create or replace temp table import_marks as
      select address_key(i.email) as email, f.id, case lower(i.status) when 'unsubscribed' then 2 else 1 end as rank
      from incoming_contacts i join import_found f on f.file = i.file and f.line = i.line where lower(i.status) in ('unsubscribed', 'suppressed')
      union all
      select address_key(i.email), null, case when i.reason = 'unsubscribe' then 2 else 1 end
      from incoming_suppressions i left join suppressions s on s.email = address_key(i.email)
      where s.released_at is null or s.suppressed_at > s.released_at or (${readCell('i.suppressed_at', 'time', settings)}) > s.released_at`),
  );
  await nameNewPeople(engine);
}

/** Gives new people their ids: the file's own where it is free, else the one that list-cleaning would give. */
async function nameNewPeople(engine: Engine): Promise<void> {
  await engine.run(
    raw(`create or replace temp table import_people as
      select i.* exclude (contact_id, status), f.email_key, f.id is not null as known, f.by_id,
        coalesce(f.id, case when t.ref is null then i.contact_id end, 'c-' || substr(md5_hex('email:' || f.email_key), 1, 16)) as id
      from incoming_contacts i join import_found f on f.file = i.file and f.line = i.line left join import_refs t on t.ref = i.contact_id`),
  );
  // An id that is somebody else's already gets a number behind it, as in the workbook itself.
  await engine.run(
    raw(`update import_people set id = id || '-' || cast(line as varchar)
      where not known and id in (select contact_id from contacts union all select contact_id from archive union all select duplicate_id from merges)`),
  );
  const again = `(file, line) in (select (file, line) from import_people qualify row_number() over (partition by id order by file, line) > 1 or row_number() over (partition by coalesce(email_key, 'id:' || id) order by file, line) > 1)`;
  await engine.run(
    raw(
      `insert into import_rejects select file, line, 'email', 'the same person as in an earlier row', substr(email_key, 1, 500) from import_people where ${again}`,
    ),
  );
  await engine.run(raw(`delete from import_people where ${again}`));
}

/** Gives facts their ids, and rejects those that are about nobody or stand twice. */
export async function findFacts(engine: Engine): Promise<void> {
  const hash = (...columns: string[]): string =>
    `md5_hex(concat_ws('|', ${columns.map((column) => `coalesce(lower(${column}), '')`).join(', ')}))`;
  await engine.run(
    raw(
      `update incoming_bounces set bounce_id = coalesce(provider || ':', '') || ${hash('email', 'kind', 'code', 'occurred_at')} where bounce_id is null`,
    ),
  );
  await engine.run(
    raw(
      `update incoming_events set event_id = 'e-' || ${hash('contact_id', 'email', 'type', 'occurred_at', 'campaign', 'value')} where event_id is null`,
    ),
  );
  const known = `(contact_id is not null and contact_id in (select ref from import_refs union all select id from import_people))
    or (email is not null and address_key(email) in (select substr(ref, 2) from import_refs where starts_with(ref, '@') union all select email_key from import_people where email_key is not null))`;
  for (const table of ['events', 'purchases'] as const) {
    await rejectRows(engine, table, {
      column: 'email',
      reason: 'about nobody: no contact has this address; import the contacts first',
      when: `not coalesce(${known}, false)`,
    });
    // So that the jobs of the same run know at once whom a fact is about.
    await engine.run(
      raw(`update incoming_${table} set contact_id = p.id
        from (select substr(ref, 2) as address, contact_id as id from import_refs where starts_with(ref, '@') union all select email_key, id from import_people where not known and email_key is not null) p
        where incoming_${table}.contact_id is null and p.address = address_key(incoming_${table}.email)`),
    );
  }
  for (const [table, key] of [
    ['bounces', 'bounce_id'],
    ['events', 'event_id'],
    ['purchases', 'order_id'],
  ] as const) {
    await rejectRows(engine, table, {
      column: key,
      reason: 'the same as an earlier row',
      when: `(file, line) in (select (file, line) from incoming_${table} qualify row_number() over (partition by ${key} order by file, line) > 1)`,
    });
  }
}
