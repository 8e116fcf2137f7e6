/**
 * The scratch tab: hidden, made by a request of its own before the first write, and deleted by the last. Each request
 * first copies the rows that it touches into it, and puts beside them, packed, what it is about to do. So no matter what
 * stood there in the very moment is in the spreadsheet itself, for the answer to show or, after a kill, for the next
 * run to find. Its id is the run's own: a request of a run that is over finds it gone, and Google refuses it whole.
 */
import { randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { CELL_FIELDS, EMPTY, quoteTitle, type Request, type Seen, type Span, spansOf } from './cells.ts';
import type { SheetsClient } from './client.ts';
import type { Goal } from './goals.ts';
import { cellsIn, gridRange, type TabLook } from './look.ts';
import { SCRATCH_TITLE } from './marker.ts';
import type { Act, Step } from './place.ts';

export interface Scratch {
  readonly sheetId: number;
  rows: number;
  columns: number;
}

export const newScratch = (rows: number, columns: number): Scratch => ({
  sheetId: randomBytes(4).readUInt32BE(0) & 0x7fff_ffff,
  rows,
  columns,
});

export const scratchTitle = ({ sheetId }: Pick<Scratch, 'sheetId'>): string => `${SCRATCH_TITLE}${sheetId}`;

export const addScratch = ({ sheetId, rows, columns }: Scratch): Request => ({
  addSheet: {
    properties: {
      sheetId,
      title: scratchTitle({ sheetId }),
      hidden: true,
      gridProperties: { rowCount: rows, columnCount: columns },
    },
  },
});

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
  /** Repairs that are still to be made after this request. */
  readonly waiting: readonly Goal[][];
}

/** The steps with places in the scratch tab, from row `from` on; and the row behind them. */
export function layOut(
  steps: readonly Step[],
  from: number,
  width: number,
  insertAt: (now: TabLook) => number,
): { steps: CopiedStep[]; end: number } {
  let end = from;
  const laid = steps.map((step): CopiedStep => {
    const rows = step.acts.flatMap((act) => (act.kind === 'insert' ? [] : [act.row]));
    const head = end;
    const copies = new Map([...new Set(rows)].sort((a, b) => a - b).map((row, i) => [row, head + 1 + i]));
    end = head + 1 + copies.size;
    return { ...step, head, copies, width, copied: copiedColumns(step.now, width), insertAt: insertAt(step.now) };
  });
  return { steps: laid, end };
}

function copiedColumns(now: TabLook, width: number): Span[] {
  const merged = (column: number): boolean =>
    now.merges.some(({ startColumnIndex, endColumnIndex }) => {
      return column >= (startColumnIndex ?? 0) && column < (endColumnIndex ?? Infinity);
    });
  const columns = Array.from({ length: now.columnCount }, (_, i) => i);
  const spans = spansOf(columns.filter((column) => !now.filled.has(column) && !merged(column)));
  return spans.map(({ from, to }) => ({ from, to: to === now.columnCount ? Math.max(to, width) : to }));
}

/** The copies of header and rows, each column where it is in its own tab, so that a formula's own row stays its own. */
export function copyRequests(scratchId: number, { now, head, copies, copied }: CopiedStep): Request[] {
  const runs = [{ from: 0, to: 1, at: head }];
  for (const { from, to } of spansOf(copies.keys())) runs.push({ from, to, at: copies.get(from) ?? 0 });
  return runs.flatMap(({ from, to, at }) =>
    copied.map((columns): Request => {
      const known = { from: columns.from, to: Math.min(columns.to, now.columnCount) };
      const bounded = gridRange(now.sheetId, { from, to }, known);
      const { endColumnIndex: _end, ...open } = bounded;
      const source = known.to === now.columnCount ? open : bounded;
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
  if (name === 'goal') return (value as Goal).repairs && value;
  const { kind, goal, cells } = (value ?? {}) as Partial<Act>;
  if (kind !== 'insert' || !cells || !goal || goal.repairs) return value;
  return { ...(value as Act), cells: cells.map(({ column }) => ({ column, after: { value: null } })) };
}

/** Null for what is no packed text of ours. */
function unpacked(text: string): Intent | null {
  try {
    const intent = JSON.parse(inflateRawSync(Buffer.from(text, 'base64')).toString()) as Intent;
    return { ...intent, steps: intent.steps.map((step) => ({ ...step, copies: new Map(step.copies) })) };
  } catch {
    return null;
  }
}

/** The cells of the scratch tab, and what the last request did that was carried out. */
export async function readScratch(
  client: SheetsClient,
  scratch: Pick<Scratch, 'sheetId'>,
): Promise<{ intent: Intent | null; at: (row: number, column: number) => Seen }> {
  const title = quoteTitle(scratchTitle(scratch));
  const { sheets = [] } = await client.get(`sheets(data(rowData(values(${CELL_FIELDS}))))`, [title]);
  const cells = cellsIn(sheets[0]?.data);
  const text = (cells[0] ?? []).map(({ value }) => String(value ?? '')).join('');
  return { intent: unpacked(text), at: (row, column) => cells[row]?.[column] ?? EMPTY };
}
