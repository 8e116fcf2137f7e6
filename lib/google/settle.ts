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
import { GRID_FIELDS, type Look, lookAt, type TabNow, tabOf, type Want } from './tab-now.ts';
import { type Left, ownTabs, readLeft } from './undo-log.ts';
import { writeRequest } from './write-request.ts';

/** Rounds of looking and writing before a chunk is given up: people would have to hit every single gap. */
const ROUNDS = 40;
const ANSWER = `spreadsheetId,updatedSpreadsheet(sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),${GRID_FIELDS}))`;

/** What a writer carries from one attempt to the next. */
export interface State {
  readonly client: SheetsClient;
  /** Hidden tabs that nobody needs any more. */
  trash: number[];
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
  readonly chunk: string;
  readonly tally: Tally;
  /** Goals not reached yet. */
  open: Goal[];
  damage: DamageByTab;
  attempt: number;
  /** The marker that stands for this chunk just now. */
  standing: { readonly id: number; readonly mends: boolean } | undefined;
}

export function newWork(work: Pick<Work, 'marker' | 'chunk' | 'tally'> & Partial<Work>): Work {
  return { open: [], damage: new Map(), attempt: 0, standing: undefined, ...work };
}

/** Goes round until no damage is left and every goal is reached or held. @throws GaveUp, SheetsError */
export async function settle(state: State, work: Work): Promise<void> {
  for (let round = 1; work.damage.size > 0 || work.open.length > 0; round += 1) {
    if (round > ROUNDS) throw new GaveUp('people changed the same rows again and again', round);
    await (work.damage.size > 0 ? goMend(state, work, round) : goWrite(state, work, round));
  }
}

/** One round for the goals. */
async function goWrite(state: State, work: Work, round: number): Promise<void> {
  const look = await lookAt(state.client, wantsOf(work.open), state.known);
  const label = work.attempt === 0 ? work.chunk : `${work.chunk} again ${work.attempt}`;
  const placed = place(work.open, look.tabs);
  const verdicts = await attempt(state, work, { label, look, steps: placed.steps, round, mends: false });
  if (verdicts === 'not applied' || verdicts === 'applied before') return;
  count(work.tally, placed);
  work.open = stillOpen(placed.steps, verdicts, work.tally);
  for (const damage of work.damage.values()) work.tally.repaired += sizeOf(damage);
}

/** One round for the damage; what people have taken care of themselves is no damage any more. */
async function goMend(state: State, work: Work, round: number): Promise<void> {
  const wants = [...work.damage.keys()].map((sheetId): Want => {
    return { sheetId, title: state.known.get(sheetId)?.title ?? '', columns: 'all' };
  });
  const look = await lookAt(state.client, wants, state.known);
  const steps = [...work.damage].flatMap(([sheetId, damage]) => {
    const now = look.tabs.get(sheetId);
    return (now && mend(damage, now)) ?? [];
  });
  const label = `repair ${work.attempt} of ${work.chunk}`;
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
  const body = writeRequest(
    steps,
    { id, order: state.order, mends },
    [...state.owed, ...marker],
    mends ? [] : state.trash,
  );
  try {
    const answer = await state.client.write(body, ANSWER);
    const own = ownTabs(id);
    const sheets = answer.updatedSpreadsheet?.sheets ?? [];
    const images = new Map(sheets.map((sheet) => [sheet.properties?.title ?? '', tabOf(sheet)]));
    const asSeen = steps.every((step) => isAsSeen(step, images.get(own.imageTitle(step.now.sheetId))));
    if (mends || !asSeen) return await judged(state, work, id, mends);
    applied(state, work, id, mends);
    state.trash = [own.logId, ...steps.map((_, i) => own.imageId(i))];
    return new Map(steps.map((step) => [step.now.sheetId, allRight(step)]));
  } catch (error) {
    const open =
      error instanceof UnknownOutcome ||
      (error instanceof Refused && (error.reason === 'grid' || error.reason === 'exists'));
    if (!open) throw error;
    await state.client.pause(Math.min(round, 6), error.message);
    return await judged(state, work, id, mends);
  }
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
  state.trash = all.flatMap((left) => left.sheetIds);
  const own = all.find((left) => left.markerId === id);
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
  state.owed.push(...markersFor(state, work, `${work.chunk} again ${work.attempt}`, markers));
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
function wantsOf(goals: readonly Goal[]): Want[] {
  const wants = new Map<number, Want & { columns: Set<string> | 'all' }>();
  for (const goal of goals) {
    const { sheetId, tab: title } = goal;
    const want = wants.get(sheetId) ?? { sheetId, title, columns: new Set<string>() };
    wants.set(sheetId, want);
    const whole = goal.kind === 'remove' || (goal.kind === 'update' && goal.id.key === '');
    if (whole) want.columns = 'all';
    else if (want.columns !== 'all')
      for (const column of [...goal.keyColumns, ...goal.cells.map((cell) => cell.column)]) want.columns.add(column);
  }
  return [...wants.values()];
}
