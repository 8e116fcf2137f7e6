/**
 * Lays out a spreadsheet as a workbook: a tab for each table with its header row, number formats, choices for what
 * people decide, and a warning on what jobs own. It writes a header only into a tab that is empty, touches no cell
 * with anything in it, moves and deletes nothing. A tab is laid out once, as its metadata says: what people change of
 * it stays.
 */
import { type TableName, tableNames, tableOf } from '../../core/tables.ts';
import { findColumns, normalHeader } from '../headers.ts';
import { gridRange, type Request } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { UnknownOutcome } from './errors.ts';
import { tabMetadata } from './marker.ts';
import { LAID_OUT_KEY, type TabOutline } from './outline.ts';
import { headerCells } from './sheet-layout.ts';
import { readSnapshot } from './snapshot.ts';

/** Rows of a tab that is made; it grows by itself. */
const ROWS = 200;
const ATTEMPTS = 3;
/** What only jobs have a reason to write, beside the columns that every run recalculates. */
const JOB_OWNED = ['email_status', 'email_note'];
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

interface LaidOut {
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
    const free = 1000 + Math.max(0, ...tabs.map(({ sheetId }) => sheetId));
    const requests = tableNames.flatMap((table, i): Request[] => {
      const tab = tabs.find(({ title }) => normalHeader(title) === table);
      const isFresh = tab === undefined || (tab.headers.length === 0 && loaded(tab)?.length === 0);
      if (isFresh) made.add(table);
      if (tab?.isLaidOut) return [];
      const headers = isFresh ? Object.keys(tableOf(table).columns) : tab.headers;
      const sheetId = tab?.sheetId ?? free + i;
      return [
        ...(tab ? makeRoom(tab, headers.length) : [addTab(table, sheetId, headers.length)]),
        ...(isFresh ? [headerCells(sheetId, 0, headers), bold(sheetId, headers.length)] : []),
        ...dressed(table, sheetId, headers, table === 'contacts' ? aliases : {}),
        tabMetadata(sheetId, LAID_OUT_KEY, 'yes'),
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

const addTab = (title: string, sheetId: number, columnCount: number): Request => ({
  addSheet: { properties: { sheetId, title, gridProperties: { rowCount: ROWS, columnCount } } },
});

/** A header needs its columns, and formats below it a row. */
function makeRoom({ sheetId, rowCount, columnCount }: TabOutline, wanted: number): Request[] {
  const append = (dimension: 'ROWS' | 'COLUMNS', length: number): Request[] =>
    length > 0 ? [{ appendDimension: { sheetId, dimension, length } }] : [];
  return [...append('COLUMNS', wanted - columnCount), ...append('ROWS', 2 - rowCount)];
}

function bold(sheetId: number, columns: number): Request {
  const range = gridRange(sheetId, { from: 0, to: 1 }, { from: 0, to: columns });
  const cell = { userEnteredFormat: { textFormat: { bold: true } } };
  return { repeatCell: { range, cell, fields: 'userEnteredFormat.textFormat.bold' } };
}

/** Formats, choices and warnings of a tab that has its headers. A warning only: it is people's sheet. */
function dressed(
  table: TableName,
  sheetId: number,
  headers: readonly string[],
  aliases: Readonly<Record<string, string>>,
): Request[] {
  const { columns, record } = tableOf(table);
  const warning = (range: object): Request => ({
    addProtectedRange: { protectedRange: { range, description: 'nightshift: written by jobs', warningOnly: true } },
  });
  const ofColumns = [...findColumns(table, headers, aliases)].flatMap(([column, header]): Request[] => {
    const startColumnIndex = headers.indexOf(header);
    const range = { sheetId, startRowIndex: 1, startColumnIndex, endColumnIndex: startColumnIndex + 1 };
    const numberFormat = FORMATS[columns[column]?.type ?? 'text'];
    const choices = CHOICES[table]?.[column];
    const values = (choices ?? []).map((userEnteredValue) => ({ userEnteredValue }));
    const isOwned = table === 'contacts' && (columns[column]?.derived || JOB_OWNED.includes(column));
    const fields = 'userEnteredFormat.numberFormat';
    const rule = { condition: { type: 'ONE_OF_LIST', values }, strict: true, showCustomUi: true };
    return [
      ...(numberFormat ? [{ repeatCell: { range, cell: { userEnteredFormat: { numberFormat } }, fields } }] : []),
      ...(choices ? [{ setDataValidation: { range, rule } }] : []),
      ...(isOwned ? [warning(range)] : []),
    ];
  });
  const properties = { sheetId, gridProperties: { frozenRowCount: 1 } };
  const dimensions = { sheetId, dimension: 'COLUMNS', startIndex: 0, endIndex: headers.length };
  return [
    { updateSheetProperties: { properties, fields: 'gridProperties.frozenRowCount' } },
    ...ofColumns,
    ...(record ? [warning({ sheetId })] : []),
    ...(READ_AT_A_GLANCE.includes(table) ? [{ autoResizeDimensions: { dimensions } }] : []),
  ];
}
