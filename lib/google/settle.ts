/**
 * Reaches a chunk's goals, however often people come between: look again, place the goals where their rows are by now,
 * write them in one atomic request together with the marker, a log and copies of the tabs, and compare the copies with
 * what was seen. Where they differ, the damage is put right before anything else, by attempts of the same kind. An attempt
 * whose outcome is unknown is looked for by its marker and its log, and can't be applied twice.
 */
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { SheetsClient } from './client.ts';
import { type Damage, isAsSeen, judge, mend, sizeOf, type Verdict } from './damage.ts';
import { GaveUp, Refused, UnknownOutcome } from './errors.ts';
import type { Goal } from './goals.ts';
import { dropMarker, type Marker, type MarkerRecord, markerId, markerRequests } from './marker.ts';
import type { HeldReason } from './patch.ts';
import { type Placement, place } from './place.ts';
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
import { type Left, ownTabs, type Part, readLeft } from './undo-log.ts';
import { writeRequest } from './write-request.ts';

/** Rounds of looking and writing before a chunk is given up: people would have to hit every single gap. */
const ROUNDS = 40;
const ANSWER = `spreadsheetId,updatedSpreadsheet(${METADATA},sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),${GRID_FIELDS}))`;

/** What a writer carries from one attempt to the next. */
export interface State {
  readonly client: SheetsClient;
  readonly chunkBytes: number;
  /** Hidden tabs that nobody needs any more. */
  trash: number[];
  /** The logs of the landing under way: until it is whole they say how to take it back. */
  logs: Set<number>;
  /** Its name. */
  landing: string;
  /** Markers to write or drop with the next request. */
  owed: sheets_v4.Schema$Request[];
  /** Of the last attempt; grows with each. */
  order: number;
  readonly known: Map<number, TabNow>;
}

export interface Tally {
  cells: number;
  inserts: number;
  removals: number;
  already: number;
  repaired: number;
  readonly held: Map<string, { tab: string; reason: HeldReason; count: number }>;
}

export function newTally(): Tally {
  return { cells: 0, inserts: 0, removals: 0, already: 0, repaired: 0, held: new Map() };
}

/** By the id of the tab. */
export type DamageByTab = Map<number, Damage>;

/** A chunk that is being settled, and how far it is. */
export interface Work {
  readonly marker: Marker;
  /** Null where only damage is put right. */
  readonly part: Part | null;
  readonly tally: Tally;
  /** The goals of the chunk that comes next: looked at in the answer to this one's write. */
  readonly next: readonly Goal[];
  /** Goals not reached yet. */
  open: Goal[];
  damage: DamageByTab;
  attempt: number;
  /** The marker that stands for this chunk just now. */
  standing: { readonly id: number; readonly mends: boolean } | undefined;
  /** A look that the answer to the write before brought. */
  ahead: Look | undefined;
  /** The look at `next` that the answer to this chunk's write brought. */
  lookedAhead: Look | undefined;
}

export function newWork(work: Pick<Work, 'marker' | 'part'> & Partial<Work>): Work {
  const blank = {
    lookedAhead: undefined,
    open: [],
    next: [],
    damage: new Map(),
    attempt: 0,
    standing: undefined,
    ahead: undefined,
  };
  return { ...blank, tally: newTally(), ...work };
}

const chunkOf = ({ part }: Work): string => (part === null ? '1/1' : `${part.chunk}/${part.chunks}`);

/** Goes round until no damage is left and every goal is reached or held. @throws GaveUp, SheetsError */
export async function settle(state: State, work: Work): Promise<void> {
  for (let round = 1; work.damage.size > 0 || work.open.length > 0; round += 1) {
    if (round > ROUNDS) throw new GaveUp('people changed the same rows again and again', round);
    await (work.damage.size > 0 ? goMend(state, work, round) : goWrite(state, work, round));
  }
}

/** One round for the goals. */
async function goWrite(state: State, work: Work, round: number): Promise<void> {
  const label = work.attempt === 0 ? chunkOf(work) : `${chunkOf(work)} again ${work.attempt}`;
  let look = work.ahead ?? (await lookAt(state.client, wantsOf(work.open), state.known));
  work.ahead = undefined;
  let placed = place(work.open, look);
  if (placed.unsure.size > 0) {
    look = await lookAt(state.client, wantsOf(work.open, placed.unsure), state.known);
    placed = place(work.open, look);
  }
  const verdicts = await attempt(state, work, { label, look, steps: placed.steps, round, mends: false });
  if (verdicts === 'not applied' || verdicts === 'applied before') return;
  count(work.tally, placed);
  work.open = stillOpen(placed.steps, verdicts, work.tally);
  for (const damage of work.damage.values()) work.tally.repaired += sizeOf(damage);
}

