/**
 * What a CSV file means, written a second time and slowly: with regular expressions over text, where lib/workbook/csv
 * walks bytes.
 */
export interface ReferenceRecord {
  readonly raw: string;
  /** The cells' text; null for a malformed record. */
  readonly cells: readonly string[] | null;
}

/** The records of a text without byte order mark, by the rules at the top of lib/workbook/csv/scan.ts. */
export function referenceRecords(text: string, delimiter: string, columns: number): ReferenceRecord[] {
  const plain = `(?!")(?:[^${delimiter}\\r\\n]|\\r(?!\\n))*`;
  const cell = new RegExp(`"(?:[^"]|"")*"(?!")|${plain}`, 'y');
  const records: ReferenceRecord[] = [];
  let tornUntil = 0;
  let at = 0;
  for (;;) {
    at += /^(?:\r?\n)*/.exec(text.slice(at))?.[0].length ?? 0;
    if (at >= text.length) return records;
    const { cells, stop } = cellsFrom(text, at, cell, delimiter, columns);
    const stray = at < tornUntil && cells?.some((each) => !each.startsWith('"') && each.includes('"'));
    if (cells && !stray && !text.slice(at, stop).includes('\0')) {
      records.push({ raw: text.slice(at, stop), cells: cells.map(unquoted) });
      at = stop;
    } else {
      const [line = ''] = /^[^\n]*?(?=\r?\n|$)/.exec(text.slice(at)) ?? [];
      records.push({ raw: line, cells: null });
      tornUntil = Math.max(tornUntil, stop);
      at += line.length;
    }
    at += /^\r?\n/.exec(text.slice(at))?.[0].length ?? 0;
  }
}

/** The raw cells of the record at a place, or null; and how far its quotes reach. */
function cellsFrom(text: string, start: number, cell: RegExp, delimiter: string, columns: number) {
  const cells: string[] = [];
  let sound = true;
  let at = start;
  for (;;) {
    cell.lastIndex = at;
    const found = cell.exec(text)?.[0];
    if (found === undefined) return { cells: null, stop: text.length };
    cells.push(found);
    if (!found.startsWith('"') && found.includes('\r')) sound = false;
    at += found.length;
    if (/^(?:\r?\n|$)/.test(text.slice(at))) break;
    if (text[at] !== delimiter) return { cells: null, stop: at + 1 };
    if (cells.length === columns) return { cells: null, stop: at + 1 };
    at += 1;
  }
  return { cells: sound && cells.length === columns ? cells : null, stop: at };
}

function unquoted(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}
