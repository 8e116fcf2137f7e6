/**
 * Full contacts: every column of a row, unknown ones too, and every cell's own text where it is not the text that we
 * would write. A row that a job removes is recorded so, and restored so, character for character. Read only on demand.
 */

import type { Engine } from '../core/engine.ts';
import { columnOf, join, literal, quoteName, quoteText, raw, sql } from '../core/sql.ts';
import { type Column, tableOf } from '../core/tables.ts';
import { statusSql } from '../workbook/consent-words.ts';
import { csvScan } from '../workbook/scan.ts';
import type { SourceTable } from '../workbook/store.ts';
import { type CellSettings, type ColumnSettings, readCell, readPlainCell, writeCell } from './cells.ts';
import type { LoadedText } from './load.ts';
import { holdsUnread } from './row-faults.ts';

/** Where a record keeps the texts of cells, by header. */
const CELLS = '_cells';

/**
 * What a known cell's text is worth keeping for: that it reads as the value which is there now, and is written
 * otherwise.
 */
function ownText(
  cell: string,
  name: string,
  { type }: Column,
  settings: CellSettings,
  own: ColumnSettings | undefined,
): string | null {
  const now = `t.${quoteName(name)}`;
  if (name === 'status') return `case when ${statusSql(cell)} = ${now} and ${cell} <> ${now} then ${cell} end`;
  if (type === 'text') return null;
  const read = own ? readCell(cell, type, own) : readPlainCell(cell, type, settings);
  const same = `${read} is not distinct from ${now}`;
  return `case when (${same} or ${holdsUnread('t', name)})
    and ${cell} is distinct from ${writeCell(columnOf(name, 't'), type).text} then ${cell} end`;
}

/**
 * Creates `contacts_whole(rows)`: for each `_row` of the table called `rows` its `contact_id` and `record`, a JSON
 * object of the known columns by name and, in `_cells`, of texts by header. Empty cells are left out. A row that is added
 * with such a record in `_text` gets its cells from there (see `cellOf`).
 */
export function createWholeRows(engine: Engine, source: SourceTable, text: LoadedText, settings: CellSettings): void {
  const { columns } = tableOf('contacts');
  const known = new Map([...source.headerOf].map(([column, header]) => [header, column]));
  const cells = source.headers.flatMap((header, index) => {
    const name = known.get(header);
    const column = name === undefined ? undefined : columns[name];
    const cell = `x.c${index}`;
    const own = name === undefined || !column ? cell : ownText(cell, name, column, settings, text.read.get(name));
    return own === null ? [] : [sql`${literal(header)}, ${raw(own)}`];
  });
  const ours = Object.entries(columns).map(
    ([name, { type }]) => sql`${literal(name)}, ${writeCell(columnOf(name, 't'), type)}`,
  );
  const own = sql`${literal(CELLS)}, json_object(${join(cells, ', ')})`;
  engine.whenNamed(
    'contacts_whole',
    sql`create or replace macro contacts_whole(rows) as table
      select t._row, t.contact_id,
        cast(json_merge_patch('{}', json_object(${join(ours, ', ')}, ${own})) as varchar) as record
      from query_table(rows) r join contacts t on t._row = r._row
      join (select row_number() over () - 1 as _row, * from ${csvScan(text)}) x on x._row = t._row`,
  );
}

const pointer = (...steps: readonly string[]): string =>
  quoteText(steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''));

/**
 * The text that a record holds for the cell under a header; `column` is the known column that the header stands for.
 */
export function cellOf(record: string, header: string, column: string | undefined): string {
  const text = (path: string): string => `json_extract_string(${record}, ${path})`;
  const own = text(pointer(CELLS, header));
  return column === undefined ? own : `coalesce(${own}, ${text(pointer(column))})`;
}
