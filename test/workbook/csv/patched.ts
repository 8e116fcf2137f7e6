/**
 * Hostile CSV files made piece by piece, patches for them, and what must come of it: a model of `splice` that joins
 * texts.
 */
import type { Delimiter } from '../../../lib/workbook/csv/cell.ts';

/** A cell as it is written, and what it says. */
export interface Cell {
  readonly raw: string;
  readonly text: string;
}

export interface Line {
  /** Null for a blank line, or one that is malformed. */
  readonly cells: readonly Cell[] | null;
  readonly raw: string;
  readonly end: string;
}

export interface Sheet {
  readonly delimiter: Delimiter;
  readonly header: readonly Cell[];
  readonly headerEnd: string;
  readonly lines: readonly Line[];
}

export interface Change {
  readonly operation: 'u' | 'd' | 'i';
  /** Among the well-formed lines. */
  readonly row: number | null;
  readonly key: Cell | null;
  /** For each of the patch's columns: a new cell, or null to leave the old one. */
  readonly cells: readonly (Cell | null)[];
}

export interface SheetPatch {
  readonly columns: readonly Cell[];
  readonly key: string;
  readonly changes: readonly Change[];
}

const joined = (cells: readonly Cell[], delimiter: string) => cells.map(({ raw }) => raw).join(delimiter);

export function sheetText({ delimiter, header, headerEnd, lines }: Sheet): string {
  return joined(header, delimiter) + headerEnd + lines.map(({ raw, end }) => raw + end).join('');
}

export function patchText({ changes }: SheetPatch, delimiter: string): string {
  const records = changes.map(({ operation, row, key, cells }) =>
    [operation, row ?? '', key?.raw ?? '', ...cells.map((cell) => cell?.raw ?? '')].join(delimiter),
  );
  return records.map((record) => `${record}\n`).join('');
}

/** What the file must be after the patch. */
export function patched(sheet: Sheet, patch: SheetPatch): Sheet {
  const { delimiter } = sheet;
  const added = patch.columns.filter(({ text }) => !sheet.header.some((cell) => cell.text === text));
  const header = [...sheet.header, ...added];
  const places = patch.columns.map(({ text }) => header.findIndex((cell) => cell.text === text));
  const blank = header.length === 1 ? { raw: '""', text: '' } : { raw: '', text: '' };
  const whole = (old: readonly Cell[], changed: readonly (Cell | null)[]) =>
    header.map((_, place) => {
      const cell = changed[places.indexOf(place)] ?? old[place] ?? blank;
      return cell.raw === '""' && cell !== old[place] ? blank : cell;
    });
  const line = (cells: readonly Cell[], end: string): Line => ({
    cells,
    raw: joined(cells, delimiter),
    end,
  });
  let row = -1;
  const lines = sheet.lines.flatMap((old): Line[] => {
    if (old.cells === null) return [{ ...old, raw: old.raw && old.raw + delimiter.repeat(added.length) }];
    row += 1;
    const change = patch.changes.find((each) => each.row === row);
    if (change?.operation === 'd') return [];
    return [line(whole(old.cells, change?.cells ?? []), old.end)];
  });
  const inserted = patch.changes.filter(({ operation }) => operation === 'i');
  const lineEnd = sheet.headerEnd || '\n';
  const open = sheetText({ ...sheet, header, lines });
  const closing = inserted.length > 0 && !open.endsWith('\n') ? lineEnd : '';
  const headerEnd = lines.length === 0 ? sheet.headerEnd || closing : sheet.headerEnd;
  const closed = lines.map((each, i) => (i === lines.length - 1 ? { ...each, end: each.end || closing } : each));
  return {
    delimiter,
    header,
    headerEnd,
    lines: [...closed, ...inserted.map(({ cells }) => line(whole([], cells), lineEnd))],
  };
}
