/**
 * Lays out a spreadsheet as a workbook: a tab for each table with its header row, number formats, choices for what people
 * decide, and a warning on what jobs own. It writes a header only into a tab that is empty, touches no cell with anything
 * in it, moves and deletes nothing, and finds nothing left to do when it is run again.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { type TableName, tableNames, tableOf } from '../../core/tables.ts';
import { findColumns, normalHeader } from '../headers.ts';
import type { SheetsClient } from './client.ts';
import { UnknownOutcome } from './errors.ts';
import { type LaidOutTab, lookAtLayout, nothingLaidOut, PROTECTED } from './sheet-laid.ts';
import { readSnapshot, type TabOutline } from './snapshot.ts';

type Request = sheets_v4.Schema$Request;

/** Rows of a tab that is made; it grows by itself. */
const ROWS = 200;
const ATTEMPTS = 3;
/** What only jobs have a reason to write, beside the columns that every run recalculates. */
const JOB_OWNED: Readonly<Partial<Record<TableName, readonly string[]>>> = { contacts: ['email_status', 'email_note'] };
const CHOICES: Readonly<Partial<Record<TableName, Readonly<Record<string, readonly string[]>>>>> = {
  contacts: { status: ['subscribed', 'unsubscribed', 'suppressed'] },
  review: { decision: ['yes', 'no'] },
};
/** Tabs that people read: their columns are as wide as what stands in them. */
const READ_AT_A_GLANCE: readonly TableName[] = ['review', 'runs'];
const FORMATS = {
  text: { type: 'TEXT', pattern: '@' },
  date: { type: 'DATE', pattern: 'yyyy-mm-dd' },
  time: { type: 'DATE_TIME', pattern: 'yyyy-mm-dd hh:mm:ss' },
  number: undefined,
} as const;

export interface LaidOut {
  /** Tables that got a tab, or an empty tab its header. */
  readonly made: readonly string[];
  readonly found: readonly string[];
}

/** Lays out a spreadsheet. After a request whose outcome is unknown it looks again and does what is left. */
export async function layOutSpreadsheet(
  client: SheetsClient,
  aliases: Readonly<Record<string, string>>,
): Promise<LaidOut> {
  const made = new Set<string>();
  for (let attempt = 1; ; attempt += 1) {
    const { tabs, loaded } = await readSnapshot(client);
    const tabOf = new Map(tableNames.map((table) => [table, tabs.find(({ title }) => normalHeader(title) === table)]));
    const laid = await lookAtLayout(
      client,
      [...tabOf.values()].flatMap((tab) => tab ?? []),
    );
    const free = 1000 + Math.max(0, ...tabs.map(({ sheetId }) => sheetId));
    const requests = tableNames.flatMap((table, i): Request[] => {
      const tab = tabOf.get(table);
      const isFresh = tab === undefined || (tab.headers.length === 0 && loaded(tab)?.length === 0);
      if (isFresh) made.add(table);
      const headers = isFresh ? Object.keys(tableOf(table).columns) : tab.headers;
      const sheetId = tab?.sheetId ?? free + i;
      const layout = { table, sheetId, headers, aliases: table === 'contacts' ? aliases : {} };
      return [
        ...(tab ? [] : [addTab(table, sheetId, headers.length)]),
        ...(tab ? makeRoom(tab, headers.length) : []),
        ...(isFresh ? [headerRow(sheetId, headers)] : []),
        ...dressed(layout, laid.get(sheetId) ?? nothingLaidOut),
      ];
    });
    const found = tableNames.filter((table) => !made.has(table));
    if (requests.length === 0) return { made: [...made], found };
    try {
      await client.write({ requests }, 'spreadsheetId');
      return { made: [...made], found };
    } catch (error) {
      if (!(error instanceof UnknownOutcome) || attempt === ATTEMPTS) throw error;
      await client.pause(attempt, error.message);
    }
  }
}

