/**
 * Texts of typed cells in the form that `readPlainCell` reads, for tables of texts that come in by import: each column
 * is read as the snapshot reads it, by what it shows as a whole, so that a file gives the same values by every door.
 * What can't be read stays as it is, so that the import can reject it by name; placeholders become empty.
 */

import type { Engine } from '../core/engine.ts';
import { raw, type Sql, sql } from '../core/sql.ts';
import { columnSettings, type TextColumn } from './cell-evidence.ts';
import { type CellSettings, type ColumnSettings, isPlaceholder, readCell, readPlainCell, writeCell } from './cells.ts';

/**
 * Rewrites the typed columns of a table of texts in place. Cells that are plain already cost one look.
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
  const odd = ({ cell, type }: TextColumn): string =>
    `${cell} is not null and ${readPlainCell(cell, type, settings)} is null`;
  if (asked.length === 0) return;
  const counts = asked.map((column, i) => `countif(${odd(column)}) as n${i}`).join(', ');
  const found = await engine.row(sql`select ${raw(counts)} from ${raw(table)} where ${rows}`);
  const some = asked.filter((_, i) => Number(found[`n${i}`]) > 0);
  if (some.length === 0) return;
  const from = sql`(select * from ${raw(table)} where ${rows})`;
  const shown = await columnSettings(engine, from, some, settings);
  for (const column of some) {
    const { cell, type, name } = column;
    const own: ColumnSettings = shown.get(name) ?? settings;
    const read = readCell(cell, type, own);
    const plain = `coalesce(${writeCell(`(${read})`, type)}, case when not ${isPlaceholder(cell)} then ${cell} end)`;
    const which = own.decimal === ',' ? `${cell} is not null` : odd(column);
    await engine.run(sql`update ${raw(table)} set ${raw(cell)} = ${raw(plain)} where ${rows} and ${raw(which)}`);
  }
}
