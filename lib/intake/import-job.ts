/**
 * An import as a job: built on the fly from files that people bring, and then a plan like any other. It fills what is
 * empty and adds what is new; what stands there already is replaced only in the columns that `--overwrite` names.
 *
 * It never weakens consent: status goes one way, from subscribed to suppressed to unsubscribed, no matter what a file says;
 * who may not be mailed comes in as such; and only a departure later than a person's release stands against it.
 */

import { type Change, insert, update, upsert } from '../core/change.ts';
import type { Engine } from '../core/engine.ts';
import type { Guard } from '../core/guard.ts';
import { type Job, job } from '../core/job.ts';
import type { Metrics } from '../core/prepare.ts';
import { columnOf, integer, join, name, raw, type Sql, sql } from '../core/sql.ts';
import { declaredIn, ownTables, type TableName, tableOf } from '../core/tables.ts';
import { kindOf } from '../snapshot/bounce-kinds.ts';
import { type CellSettings, readPlainCell } from '../snapshot/cells.ts';
import { views } from '../snapshot/views.ts';
import { contactColumns } from '../workbook/contact-cells.ts';
import { findPeople, rejectUnreadable, type WeighOptions } from './check-rows.ts';
import { findFacts } from './find-facts.ts';
import { forgottenPeople } from './forgotten.ts';
import type { ImportedFile, ReadOptions } from './imported-file.ts';
import { fedByFiles, type IncomingTable } from './incoming.ts';
import { changedOrders } from './orders.ts';
import { readFiles } from './read-files.ts';

export interface ImportRequest extends ReadOptions {
  /** `import` where a person asked, `inbox` where files were found; a job's name where a service was asked. */
  readonly name: string;
  readonly paths: readonly string[];
  /** The tables that the files have rows for (see `fedTables`); no other fact need be read. */
  readonly feeds: ReadonlySet<IncomingTable>;
  readonly settings: CellSettings;
  readonly overwrite: ReadonlySet<string>;
  /** Facts later than the run's as-of can't be taken. */
  readonly asOf: Date;
  /** The secret by which forgotten people are known again. */
  readonly eraseKey: string | undefined;
  readonly guards?: readonly Guard[];
}

/** What was found in the files, once the job's plan has been worked out. */
export interface ImportReport {
  readonly files: readonly ImportedFile[];
  readonly rejected: number;
  readonly ignored: Readonly<Record<string, number>>;
  /** Files with rows of which nothing could be imported. */
  readonly unread: number;
  /** Addresses that left or complained and are no contact's. They stay refused, should one come in. */
  readonly ofNoContact: number;
}

/** An incoming cell, read as its column's type. */
const cellOf = (table: TableName, column: string, settings: CellSettings, alias?: string): Sql =>
  raw(`(${readPlainCell(columnOf(column, alias).text, tableOf(table).columns[column]?.type ?? 'text', settings)})`);

/** The columns that an import may fill as the file has them; status and key have rules of their own. */
const plainColumns = (): string[] =>
  contactColumns().filter((column) => column !== 'contact_id' && column !== 'status');

/** A contact that is new. Whoever may not be mailed comes in as such. */
const newPeople = (settings: CellSettings): Sql => {
  const cells = plainColumns().map(
    (column) => sql`${cellOf('contacts', column, settings, 'i')} as ${columnOf(column)}`,
  );
  return sql`
    select p.id as contact_id, ${join(cells, ', ')},
      case when m.rank = 2 or r.rank = 2 then 'unsubscribed' when m.rank = 1
        or r.rank = 1 then 'suppressed' else lower(i.status) end as status, 'imported' as why
    from incoming_contacts i join import_people p on p.file = i.file and p.line = i.line
    left join (select email, max(rank) as rank from import_marks
      where email is not null group by email) m on m.email = p.email_key
    left join (select email, max(case when contains(why, 'unsubscribe') then 2 else 1 end) as rank
      from ${views.refusedAddresses} where email is not null group by email) r on r.email = p.email_key
    where not p.known`;
};

/** A contact that is known: empty cells are filled, and those that may be replaced are. */
const knownPeople = (settings: CellSettings, overwrite: ReadonlySet<string>): Sql => {
  const cells = plainColumns().map((column) => {
    const [there, given] = [columnOf(column, 'c'), cellOf('contacts', column, settings, 'i')];
    const first = overwrite.has(column) ? sql`${given}, ${there}` : sql`${there}, ${given}`;
    return sql`coalesce(${first}) as ${columnOf(column)}`;
  });
  return sql`select c.contact_id, ${join(cells, ', ')}, 'imported' as why from contacts c
    join import_people p on p.id = c.contact_id join incoming_contacts i on i.file = p.file and i.line = p.line
    where p.known`;
};