interface Layout {
  readonly table: TableName;
  readonly sheetId: number;
  readonly headers: readonly string[];
  readonly aliases: Readonly<Record<string, string>>;
}

/** What a tab with its headers still lacks. */
function dressed(layout: Layout, laid: LaidOutTab): Request[] {
  const { table, sheetId, headers } = layout;
  const gridProperties = { frozenRowCount: 1 };
  const freeze = { properties: { sheetId, gridProperties }, fields: 'gridProperties.frozenRowCount' };
  const requests = [
    ...(laid.isFrozen ? [] : [{ updateSheetProperties: freeze }]),
    ...columnRequests(layout, laid),
    ...(laid.isGuarded ? [] : protections(layout)),
  ];
  if (requests.length === 0 || !READ_AT_A_GLANCE.includes(table)) return requests;
  const dimensions = { sheetId, dimension: 'COLUMNS', startIndex: 0, endIndex: headers.length };
  return [...requests, { autoResizeDimensions: { dimensions } }];
}

const addTab = (title: string, sheetId: number, columnCount: number): Request => ({
  addSheet: { properties: { sheetId, title, gridProperties: { rowCount: ROWS, columnCount } } },
});

/** A header needs its columns, and what is said of the rows below it a row. */
function makeRoom({ sheetId, rowCount, columnCount }: TabOutline, wanted: number): Request[] {
  const append = (dimension: 'ROWS' | 'COLUMNS', length: number): Request[] =>
    length > 0 ? [{ appendDimension: { sheetId, dimension, length } }] : [];
  return [...append('COLUMNS', wanted - columnCount), ...append('ROWS', 2 - rowCount)];
}

function headerRow(sheetId: number, headers: readonly string[]): Request {
  const values = headers.map((stringValue) => ({
    userEnteredValue: { stringValue },
    userEnteredFormat: { textFormat: { bold: true } },
  }));
  const fields = 'userEnteredValue,userEnteredFormat.textFormat.bold';
  return { updateCells: { start: { sheetId, rowIndex: 0, columnIndex: 0 }, rows: [{ values }], fields } };
}

/** A column below its header. */
const below = (sheetId: number, column: number) => ({
  sheetId,
  startRowIndex: 1,
  startColumnIndex: column,
  endColumnIndex: column + 1,
});

function columnRequests({ table, sheetId, headers, aliases }: Layout, laid: LaidOutTab): Request[] {
  return [...findColumns(table, headers, aliases)].flatMap(([column, header]): Request[] => {
    const place = headers.indexOf(header);
    const range = below(sheetId, place);
    const numberFormat = FORMATS[tableOf(table).columns[column]?.type ?? 'text'];
    const choices = CHOICES[table]?.[column];
    const requests: Request[] = [];
    if (numberFormat) {
      const cell = { userEnteredFormat: { numberFormat } };
      const fields = 'userEnteredFormat.numberFormat';
      if (!laid.has(place, cell)) requests.push({ repeatCell: { range, cell, fields } });
    }
    if (choices) {
      const values = choices.map((userEnteredValue) => ({ userEnteredValue }));
      const rule = { condition: { type: 'ONE_OF_LIST', values }, strict: true, showCustomUi: true };
      if (!laid.has(place, { dataValidation: rule })) requests.push({ setDataValidation: { range, rule } });
    }
    return requests;
  });
}

/** Only a warning: it is people's sheet. */
function protections({ table, sheetId, headers, aliases }: Layout): Request[] {
  const definition = tableOf(table);
  const warn = (range: sheets_v4.Schema$GridRange): Request => ({
    addProtectedRange: { protectedRange: { range, description: PROTECTED, warningOnly: true } },
  });
  if (definition.record) return [warn({ sheetId })];
  if (table !== 'contacts') return [];
  return [...findColumns(table, headers, aliases)].flatMap(([column, header]) => {
    const owned = definition.columns[column]?.derived || JOB_OWNED[table]?.includes(column);
    return owned ? [warn(below(sheetId, headers.indexOf(header)))] : [];
  });
}
