/**
 * Which tab of a spreadsheet is what: a table by its name, facts in another tool's shape by their headers, or none of
 * ours. Never a guess.
 */

import { type TableName, tableNames } from '../../core/tables.ts';
import { besideOf, hasOtherFacts, isReadBeside } from '../beside.ts';
import { ConsentQuestion } from '../consent-question.ts';
import { WorkbookError } from '../csv/discover.ts';
import { normalHeader } from '../headers.ts';
import type { Recognise, Recognised } from '../recognised.ts';
import type { NotTaken } from '../store.ts';
import { countTo } from './cells.ts';
import type { TabOutline } from './outline.ts';
import { MARKER_TAB } from './sheet-marker.ts';
import type { SheetSnapshot, TabSnapshot } from './snapshot.ts';

/** What people call a tab. */
export const labelOf = (tab: TabOutline): string => `tab "${tab.title}"`;

/** The tab in which people paste what is to be imported. */
export const isInbox = ({ title }: Pick<TabOutline, 'title'>): boolean => normalHeader(title) === 'inbox';

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
    `The spreadsheet has no tab "contacts" with a header row. Its tabs are: ${tabs.join(', ')}. ` +
      'Rename the one with your contacts to "contacts", or run "nightshift init".',
  );
}

/** A tab that says in another tool's shape who wants or gets no mail. */
interface ForeignTab {
  readonly recognised: Recognised;
  readonly tab: TabOutline;
}

/**
 * What people's own tabs say of consent, and those whose facts only an import takes. Tabs that our exports fill say
 * nothing.
 * @throws ConsentQuestion where a tab may say who wants no mail and is not known
 */
export async function foreignTabs(
  snapshot: SheetSnapshot,
  recognise: Recognise,
): Promise<{ foreign: ForeignTab[]; notTaken: NotTaken[] }> {
  const foreign: ForeignTab[] = [];
  const notTaken: NotTaken[] = [];
  for (const tab of besideTables(snapshot)) {
    const isTable = tableNames.some((table) => table === normalHeader(tab.title));
    if (isTable || isInbox(tab) || tab.exportOf !== null || tab.headers.length === 0) continue;
    const label = labelOf(tab);
    const recognised = recognise({ name: tab.title, label, headers: tab.headers });
    const kind = besideOf(recognised);
    if (!recognised || kind === 'nothing' || kind === 'addresses') continue;
    if ('unclear' in recognised) {
      // A tab without any address is about no contact.
      if (recognised.addressUnknown && !hasAddress(await snapshot.load(tab))) continue;
      throw new ConsentQuestion(recognised.unclear);
    }
    if (isReadBeside(recognised)) foreign.push({ recognised, tab });
    if (hasOtherFacts(recognised)) notTaken.push({ label, looksLike: recognised.label });
  }
  return { foreign, notTaken };
}

const hasAddress = ({ length, columnCount, raw }: TabSnapshot): boolean =>
  countTo(length).some((row) => countTo(columnCount).some((column) => String(raw(row, column) ?? '').includes('@')));