/** One round for the damage; what people have taken care of themselves is no damage any more. */
async function goMend(state: State, work: Work, round: number): Promise<void> {
  const wants = [...work.damage.keys()].map((sheetId): Want => {
    return { sheetId, columns: 'all' };
  });
  const look = await lookAt(state.client, wants, state.known);
  const steps = [...work.damage].flatMap(([sheetId, damage]) => {
    const now = look.tabs.get(sheetId);
    return (now && mend(damage, now)) ?? [];
  });
  const label = `repair ${work.attempt} of ${chunkOf(work)}`;
  const verdicts = await attempt(state, work, { label, look, steps, round, mends: true });
  if (verdicts === 'nothing') work.damage = new Map();
}

interface Attempt {
  readonly label: string;
  readonly look: Look;
  readonly steps: readonly TabStep[];
  readonly round: number;
  /** While damage is being put right, the logs of the attempts before are still needed. */
  readonly mends: boolean;
}

/** `applied before`: by an earlier request with the same marker, whose outcome was not known; it may have meant other places. */
type Verdicts = 'nothing' | 'not applied' | 'applied before' | ReadonlyMap<number, Verdict>;

/** One write, its verdicts by tab, and the damage that is left after it. */
async function attempt(state: State, work: Work, one: Attempt): Promise<Verdicts> {
  const { label, look, steps, round, mends } = one;
  const id = markerId(work.marker, label);
  if (look.markers.some((marker) => marker.id === id)) {
    await judged(state, work, id, mends);
    return 'applied before';
  }
  if (steps.length === 0) return 'nothing';
  const marker = markersFor(state, work, label, look.markers);
  const next = mends || round > 1 ? [] : wantsOf(work.next);
  const body = writeRequest(
    steps,
    { id, order: state.order, mends, part: mends ? null : work.part },
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

/** What is still to be done of the goals that were placed; what was hit is counted. */
function stillOpen(steps: readonly TabStep[], verdicts: Verdicts, tally: Tally): Goal[] {
  if (typeof verdicts === 'string') return [];
  return steps.flatMap(({ now, rows, goals }): Goal[] => {
    const verdict = verdicts.get(now.sheetId);
    return rows.flatMap((row, i): Goal[] => {
      const goal = goals[i];
      const hit = verdict?.right[i] ?? true;
      if (goal === undefined) return [];
      if (row.kind === 'update' && goal.kind === 'update') {
        const isHit = (column: number): boolean => (typeof hit === 'boolean' ? hit : hit.has(column));
        const missed = goal.cells.filter((_, k) => !isHit(row.cells[k]?.column ?? -1));
        tally.cells += goal.cells.length - missed.length;
        return missed.length > 0 ? [{ ...goal, cells: missed }] : [];
      }
      if (hit === false) return [goal];
      if (row.kind === 'insert') tally.inserts += 1;
      else tally.removals += 1;
      return [];
    });
  });
}

function count(tally: Tally, { already, held }: Placement): void {
  tally.already += already;
  for (const { tab, reason } of held) {
    const name = `${tab} ${reason}`;
    tally.held.set(name, { tab, reason, count: (tally.held.get(name)?.count ?? 0) + 1 });
  }
}

/** The columns to look at; where whole rows matter, all of them. */
function wantsOf(goals: readonly Goal[], unsure: ReadonlySet<number> = new Set()): Want[] {
  const wants = new Map<number, Want & { columns: Set<string> | 'all' }>();
  for (const goal of goals) {
    const { sheetId } = goal;
    const want = wants.get(sheetId) ?? { sheetId, columns: unsure.has(sheetId) ? 'all' : new Set<string>() };
    wants.set(sheetId, want);
    const keyless = goal.kind !== 'remove' && (goal.kind === 'insert' ? goal.key : goal.id.key) === '';
    if (goal.kind === 'remove' || keyless) want.columns = 'all';
    if (want.columns === 'all' || goal.kind === 'remove') continue;
    const cells = goal.kind === 'update' ? goal.cells.map((cell) => cell.column) : [];
    for (const column of [...goal.keyColumns, ...cells]) want.columns.add(column);
  }
  return [...wants.values()];
}
