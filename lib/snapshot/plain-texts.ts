/**
 * Texts of typed cells in the form that `readPlainCell` reads, for tables of texts that come in by import: each column
 * is read as the snapshot reads it, by what it shows as a whole, so that a file gives the same values by every door.
 * What can't be read stays as it is, so that the import can reject it by name; placeholders become empty.
 */

import type { Engine } from '../core/engine.ts';
import { join, name as nameOf, raw, type Sql, sql } from '../core/sql.ts';
import { columnSettings, type TextColumn } from './cell-evidence.ts';
import { type CellSettings, type ColumnSettings, isPlaceholder, readCell, readPlainCell, writeCell } from './cells.ts';

/**
 * Rewrites the typed columns of a table of texts in place. Cells in that form already are only read.
 * @param rows a condition: the rows that came from one file, whose columns are one thing
 */
export async function makePlain(
  engine: Engine,
  table: string,
  columns: readonly TextColumn[],
  settings: CellSettings,
  rows: Sql,
): Promise<void> {
  const asked = columns.filter(({ type }) => type !== 'text');
  const odd = ({ cell, type }: TextColumn): Sql =>
    raw(`${cell} is not null and ${readPlainCell(cell, type, settings)} is null`);
  if (asked.length === 0) return;
  const counts = asked.map((column, i) => sql`countif(${odd(column)}) as ${nameOf(`n${i}`)}`);
  const found = await engine.row(sql`select ${join(counts, ', ')} from ${nameOf(table)} where ${rows}`);
  const some = asked.filter((_, i) => Number(found[`n${i}`]) > 0);
  if (some.length === 0) return;
  const from = sql`(select * from ${nameOf(table)} where ${rows})`;
  const shown = await columnSettings(engine, from, some, settings);
  for (const column of some) {
    const { cell, type, name } = column;
    const own: ColumnSettings = shown.get(name) ?? settings;
    const read = readCell(cell, type, own);
    const target = raw(cell);
    const rewritten = sql`coalesce(list_transform([${raw(read)}], lambda v: ${writeCell(sql`v`, type)})[1],
      case when not ${raw(isPlaceholder(cell))} then ${target} end)`;
    const which = own.decimal === ',' ? sql`${target} is not null` : odd(column);
    await engine.run(sql`update ${nameOf(table)} set ${target} = ${rewritten} where ${rows} and ${which}`);
  }
}
