/**
 * Makes of a patch what a transaction needs to find its rows again: BigQuery's tables have no places, so each row to
 * change goes up with all cells that the snapshot saw of it, and what to set. The files are Parquet, of texts alone.
 */
import { join as joinPath } from 'node:path';
import type { Engine } from '../../core/engine.ts';
import { integer, join, literal, name, type Sql, sql } from '../../core/sql.ts';
import { csvScan } from '../scan.ts';
import type { TablePatch } from '../store.ts';
import type { CsvText } from '../table-text.ts';

/** A table's rows on their way. */
export interface Staged {
  readonly patch: TablePatch;
  readonly files: readonly string[];
  /** How many of its rows are to be updated or removed, and added. */
  readonly changing: number;
  readonly adding: number;
  /** Rows that stand twice, alike in every cell: nothing distinguishes them, so they are left. */
  readonly twins: number;
}

/** Rows of one file, and so of one load job. */
const FILE_ROWS = 200_000;

export const seen = (place: number): Sql => name(`seen_${place}`);
export const wanted = (place: number): Sql => name(`new_${place}`);

/** @param text the table as it was read, where it was; `columns` how many it has */
export async function stagePatch(
  engine: Engine,
  patch: TablePatch,
  text: CsvText | null,
  columns: number,
  folder: string,
): Promise<Staged> {
  const cells = patch.columns.map((_, i) => sql`${literal(`v${i}`)}: 'VARCHAR'`);
  const places = Array.from({ length: columns }, (_, i) => i);
  const c = (place: number): Sql => name(`c${place}`);
  await engine.run(
    sql`create or replace temp table patch as select * from read_csv(${literal(patch.path)}, header = false,
      auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false,
      columns = {'op': 'VARCHAR', '_row': 'BIGINT', '_key': 'VARCHAR', ${join(cells, ', ')}})`,
  );
  let twins = 0;
  if (text) {
    await engine.run(sql`create or replace temp table seen_rows as select * from ${csvScan(text)}`);
    await engine.run(
      sql`create or replace temp table hashed as
        select rowid as _row, hash(${join(places.map(c), ', ')}) as h from seen_rows`,
    );
    twins = await engine.changed(
      sql`delete from patch where op <> 'i' and _row in (select _row from hashed
        where h in (select h from hashed group by h having count(*) > 1))`,
    );
  }
  const before = places.map((place) => {
    const cell = text ? sql`coalesce(s.${c(place)}, '')` : sql`cast(null as varchar)`;
    return sql`${cell} as ${seen(place)}`;
  });
  const news = patch.columns.map((_, i) => sql`p.${name(`v${i}`)} as ${wanted(i)}`);
  await engine.run(
    sql`create or replace temp table staged as select p.op, ${join([...before, ...news], ', ')}
      from patch p${text ? sql` left join seen_rows s on s.rowid = p._row` : sql``}`,
  );
  const rows = await engine.number(sql`select count(*) from staged`);
  const files: string[] = [];
  for (let from = 0; from < rows; from += FILE_ROWS) {
    const path = joinPath(folder, `staged-${patch.table}-${files.length}.parquet`);
    await engine.run(
      sql`copy (select * from staged where rowid >= ${integer(from)} and rowid < ${integer(from + FILE_ROWS)})
        to ${literal(path)} (format parquet)`,
    );
    files.push(path);
  }
  const changing = await engine.number(sql`select count(*) from staged where op <> 'i'`);
  return { patch, files, changing, adding: rows - changing, twins };
}