/**
 * Who left or is dead by what a file says; and who left under the address that a file replaces, because nothing else would
 * lead from that departure to the person any more. Status goes one way.
 */
const marked: Sql = sql`
  select contact_id,
    case when max(rank) = 2 then 'unsubscribed' else 'suppressed' end as status, 'no mail, by an imported file' as why
  from (
    select c.contact_id, c.status, m.rank from contacts c join import_marks m on m.email = address_key(c.email)
    union all
    select c.contact_id, c.status, m.rank from contacts c join import_marks m on m.id = c.contact_id
    union all
    select c.contact_id, c.status, case when d.means = 'unsubscribe' then 2 else 1 end
    from contacts c join import_people p on p.id = c.contact_id and p.email_key <> address_key(c.email)
    join ${views.departures} d on d.email = address_key(c.email)
  ) as found
  where coalesce(status, 'subscribed') = 'subscribed' or (status = 'suppressed' and rank = 2)
  group by contact_id`;

const REASON_RANK = sql`case reason when 'complaint' then 6 when 'unsubscribe' then 5 when 'manual' then 4
  when 'hard_bounce' then 3 when 'invalid' then 2 else 1 end`;

/**
 * The suppressions of the files: new ones, and those that make one that stands stricter. One that a person released
 * stands again only where the file's own moment is later than the release.
 */
const suppressed = (settings: CellSettings): Sql => {
  const own = declaredIn('suppressions');
  const kept = own.map(
    (column) => sql`, coalesce(s.${columnOf(column)}, n.${columnOf(column)}) as ${columnOf(column)}`,
  );
  const first = own.map((column) => sql`, min(${cellOf('suppressions', column, settings)}) as ${columnOf(column)}`);
  return sql`
  select n.email,
    case when s.email is null or n.again then n.scope when n.scope = 'person'
      or s.scope is null then 'person' else s.scope end as scope,
    coalesce(s.contact_id, case when n.scope = 'person' then n.contact_id end) as contact_id,
    case when s.email is null or n.again or n.rank > s.rank then n.reason else s.reason end as reason,
    case when s.email is null
      or n.again then n.suppressed_at else coalesce(s.suppressed_at, n.suppressed_at) end as suppressed_at,
    coalesce(s.source, n.source) as source, coalesce(s.note, n.note) as note${join(kept, '')},
    'imported' as why
  from (
    select i.*, p.contact_id,
      o.released_at >= coalesce(o.suppressed_at, o.released_at) and i.suppressed_at > o.released_at as again
    from (
      select address_key(email) as email, max(case when scope = 'person' then 'person' else 'address' end) as scope,
        max_by(reason, ${REASON_RANK}) as reason, max(${REASON_RANK}) as rank,
        max(${raw(`(${readPlainCell('suppressed_at', 'time', settings)})`)}) as suppressed_at,
          min(source) as source, min(note) as note${join(first, '')}
      from incoming_suppressions group by 1
    ) as i
    left join suppressions o on o.email = i.email
    left join (
      select substr(ref, 2) as email, contact_id from import_refs where starts_with(ref, '@')
      union all
      select email_key, id from import_people where not known and email_key is not null
    ) as p on p.email = i.email
    where o.released_at is null or o.suppressed_at > o.released_at or i.suppressed_at > o.released_at
  ) as n
  left join (select *, ${REASON_RANK} as rank from suppressions) as s on s.email = n.email`;
};

/** Facts are added as they came; those that are there already drop out by their ids. */
function facts(table: TableName, settings: CellSettings): Change {
  const columns = Object.keys(tableOf(table).columns);
  const cells = columns.map((column) => sql`${cellOf(table, column, settings)} as ${columnOf(column)}`);
  const incoming = sql`from ${name(`incoming_${table}`)}`;
  return {
    ...insert(table, sql`select ${join(cells, ', ')}, 'imported' as why ${incoming}`),
    onlyWith: sql`select 1 ${incoming}`,
  };
}

const ofNoContact = sql`
  select count(distinct address_key(email)) from (
    select email from incoming_suppressions
    union all
    select email from incoming_bounces where ${kindOf(sql`kind`)} in ('complaint', 'unsubscribe')
  ) where address_key(email) is not null
    and '@' || address_key(email) not in (select ref from import_refs where ref is not null)
    and address_key(email) not in (select email_key from import_people where email_key is not null)
    and address_key(email) not in (select address_key(email) from ${views.unreadContacts}
      where address_key(email) is not null)
    and address_key(email) not in (select address_key(email) from archive where address_key(email) is not null)`;

