/**
 * The tab that an export fills, as a patch: rows by their key, only the cells that differ, each as text, so that nothing
 * in it ever is a formula. Cells under the export's columns belong to the export; other columns are people's.
 */

import { WorkbookError } from '../csv/discover.ts';
import type { TabFile } from '../store.ts';
import type { CellChange, RowInsert, RowRemoval, RowUpdate, TabPatch } from './goals.ts';
import type { SheetSnapshot, TabOutline, TabSnapshot } from './snapshot.ts';

/** The patch that makes `tab` hold just the rows of `file`. */
export function exportPatch(file: TabFile, tab: TabSnapshot): TabPatch {
  const places = file.columns.map((column) => tab.headers.indexOf(column));
  const textAt = (row: number, i: number): string => {
    const place = places[i] ?? -1;
    return place < 0 ? '' : String(tab.raw(row, place) ?? '');
  };
  const key = file.columns.indexOf(file.key);
  const rawKey = (row: number) => [(places[key] ?? -1) < 0 ? null : tab.raw(row, places[key] ?? -1)];
  const there = new Map<string, number>();
  const removals: RowRemoval[] = [];
  for (let row = 0; row < tab.length; row += 1) {
    if (file.columns.every((_, i) => textAt(row, i) === '')) continue;
    const text = textAt(row, key);
    if (text === '' || there.has(text)) removals.push({ row, key: rawKey(row), content: tab.content(row) });
    else there.set(text, row);
  }
  const updates: RowUpdate[] = [];
  const inserts: RowInsert[] = [];
  for (const wanted of file.rows) {
    const row = there.get(wanted[key] ?? '');
    if (row === undefined) {
      inserts.push({ cells: file.columns.map((column, i) => ({ column, value: wanted[i] || null })) });
      continue;
    }
    there.delete(wanted[key] ?? '');
    const cells = file.columns.flatMap((column, i): CellChange[] => {
      const after = wanted[i] || null;
      return textAt(row, i) === (after ?? '') ? [] : [{ column, before: tab.raw(row, places[i] ?? -1), after }];
    });
    if (cells.length > 0) updates.push({ row, key: rawKey(row), cells });
  }
  for (const row of there.values()) removals.push({ row, key: rawKey(row), content: tab.content(row) });
  return { tab: tab.title, sheetId: tab.sheetId, key: [file.key], updates, inserts, removals };
}

/** The tab that a file goes to; null where there is none yet. @throws WorkbookError where it is somebody's own */
export function exportTab(file: TabFile, { tabs, loaded }: SheetSnapshot): TabOutline | null {
  const tab = tabs.find(({ title }) => title.toLowerCase() === file.title.toLowerCase());
  if (!tab) return null;
  if (tab.exportOf === file.name || (tab.headers.length === 0 && loaded(tab)?.length === 0)) return tab;
  const owner = tab.exportOf === null ? 'somebody' : `the export "${tab.exportOf}"`;
  throw new WorkbookError(
    `The tab "${tab.title}" belongs to ${owner}, and "${file.name}" would fill it. Name another tab in jobs/rules/exports.ts, or rename or delete that one.`,
  );
}

/** Whether a tab holds just the rows of `file`. */
export function holdsAll(file: TabFile, tab: TabSnapshot | null | undefined): boolean {
  if (!tab || tab.exportOf === null) return file.mayBeMissing && file.rows.length === 0;
  if (file.columns.some((column) => !tab.headers.includes(column))) return false;
  const { updates, inserts, removals } = exportPatch(file, tab);
  return updates.length + inserts.length + removals.length === 0;
}
