/** Which facts stay in a warehouse, and how rows of theirs come into the engine where a statement asks for them. */
import type { Engine } from '../core/engine.ts';
import { columnOf, name, sql } from '../core/sql.ts';
import { type TableName, tableOf } from '../core/tables.ts';
import type { RemoteTable } from '../workbook/remote-table.ts';
import type { Reading, SourceTable } from '../workbook/store.ts';
import type { CsvText } from '../workbook/table-text.ts';
import type { CellSettings } from './cells.ts';
import { checkTable } from './check.ts';
import { isReport, reportFeeds } from './foreign.ts';
import { type LoadOptions, loadTable } from './load.ts';
import { findOwners, OWNED } from './owners.ts';
import type { Remote } from './remote-facts.ts';

/** A table that stays where it is; its rows come here only where a statement asks for them. */
export function remoteOf(
  engine: Engine,
  table: TableName,
  sources: ReadonlyMap<TableName, SourceTable>,
  options: Omit<LoadOptions, 'extraColumns' | 'isWritten'> & {
    readonly asOf: Date;
    readonly written?: ReadonlySet<TableName>;
  },
): Remote {
  const source = sources.get(table) ?? null;
  if (!source?.remote) throw new Error(`${table} are not kept elsewhere`);
  const load = async (): Promise<void> => {
    await engine.run(sql`delete from quarantine_now where "table" = ${table}`);
    const isWritten = options.written?.has(table) ?? false;
    const text = await loadTable(engine, table, source, { ...options, extraColumns: new Set(), isWritten });
    if (text && OWNED.has(table)) await findOwners(engine, table);
    await checkTable(engine, table, text, options.asOf);
  };
  const place = async (text: CsvText, from: number | null): Promise<void> => {
    const [rows, earlier, keys] = [name(table), name(`earlier_${table}`), name(`fetched_${table}`)];
    const aside = [sql`quarantine_now`, ...(table === 'bounces' ? [sql`unread_bounces`] : [])];
    // What is at fault in the whole table is known by now.
    for (const each of aside)
      await engine.run(sql`create or replace temp table before_${each} as select * from ${each}`);
    if (from !== null) await engine.run(sql`alter table ${rows} rename to ${earlier}`);
    const fetched = { ...source, open: async () => text };
    const loaded = await loadTable(engine, table, fetched, { ...options, extraColumns: new Set(), isWritten: true });
    if (loaded && OWNED.has(table)) await findOwners(engine, table);
    await checkTable(engine, table, loaded, options.asOf);
    for (const each of aside) await engine.run(sql`create or replace table ${each} as select * from before_${each}`);
    await engine.run(
      sql`create or replace table ${keys} as select ${columnOf(tableOf(table).key[0] ?? '')} from ${rows}`,
    );
    if (from === null) return;
    await engine.run(sql`delete from ${rows} where _row < ${from}`);
    await engine.run(sql`insert into ${rows} by name select * from ${earlier}`);
    await engine.run(sql`drop table ${earlier}`);
  };
  return { table, source: source.remote, load, place };
}

export const hasOtherReports = ({ foreign, tables }: Reading): boolean =>
  foreign.length > 0 || tables.some(({ recognised }) => reportFeeds(recognised?.feeds ?? []).length > 0);

export async function needsReader(
  table: TableName,
  remote: RemoteTable,
  { settings }: { readonly settings: CellSettings },
): Promise<boolean> {
  const column = { events: 'type', bounces: 'kind' }[table as string];
  const refusing = column === undefined ? [] : (await remote.distinct(column)).filter(isReport);
  return remote.needsReader(settings.timeZone, column ?? '', refusing);
}
