/**
 * Contacts of which none can be read: there are rows, so the workbook is not empty. The error names the first of them
 * and what is wrong with it.
 */

import type { Engine } from '../core/engine.ts';
import { NightshiftError } from '../core/errors.ts';
import { type Sql, sql } from '../core/sql.ts';
import type { TableText } from '../workbook/table-text.ts';
import { BETWEEN, faultPart } from './row-faults.ts';

export class NothingReadable extends NightshiftError {
  override name = 'NothingReadable';

  constructor(label: string, rows: number, first: { readonly place: string; readonly reason: string }) {
    const many = rows === 1 ? 'a row, and it can’t be read' : `${rows} rows, and none of them can be read`;
    super(
      `${label} has ${many}: ${first.place}: ${first.reason}. Nothing was done. ` +
        'Fix the file (docs/workbook.md says how cells are read), and run again.',
    );
  }

  override readonly outward = 'The table "contacts" has rows, and none of them can be read. Nothing was done.';
}

/** Where the first of a table's rows that can't be read stands, and why; no cell of it. */
export async function firstUnreadable(engine: Engine, text: TableText): Promise<{ place: string; reason: string }> {
  const [malformed] = text.malformed;
  if (malformed) {
    const { file, row, reason } = malformed;
    return { place: file === undefined ? `row ${row}` : `${file}, row ${row}`, reason };
  }
  const part = (n: number): Sql => faultPart(sql`_fault`, n);
  const found = await engine.row(
    sql`select _row as place, ${part(1)} as "column", string_split(${part(2)}, ${BETWEEN})[1] as reason
      from unread_contacts order by _row limit 1`,
  );
  const row = text.query === undefined ? `row ${Number(found.place) + 2}, ` : '';
  return { place: `${row}column "${found.column}"`, reason: String(found.reason) };
}
