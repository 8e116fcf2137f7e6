/**
 * Checks the rows that were read: which can be imported, and which contact they belong to. What can't be imported goes to
 * `import_rejects` with its row, column and reason. A contact's unreadable cell costs that cell alone; a fact's, or one
 * that speaks of consent, its row.
 *
 * People are known by their address (compared by address_key), also of a contact that was merged away, and else by
 * contact_id. Two people are never merged because two tools use the same number.
 */

import type { Engine } from '../core/engine.ts';
import { quoteName, quoteText, raw, sql } from '../core/sql.ts';
import { tableOf } from '../core/tables.ts';
import { kindWords } from '../snapshot/bounce-kinds.ts';
import { type CellSettings, readPlainCell, unreadableReason } from '../snapshot/cells.ts';
import { makePlain } from '../snapshot/plain-texts.ts';
import { views } from '../snapshot/views.ts';
import { ONE_ADDRESS, unwrapAddresses } from './addresses.ts';
import { kindText } from './formats/report-kind.ts';
import { columnsOf, fedByFiles, type IncomingTable } from './incoming.ts';

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
  /** The reason as SQL, where it depends on the cell. */
  readonly reasonOf?: string;
  readonly when: string;
  /** Its cells are rejected, and their rows stay. */
  readonly cellOnly?: boolean;
}

const knownKinds = Object.keys(kindWords).join(', ');

const noAddress = `email is not null and not regexp_full_match(email, ${quoteText(ONE_ADDRESS)})`;

