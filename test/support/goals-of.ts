/** Goals as a test writes them: rows by key, cells before and after. */
import { isOwn, keyOf, type Raw } from '../../lib/workbook/sheets/cells.ts';
import type { Goal, Write } from '../../lib/workbook/sheets/goals.ts';
import type { TabOutline } from '../../lib/workbook/sheets/outline.ts';
import { dateToSerial } from '../../lib/workbook/sheets/serial-time.ts';
import type { TabSnapshot } from '../../lib/workbook/sheets/snapshot.ts';

export type Put = Raw | { readonly date: string };
type Content = Readonly<Record<string, Raw>>;

/** What a row of a snapshot holds in the columns that have a header of their own. */
export const contentOf = ({ headers, raw }: TabSnapshot, row: number): Content =>
  Object.fromEntries(headers.flatMap((header, i) => (isOwn(headers, i) ? [[header, raw(row, i)]] : [])));

/** The patch of a tab: rows by their place in the snapshot (0 is the one below the header) and their key. */
export interface TabPatch {
  readonly tab: string;
  readonly sheetId: number;
  readonly key: readonly string[];
  readonly updates: readonly {
    readonly row: number;
    readonly key: readonly Raw[];
    readonly cells: readonly { readonly column: string; readonly before: Raw; readonly after: Put }[];
    readonly content?: Content;
  }[];
  readonly inserts: readonly { readonly cells: readonly { readonly column: string; readonly value: Put }[] }[];
  readonly removals: readonly { readonly row: number; readonly key: readonly Raw[]; readonly content: Content }[];
}

const writeOf = (put: Put): Write =>
  put !== null && typeof put === 'object' ? { value: dateToSerial(put.date), format: 'DATE' } : { value: put };

/** The goals of a patch, in its order. */
export function goalsOf({ tab, sheetId, key: keyColumns, ...patch }: TabPatch): Goal[] {
  const { updates, inserts, removals } = patch;
  const contents = [...updates, ...removals].flatMap(({ content = {} }) => Object.keys(content));
  const cells = [...updates, ...inserts].flatMap((each) => each.cells.map(({ column }) => column));
  const headers = [...new Set([...keyColumns, ...contents, ...cells])];
  const key = keyColumns.map((column) => headers.indexOf(column));
  const base = { sheetId, tab, headers, key, cells: [] };
  const idOf = (cellsOfKey: readonly Raw[], row: number, content?: Content) => {
    const values = content && headers.map((header) => content[header] ?? null);
    return { name: keyOf(cellsOfKey), row: row + 1, ...(values && { values }) };
  };
  return [
    ...updates.map((update): Goal => {
      const written = update.cells.map(({ column, before, after }) => {
        return { index: headers.indexOf(column), before, after: writeOf(after) };
      });
      return { ...base, ...idOf(update.key, update.row, update.content), kind: 'update', cells: written };
    }),
    ...inserts.map((insert): Goal => {
      const all = insert.cells.map(({ column, value }) => ({ index: headers.indexOf(column), after: writeOf(value) }));
      const name = keyOf(key.map((i) => all.find(({ index }) => index === i)?.after.value ?? null));
      return { ...base, kind: 'insert', name, row: 0, cells: all.filter(({ after }) => after.value !== null) };
    }),
    ...removals
      .toSorted((a, b) => b.row - a.row)
      .map((one): Goal => ({ ...base, ...idOf(one.key, one.row, one.content), kind: 'remove', isWhole: true })),
  ];
}

/** The tab of a title. */
export function tabNamed(tabs: readonly TabOutline[], title: string): TabOutline {
  const found = tabs.find((tab) => tab.title === title);
  if (!found) throw new Error(`no tab ${title}`);
  return found;
}
