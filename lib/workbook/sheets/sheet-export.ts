/**
 * The tab that an export fills: rows by their key, only the cells that differ, each as text, so that nothing in it
 * ever is a formula. Cells under the export's columns belong to the export; other columns are people's.
 */

import { WorkbookError } from '../csv/discover.ts';
import type { TabFile } from '../store.ts';
import { type Goal, goalsOn } from './goals.ts';
import type { TabOutline } from './outline.ts';
import type { SheetSnapshot, TabSnapshot } from './snapshot.ts';

/** The goals that make `tab` hold just the rows of `file`. */
export function exportGoals(file: TabFile, tab: TabSnapshot): Goal[] {
  const make = goalsOn(tab, [file.key]);
  const indexes = file.columns.map(make.indexOf);
  const textAt = (row: number, i: number): string => String(tab.raw(row, indexes[i] ?? -1) ?? '');
  const key = file.columns.indexOf(file.key);
  const there = new Map<string, number>();
  const removals: Goal[] = [];
  for (let row = 0; row < tab.length; row += 1) {
    if (file.columns.every((_, i) => textAt(row, i) === '')) continue;
    const text = textAt(row, key);
    if (text === '' || there.has(text)) removals.push(make.remove(row));
    else there.set(text, row);
  }
  const goals = file.rows.flatMap((wanted): Goal[] => {
    const row = there.get(wanted[key] ?? '');
    const cells = indexes.map((index, i) => ({ index, after: { value: wanted[i] || null } }));
    if (row === undefined) return [make.insert(cells)];
    there.delete(wanted[key] ?? '');
    const changed = cells.filter(({ after }, i) => textAt(row, i) !== (after.value ?? ''));
    return changed.length > 0 ? [make.update(row, changed)] : [];
  });
  return [...goals, ...removals, ...[...there.values()].map((row) => make.remove(row))];
}

/** The tab that a file goes to; null where there is none yet. @throws WorkbookError where an export does not own it */
export function exportTab(file: TabFile, { tabs, loaded }: SheetSnapshot): TabOutline | null {
  const tab = tabs.find(({ title }) => title.toLowerCase() === file.title.toLowerCase());
  if (!tab) return null;
  if (tab.exportOf === file.name || (tab.headers.length === 0 && loaded(tab)?.length === 0)) return tab;
  const owner = tab.exportOf === null ? 'a person' : `the export "${tab.exportOf}"`;
  throw new WorkbookError(
    `The tab "${tab.title}" belongs to ${owner}, and "${file.name}" would fill it. ` +
      'Name another tab in jobs/rules/exports.ts, or rename or delete that one.',
  );
}

/** Whether a tab holds just the rows of `file`. */
export function holdsAll(file: TabFile, tab: TabSnapshot | null | undefined): boolean {
  if (!tab || tab.exportOf === null) return file.mayBeMissing && file.rows.length === 0;
  if (file.columns.some((column) => !tab.headers.includes(column))) return false;
  return exportGoals(file, tab).length === 0;
}
