/**
 * What there is to say of a spreadsheet that no row shows: how large it is, which tab is what, two columns under one name,
 * numbers where text is meant, tabs that are closed to the account that writes. For `doctor`; it changes nothing.
 */

import { tableNames } from '../../core/tables.ts';
import { normalHeader } from '../headers.ts';
import type { SheetFacts } from '../store.ts';
import type { SheetsClient } from './client.ts';
import { isInbox } from './sheet-inbox.ts';
import { besideTables } from './sheet-tabs.ts';
import type { SheetSnapshot, TabSnapshot } from './snapshot.ts';

/** Columns whose zeros at the front matter. */
const ZEROS_MATTER = ['phone', 'postal_code'];

/** A tab that somebody made for a table, and left empty. */
const isToBe = ({ title }: TabSnapshot): boolean => tableNames.some((table) => table === normalHeader(title));

interface TableTab {
  readonly tab: TabSnapshot;
  readonly headerOf: ReadonlyMap<string, string>;
}

/** Says what a snapshot shows; `tables` are the tabs that are tables. */
export function factsOf(snapshot: SheetSnapshot, tables: readonly TableTab[]): SheetFacts {
  const titles = (those: readonly TabSnapshot[]): string[] => those.map(({ title }) => title);
  const beside = besideTables(snapshot);
  const filled = beside.filter(({ exportOf }) => exportOf !== null);
  return {
    timeZone: snapshot.timeZone,
    cells: snapshot.tabs.reduce((sum, { rowCount, columnCount }) => sum + rowCount * columnCount, 0),
    others: titles(beside.filter((tab) => !filled.includes(tab) && !isInbox(tab) && !isToBe(tab))),
    exports: titles(filled),
    hasInbox: beside.some(isInbox),
    merged: tables.flatMap(({ tab }) => (tab.merges.length > 0 ? [tab.title] : [])),
    twice: tables.flatMap(({ tab }) => {
      const headers = tab.headers.filter((header, i) => {
        const name = normalHeader(header);
        return name !== '' && tab.headers.findIndex((other) => normalHeader(other) === name) < i;
      });
      return headers.length > 0 ? [{ tab: tab.title, headers }] : [];
    }),
    numbers: tables.flatMap(({ tab, headerOf }) =>
      ZEROS_MATTER.flatMap((column) => {
        const place = tab.headers.indexOf(headerOf.get(column) ?? '');
        let cells = 0;
        for (let row = 0; row < tab.length; row += 1) {
          if (place >= 0 && typeof tab.raw(row, place) === 'number' && !tab.isFormula(row, place)) cells += 1;
        }
        return cells > 0 ? [{ tab: tab.title, column: tab.headers[place] ?? column, cells }] : [];
      }),
    ),
  };
}

/** The titles of those tabs that are protected, whole or in part, against the account. */
export async function closedTabs(client: SheetsClient, sheetIds: ReadonlySet<number>): Promise<string[]> {
  const { sheets = [] } = await client.get(
    'sheets(properties(sheetId,title),protectedRanges(warningOnly,requestingUserCanEdit))',
  );
  return sheets.flatMap(({ properties, protectedRanges = [] }) => {
    const isClosed = protectedRanges.some((range) => !range.warningOnly && range.requestingUserCanEdit === false);
    return isClosed && sheetIds.has(properties?.sheetId ?? 0) ? [properties?.title ?? ''] : [];
  });
}
