/**
 * Writes goals into a spreadsheet while people keep working in it: request after request, each atomic. Before each, a
 * look finds where rows and columns stand; each keeps what it touches in the scratch tab and answers with it; what it
 * hit wrongly the next one puts right. A request whose outcome is not known is looked for by its marker before
 * anything is sent again. Nothing is ever rolled back: a run that was killed leaves whole requests, and the next run
 * plans on what it finds.
 */

import { randomBytes } from 'node:crypto';
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { grouped, type Request } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { Refused, SheetsError, UnknownOutcome } from './errors.ts';
import { Finder, RESTLESS } from './find.ts';
import { chunksOf, decisionsOf, type Goal, LIMITS } from './goals.ts';
import { judge, type Verdict } from './judge.ts';
import { cellsIn, type TabLook, type WritableTab } from './look.ts';
import { dropMarkers, hasMarkers, markerId, markerRequest } from './marker.ts';
import { readOutline } from './outline.ts';
import { closingName, type HeldPart, isShut, type Step } from './place.ts';
import { ANSWER_FIELDS, type Body, bodyOf } from './request.ts';
import { addScratch, endOf, type Intent, layOut, readScratch, type Scratch } from './scratch.ts';

/** The service recommends no more for one request. */
const MOST_BYTES = 2_000_000;
/** How often one part of a plan is put right before the run gives up. */
const ROUNDS = 40;
/** How often what has to be done is refused before the run gives up. */
const REFUSALS = 6;
/** How often goals are refused, although they were just looked at, before they are held. */
const CLOSED_AFTER = 3;
/** Of the scratch tab: rows for its packed text and a second round, columns for the packed text of a large request. */
const SPARE_ROWS = 8;
const SPARE_COLUMNS = 12;
/** Columns that people may put in between a look and the request. */
const NEW_COLUMNS = 3;

export interface Written {
  readonly held: HeldPart[];
  /** Cells and rows that were hit wrongly because a person moved them in that moment, and were put right. */
  repaired: number;
  requests: number;
  /** Tabs into which something was written. */
  readonly tabs: Set<number>;
}

/** What says that a run is over, in the request of its goals, or around those that take several. */
interface Ending {
  readonly inOneStep: readonly Goal[];
  readonly before: readonly Goal[];
  /** By what became of the goals. */
  readonly after: (result: Written) => Promise<readonly Goal[]>;
}

type Batches = readonly Goal[][];
type There = Awaited<ReturnType<typeof readOutline>>;
const filled = (batches: Batches): Batches => batches.filter(({ length }) => length > 0);
/** What a later run has to see to, should this one be killed: of goals it makes a plan of its own. */
const repairsIn = (batches: Batches): Batches =>
  filled(batches.map((goals) => goals.filter(({ isRepair }) => isRepair)));

export class SheetWriter {
  readonly #client: SheetsClient;
  readonly #limits: typeof LIMITS;
  readonly #finder: Finder;
  #scratch: Scratch = { sheetId: -1, rowCount: 0, columnCount: 0 };
  #nth = 1;
  /** Attempts at the next request of which it is not known whether they were carried out, by name. */
  readonly #attempts = new Map<string, Intent>();
  /** The scratch row from which on the next request copies. */
  #from = 1;
  readonly #result: Written = { held: [], repaired: 0, requests: 0, tabs: new Set() };

  constructor(client: SheetsClient, tabs: readonly WritableTab[], limits: Partial<typeof LIMITS> = {}) {
    this.#client = client;
    this.#limits = { ...LIMITS, ...limits };
    this.#finder = new Finder(client, tabs);
  }

