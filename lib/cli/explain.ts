/**
 * `explain CONTACT`: everything that the night shift knows about one person and why. It prints personal data, so it
 * refuses to run where its output is kept by others.
 */

import { allJobs } from '../core/batch.ts';
import type { Context } from '../core/context.ts';
import type { Cell, Engine, Row } from '../core/engine.ts';
import type { Job } from '../core/job.ts';
import { columnOf, join, name, type Sql, sql } from '../core/sql.ts';
import { ownTables, tableOf } from '../core/tables.ts';
import { printable } from '../core/text/printable.ts';
import { contextOf } from '../run/job-context.ts';
import { dropSteps, preparationOf, runSteps } from '../run/plan-job.ts';
import { earlierMetrics } from '../run/run-job.ts';
import { tried } from '../run/trials.ts';
import { readSpelling } from '../snapshot/spellings.ts';
import { views } from '../snapshot/views.ts';
import { inspect, type Look } from './inspect.ts';
import { UsageError } from './options.ts';
import type { Session } from './session.ts';
import { print, printJson } from './terminal.ts';
import { fits, second, table } from './text.ts';

interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

export async function explainCommand(session: Session): Promise<number> {
  const [contact, ...rest] = session.options.names;
  if (!contact || rest.length > 0)
    throw new UsageError('Explain whom? Give one contact_id or address: nightshift explain CONTACT.');
  if (process.env.GITHUB_ACTIONS === 'true') {
    throw new UsageError('explain prints personal data, and this log is kept by others. Run it on your own machine.');
  }
  return inspect(
    session,
    'explain',
    ['changes', 'list_changes', 'merges', 'review', 'archive', ...ownTables()],
    async (look) => {
      const ids = await findContacts(look.engine, contact);
      if (ids.length === 0) {
        const elsewhere = await sections(look.engine, withoutContact(contact));
        if (elsewhere.length === 0)
          throw new UsageError(
            `There is no contact "${contact}" in this workbook: neither as contact_id nor as address.`,
          );
        show(session, [{ contact, sections: elsewhere }]);
        return 0;
      }
      const explained = [];
      for (const id of ids) explained.push({ contact: id, sections: await explainOne(session, look, id) });
      show(session, explained);
      return 0;
    },
  );
}

/** By id, or by an address however it is written. */
async function findContacts(engine: Engine, contact: string): Promise<string[]> {
  const plain = readSpelling(contact)?.plain ?? contact;
  const rows = await engine.rows(
    sql`select c.contact_id from contacts c left join ${views.spellings} s on s.address = address_key(c.email)
      where c.contact_id = ${contact} or coalesce(s.plain, address_key(c.email)) = address_key(${plain})
      order by c.contact_id limit 20`,
  );
  return rows.map((row) => String(row.contact_id));
}

/** What may be known of an address or id that no contact has. */
const withoutContact = (contact: string): { title: string; query: Sql }[] => [
  {
    title: 'On the suppression list',
    query: sql`select email, scope, reason, suppressed_at, source, note, released_at
      from suppressions where email = address_key(${contact})`,
  },
  {
    title: 'In quarantine',
    query: sql`select "table", row_key, "column", reason from ${views.quarantineNow}
      where row_key = ${contact} or starts_with(row_key, concat(${contact}, ','))`,
  },
  {
    title: 'Merged into',
    query: sql`select survivor_id, probability, evidence, merged_at from merges where duplicate_id = ${contact}`,
  },
  {
    title: 'In the archive',
    query: sql`select contact_id, archived_at, archive_reason from archive
      where contact_id = ${contact} or address_key(email) = address_key(${contact})`,
  },
];

/** The contact's rows in the team's own tables, by contact_id or address. */
const inOwnTables = (id: string): { title: string; query: Sql }[] =>
  ownTables().flatMap((table) => {
    const { columns } = tableOf(table);
    const owner = [
      ...('contact_id' in columns ? [sql`t.contact_id = ${id}`] : []),
      ...('email' in columns
        ? [sql`address_key(t.email) in (select address_key(email) from contacts where contact_id = ${id})`]
        : []),
    ];
    if (owner.length === 0) return [];
    const cells = join(
      Object.entries(columns).map(([column, { type }]) =>
        type === 'date' ? sql`cast(${columnOf(column, 't')} as string) as ${name(column)}` : columnOf(column, 't'),
      ),
      ', ',
    );
    return [{ title: `In ${table}`, query: sql`select ${cells} from ${name(table)} t where ${join(owner, ' or ')}` }];
  });

