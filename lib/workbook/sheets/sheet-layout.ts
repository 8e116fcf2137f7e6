/**
 * Makes room for a plan: the tabs and columns that it writes and the spreadsheet lacks. A new column goes into a column
 * freshly put in, right of everything that is there, so that nothing anybody types meanwhile can lie under it. Writes no row.
 */
import { createHash } from 'node:crypto';
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { WorkbookError } from '../csv/discover.ts';
import { ChangedMeanwhile, MOST_CELLS } from '../store.ts';
import type { SheetsClient } from './client.ts';
import { Refused, UnknownOutcome } from './errors.ts';
import { EXPORT_KEY, type TabSnapshot } from './snapshot.ts';

type Request = sheets_v4.Schema$Request;

/** A tab that has to have these headers. */
export interface Room {
  /** The tab as it was read; null where there is none. */
  readonly tab: TabSnapshot | null;
  readonly title: string;
  readonly headers: readonly string[];
  readonly hidden?: true;
  /** The export that fills the tab from now on. */
  readonly exportOf?: string;
}

/**
 * Looks whether everything will fit: what is there, what comes, and the copies that the writer makes for a moment of the tabs
 * it writes to. Better nothing than a half.
 * @param comings the rows that each room gets
 * @throws WorkbookError where it will not fit
 */
export function checkFits(all: readonly TabSnapshot[], rooms: readonly Room[], comings: readonly number[]): void {
  const sizes = rooms.map(({ tab, headers }, i) => {
    const missing = headers.filter((header) => !tab?.headers.includes(header)).length;
    return ((tab?.rowCount ?? 2) + (comings[i] ?? 0)) * ((tab?.columnCount ?? 0) + missing);
  });
  const untouched = all.filter((tab) => !rooms.some((room) => room.tab?.sheetId === tab.sheetId));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  const needed =
    sum(untouched.map(({ rowCount, columnCount }) => rowCount * columnCount)) + sum(sizes) + Math.max(0, ...sizes);
  if (needed <= MOST_CELLS) return;
  const inWords = (cells: number): string => `${Math.ceil(cells / 100_000) / 10} million`;
  throw new WorkbookError(
    `The spreadsheet would need ${inWords(needed)} cells while this is written, and Google allows ${inWords(MOST_CELLS)}. Nothing was written. Delete empty rows and columns and tabs that nobody needs, keep events in files (docs/workbook.md), or keep changes for a shorter time (jobs/rules/archive.ts).`,
  );
}

/** Makes room and gives the tabs as they then are, in the order of `rooms`. @throws ChangedMeanwhile where it is not known what came of it */
export async function makeRoom(client: SheetsClient, rooms: readonly Room[]): Promise<TabSnapshot[]> {
  const made = rooms.map((room) => {
    const { tab, requests } = room.tab ? widened(room.tab, room.headers) : newTab(room);
    return { tab, requests: [...requests, ...claim(tab, room.exportOf)] };
  });
  const requests = made.flatMap((one) => one.requests);
  if (requests.length > 0) {
    try {
      await client.write({ requests }, 'spreadsheetId');
    } catch (error) {
      const open =
        error instanceof UnknownOutcome || (error instanceof Refused && ['exists', 'grid'].includes(error.reason));
      if (!open) throw error;
      await client.pause(1, error.message);
      throw new ChangedMeanwhile(['the tabs']);
    }
  }
  return made.map((one) => one.tab);
}

interface Made {
  readonly tab: TabSnapshot;
  readonly requests: readonly Request[];
}

/** Says of a tab whose it is, so that no other tab of that name is ever taken for it. */
function claim({ sheetId, exportOf }: TabSnapshot, name: string | undefined): Request[] {
  if (name === undefined || exportOf !== null) return [];
  const at = { metadataKey: EXPORT_KEY, metadataValue: name, visibility: 'DOCUMENT', location: { sheetId } };
  return [{ createDeveloperMetadata: { developerMetadata: at } }];
}

function newTab({ title, headers, hidden }: Room): Made {
  const sheetId = createHash('sha256').update(title).digest().readUInt32BE(0) & 0x7fff_ffff;
  const [rowCount, columnCount] = [2, headers.length];
  const properties = {
    sheetId,
    title,
    ...(hidden && { hidden }),
    gridProperties: { rowCount, columnCount, frozenRowCount: 1 },
  };
  const empty = {
    length: 0,
    merges: [],
    filtered: false,
    exportOf: null,
    raw: () => null,
    isFormula: () => false,
    isBlank: () => true,
  };
  return {
    tab: { ...empty, title, sheetId, headers, rowCount, columnCount, cell: () => ({ kind: 'empty' }) },
    requests: [{ addSheet: { properties } }, headerCells(sheetId, 0, headers)],
  };
}

function widened(tab: TabSnapshot, wanted: readonly string[]): Made {
  const missing = wanted.filter((header) => !tab.headers.includes(header));
  if (missing.length === 0) return { tab, requests: [] };
  const at = widthOf(tab);
  const { sheetId } = tab;
  const padding = Array.from({ length: at - tab.headers.length }, () => '');
  const headers = [...tab.headers, ...padding, ...missing];
  return {
    tab: { ...tab, headers, columnCount: tab.columnCount + missing.length },
    requests: [...newColumns(tab, at, missing.length), headerCells(sheetId, at, missing)],
  };
}

/**
 * Puts columns in before place `at`, empty and without any format. Right of the last column there is no place to put one in,
 * and one that is appended need not stand where it is looked for: there they go in before the last, which then moves over them.
 */
function newColumns({ sheetId, columnCount }: TabSnapshot, at: number, count: number): Request[] {
  const span = (startIndex: number, length: number) => ({
    sheetId,
    dimension: 'COLUMNS',
    startIndex,
    endIndex: startIndex + length,
  });
  const range = { sheetId, startColumnIndex: at, endColumnIndex: at + count };
  const blank: Request = { updateCells: { range, fields: 'userEnteredFormat,dataValidation' } };
  if (at < columnCount) return [{ insertDimension: { range: span(at, count), inheritFromBefore: false } }, blank];
  return [
    { insertDimension: { range: span(at - 1, count), inheritFromBefore: false } },
    { moveDimension: { source: span(at - 1 + count, 1), destinationIndex: at - 1 } },
    blank,
  ];
}

/** Columns up to the last that holds anything, under a header or not. */
function widthOf(tab: TabSnapshot): number {
  let width = tab.headers.length;
  for (let column = width; column < tab.columnCount; column += 1) {
    for (let row = 0; row < tab.length; row += 1) {
      if (tab.raw(row, column) === null) continue;
      width = column + 1;
      break;
    }
  }
  return width;
}

function headerCells(sheetId: number, columnIndex: number, headers: readonly string[]): Request {
  const values = headers.map((stringValue) => ({ userEnteredValue: { stringValue } }));
  return {
    updateCells: { start: { sheetId, rowIndex: 0, columnIndex }, rows: [{ values }], fields: 'userEnteredValue' },
  };
}
