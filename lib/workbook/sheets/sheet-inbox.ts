/**
 * The tab "inbox", in which people paste what is to be imported: as a CSV file, like those of the folder of that name.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeCell } from '../csv/cell.ts';
import { normalHeader } from '../headers.ts';
import type { TabOutline } from './outline.ts';
import { zoneClock } from './serial-time.ts';
import type { SheetSnapshot } from './snapshot.ts';
import { textOf } from './tab-text.ts';

export const isInbox = ({ title }: Pick<TabOutline, 'title'>): boolean => normalHeader(title) === 'inbox';

/**
 * Writes what was pasted into the tab "inbox" to a CSV file in `folder`; null where there is none, or nothing in it.
 */
export async function writeInbox(
  { tabs, timeZone, locale, load }: SheetSnapshot,
  folder: string,
): Promise<string | null> {
  const outline = tabs.find(isInbox);
  if (!outline) return null;
  const tab = await load(outline);
  const clock = zoneClock(timeZone);
  const lines = [tab.headers.map((header) => encodeCell(header, ',')).join(',')];
  for (let row = 0; row < tab.length; row += 1) {
    if (tab.isBlank(row)) continue;
    const texts = Array.from({ length: tab.columnCount }, (_, column) =>
      textOf(tab.cell(row, column), undefined, { clock, locale }),
    );
    // A cell right of the headers belongs to no column: such a row can't be imported, and must not be cut silently.
    while (texts.length > tab.headers.length && texts.at(-1) === '') texts.pop();
    lines.push(texts.map((text) => encodeCell(text, ',')).join(','));
  }
  if (lines.length === 1) return null;
  const path = join(folder, 'inbox.csv');
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}
