/**
 * One attempt: a write in one atomic request together with its marker, a log and copies of the tabs; then the copies are held
 * against what was seen, and where they differ against the log. An attempt whose outcome is unknown is looked for by its
 * marker and its log, and can't be applied twice.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { SheetsClient } from './client.ts';
import type { Damage } from './damage.ts';
import { Refused, UnknownOutcome } from './errors.ts';
import { isAsSeen, judge, type Verdict } from './judge.ts';
import { dropMarker, type Marker, type MarkerRecord, markerId, markerRequests } from './marker.ts';
import type { TabStep } from './step.ts';
import {
  GRID_FIELDS,
  type Look,
  lookAt,
  lookIn,
  METADATA,
  rangesOf,
  type TabNow,
  tabOf,
  type Want,
} from './tab-now.ts';
import { missedBy } from './take-back.ts';
import { type Left, type Missed, ownTabs, type Part, readLeft } from './undo-log.ts';
import { writeRequest } from './write-request.ts';

const ANSWER = `spreadsheetId,updatedSpreadsheet(${METADATA},sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),${GRID_FIELDS}))`;

/** What a writer carries from one attempt to the next. */
export interface State {
  readonly client: SheetsClient;
  readonly chunkBytes: number;
  readonly nearRows: number;
  /** Hidden tabs that nobody needs any more. */
  trash: number[];
  /** The logs of the landing under way: until it is whole they say how to take it back. */
  logs: Set<number>;
  /** Its name. */
  landing: string;
  /** What its attempts missed; every log after them says it. */
  missed: Missed[];
  /** Markers to write or drop with the next request. */
  owed: sheets_v4.Schema$Request[];
  /** Of the last attempt; grows with each. */
  order: number;
  readonly known: Map<number, TabNow>;
}

/** By the id of the tab. */
export type DamageByTab = Map<number, Damage>;

/** A chunk of a plan, or damage that is to be put right, and how far it is. */
export interface Work {
  readonly marker: Marker;
  /** Null where only damage is put right. */
  readonly part: Part | null;
  damage: DamageByTab;
  attempt: number;
  /** The marker that stands for this chunk just now. */
  standing: { readonly id: number; readonly mends: boolean } | undefined;
  /** A look that the answer to the write before brought. */
  ahead: Look | undefined;
  /** The look that the answer to this chunk's write brought, for the next. */
  lookedAhead: Look | undefined;
}

/** Which chunk of how many. */
export const chunkOf = ({ part }: Work): string => (part === null ? '1/1' : `${part.chunk}/${part.chunks}`);

export interface Attempt {
  readonly label: string;
  readonly look: Look;
  readonly steps: readonly TabStep[];
  readonly round: number;
  /** While damage is being put right, the logs of the attempts before are still needed. */
  readonly mends: boolean;
  /** What to look at in the answer, for the next chunk. */
  readonly next: readonly Want[];
}

/** `applied before`: by an earlier request with the same marker, whose outcome was not known; it may have meant other places. */
export type Verdicts = 'nothing' | 'not applied' | 'applied before' | ReadonlyMap<number, Verdict>;

