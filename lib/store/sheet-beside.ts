/**
 * The tabs beside a spreadsheet's tables: the inbox, in which people paste what is to be taken in; those that exports fill;
 * and people's own, which are only ever looked at.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeCell } from '../csv/cell.ts';
import type { RowRemoval, TabPatch } from '../google/patch.ts';
import { zoneClock } from '../google/serial-time.ts';
import type { SheetSnapshot, TabSnapshot } from '../google/snapshot.ts';
import { normalHeader } from '../workbook/headers.ts';
import { textOf } from './tab-text.ts';

export const isInbox = ({ title }: Pick<TabSnapshot, 'title'>): boolean => normalHeader(title) === 'inbox';

/** Writes what was pasted into the tab "inbox" to a CSV file in `folder`; null where there is none, or nothing in it. */
export async function writeInbox({ tabs, timeZone }: SheetSnapshot, folder: string): Promise<string | null> {
  const tab = tabs.find(isInbox);
  if (!tab) return null;
  const clock = zoneClock(timeZone);
  const lines = [tab.headers.map((header) => encodeCell(header, ',')).join(',')];
  for (let row = 0; row < tab.length; row += 1) {
    if (tab.isBlank(row)) continue;
    const texts = Array.from({ length: tab.columnCount }, (_, column) =>
      textOf(tab.cell(row, column), undefined, clock),
    );
    // What stands right of the headers belongs to no column: such a row can't be taken, and is not to be cut unseen.
    while (texts.length > tab.headers.length && texts.at(-1) === '') texts.pop();
    lines.push(texts.map((text) => encodeCell(text, ',')).join(','));
  }
  if (lines.length === 1) return null;
  const path = join(folder, 'inbox.csv');
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

/** The rows of a tab that a text of theirs gives away, as a person counts: the header is row 1. */
export function rowsNaming(tab: TabSnapshot, names: (text: string) => boolean): number[] {
  const rows: number[] = [];
  for (let row = -1; row < tab.length; row += 1) {
    const cells = Array.from({ length: tab.columnCount }, (_, column) => String(tab.raw(row, column) ?? ''));
    if (names(cells.join('\t'))) rows.push(row + 2);
  }
  return rows;
}

/** The patch that takes such rows out of a tab that is ours; null where there are none. */
export function cutPatch(tab: TabSnapshot, names: (text: string) => boolean): TabPatch | null {
  if (tab.exportOf === null && !isInbox(tab)) return null;
  const rows = rowsNaming(tab, names).filter((row) => row > 1);
  const removals = rows.map((row): RowRemoval => ({ row: row - 2, key: [] }));
  return removals.length > 0 ? { tab: tab.title, key: [], updates: [], inserts: [], removals } : null;
}