/** Rows that can't be imported, no matter what else they say. */
const rowRules: Readonly<Record<string, readonly Rule[]>> = {
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
    {
      column: 'kind',
      reason: `not a kind of report that we know; known are ${knownKinds}, in the words of any provider`,
      when: `kind is not null and code is null and (${kindText('kind')}) is null`,
    },
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

/** A complaint or a departure is never lost with its date: its address goes on the suppression list, without one. */
async function keepRefusals(engine: Engine, when: string): Promise<void> {
  await engine.run(
    raw(`insert into incoming_suppressions by name
      select file, line, email, 'person' as scope, kind as reason, coalesce(provider, 'import') as source,
        'from a report without a date that can be read' as note
      from (select * replace (${kindText('kind', ['complaint', 'unsubscribe'])} as kind) from incoming_bounces
        where ${when})
      where kind is not null and email is not null and not (${noAddress})`),
  );
}

/** Rejects the rows that a rule is about, or its cells alone. */
export async function reject(
  engine: Engine,
  table: IncomingTable,
  { column, reason, reasonOf = quoteText(reason), when, cellOnly = false }: Rule,
): Promise<void> {
  if (table === 'bounces' && column === 'occurred_at') await keepRefusals(engine, when);
  const value = column in tableOf(table).columns ? quoteName(column) : 'null';
  const why = cellOnly ? `${reasonOf} || '; the cell was ignored'` : reasonOf;
  const found = await engine.changed(
    raw(
      `insert into import_rejects select file, line, ${quoteText(column)}, ${why}, substr(${value}, 1, 500)
        from incoming_${table} where ${when}`,
    ),
  );
  if (found === 0) return;
  const drop = cellOnly ? `update incoming_${table} set ${value} = null` : `delete from incoming_${table}`;
  await engine.run(raw(`${drop} where ${when}`));
}

/** The rows of a team's own table that can't be distinguished. */
const withoutKey = (table: IncomingTable): Rule[] =>
  tableOf(table).key.map((column) => ({ column, reason: 'missing', when: `${quoteName(column)} is null` }));

/** The rules for a table, in order. A contact's unreadable cell costs that cell alone. */
function rulesOf(table: IncomingTable, { settings, futureAfter }: WeighOptions): Rule[] {
  const unread = columnsOf(table).flatMap((column) => {
    const type = tableOf(table).columns[column]?.type ?? 'text';
    if (type === 'text') return [];
    const name = quoteName(column);
    const when = `${name} is not null and (${readPlainCell(name, type, settings)}) is null`;
    const reasonOf = unreadableReason(name, type, settings);
    const needed =
      tableOf(table).key.includes(column) || (table in factTimes && (type === 'time' || column === 'amount'));
    return [{ column, reason: 'not readable', reasonOf, when, cellOnly: !needed }];
  });
  const rules = [...(rowRules[table] ?? withoutKey(table)), ...unread];
  if (table in factTimes) {
    const column = factTimes[table as keyof typeof factTimes];
    const later = `timestamp '${futureAfter.toISOString().replace('T', ' ').replace('Z', '')}'`;
    rules.push({ column, reason: 'missing', when: `${column} is null` });
    rules.push({ column, reason: 'in the future', when: `(${readPlainCell(column, 'time', settings)}) > ${later}` });
  }
  if (table === 'purchases') rules.push({ column: 'amount', reason: 'missing', when: 'amount is null' });
  return rules;
}

/** Reads the typed cells of each file as a snapshot would: by what each of its columns shows. */
async function readCells(engine: Engine, table: IncomingTable, { settings }: WeighOptions): Promise<void> {
  const columns = columnsOf(table).flatMap((name) => {
    const column = tableOf(table).columns[name];
    return column ? [{ name, ...column, cell: quoteName(name) }] : [];
  });
  const files = await engine.rows(sql`select distinct file from ${raw(`incoming_${table}`)} order by file`);
  for (const { file } of files)
    await makePlain(engine, `incoming_${table}`, columns, settings, sql`file = ${Number(file)}`);
}

/** A report that names a contact alone is of the address that the contact has, in the workbook or in these files. */
async function addressReports(engine: Engine): Promise<void> {
  const bare = sql`select count(*) from incoming_bounces where email is null and contact_id is not null`;
  if ((await engine.number(bare)) === 0) return;
  await engine.run(
    sql`update incoming_bounces set email = p.email from (
        select ref, min(email) as email from (
          select ref, email from contact_refs join contacts using (contact_id)
          union all select contact_id, email from contacts
          union all select contact_id, email from ${views.unreadContacts}
          union all select contact_id, email from archive
          union all select contact_id, email from incoming_contacts
        ) where ref is not null and email is not null group by ref
      ) p where incoming_bounces.email is null and p.ref = incoming_bounces.contact_id`,
  );
}

/** Rejects rows and cells that can't be read. One look at a table says which of its rules have anything to do. */
export async function rejectUnreadable(engine: Engine, options: WeighOptions): Promise<void> {
  await addressReports(engine);
  await unwrapAddresses(engine);
  for (const table of fedByFiles()) {
    await readCells(engine, table, options);
    const rules = rulesOf(table, options);
    const looks = rules.map(({ when }, i) => `countif(${when}) as r${i}`);
    const found = await engine.row(raw(`select ${looks.join(', ')} from incoming_${table}`));
    for (const [i, rule] of rules.entries()) {
      if (Number(found[`r${i}`]) > 0) await reject(engine, table, rule);
    }
  }
}

/**
 * `import_people`: a row is an incoming contact that is imported, with `id` (whose row it is or becomes) and `known` (whether
 * the workbook has it). `import_marks`: an address or id that a file says wants or gets no mail.
 */
export async function findPeople(engine: Engine, { overwrite, settings }: WeighOptions): Promise<void> {
  await engine.run(
    sql`create or replace temp view import_refs as
      select ref, contact_id from contact_refs
      union all
      select contact_id, contact_id from contacts where _row is null and contact_id not in (select ref
        from contact_refs)
      union all
      select '@' || address_key(email), min(contact_id) from contacts
      where _row is null and address_key(email) is not null and '@' || address_key(email) not in (select ref
        from contact_refs) group by 1`,
  );
  await rejectPeople(engine, {
    column: 'email',
    reason: 'in the archive; it comes back by itself when the person shows life',
    when: `contact_id in (select contact_id from archive) or address_key(email) in (select address_key(email)
      from archive where email is not null)`,
  });
  await rejectPeople(engine, {
    column: 'email',
    reason: 'its contact is in quarantine; fix that row first',
    when: `address_key(email) in (select address_key(email) from unread_contacts where email is not null
      and _fault is not null) and address_key(email) not in (select address_key(email) from contacts
      where email is not null)`,
  });
  await engine.run(
    sql`create or replace temp table import_found as
      select i.file, i.line, address_key(i.email) as email_key, coalesce(a.contact_id, b.contact_id) as id, a.contact_id is null
        and b.contact_id is not null as by_id
      from incoming_contacts i left join import_refs a on a.ref = '@' || address_key(i.email)
        left join import_refs b on b.ref = i.contact_id`,
  );
  if (!overwrite.has('email')) {
    const stranger = `(file, line) in (select (f.file, f.line) from import_found f
      join contacts c on c.contact_id = f.id
      where f.by_id and f.email_key is not null and address_key(c.email) is not null
        and address_key(c.email) <> f.email_key)`;
    await rejectPeople(engine, {
      column: 'contact_id',
      reason: 'this contact_id is of a contact with another address; --overwrite email if the address has changed',
      when: stranger,
    });
  }
  await engine.run(
    raw(`create or replace temp table import_marks as
      select address_key(i.email) as email, f.id, case lower(i.status) when 'unsubscribed' then 2 else 1 end as rank
      from incoming_contacts i join import_found f on f.file = i.file and f.line = i.line
        where lower(i.status) in ('unsubscribed', 'suppressed')
      union all
      select address_key(i.email), null, case when i.reason = 'unsubscribe' then 2 else 1 end
      from incoming_suppressions i left join suppressions s on s.email = address_key(i.email)
      where s.released_at is null or s.suppressed_at > s.released_at
        or (${readPlainCell('i.suppressed_at', 'time', settings)}) > s.released_at`),
  );
  await nameNewPeople(engine);
}

/** Rejects rows about people. What such a row says against mail still counts: its address goes on the suppression list. */
async function rejectPeople(engine: Engine, rule: Rule): Promise<void> {
  await engine.run(
    raw(`insert into incoming_suppressions by name
      select file, line, email, case lower(status) when 'unsubscribed' then 'person' else 'address' end as scope,

          case lower(status) when 'unsubscribed' then 'unsubscribe' else 'manual' end as reason,
          updated_at as suppressed_at, coalesce(source, 'import') as source
      from incoming_contacts where email is not null and lower(status) in ('unsubscribed', 'suppressed')
        and (${rule.when})`),
  );
  await reject(engine, 'contacts', rule);
}

/** Gives new people their ids: the file's own where it is free, else the one that list-cleaning would give. */
async function nameNewPeople(engine: Engine): Promise<void> {
  await engine.run(
    sql`create or replace temp table import_people as
      select f.file, f.line, f.email_key, f.id is not null as known,
        coalesce(f.id,
          case when t.ref is null then i.contact_id end, 'c-' || substr(md5_hex('email:' || f.email_key), 1, 16)) as id
      from incoming_contacts i join import_found f on f.file = i.file and f.line = i.line
        left join import_refs t on t.ref = i.contact_id`,
  );
  // An id that is another person's already gets a number behind it, as in the workbook itself.
  await engine.run(
    sql`update import_people set id = id || '-' || cast(line as varchar)
      where not known and id in (select contact_id from contacts union all select contact_id from archive
        union all select duplicate_id from merges)`,
  );
  // Of rows about one person the first stands. Only those that share an id or an address are put in order.
  await engine.run(
    sql`create or replace temp table import_again as
      select file, line, email_key from import_people
      where id in (select id from import_people group by id having count(*) > 1)
        or email_key in (select email_key from import_people
          where email_key is not null group by email_key having count(*) > 1)
      qualify row_number() over (partition by id order by file, line) > 1
        or row_number() over (partition by coalesce(email_key, 'id:' || id) order by file, line) > 1`,
  );
  const again = await engine.changed(
    sql`insert into import_rejects select file, line, 'email', 'the same person as in an earlier row', substr(email_key, 1, 500)
        from import_again`,
  );
  if (again > 0)
    await engine.run(sql`delete from import_people where (file, line) in (select (file, line) from import_again)`);
}