/** One write, its verdicts by tab, and the damage that is left after it. */
export async function attempt(state: State, work: Work, one: Attempt): Promise<Verdicts> {
  const { label, look, steps, round, mends } = one;
  const id = markerId(work.marker, label);
  if (look.markers.some((marker) => marker.id === id)) {
    const found = await judged(state, work, id, mends);
    if (found === 'not applied') applied(state, work, id, mends);
    return 'applied before';
  }
  if (steps.length === 0) return 'nothing';
  const marker = markersFor(state, work, label, look.markers);
  const next = round > 1 ? [] : one.next;
  const body = writeRequest(
    steps,
    { id, order: state.order, mends, part: mends ? null : work.part, missed: state.missed },
    [...state.owed, ...marker],
    mends ? [] : state.trash,
    rangesOf(next, state.known),
  );
  try {
    const answer = await state.client.write(body, ANSWER);
    const own = ownTabs(id);
    const sheets = answer.updatedSpreadsheet?.sheets ?? [];
    const images = new Map(sheets.map((sheet) => [sheet.properties?.title ?? '', tabOf(sheet)]));
    const asSeen = steps.every((step) => isAsSeen(step, images.get(own.imageTitle(step.now.sheetId))));
    if (mends || !asSeen) return await judged(state, work, id, mends);
    applied(state, work, id, mends);
    state.trash = steps.map((_, i) => own.imageId(i));
    keepLog(state, own.logId, work.part);
    work.lookedAhead = next.length > 0 ? lookIn(answer.updatedSpreadsheet ?? {}, next, state.known) : undefined;
    return new Map(steps.map((step) => [step.now.sheetId, allRight(step)]));
  } catch (error) {
    const open =
      error instanceof UnknownOutcome ||
      (error instanceof Refused && ['grid', 'exists', 'range'].includes(error.reason));
    if (!open) throw error;
    await state.client.pause(Math.min(round, 6), error.message);
    return await judged(state, work, id, mends);
  }
}

/** The log of a landing's chunk is kept until the landing is whole; any other goes with the next request. */
function keepLog(state: State, logId: number, part: Part | null): void {
  if (part === null || part.landing !== state.landing) state.trash.push(logId);
  else state.logs.add(logId);
}

function applied(state: State, work: Work, id: number, mends: boolean): void {
  state.owed = [];
  work.attempt += 1;
  work.standing = { id, mends };
}

function allRight({ rows }: TabStep): Verdict {
  const right = rows.map((row) => (row.kind === 'update' ? new Set(row.cells.map(({ column }) => column)) : true));
  return { right, damage: undefined };
}

/** Reads what an attempt left, and judges it; where it left nothing it was not applied. */
async function judged(state: State, work: Work, id: number, mends: boolean): Promise<Verdicts> {
  const all = await readLeft(state.client);
  const own = all.find((left) => left.markerId === id);
  state.trash = all.flatMap((left) => left.sheetIds.filter((sheetId) => sheetId !== left.logId));
  for (const { log, logId } of all) if (logId !== undefined) keepLog(state, logId, log?.part ?? null);
  if (own?.log === undefined) return 'not applied';
  const verdicts = judgeLeft(own, work.damage);
  if (own.log.part) state.missed.push(...missedBy({ log: own.log, verdicts }));
  applied(state, work, id, mends);
  return own.log.order === state.order ? verdicts : 'applied before';
}

/** Judges an attempt by its log and copies, and brings the damage up to date: what was there before it included. */
export function judgeLeft({ log, images }: Left, damage: DamageByTab): ReadonlyMap<number, Verdict> {
  const verdicts = new Map<number, Verdict>();
  for (const done of log?.tabs ?? []) {
    const image = images.get(done.sheetId);
    // Without the copy nothing can be told any more.
    if (log === undefined || image === undefined) continue;
    const verdict = judge(done, log.mends, image, damage.get(done.sheetId));
    verdicts.set(done.sheetId, verdict);
    if (verdict.damage === undefined) damage.delete(done.sheetId);
    else damage.set(done.sheetId, verdict.damage);
  }
  return verdicts;
}

/** Owes the chunk's own marker where a repair's stands: that one does not say that the chunk is applied. */
export async function markAgain(state: State, work: Work): Promise<void> {
  const { markers } = await lookAt(state.client, [], state.known);
  state.owed.push(...markersFor(state, work, `${chunkOf(work)} again ${work.attempt}`, markers));
}

/** The marker with this label takes the place of the one that stands. */
function markersFor(
  state: State,
  work: Work,
  label: string,
  markers: readonly MarkerRecord[],
): sheets_v4.Schema$Request[] {
  const { standing } = work;
  state.order = Math.max(state.order, markers.at(-1)?.sequence ?? 0) + 1;
  const others = markers.filter((one) => one.id !== standing?.id);
  const drop = standing === undefined ? [] : [dropMarker(standing.id)];
  return [...drop, ...markerRequests(work.marker, label, state.order, others)];
}
