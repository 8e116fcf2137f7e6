/**
 * Builds the content of a spreadsheet in a test or from CSV files: `book({ contacts: [['contact_id', 'email'], …] })`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Papa from 'papaparse';
import { type Book, type Cell, newBook, newTab, type Row } from './model.ts';

/** A plain value (a text starting with "=" is text), or a whole cell. `null` is an empty cell. */
export type Given = string | number | boolean | null | Cell;

/** A formula, with what it shows where the server can't work it out. */
export function formula(text: string, shows?: string | number): Cell {
  const userEnteredValue = { formulaValue: text };
  if (shows === undefined) return { userEnteredValue };
  return {
    userEnteredValue,
    effectiveValue: typeof shows === 'number' ? { numberValue: shows } : { stringValue: shows },
  };
}

/**
 * A column of cells that one formula fills: the formula, and what it spills into the rows below (ARRAYFORMULA, QUERY).
 */
export function spill(text: string, shows: readonly string[]): Cell[] {
  return shows.map((stringValue, i) => {
    const effectiveValue = { stringValue };
    return i === 0 ? { userEnteredValue: { formulaValue: text }, effectiveValue } : { effectiveValue, spilledBy: text };
  });
}

/** A date or a moment as its serial number (days since 1899-12-30), formatted as one. */
export function serial(days: number, type: 'DATE' | 'DATE_TIME' = 'DATE'): Cell {
  return {
    userEnteredValue: { numberValue: days },
    userEnteredFormat: { numberFormat: { type, pattern: 'yyyy-mm-dd' } },
  };
}

export function cell(given: Given): Cell | undefined {
  if (given === null || given === '') return undefined;
  if (typeof given === 'string') return { userEnteredValue: { stringValue: given } };
  if (typeof given === 'number') return { userEnteredValue: { numberValue: given } };
  if (typeof given === 'boolean') return { userEnteredValue: { boolValue: given } };
  return given;
}

/** A spreadsheet with these tabs; the grid is as large as the rows and `spare` empty rows more. */
export function book(tabs: Record<string, Given[][]>, { id = 'sheet-1', timeZone = 'Etc/GMT', spare = 10 } = {}): Book {
  const result = { ...newBook(id, 'Contacts of Example Ltd'), timeZone };
  Object.entries(tabs).forEach(([title, rows], i) => {
    const width = rows.reduce((most, row) => Math.max(most, row.length), 1);
    const tab = newTab(i, title, rows.length + spare, width);
    tab.rows = rows.map((row): Row => row.map(cell));
    result.tabs.push(tab);
  });
  return result;
}

/** A spreadsheet with a tab for each CSV file of a folder; every cell as text, as an import would make it. */
export function bookOfCsv(folder: string, id = 'sheet-1'): Book {
  const tabs: Record<string, Given[][]> = {};
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .sort()) {
    const { data } = Papa.parse<string[]>(readFileSync(path.join(folder, file), 'utf8'), { skipEmptyLines: true });
    tabs[path.basename(file, '.csv')] = data;
  }
  return book(tabs, { id, spare: 100 });
}
