/** A row kept as JSON: its filled cells by column, each as the store writes it. */

import { columnOf, join, literal, type Sql, sql } from '../core/sql.ts';
import type { ColumnType } from '../core/tables.ts';
import { writeCell } from '../snapshot/cells.ts';

/** SQL for the record of a row called `row`. Put together here, because `json_object` keeps empty cells. */
export function recordOf(row: string, columns: readonly { readonly name: string; readonly type: ColumnType }[]): Sql {
  const cells = columns.map(({ name, type }) => {
    const text = writeCell(columnOf(name, row), type);
    return sql`${literal(`"${name}":`)} || cast(to_json(${text}) as varchar)`;
  });
  return cells.length > 0 ? sql`'{' || concat_ws(',', ${join(cells, ', ')}) || '}'` : sql`'{}'`;
}
