/**
 * A1 notation: the part that `ranges` may hold (`Tab`, `'My tab'!A1:C`, `Tab!2:5`, `Tab!B7`). No R1C1, no named ranges.
 */
import { invalid } from './api-error.ts';
import { type Book, type Tab, tabByTitle } from './model.ts';

/** Half-open, always bounded by the grid. */
export interface Area {
  tab: Tab;
  startRow: number;
  endRow: number;
  startColumn: number;
  endColumn: number;
}

/** 0 → A, 26 → AA. */
export function columnName(column: number): string {
  const rest = Math.floor(column / 26) - 1;
  return (rest >= 0 ? columnName(rest) : '') + String.fromCharCode(65 + (column % 26));
}

/** A → 0, AA → 26. */
export function columnIndex(name: string): number {
  return [...name.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function split(text: string): { title: string | undefined; cells: string | undefined } {
  const quoted = /^'((?:[^']|'')*)'(?:!(.+))?$/.exec(text);
  if (quoted !== null) return { title: (quoted[1] ?? '').replaceAll("''", "'"), cells: quoted[2] };
  const bang = text.lastIndexOf('!');
  return bang < 0 ? { title: text, cells: undefined } : { title: text.slice(0, bang), cells: text.slice(bang + 1) };
}

/** Reads one range; a part outside the grid is the service's "exceeds grid limits". */
export function parseRange(book: Book, text: string): Area {
  const { title, cells } = split(text);
  const tab = title === undefined ? undefined : tabByTitle(book, title);
  if (tab === undefined) throw invalid(`Unable to parse range: ${text}`);
  const whole = { tab, startRow: 0, endRow: tab.rowCount, startColumn: 0, endColumn: tab.columnCount };
  if (cells === undefined) return whole;
  const match = /^([A-Za-z]{0,3})(\d*)(?::([A-Za-z]{0,3})(\d*))?$/.exec(cells);
  if (match === null || cells === '') throw invalid(`Unable to parse range: ${text}`);
  const [, column1 = '', row1 = '', column2, row2] = match;
  const single = column2 === undefined && row2 === undefined;
  const area = {
    tab,
    startRow: row1 === '' ? 0 : Number(row1) - 1,
    startColumn: column1 === '' ? 0 : columnIndex(column1),
    endRow: single ? Number(row1) : row2 ? Number(row2) : tab.rowCount,
    endColumn: single ? columnIndex(column1) + 1 : column2 ? columnIndex(column2) + 1 : tab.columnCount,
  };
  if (single && (column1 === '' || row1 === '')) throw invalid(`Unable to parse range: ${text}`);
  if (area.startRow >= tab.rowCount || area.startColumn >= tab.columnCount) {
    const max = `${tab.rowCount}, max columns: ${tab.columnCount}`;
    throw invalid(`Range (${text}) exceeds grid limits. Max rows: ${max}`);
  }
  return { ...area, endRow: Math.min(area.endRow, tab.rowCount), endColumn: Math.min(area.endColumn, tab.columnCount) };
}

/** As the service names a range in its answers. */
export function formatArea({ tab, startRow, endRow, startColumn, endColumn }: Area): string {
  const title = /^[A-Za-z_][A-Za-z0-9_]*$/.test(tab.title) ? tab.title : `'${tab.title.replaceAll("'", "''")}'`;
  const [first, last] = [`${columnName(startColumn)}${startRow + 1}`, `${columnName(endColumn - 1)}${endRow}`];
  // A single cell is named without a colon (seen on the real service).
  return first === last ? `${title}!${first}` : `${title}!${first}:${last}`;
}
