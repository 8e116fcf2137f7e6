/**
 * A tab as the strict CSV text that the engine reads: each cell in the workbook's own form (ISO dates, moments in UTC,
 * plain numbers), by its type in the sheet. A row that shows an error where a column of ours stands can't be read, and
 * is handed out as malformed. It changes nothing and knows no table but its column types.
 */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColumnType } from '../../core/tables.ts';
import { encodeCell } from '../csv/cell.ts';
import { writeText } from '../csv/write-text.ts';
import type { CsvText, MalformedRow } from '../table-text.ts';
import { countTo } from './cells.ts';
import { localText } from './locale.ts';
import { serialToDate } from './serial-time.ts';
import { isInbox } from './sheet-tabs.ts';
import type { Cell, SheetSnapshot, TabSnapshot } from './snapshot.ts';

/** How many rows go to the disk at once. */
const BLOCK_ROWS = 5000;

export interface TabText extends CsvText {
  /** The tab's row (0 is the one below the header) of each row of the text. */
  readonly places: readonly number[];
}

type SheetPlace = Pick<SheetSnapshot, 'clock' | 'locale'>;

/**
 * Writes a tab's rows to `path`. `typeOf` gives the type of the column under a header; undefined for an unknown one.
 */
export async function writeTabText(
  tab: TabSnapshot,
  typeOf: (header: string) => ColumnType | undefined,
  place: SheetPlace,
  path: string,
): Promise<TabText> {
  const { headers } = tab;
  const types = headers.map((header, i) => (headers.indexOf(header) === i ? typeOf(header) : undefined));
  const places: number[] = [];
  const malformed: MalformedRow[] = [];
  function* blocks() {
    let block: string[][] = [];
    for (let row = 0; row < tab.length; row += 1) {
      const cells = headers.map((_, column) => tab.cell(row, column));
      const texts = cells.map((cell, i) => textOf(cell, types[i], place));
      const wrong = cells.findIndex((cell, i) => cell.kind === 'error' && types[i] !== undefined);
      if (wrong >= 0)
        malformed.push({ row: row + 2, reason: `shows an error in "${headers[wrong]}"`, text: texts.join(', ') });
      else {
        places.push(row);
        block.push(texts);
      }
      if (block.length < BLOCK_ROWS) continue;
      yield block;
      block = [];
    }
    yield block;
  }
  return { ...(await writeText(blocks(), headers, path)), malformed, places };
}

/** A cell in the workbook's words. A column's type decides how a number that is formatted as a date is meant. */
export function textOf(cell: Cell, type: ColumnType | undefined, { clock, locale }: SheetPlace): string {
  switch (cell.kind) {
    case 'empty':
      return '';
    case 'date':
    case 'datetime':
      if (type === 'number') return String(cell.serial);
      if (type === 'date') return serialToDate(cell.serial);
      if (type === 'time' && !Number.isInteger(cell.serial)) return clock.toInstant(cell.serial);
      return cell.value;
    case 'text':
      return type ? localText(cell.value, type, locale) : cell.value;
    default:
      return String(cell.value);
  }
}

/** Writes what was pasted into the tab "inbox" to a CSV file in `folder`; null where there is nothing. */
export async function writeInbox(snapshot: SheetSnapshot, folder: string): Promise<string | null> {
  const outline = snapshot.tabs.find(isInbox);
  if (!outline) return null;
  const tab = await snapshot.load(outline);
  const lines: (readonly string[])[] = [tab.headers];
  for (let row = 0; row < tab.length; row += 1) {
    if (tab.isBlank(row)) continue;
    const texts = countTo(tab.columnCount).map((column) => textOf(tab.cell(row, column), undefined, snapshot));
    // A cell right of the headers belongs to no column: such a row can't be imported, and must not be cut silently.
    while (texts.length > tab.headers.length && texts.at(-1) === '') texts.pop();
    lines.push(texts);
  }
  if (lines.length === 1) return null;
  const path = join(folder, 'inbox.csv');
  await writeFile(path, lines.map((texts) => `${texts.map((text) => encodeCell(text, ',')).join(',')}\n`).join(''));
  return path;
}