async function explainOne(session: Session, { engine, snapshot }: Look, id: string): Promise<Section[]> {
  const parts = await sections(engine, [
    {
      title: 'Contact',
      query: sql`
        select contact_id, email, first_name, last_name, status, email_status, email_note, score, score_band
        from contacts where contact_id = ${id}`,
    },
    {
      title: 'No sending list may hold this contact',
      query: sql`
        select why, case
          when why like 'status: unsubscribed%' then 'only the person, by signing up again; then set "status" to subscribed by hand'
          when why like 'status: suppressed%' or why like 'suppression: %' or why like 'reported: %'
            then 'a person: answer yes in review; or set "released_at" in suppressions, and "status" to subscribed'
          else 'correct the row that can''t be read; see the table quarantine'
        end as release
        from ${views.unmailable} where contact_id = ${id}`,
    },
    {
      title: 'A row that can’t be read may mean this contact',
      query: sql`select q."table", q.row_key, q.reason from contacts c
        join ${views.quarantineNow} q on q."column" = '(row)' and contains(lower(q.value), address_key(c.email))
        where c.contact_id = ${id}`,
    },
  ]);
  for (const scheduled of allJobs(session.nightShift)) {
    const { job } = scheduled;
    if (!job.explains) continue;
    const untried = contextOf({ asOf: session.asOf, rules: session.nightShift.workbook }, snapshot, scheduled);
    const context = await tried(engine, job, untried);
    const steps = job.steps?.(context) ?? [];
    await runSteps(engine, steps);
    parts.push(...(await sections(engine, job.explains(context, id))));
    parts.push(...(await preparedSections(session, engine, job, context, id)));
    await dropSteps(engine, steps);
  }
  const decisions = sql`
    select "at", job, period, "table", "column", "before", "after", reason from changes
    where row_key = ${id} or row_key in (select address_key(email) from contacts where contact_id = ${id})
    order by "at", job, "table", "column"`;
  parts.push(
    ...(await sections(engine, [
      { title: 'Decisions', query: decisions },
      ...withoutContact(id).slice(1),
      ...inOwnTables(id),
    ])),
  );
  return parts;
}

/** What a job explains from what it prepares as in its run; nothing where that says nothing of this contact. */
async function preparedSections(session: Session, engine: Engine, job: Job, context: Context, id: string) {
  const prepared = job.explainsPrepared;
  if (!job.prepare || !prepared || (await engine.number(prepared.when(id))) === 0) return [];
  const earlier = await earlierMetrics(session.ledger, session.identity.workbook, job, context.period);
  await job.prepare(preparationOf(engine, context, earlier));
  return sections(engine, prepared.explains(context, id));
}

async function sections(engine: Engine, asked: readonly { title: string; query: Sql }[]): Promise<Section[]> {
  const found: Section[] = [];
  for (const { title, query } of asked) {
    const rows = await engine.rows(query);
    if (rows.length > 0) found.push({ title, rows });
  }
  return found;
}

function show(session: Session, explained: readonly { contact: string; sections: readonly Section[] }[]): void {
  if (session.options.json) {
    printJson({ contacts: explained });
    return;
  }
  const lines = explained.flatMap(({ sections: parts }) =>
    parts.flatMap((part) => [part.title, ...rowsAsText(part.rows), '']),
  );
  print(lines);
}

const shown = (cell: Cell | undefined): string => {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return second(cell);
  return typeof cell === 'number'
    ? String(cell)
    : printable(String(cell)).replace(/^(\d{4}-\d\d-\d\dT[\d:]{8})\.\d{3}Z$/, '$1Z');
};

const INDENT = '  ';

/**
 * One row stands as a list of its filled cells, several as a table; where the table is wider than the terminal, the
 * cells in which rows are alike stand above them.
 */
function rowsAsText(rows: readonly Row[]): string[] {
  const columns = Object.keys(rows[0] ?? {});
  const [only] = rows;
  if (rows.length === 1 && only && columns.length > 4) {
    const filled = columns.filter((column) => only[column] !== null);
    return table(
      filled.map((column) => [column, shown(only[column])]),
      INDENT,
    );
  }
  const cells = rows.map((row) => columns.map((column) => shown(row[column])));
  if (fits([columns, ...cells], INDENT)) return table([columns, ...cells], INDENT);
  const shared = sharedColumns(cells);
  return shared === 0 ? table([columns, ...cells], INDENT) : grouped(columns, cells, shared);
}

/**
 * How many of the first columns name groups of rows: with each more, there are still no more groups than half the
 * rows.
 */
function sharedColumns(cells: readonly (readonly string[])[]): number {
  const groups = (columns: number): number =>
    cells.filter((row, i) => i === 0 || groupOf(row, columns) !== groupOf(cells[i - 1] ?? [], columns)).length;
  let shared = 0;
  while (shared < (cells[0]?.length ?? 0) - 1 && groups(shared + 1) * 2 <= cells.length) shared++;
  return shared;
}

const groupOf = (row: readonly string[], columns: number): string => row.slice(0, columns).join('  ');

function grouped(columns: readonly string[], cells: readonly (readonly string[])[], shared: number): string[] {
  const lines: string[] = [];
  for (let from = 0, to = 0; from < cells.length; from = to) {
    const group = groupOf(cells[from] ?? [], shared);
    while (to < cells.length && groupOf(cells[to] ?? [], shared) === group) to++;
    const rows = cells.slice(from, to).map((row) => row.slice(shared));
    lines.push(`${INDENT}${group}`, ...table([columns.slice(shared), ...rows], INDENT.repeat(2)));
  }
  return lines;
}
