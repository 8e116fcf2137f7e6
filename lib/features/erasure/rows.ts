/**
 * Rows of the workbook's CSV files that no job can take away, because they stand in quarantine: a second row with the
 * same contact_id, a fact with an unreadable date. Those about a forgotten person go here, by their own address or
 * contact_id.
 */
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nodeDisk } from '../../core/disk.ts';
import { cellText } from '../../workbook/csv/cell.ts';
import { readRecords } from '../../workbook/csv/reader.ts';
import { type CsvFile, openCsv } from '../../workbook/csv/sniff.ts';
import { splice } from '../../workbook/csv/splice.ts';
import { findColumns } from '../../workbook/headers.ts';
import type { Named } from './naming.ts';

/**
 * Takes the person's well-formed rows out of a CSV file, every other byte staying; returns how many. Not a CSV file:
 * none.
 */
export async function cutRows(path: string, person: Named): Promise<number> {
  const file = await openCsv(path).catch(() => null);
  if (!file) return 0;
  const rows = rowsOf(file, person);
  if (rows.length === 0) return 0;
  const folder = join(dirname(path), '.nightshift');
  const [patch, staged] = [join(folder, 'erase-patch.csv'), join(folder, 'erase-staged.csv')];
  try {
    writeFileSync(patch, rows.map((row) => `d${file.delimiter}${row}${file.delimiter}\n`).join(''));
    await splice(file, { path: patch, columns: [], key: '' }, staged);
    await nodeDisk.flush(staged);
    await nodeDisk.rename(staged, path);
    await nodeDisk.flushFolder(dirname(path));
  } finally {
    for (const left of [patch, staged]) await rm(left, { force: true });
  }
  return rows.length;
}

/** The places, from 0 among the well-formed data records, of the rows that are the person's own. */
function rowsOf(file: CsvFile, { addresses, ids }: Named): number[] {
  const columns = findColumns('contacts', file.header);
  const place = (column: string): number => file.header.indexOf(columns.get(column) ?? '');
  const sought = [
    { column: place('email'), values: new Set(addresses) },
    { column: place('contact_id'), values: new Set(ids) },
  ].filter(({ column }) => column >= 0);
  if (sought.length === 0) return [];
  const reader = readRecords(file);
  const { scanner } = reader;
  const found: number[] = [];
  let row = -1;
  try {
    do {
      while (scanner.advance()) {
        if (scanner.fault !== null) continue;
        const isOfPerson = sought.some(({ column, values }) => {
          const [start, end] = [scanner.cells[column] as number, (scanner.cells[column + 1] as number) - 1];
          const text = cellText(scanner.bytes, start, end).trim();
          return values.has(text) || values.has(text.toLowerCase());
        });
        if (row >= 0 && isOfPerson) found.push(row);
        row += 1;
      }
    } while (reader.refill());
  } finally {
    reader.close();
  }
  return found;
}
