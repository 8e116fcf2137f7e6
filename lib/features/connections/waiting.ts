/**
 * Orders and events of people who are no contacts yet. They are written nowhere, because nothing could be made of them;
 * the moment of the earliest one stands in `connections` under the connection's name and "/waiting", and the next fetch
 * asks for orders and events from then on again. What is known drops out by its ids.
 */
import { type Change, remove, upsert } from '../../core/change.ts';
import type { Engine } from '../../core/engine.ts';
import { list, raw, type Sql, sql } from '../../core/sql.ts';
import { UNKNOWN_CONTACT } from '../../intake/find-facts.ts';
import { type CellSettings, readPlainCell } from '../../snapshot/cells.ts';

/** The row of `connections` whose watermark is the moment of a connection's earliest waiting fact. */
export const waitingOf = (connection: string): string => `${connection}/waiting`;

const waitingName = (connection: Sql): Sql => sql`concat(${connection}, ${waitingOf('')})`;

/** Keeps when the facts that were read happened: a rejected row's moment stands nowhere else. */
export async function keepMoments(engine: Engine, settings: CellSettings): Promise<void> {
  const of = (table: string, column: string): Sql =>
    sql`select file, line, email, ${raw(readPlainCell(column, 'time', settings))} as moment from ${raw(table)}`;
  await engine.run(
    sql`create or replace temp table fetched_moments as ${of('incoming_events', 'occurred_at')}
      union all ${of('incoming_purchases', 'ordered_at')}`,
  );
}

/**
 * Lays out `fetched_waiting`: per connection the earliest waiting fact since `oldest`, and how many there are.
 * @param files by their numbers, with the connection that each is of
 */
export async function layOutWaiting(
  engine: Engine,
  files: readonly { readonly of: string }[],
  oldest: Date,
): Promise<void> {
  await engine.run(sql`create or replace temp table fetched_files (file integer, connection varchar)`);
  for (const [file, { of }] of files.entries())
    await engine.run(sql`insert into fetched_files values (${file}, ${of})`);
  await engine.run(
    sql`create or replace temp table fetched_waiting as
      select f.connection, min(m.moment) as earliest, count(distinct (m.email, m.moment)) as n
      from import_rejects r join fetched_moments m on m.file = r.file and m.line = r.line
      join fetched_files f on f.file = r.file
      where r.reason in ${list(UNKNOWN_CONTACT)} and m.email is not null and m.moment >= ${oldest}
      group by f.connection`,
  );
}

/** What people read of it. */
export async function waitingSentences(engine: Engine, days: number): Promise<string[]> {
  const rows = await engine.rows(sql`select connection, n, earliest from fetched_waiting order by connection`);
  return rows.map(({ connection, n, earliest }) => {
    const since = earliest instanceof Date ? earliest.toISOString().slice(0, 10) : '';
    return (
      `${connection}: orders and events of unknown contacts: ${n} since ${since}; ` +
      `they are fetched again for ${days} days, in case the contacts are imported`
    );
  });
}

/** `fetched` says of each connection whether all that waits was asked for again. */
export const waitingChanges = (): Change[] => [
  upsert(
    'connections',
    sql`select ${waitingName(sql`w.connection`)} as connection,
        case when f.again then w.earliest else least(w.earliest, coalesce(c.watermark, w.earliest)) end as watermark,
        w.n as rows, 'waiting' as status, 'orders and events of unknown contacts' as note, 'waiting' as why
      from fetched_waiting w join fetched f on f.connection = w.connection
      left join connections c on c.connection = ${waitingName(sql`w.connection`)}`,
  ),
  remove(
    'connections',
    sql`select c.connection, 'nothing waits' as why from connections c
      join fetched f on c.connection = ${waitingName(sql`f.connection`)} and f.again
      left join fetched_waiting w on w.connection = f.connection where w.connection is null`,
  ),
];
