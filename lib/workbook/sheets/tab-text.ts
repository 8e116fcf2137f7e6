/**
 * A tab as the strict CSV text that the engine reads: each cell in the workbook's own form (ISO dates, moments in UTC,
 * plain numbers), by its type in the sheet. A row that shows an error where a column of ours stands can't be read, and
 * is handed out as malformed. It changes nothing and knows no table but its column types.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { ColumnType } from '../../core/tables.ts';
import { encodeCell } from '../csv/cell.ts';
import { strictOptions } from '../csv/strict-options.ts';
import type { CsvText, MalformedRow } from '../table-text.ts';
import { localText } from './locale.ts';
import { serialToDate, type ZoneClock } from './serial-time.ts';
import type { Cell, TabSnapshot } from './snapshot.ts';

/** How many rows go to the disk at once. */
const BLOCK_ROWS = 5000;

export interface TabText extends CsvText {
  /** The tab's row (0 is the one below the header) of each row of the text. */
  readonly places: readonly number[];
}

/** Where a spreadsheet says that it is: its clock, and how it writes dates and numbers. */
export interface SheetPlace {
  readonly clock: ZoneClock;
  readonly locale: string;
}

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
  const hash = createHash('sha256');
  const out = createWriteStream(path);
  const write = async (text: string): Promise<void> => {
    hash.update(text);
    if (!out.write(text)) await once(out, 'drain');
  };
  let block = `${headers.map((_, i) => `c${i}`).join(',')}\n`;
  for (let row = 0; row < tab.length; row += 1) {
    const cells = headers.map((_, column) => tab.cell(row, column));
    const wrong = cells.findIndex((cell, i) => cell.kind === 'error' && types[i] !== undefined);
    const texts = cells.map((cell, i) => textOf(cell, types[i], place));
    if (wrong >= 0) {
      malformed.push({ row: row + 2, reason: `shows an error in "${headers[wrong]}"`, text: texts.join(', ') });
    } else {
      places.push(row);
      // A record of one empty cell would be a blank line, which is no record.
      block +=
        texts.length === 1 && texts[0] === '' ? '""\n' : `${texts.map((text) => encodeCell(text, ',')).join(',')}\n`;
    }
    if (row % BLOCK_ROWS === BLOCK_ROWS - 1) {
      await write(block);
      block = '';
    }
  }
  await write(block);
  out.end();
  await finished(out);
  const options = strictOptions({ header: [...headers], delimiter: ',' }, false);
  return { path, options, rows: places.length, hash: hash.digest('hex'), malformed, places };
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
