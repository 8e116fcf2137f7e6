/**
 * Writes goals into a spreadsheet while people keep working in it: request after request, each atomic. Before each, a look
 * finds where rows and columns stand; each keeps what it touches in the scratch tab and answers with it; what it hit wrongly the
 * next one puts right. A request whose outcome is not known is looked for by its marker before anything is sent again. Nothing is
 * ever taken back: a run that was killed leaves whole requests, and the next run plans on what it finds.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { EMPTY, type Request, type Seen } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { Refused, SheetsError, UnknownOutcome } from './errors.ts';
import { type ChunkLimits, chunksOf, decisionsOf, type Goal, LIMITS } from './goals.ts';
import { isClean, judge, type ScratchAt, type Verdict } from './judge.ts';
import { Locator } from './locate.ts';
import { layInto, type TabLook, type WritableTab } from './look.ts';
import { dropMarkers, hasMarkers, markerId } from './marker.ts';
import type { HeldPart, Step } from './place.ts';
import { ANSWER_FIELDS, bodyOf, endOf, newRowsAt } from './request.ts';
import {
  addScratch,
  type CopiedStep,
  type Intent,
  layOut,
  newScratch,
  readScratch,
  SCRATCH_TITLE,
  type Scratch,
  unpacked,
} from './scratch.ts';

/** The service recommends no more for one request. */
const MOST_BYTES = 2_000_000;
/** How often one part of a plan is put right, or refused, before the run gives up. */
const ROUNDS = 40;
const REFUSALS = 6;
const RESTLESS = 'The spreadsheet kept changing in each moment in which the run wrote. Run again later.';
/** Of the scratch tab: rows for its packed text and a second round, columns for the packed text of a large request. */
const SPARE_ROWS = 8;
const SPARE_COLUMNS = 12;
/** Columns that people may put in between a look and the request. */
const NEW_COLUMNS = 3;

export interface Written {
  readonly written: { readonly cells: number; readonly inserts: number; readonly removals: number };
  readonly held: readonly HeldPart[];
  /** Cells and rows that were hit wrongly because somebody moved them in that moment, and were put right. */
  readonly repaired: number;
  readonly requests: number;
}

/** What a run that was killed while it wrote had left. */
export interface Recovered {
  readonly repaired: number;
}

