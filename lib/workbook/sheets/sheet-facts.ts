/**
 * What there is to report of a spreadsheet that no row shows: how large it is, which tab is what, two columns under
 * one name, numbers where text is meant, columns that formulas fill, tabs that are protected. For `doctor`; it changes
 * nothing.
 */
import { tableNames } from '../../core/tables.ts';
import { normalHeader } from '../headers.ts';
import type { SheetFacts } from '../store.ts';
import type { SheetsClient } from './client.ts';
import { TOP_ROWS, topsOf } from './look.ts';
import { identityIn, workbookIdOf } from './marker.ts';
import type { TabOutline } from './outline.ts';
import type { ReadTable } from './sheet-commit.ts';
import { besideTables, isInbox } from './sheet-tabs.ts';
import type { SheetSnapshot } from './snapshot.ts';

/** Columns whose leading zeros matter. */
const ZEROS_MATTER = ['phone', 'postal_code'];

/** An empty tab with a table's name. */
const isToBe = ({ title }: TabOutline): boolean => tableNames.some((table) => table === normalHeader(title));

/** The cells of all tabs' grids: what Google counts. */
export const cellsOf = ({ tabs }: SheetSnapshot): number =>
  tabs.reduce((sum, { rowCount, columnCount }) => sum + rowCount * columnCount, 0);

/** Reports what a snapshot shows; `tables` are the tabs that are tables. */
export async function factsOf(
  client: SheetsClient,
  snapshot: SheetSnapshot,
  tables: readonly ReadTable[],
): Promise<SheetFacts> {
  const titles = (those: readonly TabOutline[]): string[] => those.map(({ title }) => title);
  const beside = besideTables(snapshot);
  const filled = beside.filter(({ exportOf }) => exportOf !== null);
  const numbers = [];
  for (const table of tables) numbers.push(...(await numbersIn(snapshot, table)));
  return {
    timeZone: snapshot.timeZone,
    cells: cellsOf(snapshot),
    others: titles(beside.filter((tab) => !filled.includes(tab) && !isInbox(tab) && !isToBe(tab))),
    exports: titles(filled),
    hasInbox: beside.some(isInbox),
    computed: await computedColumns(client, tables),
    isCopy: isCopy(snapshot),
    merged: tables.flatMap(({ tab }) => (tab.merges.length > 0 ? [tab.title] : [])),
    twice: tables.flatMap(({ tab }) => {
      const headers = tab.headers.filter((header, i) => {
        const name = normalHeader(header);
        return name !== '' && tab.headers.findIndex((other) => normalHeader(other) === name) < i;
      });
      return headers.length > 0 ? [{ tab: tab.title, headers }] : [];
    }),
    numbers,
  };
}

/** Whether a spreadsheet was copied from another workbook: metadata comes along with a copy. */
export const isCopy = ({ metadata, spreadsheetId }: SheetSnapshot): boolean =>
  ![null, workbookIdOf(spreadsheetId)].includes(identityIn(metadata));

async function numbersIn(snapshot: SheetSnapshot, { tab, source }: ReadTable): Promise<SheetFacts['numbers']> {
  const places = ZEROS_MATTER.flatMap((column) => {
    const place = tab.headers.indexOf(source.headerOf.get(column) ?? '');
    return place >= 0 ? [{ column: tab.headers[place] ?? column, place }] : [];
  });
  if (places.length === 0) return [];
  const { length, raw } = await snapshot.load(tab);
  return places.flatMap(({ column, place }) => {
    let cells = 0;
    for (let row = 0; row < length; row += 1) if (typeof raw(row, place) === 'number') cells += 1;
    return cells > 0 ? [{ tab: tab.title, column, cells }] : [];
  });
}

/** Columns with formulas, or with values that a formula elsewhere put there. */
async function computedColumns(client: SheetsClient, tables: readonly ReadTable[]): Promise<SheetFacts['computed']> {
  const tabs = tables.flatMap(({ tab }) => (tab.rowCount > 0 ? [tab] : []));
  const tops = await topsOf(client, tabs);
  return tabs.flatMap(({ title, sheetId, headers }) => {
    const isComputed = (column: number): boolean =>
      Array.from({ length: TOP_ROWS }).some((_, row) => tops.get(sheetId)?.at(row, column).computed);
    const columns = headers.filter((header, column) => header !== '' && isComputed(column));
    return columns.length > 0 ? [{ tab: title, columns }] : [];
  });
}
