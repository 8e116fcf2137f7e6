/**
 * What a column shows of how its cells are written: whether the day or the month stands first in its slashed dates, and
 * whether a comma or a point stands before its decimals. One value decides for its whole column; values that contradict
 * each other decide nothing, and then the workbook's own rule counts.
 */

import type { Engine, Row } from '../core/engine.ts';
import { columnOf, join, raw, type Sql, sql } from '../core/sql.ts';
import type { Column } from '../core/tables.ts';
import { orderShown } from './cell-dates.ts';
import { decimalShown } from './cell-numbers.ts';
import type { CellSettings, ColumnSettings } from './cells.ts';

/** A column of cells as texts. */
export interface TextColumn extends Column {
  readonly name: string;
  /** The SQL of its cell in the query that is looked at. */
  readonly cell: string;
}

/**
 * Looks through columns once.
 * @param from what is selected from: a table's name, a scan or a query in brackets
 * @returns how each column's cells are to be read, by the column's name
 */
export async function columnSettings(
  engine: Engine,
  from: Sql,
  columns: readonly TextColumn[],
  settings: CellSettings,
): Promise<ReadonlyMap<string, ColumnSettings>> {
  const asked = columns.filter(({ type }) => type !== 'text');
  if (asked.length === 0) return new Map();
  const counts = asked.flatMap(({ cell, type }, i) => {
    const shown: Readonly<Record<string, string>> = type === 'number' ? decimalShown(cell) : orderShown(cell);
    return Object.entries(shown).map(
      ([habit, condition]) => sql`countif(${raw(condition)}) as ${columnOf(`${habit} ${i}`)}`,
    );
  });
  const found = await engine.row(sql`select ${join(counts, ', ')} from ${from}`);
  return new Map(asked.map((column, i) => [column.name, settingsOf(column, i, found, settings)]));
}

function settingsOf(column: TextColumn, i: number, found: Row, settings: CellSettings): ColumnSettings {
  const shows = (habit: string): boolean => Number(found[`${habit} ${i}`] ?? 0) > 0;
  if (column.type === 'number') {
    const comma = shows('comma');
    const decimal = comma && shows('point') ? 'unclear' : comma ? ',' : '.';
    return { ...settings, decimal, ...(column.sizeClass && { sizeClass: true as const }) };
  }
  const [day, month] = [shows('DD/MM/YYYY'), shows('MM/DD/YYYY')];
  if (day === month) return settings;
  return { ...settings, slashedDates: day ? 'DD/MM/YYYY' : 'MM/DD/YYYY' };
}