export class SheetWriter {
  readonly #client: SheetsClient;
  readonly #limits: ChunkLimits;
  readonly #locator: Locator;
  #scratch: Scratch | null = null;
  /** Scratch tabs of runs that were killed. */
  #left: number[] = [];
  #nth = 1;
  #attempts: Sent[] = [];
  #from = 1;
  readonly #result = {
    written: { cells: 0, inserts: 0, removals: 0 },
    held: [] as HeldPart[],
    repaired: 0,
    requests: 0,
  };

  constructor(client: SheetsClient, tabs: readonly WritableTab[], limits: Partial<ChunkLimits> = {}) {
    this.#client = client;
    this.#limits = { ...LIMITS, ...limits };
    this.#locator = new Locator(client, tabs);
  }

  /** How many requests goals take. */
  chunks(goals: readonly Goal[]): number {
    return chunksOf(goals, this.#limits).length;
  }

  /** The cells of the scratch tab that goals need. */
  scratchCells(goals: readonly Goal[]): number {
    const { rows, columns } = this.#scratchSize(goals, chunksOf(goals, this.#limits));
    return rows * columns;
  }

  #scratchSize(goals: readonly Goal[], chunks: readonly (readonly Goal[])[]): { rows: number; columns: number } {
    const rows = chunks.reduce((most, chunk) => Math.max(most, rowsTouched(chunk)), 0);
    const widths = [...new Set(goals.map(({ sheetId }) => sheetId))].map(
      (sheetId) => this.#locator.known.get(sheetId)?.columnCount ?? 1,
    );
    return { rows: rows + SPARE_ROWS, columns: Math.max(SPARE_COLUMNS, ...widths.map((width) => width + NEW_COLUMNS)) };
  }

  /** Reaches the goals, chunk by chunk; `extra` requests go in with the scratch tab. @throws SheetsError */
  async write(goals: readonly Goal[], extra: readonly Request[] = []): Promise<Written> {
    const chunks = chunksOf(goals, this.#limits);
    if (chunks.length === 0) return this.#result;
    const { rows, columns } = this.#scratchSize(goals, chunks);
    await this.#makeScratch(rows, columns, extra);
    for (const chunk of chunks) await this.#reach([chunk]);
    await this.#finish();
    return this.#result;
  }

  /** Puts right what killed runs hit wrongly, and clears up behind them. To be called before the reading that is planned on. */
  async recover(isOfOther = false): Promise<Recovered> {
    const { sheets = [], developerMetadata = [] } = await this.#client.get(
      'developerMetadata(metadataKey),sheets(properties(sheetId,title))',
    );
    const left = sheets.filter(({ properties }) => properties?.title?.startsWith(SCRATCH_TITLE));
    this.#left = left.map(({ properties }) => properties?.sheetId ?? 0);
    for (const sheetId of isOfOther ? [] : this.#left) {
      const { text, at } = await readScratch(this.#client, { sheetId });
      if (text === '') continue;
      const { steps, waiting } = unpacked(text);
      const { again, repairs } = judge(steps, at, sheetId);
      const batches = [repairs, ...repairsIn([again]), ...waiting];
      if (batches.every(({ length }) => length === 0)) continue;
      this.#result.repaired += repairs.filter(({ kind }) => kind !== 'remove').length;
      await this.#makeScratch(batches.flat().length + 1, 26, []);
      await this.#reach(batches);
    }
    if (this.#left.length > 0 || this.#scratch || hasMarkers(developerMetadata)) await this.#finish();
    return { repaired: this.#result.repaired };
  }

  async #makeScratch(rows: number, columns: number, extra: readonly Request[]): Promise<void> {
    if (this.#scratch) return;
    this.#scratch = newScratch(rows, columns);
    const { sheetId } = this.#scratch;
    await this.#surely([addScratch(this.#scratch), ...extra], (tabs) => tabs.has(sheetId));
  }

  /** Deletes the scratch tab and all markers. */
  async #finish(): Promise<void> {
    const tabs = [...this.#left, ...(this.#scratch ? [this.#scratch.sheetId] : [])];
    const requests: Request[] = tabs.map((sheetId) => ({ deleteSheet: { sheetId } }));
    if (this.#result.requests > 0 || this.#left.length > 0 || tabs.length === 0) requests.push(dropMarkers());
    await this.#surely(requests, (there) => !tabs.some((sheetId) => there.has(sheetId)), tabs);
    this.#scratch = null;
    this.#left = [];
  }

  /** Sends requests until they are carried out, as the tabs that are there show. */
  async #surely(
    requests: readonly Request[],
    isDone: (tabs: ReadonlySet<number>) => boolean,
    gone: readonly number[] = [],
  ): Promise<void> {
    let left = requests;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#client.write({ requests: [...left] }, 'spreadsheetId');
        return;
      } catch (error) {
        const isOpen = error instanceof UnknownOutcome || (error instanceof Refused && attempt <= REFUSALS);
        if (!isOpen) throw error;
        await this.#client.pause(attempt, error.message);
        const { sheets = [] } = await this.#client.get('sheets(properties(sheetId))');
        const tabs = new Set(sheets.map(({ properties }) => properties?.sheetId ?? 0));
        if (isDone(tabs)) return;
        // A person deleted one of them meanwhile; and where there is no metadata left, deleting it may be refused.
        left = requests.filter(({ deleteSheet, deleteDeveloperMetadata }) =>
          deleteSheet
            ? tabs.has(deleteSheet.sheetId ?? -1) || gone.length === 0
            : !deleteDeveloperMetadata || attempt < REFUSALS / 2,
        );
        if (left.length === 0) return;
      }
    }
  }

  /**
   * Batches of goals, one after the other, until nothing of them is left. What a request hit wrongly is put right before anything
   * else: goals, and earlier repairs, are placed on rows and cells as they were.
   */
  async #reach(batches: readonly (readonly Goal[])[]): Promise<void> {
    let queue = batches.filter(({ length }) => length > 0);
    let refusals = 0;
    for (let round = 1; queue.length > 0; round += 1) {
      if (round > ROUNDS + batches.length) throw new SheetsError(RESTLESS);
      const [open = [], ...waiting] = queue;
      const { look, placement } = await this.#locator.find(open);
      const done = (sent: Sent, verdict: Verdict): void => {
        this.#settled(sent, verdict);
        refusals = 0;
        queue = [verdict.repairs, verdict.again, ...waiting].filter(({ length }) => length > 0);
        // While anything is to be put right, its copies stay.
        this.#from = repairsIn(queue).length > 0 ? Math.max(this.#from, endOf(sent.steps)) : 1;
      };
      const id = markerId(this.#scratchNow.sheetId, this.#nth);
      if (this.#attempts.length > 0 && look.markers.has(id)) {
        // The answer was lost, or came after a refusal: the request was carried out all the same.
        const { text, at } = await readScratch(this.#client, this.#scratchNow);
        const sent = this.#attempts[unpacked(text).attempt];
        if (!sent) throw new SheetsError('The scratch tab of this run was changed by somebody. Run again.');
        done(sent, judge(sent.steps, at, this.#scratchNow.sheetId));
        continue;
      }
      if (placement.steps.length === 0) {
        this.#result.held.push(...placement.held);
        queue = waiting;
        continue;
      }
      const made = await this.#request(placement.steps, waiting, id);
      if (made === 'look again') continue;
      if (made === 'too large') {
        const half = Math.ceil(open.length / 2);
        queue = [open.slice(0, half), open.slice(half), ...waiting].filter(({ length }) => length > 0);
        continue;
      }
      try {
        const sent: Sent = { steps: made.intent.steps, held: placement.held };
        this.#attempts.push(sent);
        this.#result.requests += 1;
        const answer = await this.#client.write(made.body, ANSWER_FIELDS);
        done(sent, await this.#verdict(sent, answer));
      } catch (error) {
        if (error instanceof Refused) {
          refusals += 1;
          this.#closeTab(error, made.body.requests ?? [], refusals);
        } else if (!(error instanceof UnknownOutcome)) throw error;
        await this.#client.pause(Math.min(refusals + 1, 4), error.message);
      }
    }
  }

  /** By the part of the copies that the answer shows; where anything is not as it was meant to be, by all of them. */
  async #verdict({ steps }: Sent, answer: sheets_v4.Schema$BatchUpdateSpreadsheetResponse): Promise<Verdict> {
    const { sheetId } = this.#scratchNow;
    const verdict = judge(steps, scratchOf(answer.updatedSpreadsheet?.sheets ?? []), sheetId);
    return isClean(verdict) ? verdict : judge(steps, (await readScratch(this.#client, this.#scratchNow)).at, sheetId);
  }

  get #scratchNow(): Scratch {
    if (!this.#scratch) throw new Error('There is no scratch tab to write with.');
    return this.#scratch;
  }

  /** A tab that refuses to be written, although it was just looked at, is left alone, and what was meant for it is held. */
  #closeTab(error: Refused, requests: readonly Request[], refusals: number): void {
    if (refusals < 3) return;
    const refused = error.request === undefined ? undefined : requests[error.request];
    const sheetId = refused && sheetOf(refused);
    if (sheetId === undefined || sheetId === this.#scratch?.sheetId || refusals > REFUSALS) throw error;
    this.#locator.closed.add(sheetId);
  }

  /** The next request; or what has to be done first. */
  async #request(steps: readonly Step[], waiting: readonly (readonly Goal[])[], id: number) {
    const scratch = this.#scratchNow;
    const { steps: laid, end } = layOut(steps, this.#from, scratch.columns, (now: TabLook) =>
      newRowsAt(now, this.#locator.lengths.get(now.sheetId) ?? now.rowCount),
    );
    const intent: Intent = { markerId: id, attempt: this.#attempts.length, steps: laid, waiting: repairsIn(waiting) };
    const { body, pieces } = bodyOf(scratch, intent);
    const columns = Math.max(pieces, ...laid.map(({ now }) => now.columnCount + NEW_COLUMNS));
    if (end > scratch.rows || columns > scratch.columns) {
      await this.#grow(end, columns);
      return 'look again' as const;
    }
    if (Buffer.byteLength(JSON.stringify(body)) > MOST_BYTES) return 'too large' as const;
    return { intent, body };
  }

  async #grow(rows: number, columns: number): Promise<void> {
    const scratch = this.#scratchNow;
    const { sheetId } = scratch;
    const [rowCount, columnCount] = [Math.max(rows, scratch.rows), Math.max(columns, scratch.columns)];
    const properties = { sheetId, gridProperties: { rowCount, columnCount } };
    const fields = 'gridProperties.rowCount,gridProperties.columnCount';
    try {
      await this.#client.write({ requests: [{ updateSheetProperties: { properties, fields } }] }, 'spreadsheetId');
      [scratch.rows, scratch.columns] = [rowCount, columnCount];
    } catch (error) {
      // To ask for the same size twice does no harm.
      if (!(error instanceof UnknownOutcome)) throw error;
      await this.#client.pause(1, error.message);
    }
  }

  /** A request was carried out: counts it, and keeps in mind what it did to tabs. */
  #settled({ steps, held: placed }: Sent, verdict: Verdict): void {
    const { written, held } = this.#result;
    held.push(...placed);
    written.cells += verdict.written.cells;
    written.inserts += verdict.written.inserts;
    written.removals += verdict.written.removals;
    held.push(...verdict.held);
    this.#result.repaired += verdict.repairs.filter(({ kind }) => kind !== 'remove').length;
    this.#locator.settled(steps, verdict);
    this.#nth += 1;
    this.#attempts = [];
  }
}

/** A request that was sent: what it did, if it was carried out, and what it left to people. */
interface Sent {
  readonly steps: readonly CopiedStep[];
  readonly held: readonly HeldPart[];
}

/** What a later run has to see to, should this one be killed: of goals it makes a plan of its own. */
const repairsIn = (batches: readonly (readonly Goal[])[]): Goal[][] =>
  batches.map((goals) => goals.filter((goal) => goal.repairs)).filter(({ length }) => length > 0);

/** Scratch rows that a chunk needs: a header for each tab, and each row that it changes or takes away. */
function rowsTouched(goals: readonly Goal[]): number {
  const tabs = new Set(goals.flatMap((goal) => [goal.sheetId, ...decisionsOf(goal).map(({ sheetId }) => sheetId)]));
  return tabs.size + goals.filter(({ kind }) => kind !== 'insert').length;
}

/** The scratch cells that an answer shows. */
function scratchOf(sheets: readonly sheets_v4.Schema$Sheet[]): ScratchAt {
  const cells: Seen[][] = [];
  for (const grid of sheets.flatMap(({ data = [] }) => data)) layInto(cells, grid);
  return (row, column) => cells[row]?.[column] ?? EMPTY;
}

/** The tab that a request is about. */
function sheetOf(request: Request): number | undefined {
  const { updateCells, repeatCell, insertDimension, deleteDimension, appendDimension, copyPaste } = request;
  const sheetId =
    updateCells?.start?.sheetId ??
    repeatCell?.range?.sheetId ??
    insertDimension?.range?.sheetId ??
    deleteDimension?.range?.sheetId ??
    appendDimension?.sheetId ??
    copyPaste?.destination?.sheetId;
  return sheetId ?? undefined;
}
