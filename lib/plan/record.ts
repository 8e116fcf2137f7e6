/** A row kept as JSON: its filled cells by column, each as the store writes it. */

import type { ColumnType } from '../core/tables.ts';
import { writeCell } from '../snapshot/cells.ts';
import { quote, quoteName } from '../snapshot/load.ts';

/** SQL for the record of a row called `row`. Put together by hand, because `json_object` keeps empty cells. */
export function recordOf(
  row: string,
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
): string {
  const cells = columns.map(
    ({ name, type }) =>
      `${quote(`"${name}":`)} || cast(to_json(${writeCell(`${row}.${quoteName(name)}`, type)}) as varchar)`,
  );
  return cells.length > 0 ? `'{' || concat_ws(',', ${cells.join(', ')}) || '}'` : `'{}'`;
}
