/** A row kept as JSON: its filled cells by column, each as the store writes it. */

import { quoteName, quoteText } from '../core/sql.ts';
import type { ColumnType } from '../core/tables.ts';
import { writeCell } from '../snapshot/cells.ts';

/** SQL for the record of a row called `row`. Put together by hand, because `json_object` keeps empty cells. */
export function recordOf(
  row: string,
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
): string {
  const cells = columns.map(
    ({ name, type }) =>
      `${quoteText(`"${name}":`)} || cast(to_json(${writeCell(`${row}.${quoteName(name)}`, type)}) as varchar)`,
  );
  return cells.length > 0 ? `'{' || concat_ws(',', ${cells.join(', ')}) || '}'` : `'{}'`;
}