async function reportOf(engine: Engine, files: readonly ImportedFile[]): Promise<ImportReport> {
  const rejected = await engine.number(sql`select count(*) from import_rejects`);
  const rows = await engine.rows(
    sql`select reason, cast(sum(n) as bigint) as n from import_ignored group by 1 order by 2 desc`,
  );
  const tables = [...fedByFiles().map((table) => `incoming_${table}`), 'import_ignored'];
  const all = join(
    tables.map((table) => sql`select file from ${name(table)}`),
    ' union all ',
  );
  const kept = await engine.rows(sql`select distinct file from (${all})`);
  const read = new Set(kept.map(({ file }) => Number(file)));
  const unread = files.filter((file, i) => file.rows > 0 && !read.has(i)).length;
  return {
    files,
    rejected,
    unread,
    ofNoContact: await engine.number(ofNoContact),
    ignored: Object.fromEntries(rows.map((row) => [String(row.reason), Number(row.n)])),
  };
}

/** The SQL of `FILE.rejects.csv` for the file with that number. */
export const rejectsOf = (file: number): Sql =>
  sql`select line as "row", "column", reason, value from import_rejects where file = ${integer(file)}
    order by line, "column"`;

/** The changes that files with rows for these tables may make. */
export function importChanges(
  feeds: ReadonlySet<IncomingTable>,
  settings: CellSettings,
  overwrite: ReadonlySet<string>,
): Change[] {
  const ofPeople = [insert('contacts', newPeople(settings)), update('contacts', knownPeople(settings, overwrite))];
  return [
    ...(feeds.has('contacts') ? ofPeople : []),
    ...(speaksOfConsent(feeds) ? [update('contacts', marked), upsert('suppressions', suppressed(settings))] : []),
    ...(feeds.has('purchases') ? [changedOrders(settings)] : []),
    ...added(feeds).map((table) => facts(table, settings)),
  ];
}

/** The tables that only gain rows: facts, and the team's own. */
const added = (feeds: ReadonlySet<IncomingTable>): TableName[] =>
  ['bounces', 'events', 'purchases', ...ownTables()].filter((table) => feeds.has(table));

/** What reading files needs of the run. */
export interface ImportReading extends Omit<ImportRequest, 'guards'> {
  /** Looks at the rows once they are read, before they are checked. */
  readonly whenRead?: (engine: Engine) => Promise<void>;
}

/** Reads files into the engine, checks their rows and finds whose they are: `importChanges` then gives the changes. */
export async function readImport(
  engine: Engine,
  request: ImportReading,
): Promise<{ report: ImportReport; metrics: Metrics }> {
  const { name, feeds, settings, overwrite, asOf } = request;
  const weigh: WeighOptions = { settings, overwrite, futureAfter: asOf };
  const files = await readFiles(engine, request.paths, request);
  await request.whenRead?.(engine);
  request.progress(`${name}: looking at the rows`);
  await rejectUnreadable(engine, weigh);
  await forgottenPeople(engine, request.eraseKey);
  await findPeople(engine, weigh);
  await findFacts(engine, feeds, weigh);
  request.progress(`${name}: working out what would change`);
  const report = await reportOf(engine, files);
  const reasons = await engine.rows(
    sql`select coalesce(nullif("column", '') || ': ', '')
          || case when "column" = '' then 'row that can’t be read' else reason end as label, count(*) as n
        from import_rejects group by 1 order by 2 desc`,
  );
  const metrics = {
    files: files.map(({ label, rows }) => ({ label, rows })),
    rejected: Object.fromEntries(reasons.map((row) => [String(row.label), Number(row.n)])),
    ignored: report.ignored,
    ...(report.unread > 0 && { unread: report.unread }),
    ...(report.ofNoContact > 0 && { ofNoContact: report.ofNoContact }),
  };
  return { report, metrics };
}

const speaksOfConsent = (feeds: ReadonlySet<IncomingTable>): boolean =>
  feeds.has('contacts') || feeds.has('suppressions');

/** Builds the job. `done` is called with what was found, while the engine still has it. */
export function importJob(request: ImportRequest, done: (report: ImportReport, engine: Engine) => Promise<void>): Job {
  const { settings, overwrite, feeds } = request;
  const fed = added(feeds);
  return job({
    name: request.name,
    purpose:
      request.name === 'inbox'
        ? 'Takes in the files that lie in the inbox.'
        : 'Takes in the files that a person provided.',
    reads: ['contacts', 'suppressions', 'archive', 'merges', ...fed],
    writes: ['contacts', 'suppressions', ...fed],
    rules: { overwrite: [...overwrite], map: request.map },
    prepare: async ({ engine }): Promise<Metrics> => {
      const { report, metrics } = await readImport(engine, request);
      await done(report, engine);
      return metrics;
    },
    changes: () => importChanges(feeds, settings, overwrite),
    guards: speaksOfConsent(feeds) ? (request.guards ?? []) : [],
  });
}

/** `newly suppressed` by the files of a run: what a person would want to be asked about. */
export const newlyMarked = sql`select count(*) from planned_contacts where op = 'u' and set_status
  and status in ('unsubscribed', 'suppressed')`;
