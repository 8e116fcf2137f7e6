/**
 * What can be wrong with a row or a cell of a table, and how that is kept inside the engine: texts in the columns `_fault`
 * (the whole row waits) and `_unread` (cells that count as unknown).
 */
import { integer, quoteName, quoteText, type Sql, sql } from '../core/sql.ts';
import { type Column, type TableName, tableOf } from '../core/tables.ts';
import type { SourceTable } from '../workbook/store.ts';
import { type CellSettings, type ColumnSettings, isPlaceholder, unreadableReason } from './cells.ts';

/** Separates the faults of a row, and the parts of one fault, inside the engine. */
export const FAULT = { between: 30, within: 31 } as const;
/** Between the faults of a row. */
export const BETWEEN = sql`chr(${integer(FAULT.between)})`;
/** Between the parts of a fault. */
export const WITHIN = sql`chr(${integer(FAULT.within)})`;
/** Part `n` of a fault: its column (1), its reason (2), the cell's text (3). */
export const faultPart = (fault: Sql, n: number): Sql => sql`split_part(${fault}, ${WITHIN}, ${integer(n)})`;

/**
 * The SQL condition that a row's cell can't be read: it holds what a person put there, and is left alone until it can.
 */
export const holdsUnread = (row: string, column: string): string =>
  `coalesce(contains(chr(${FAULT.between}) || ${row}._unread,
    chr(${FAULT.between}) || ${quoteText(column)} || chr(${FAULT.within})), false)`;

export interface LoadColumn extends Column {
  readonly name: string;
  /** A column of the team's that no rule gives a type: a text, of which rules may ask for a number or a day. */
  readonly isExtra?: true;
  /** The scan's column that holds it; null where the workbook has none. */
  readonly cell: string | null;
}

/** How the cells of a table are read, and what of them is in the future. */
export interface CellOptions {
  readonly settings: CellSettings;
  /** Facts later than this are in the future, and unreadable for that. */
  readonly futureAfter: Date;
  /** How the cells of columns are read that the plain reading is not enough for. */
  readonly read?: ReadonlyMap<string, ColumnSettings>;
}

const timestamp = (moment: Date): string => `timestamp '${moment.toISOString().replace('T', ' ').replace('Z', '')}'`;

/** The cell's own text, beside the value that was read from it. */
export const rawCell = (column: LoadColumn): string => `_${column.cell}`;

/** What is kept of a fault: the column, the reason (an SQL expression) and the cell's text. */
const faultText = (column: string, reason: string, value: string): string =>
  `${quoteText(column)} || chr(${FAULT.within}) || ${reason} || chr(${FAULT.within}) || ${value}`;

const fault = (column: string, reason: string, value: string): string => faultText(column, quoteText(reason), value);

/**
 * A way in which a row, or one cell of it, can be wrong: `flag` is 1 where it is (never NULL), `text` what is kept of
 * it (see `fault`).
 */
export interface FaultCase {
  readonly flag: string;
  readonly text: string;
  /** The cell alone is unknown for it, and its row goes on. */
  readonly cell?: string;
}

const flag = (condition: string): string => `cast(coalesce(${condition}, false) as utinyint)`;

/** A row without these can't be identified, or placed in time: it waits until they can be read. */
const isNeeded = (table: TableName, { name, type }: Column & { readonly name: string }): boolean => {
  const { key, facts } = tableOf(table);
  return (
    (key.includes(name) && table !== 'contacts') ||
    (facts === true && type === 'time') ||
    (table === 'bounces' && name === 'email')
  );
};

/** All ways in which a row of this table, or a cell of it, can be wrong. */
export function faultCases(source: SourceTable, columns: readonly LoadColumn[], options: CellOptions): FaultCase[] {
  const { table } = source;
  const cases: FaultCase[] = [];
  const filled = `coalesce(${columns.flatMap((each) => (each.cell === null ? [] : [rawCell(each)])).join(', ')}) is not null`;
  for (const column of columns) {
    if (column.cell === null) continue;
    const name = quoteName(column.name);
    const needed = isNeeded(table, column);
    const cell = needed ? {} : { cell: column.name };
    const raw = rawCell(column);
    if (column.type !== 'text') {
      const reason = unreadableReason(raw, column.type, options.read?.get(column.name) ?? options.settings);
      const text = faultText(column.name, reason, raw);
      cases.push({
        flag: `cast(${name} is null and ${raw} is not null as utinyint)`,
        text: needed ? text : `case when not ${isPlaceholder(raw)} then ${text} end`,
        ...cell,
      });
    }
    if (futureMatters(table, column)) {
      const after = timestamp(options.futureAfter);
      cases.push({ flag: flag(`${name} > ${after}`), text: fault(column.name, 'in the future', raw), ...cell });
    }
    if (needed) cases.push({ flag: flag(`${raw} is null and ${filled}`), text: fault(column.name, 'missing', `''`) });
    if (table === 'contacts' && column.name === 'status')
      cases.push({
        flag: flag(`status not in ('subscribed', 'unsubscribed', 'suppressed')`),
        text: fault(column.name, 'not a status', raw),
      });
  }
  return cases;
}

const PEOPLE_TIMES = ['birth_date', 'created_at', 'updated_at', 'last_activity_at'];
const futureMatters = (table: TableName, column: LoadColumn): boolean =>
  (tableOf(table).facts === true && column.type === 'time') ||
  (table === 'contacts' && PEOPLE_TIMES.includes(column.name));