  /** The rows and columns of the scratch tab that goals need. */
  scratchSize(goals: readonly Goal[]): Omit<Scratch, 'sheetId'> {
    const tabsOf = (those: readonly Goal[]): number[] => [
      ...new Set(those.flatMap((goal) => [goal, ...decisionsOf(goal)]).map(({ sheetId }) => sheetId)),
    ];
    // A header for each tab, and each row that is changed or taken away.
    const rows = chunksOf(goals, this.#limits).map(
      (chunk) => tabsOf(chunk).length + chunk.filter(({ kind }) => kind !== 'insert').length,
    );
    const widths = tabsOf(goals).map((sheetId) => (this.#finder.known.get(sheetId)?.columnCount ?? 1) + NEW_COLUMNS);
    return { rowCount: Math.max(0, ...rows) + SPARE_ROWS, columnCount: Math.max(SPARE_COLUMNS, ...widths) };
  }

  /**
   * Reaches the goals, chunk by chunk; all in one request where they fit and no tab is closed. Empties the list: a
   * chunk that is written is held no longer.
   * @param rooms the requests that make tabs and columns, tab by tab
   * @throws SheetsError
   */
  async write(goals: Goal[], rooms: readonly (readonly Request[])[] = [], ending?: Ending): Promise<Written> {
    if (goals.length + rooms.length === 0 && !ending) return this.#result;
    const chunked = (those: readonly Goal[]): Batches => chunksOf(those, this.#limits);
    const all = [...goals, ...(ending?.inOneStep ?? [])];
    await this.#makeScratch(this.scratchSize(all), rooms);
    if (!ending) await this.#reach(chunked(all));
    else if (chunked(all).length > 1 || !(await this.#reach([all], true))) {
      all.length = 0;
      goals.unshift(...ending.before);
      const chunks = chunked(goals);
      goals.length = 0;
      await this.#reach(chunks);
      await this.#reach(chunked(await ending.after(this.#result)));
    }
    await this.#finish([this.#scratch]);
    return this.#result;
  }

  /**
   * Goes on where a run was killed: puts right what its last request hit wrongly, and clears up behind it. To be
   * called before the reading that is planned on. `isOfOther`: it wrote another workbook, of which this is a copy.
   */
  async recover(isOfOther = false): Promise<Pick<Written, 'repaired'>> {
    const { scratches, metadata } = await readOutline(this.#client);
    for (const { sheetId, rowCount, columnCount } of isOfOther ? [] : scratches) {
      this.#scratch = { sheetId, rowCount, columnCount };
      const { intent, at } = await readScratch(this.#client, this.#scratch);
      if (intent) await this.#reach(this.#leftBy(intent, at));
    }
    if (scratches.length > 0 || hasMarkers(metadata)) await this.#finish(scratches);
    return { repaired: this.#result.repaired };
  }

  /** What a run that is over has left to be put right. Its scratch tab is gone on with. */
  #leftBy({ nth, steps, waiting }: Intent, at: TabLook['at']): Batches {
    const { repairs, again } = judge(steps, at, this.#scratch.sheetId);
    this.#result.repaired += countRepairs(repairs);
    this.#nth = nth + 1;
    this.#attempts.clear();
    this.#from = endOf(steps);
    // It may have widened the scratch tab.
    this.#scratch.columnCount = Math.max(this.#scratch.columnCount, ...steps.map(({ width }) => width));
    return filled([repairs, ...repairsIn([again]), ...repairsIn(waiting)]);
  }

  /**
   * Sends what is to be done until nothing is left of it, as `left` says of what stands there. What `mayBeRefused` gives
   * false then. @throws Refused
   */
  async #surely(left: (there?: There) => readonly Request[], mayBeRefused = false): Promise<boolean> {
    let requests = left();
    for (let attempt = 1; requests.length > 0; attempt += 1) {
      try {
        await this.#client.write({ requests: [...requests] }, 'spreadsheetId');
        return true;
      } catch (error) {
        if (!(error instanceof UnknownOutcome || error instanceof Refused)) throw error;
        const isOver = error instanceof Refused && attempt > (mayBeRefused ? 1 : REFUSALS);
        if (isOver && mayBeRefused) return false;
        if (isOver) throw error;
        await this.#client.pause(attempt, error.message);
        requests = left(await readOutline(this.#client));
      }
    }
    return true;
  }

  /** Makes the scratch tab, and what is missing of tabs and columns; what is refused of these is held later. */
  async #makeScratch(size: Omit<Scratch, 'sheetId'>, rooms: readonly (readonly Request[])[]): Promise<void> {
    const scratch = { sheetId: randomBytes(4).readUInt32BE(0) & 0x7fff_ffff, ...size };
    this.#scratch = scratch;
    const adding = (requests: readonly Request[]) => (there?: There) =>
      there && this.#isThere(there) ? [] : [addScratch(scratch), ...requests];
    if (rooms.length > 0 && (await this.#surely(adding(rooms.flat()), true))) return;
    await this.#surely(adding([]));
    for (const [i, room] of rooms.entries()) {
      const id = markerId(scratch.sheetId, -1 - i);
      const requests = [...room, markerRequest(id, scratch.sheetId)];
      await this.#surely((there) => (there?.metadata.some((one) => one.metadataId === id) ? [] : requests), true);
    }
  }

  #isThere = ({ scratches }: There): boolean => scratches.some(({ sheetId }) => sheetId === this.#scratch.sheetId);

  /** Deletes scratch tabs and all markers. */
  async #finish(scratches: readonly Pick<Scratch, 'sheetId'>[]): Promise<void> {
    await this.#surely((there) => {
      const left = scratches.filter((one) => !there || there.scratches.some(({ sheetId }) => sheetId === one.sheetId));
      const drops = left.map(({ sheetId }) => ({ deleteSheet: { sheetId } }));
      return [...drops, ...(there && !hasMarkers(there.metadata) ? [] : [dropMarkers()])];
    });
  }

  /**
   * Batches of goals, one after the other, until nothing of them is left. What a request hit wrongly is put right
   * before anything else: goals, and earlier repairs, are placed on rows and cells as they were. With `orNothing`,
   * gives false and writes nothing where a part of it is closed.
   */
  async #reach(batches: Batches, orNothing = false): Promise<boolean> {
    let queue = filled(batches);
    let refusals = 0;
    for (let round = 1; queue.length > 0; round += 1) {
      if (round > ROUNDS + batches.length) throw new SheetsError(RESTLESS);
      const [open = [], ...waiting] = queue;
      const { markers, steps, held } = await this.#finder.find(open);
      const isFirst = orNothing && this.#nth === 1;
      if (isFirst && this.#attempts.size === 0 && held.some(isShut)) return false;
      if (markers.has(markerId(this.#scratch.sheetId, this.#nth))) {
        // The answer was lost, or came after a refusal: the request was carried out all the same.
        const { intent, at } = await readScratch(this.#client, this.#scratch);
        if (!intent) throw new SheetsError('A person changed the scratch tab of this run. Run again.');
        const sent = this.#attempts.get(intent.attempt);
        // Or it is a run's that is over.
        queue = sent
          ? this.#settled(sent, judge(sent.steps, at, this.#scratch.sheetId), waiting)
          : this.#leftBy(intent, at);
        refusals = 0;
        continue;
      }
      if (steps.length === 0) {
        this.#result.held.push(...held);
        queue = waiting;
        continue;
      }
      const { body, intent } = this.#request(steps, held, waiting);
      if (Buffer.byteLength(JSON.stringify(body)) > MOST_BYTES) {
        const half = Math.ceil(open.length / 2);
        queue = filled([open.splice(0, half), open.splice(0), ...waiting]);
        continue;
      }
      try {
        this.#attempts.set(intent.attempt, intent);
        this.#result.requests += 1;
        const answer = await this.#client.write(body, ANSWER_FIELDS);
        queue = this.#settled(intent, await this.#verdict(intent, answer), waiting);
        open.length = 0;
        refusals = 0;
      } catch (error) {
        if (!(error instanceof Refused || error instanceof UnknownOutcome)) throw error;
        if (error instanceof Refused) {
          refusals += 1;
          this.#attempts.delete(intent.attempt);
        }
        await this.#client.pause(Math.min(refusals + 1, 4), error.message);
        if (refusals < CLOSED_AFTER) continue;
        if (isFirst) return false;
        queue = [...(await this.#closed(open, error)), ...waiting];
        refusals = 0;
      }
    }
    return true;
  }

  /**
   * What is refused although it was just looked at is tried apart, by tab and kind; what is then refused all the same
   * is left alone: its goals are held. That does not depend on what the refusal says.
   */
  async #closed(open: readonly Goal[], error: SheetsError): Promise<Batches> {
    if (!this.#isThere(await readOutline(this.#client))) throw error;
    const parts = grouped(open, closingName);
    if (parts.size === 1) for (const name of parts.keys()) this.#finder.closed.add(name);
    return [...parts.values()];
  }

  /** By the part of the copies that the answer shows; where anything is not as it was meant to be, by all of them. */
  async #verdict({ steps }: Intent, answer: sheets_v4.Schema$BatchUpdateSpreadsheetResponse): Promise<Verdict> {
    const { sheetId } = this.#scratch;
    const data = answer.updatedSpreadsheet?.sheets?.flatMap((sheet) => sheet.data ?? []);
    const verdict = judge(steps, cellsIn(data), sheetId);
    if (verdict.missed.size === 0) return verdict;
    return judge(steps, (await readScratch(this.#client, this.#scratch)).at, sheetId);
  }

  /** The next request; the scratch tab is made larger by it, where it has to be. */
  #request(steps: readonly Step[], held: Intent['held'], waiting: Batches): { body: Body; intent: Intent } {
    const scratch = this.#scratch;
    scratch.columnCount = Math.max(scratch.columnCount, ...steps.map(({ now }) => now.columnCount + NEW_COLUMNS));
    const laid = layOut(steps, this.#from, scratch.columnCount, this.#finder.lengths);
    scratch.rowCount = Math.max(scratch.rowCount, endOf(laid));
    const attempt = randomBytes(6).toString('hex');
    const intent: Intent = { nth: this.#nth, attempt, steps: laid, held, waiting: repairsIn(waiting) };
    return { body: bodyOf(scratch, intent), intent };
  }

  /** A request was carried out: notes what it left, and keeps in mind what it did to tabs. Gives what is to be done next. */
  #settled({ steps, held }: Intent, { missed, repairs, again }: Verdict, waiting: Batches): Batches {
    this.#result.held.push(...held);
    for (const { now } of steps) this.#result.tabs.add(now.sheetId);
    this.#result.repaired += countRepairs(repairs);
    this.#finder.settled(steps, missed);
    this.#nth += 1;
    this.#attempts.clear();
    const queue = filled([repairs, again, ...waiting]);
    // While anything is to be put right, its copies stay.
    this.#from = repairsIn(queue).length > 0 ? Math.max(this.#from, endOf(steps)) : 1;
    return queue;
  }
}

const countRepairs = (repairs: readonly Goal[]): number => repairs.filter(({ kind }) => kind !== 'remove').length;
