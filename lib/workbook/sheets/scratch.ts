/**
 * The scratch tab: hidden, made by a request of its own before the first write, and deleted by the last. Each request
 * first copies the rows that it touches into it, and puts beside them, packed, what it is about to do. So no matter what
 * stood there in the very moment is in the spreadsheet itself, for the answer to show or, after a kill, for the next
 * run to find. Its id is the run's own: a request of a run that is over finds it gone, and Google refuses it whole.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { CELL_FIELDS, countTo, gridRange, quoteTitle, type Request, type Span, spansOf } from './cells.ts';
import type { SheetsClient } from './client.ts';
import type { Goal } from './goals.ts';
import { cellsIn, type TabLook } from './look.ts';
import { SCRATCH_TITLE } from './marker.ts';
import type { Act, HeldPart, Step } from './place.ts';

export interface Scratch {
  readonly sheetId: number;
  rowCount: number;
  columnCount: number;
}

export const scratchTitle = ({ sheetId }: Scratch): string => `${SCRATCH_TITLE}${sheetId}`;

export const addScratch = (scratch: Scratch): Request => {
  const { sheetId, ...gridProperties } = scratch;
  return { addSheet: { properties: { sheetId, title: scratchTitle(scratch), hidden: true, gridProperties } } };
};

/** Characters of the packed text in one cell; the service takes 50,000. */
const PIECE = 40_000;

/** A step with the scratch rows of its copies. */
export interface CopiedStep extends Step {
  /** The scratch row of the header. */
  readonly head: number;
  /** The scratch row of each row of the tab that is copied. */
  readonly copies: ReadonlyMap<number, number>;
  /**
   * Columns that are copied: all but those that a formula fills from the header, and those with merged cells. The last
   * reaches to the end of the grid, wherever that is by then: columns may have been put in.
   */
  readonly copied: readonly Span[];
  /** Columns of the scratch tab. */
  readonly width: number;
  /** Where new rows go in. */
  readonly insertAt: number;
}

/** What a request does, and where in the scratch tab its copies are. */
export interface Intent {
  /** Which request of its scratch tab it is, and which attempt at it. */
  readonly nth: number;
  readonly attempt: string;
  readonly steps: readonly CopiedStep[];
  /** What was left to people. */
  readonly held: readonly HeldPart[];
  /** Repairs that are still to be made after this request. */
  readonly waiting: readonly Goal[][];
}

/** The steps with places in the scratch tab, from row `from` on. `lengths`: grid rows of each tab up to its last. */
export function layOut(
  steps: readonly Step[],
  from: number,
  width: number,
  lengths: ReadonlyMap<number, number>,
): CopiedStep[] {
  let head = from;
  return steps.map((step): CopiedStep => {
    const { now, acts } = step;
    const rows = acts.flatMap((act) => (act.kind === 'insert' ? [] : [act.row]));
    const first = head + 1;
    const copies = new Map([...new Set(rows)].sort((a, b) => a - b).map((row, i) => [row, first + i]));
    head = first + copies.size;
    const insertAt = newRowsAt(now, lengths.get(now.sheetId) ?? now.rowCount);
    return { ...step, head: first - 1, copies, width, copied: copiedColumns(now, width), insertAt };
  });
}

/** The scratch row behind the copies. */
export const endOf = (steps: readonly CopiedStep[]): number =>
  Math.max(1, ...steps.map(({ head, copies }) => head + 1 + copies.size));

/** New rows go in below the last, and inside of a Table that ends there, which rows below would not join. */
function newRowsAt({ tables, rowCount }: TabLook, length: number): number {
  const last = Math.max(1, Math.min(length, rowCount));
  return tables.some((one) => one.endRowIndex === last && last - 1 > (one.startRowIndex ?? 0)) ? last - 1 : last;
}

function copiedColumns({ merges, columnCount, filled }: TabLook, width: number): Span[] {
  const merged = (column: number): boolean =>
    merges.some((one) => column >= (one.startColumnIndex ?? 0) && column < (one.endColumnIndex ?? Infinity));
  const spans = spansOf(countTo(columnCount).filter((column) => !filled.has(column) && !merged(column)));
  return spans.map(({ from, to }) => ({ from, to: to === columnCount ? Math.max(to, width) : to }));
}

/** The copies of header and rows, each column where it is in its own tab, so that a formula's own row stays its own. */
export function copyRequests(scratchId: number, { now, head, copies, copied }: CopiedStep): Request[] {
  const rows = spansOf(copies.keys()).map(({ from, to }) => ({ from, to, at: copies.get(from) ?? 0 }));
  return [{ from: 0, to: 1, at: head }, ...rows].flatMap(({ from, to, at }) =>
    copied.map((columns): Request => {
      const source = gridRange(now.sheetId, { from, to }, columns);
      if (columns.to >= now.columnCount) delete source.endColumnIndex;
      // One cell: of a larger destination the source might be repeated, where columns were deleted meanwhile.
      const destination = gridRange(scratchId, { from: at, to: at + 1 }, { from: columns.from, to: columns.from + 1 });
      return { copyPaste: { source, destination, pasteType: 'PASTE_NORMAL' } };
    }),
  );
}

/** The packed text of an intent, in pieces for the cells of the scratch tab's first row. */
export function packed(intent: Intent): string[] {
  const text = deflateRawSync(JSON.stringify(intent, slim)).toString('base64');
  return Array.from({ length: Math.ceil(text.length / PIECE) }, (_, i) => text.slice(i * PIECE, (i + 1) * PIECE));
}

/** A later run makes its own plan: of that of this one it needs the repairs, and of new rows keys and columns. */
function slim(name: string, value: unknown): unknown {
  if (value instanceof Map || value instanceof Set) return [...value];
  if (name === 'goal') return (value as Goal).isRepair && value;
  const { kind, goal, cells } = (value ?? {}) as Partial<Act>;
  if (kind !== 'insert' || !cells || !goal || goal.isRepair) return value;
  return { ...(value as Act), cells: cells.map(({ column }) => ({ column, after: { value: null } })) };
}

/** The cells of the scratch tab, and what the last request did that was carried out; null for no packed text of ours. */
export async function readScratch(
  client: SheetsClient,
  scratch: Scratch,
): Promise<{ intent: Intent | null; at: TabLook['at'] }> {
  const title = quoteTitle(scratchTitle(scratch));
  const { sheets = [] } = await client.get(`sheets(data(rowData(values(${CELL_FIELDS}))))`, [title]);
  const at = cellsIn(sheets[0]?.data);
  const text = countTo(scratch.columnCount)
    .map((column) => String(at(0, column).value ?? ''))
    .join('');
  try {
    const intent = JSON.parse(inflateRawSync(Buffer.from(text, 'base64')).toString()) as Intent;
    return {
      intent: { ...intent, steps: intent.steps.map((step) => ({ ...step, copies: new Map(step.copies) })) },
      at,
    };
  } catch {
    return { intent: null, at };
  }
}
