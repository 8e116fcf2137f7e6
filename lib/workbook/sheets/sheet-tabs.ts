/**
 * Which tab of a spreadsheet is what: a table by its name, facts in another tool's shape by their headers, or none of ours.
 * Never a guess.
 */

import { type TableName, tableNames } from '../../core/tables.ts';
import { WorkbookError } from '../csv/discover.ts';
import { normalHeader } from '../headers.ts';
import type { Recognise, Recognised } from '../recognised.ts';
import { isInbox } from './sheet-inbox.ts';
import { MARKER_TAB } from './sheet-marker.ts';
import type { SheetSnapshot, TabOutline } from './snapshot.ts';

/** What people call a tab. */
export const labelOf = (tab: TabOutline): string => `tab "${tab.title}"`;

/** Tabs that carry a table's name. @throws WorkbookError where two do */
export function tabsByTable(snapshot: SheetSnapshot): [TableName, TabOutline][] {
  const found = new Map<TableName, TabOutline>();
  for (const tab of snapshot.tabs) {
    const table = tableNames.find((each) => each === normalHeader(tab.title));
    if (!table || tab.headers.length === 0) continue;
    const other = found.get(table);
    if (other) throw new WorkbookError(`Two tabs are ${table}: "${other.title}" and "${tab.title}". Rename one.`);
    found.set(table, tab);
  }
  return [...found];
}

/** The tabs that are no table, and not our own record. */
export function besideTables(snapshot: SheetSnapshot): TabOutline[] {
  const tables = new Set(tabsByTable(snapshot).map(([, { sheetId }]) => sheetId));
  return snapshot.tabs.filter(({ sheetId, title }) => !tables.has(sheetId) && title !== MARKER_TAB);
}

/** Never the first tab instead: the wrong tab would be taken for a list of people. */
export function noContacts(snapshot: SheetSnapshot): WorkbookError {
  const tabs = snapshot.tabs.filter(({ title }) => title !== MARKER_TAB).map(({ title }) => `"${title}"`);
  return new WorkbookError(
    `The spreadsheet has no tab "contacts" with a header row. Its tabs are: ${tabs.join(', ')}. Rename the one with your contacts to "contacts", or run "nightshift init".`,
  );
}

/** A tab that says in another tool's shape who wants or gets no mail. */
interface ForeignTab {
  readonly recognised: Recognised;
  readonly tab: TabOutline;
}

/** @throws ConsentQuestion where a tab may say who wants no mail and is not known */
export function foreignTabs(snapshot: SheetSnapshot, recognise: Recognise): ForeignTab[] {
  return snapshot.tabs.flatMap((tab): ForeignTab[] => {
    if (tableNames.some((table) => table === normalHeader(tab.title)) || isInbox(tab) || tab.headers.length === 0)
      return [];
    const recognised = recognise({ name: tab.title, headers: tab.headers });
    if (!recognised || 'unclear' in recognised) return [];
    const reports = recognised.feeds.every(({ table }) => table === 'suppressions' || table === 'bounces');
    return reports && !recognised.contacts ? [{ recognised, tab }] : [];
  });
}
