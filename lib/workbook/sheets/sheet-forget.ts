/**
 * A forgotten person's rows in a spreadsheet: those of the inbox and of the tabs that exports fill, and those of
 * tables that stand in quarantine, where no job sees them. People's own tabs are only looked at. It writes nothing
 * itself.
 */

import { findColumns } from '../headers.ts';
import type { ClearedTabs, Theirs } from '../store.ts';
import { countTo } from './cells.ts';
import { type Goal, goalsOn } from './goals.ts';
import type { TabOutline } from './outline.ts';
import { besideTables, isInbox, tabsByTable } from './sheet-tabs.ts';
import type { SheetSnapshot, TabSnapshot } from './snapshot.ts';

const textsOf = (tab: TabSnapshot, row: number): string[] =>
  countTo(tab.columnCount).map((column) => String(tab.raw(row, column) ?? ''));

/** The goals that take the rows out, tab by tab; `tables`: out of the tables as well. */
export async function theirRows(snapshot: SheetSnapshot, person: Theirs, tables: boolean): Promise<Goal[][]> {
  const found: Goal[][] = [];
  const take = async (outline: TabOutline, isTheirs: (tab: TabSnapshot, row: number) => boolean): Promise<void> => {
    const tab = await snapshot.load(outline);
    const rows = countTo(tab.length).filter((row) => isTheirs(tab, row));
    if (rows.length > 0) found.push(rows.map(goalsOn(tab, []).remove));
  };
  const isNamed = (tab: TabSnapshot, row: number): boolean => {
    const texts = textsOf(tab, row);
    return person.names(texts.join('\t')) || (tab.exportOf !== null && texts.some((text) => person.ids.has(text)));
  };
  for (const tab of besideTables(snapshot)) if (tab.exportOf !== null || isInbox(tab)) await take(tab, isNamed);
  for (const [, tab] of tables ? tabsByTable(snapshot) : []) {
    const columns = findColumns('contacts', tab.headers);
    const [email, id] = ['email', 'contact_id'].map((column) => tab.headers.indexOf(columns.get(column) ?? ''));
    const isOwn = ({ raw }: TabSnapshot, row: number): boolean => {
      const textAt = (column = -1): string => String(raw(row, column) ?? '').trim();
      return person.addresses.has(textAt(email).toLowerCase()) || person.ids.has(textAt(id));
    };
    await take(tab, isOwn);
  }
  return found;
}

/** The rows of all tabs that name the person, as people count: the header is row 1. */
export async function rowsNaming(snapshot: SheetSnapshot, { names }: Theirs): Promise<ClearedTabs['left']> {
  const found: { tab: string; rows: number[] }[] = [];
  for (const outline of snapshot.tabs) {
    const tab = await snapshot.load(outline);
    const rows = countTo(tab.length + 1).filter((row) => names(textsOf(tab, row - 1).join('\t')));
    if (rows.length > 0) found.push({ tab: tab.title, rows: rows.map((row) => row + 1) });
  }
  return found;
}
