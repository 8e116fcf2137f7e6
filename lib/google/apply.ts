/**
 * Writes a plan into a Google Sheet, exactly once, while people keep typing in it.
 *
 * A chunk of goals goes round until nothing is left to do: look again, place the goals where their rows are by now,
 * write them in one atomic request together with the marker, a log and copies of the tabs, and compare the copies with
 * what was seen. Where they differ the damage is put right from the copies before anything else. An attempt whose
 * outcome is unknown is looked for by its marker; it can't be applied twice, for its marker and its hidden tabs have
 * ids of their own. A run that was killed leaves its log behind, and the next one finishes what there is to put right.
 */
import { createHash } from 'node:crypto';
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { SheetsClient } from './client.ts';
import { GaveUp, Refused, UnknownOutcome } from './errors.ts';
import { chunksOf, type Goal, goalsOf } from './goals.ts';
import { type Marker, type MarkerRecord, markerId, markerRequests } from './marker.ts';
import type { ApplyResult, HeldReason, TabPatch } from './patch.ts';
import { place, type TabStep } from './place.ts';
import { zoneClock } from './serial-time.ts';
import type { SheetSnapshot } from './snapshot.ts';
import { GRID_FIELDS, lookAt, type TabNow, tabOf, type Want } from './tab-now.ts';
import { insertPlace, intentsOf, ownTabs, readLeft } from './undo-log.ts';
import { isAsSeen, judge, nameOf, type Verdict } from './verify.ts';
import { writeRequest } from './write-request.ts';

/** Rounds of looking and writing before a chunk is given up: people would have to hit every single gap. */
const ROUNDS = 40;
const ANSWER = `spreadsheetId,updatedSpreadsheet(sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),${GRID_FIELDS}))`;

export interface SheetWriter {
  /** Applies patches made from a snapshot; the marker names them. */
  apply(snapshot: SheetSnapshot, patches: readonly TabPatch[], marker: Marker): Promise<ApplyResult>;
  /** Puts right what a killed run left, if it left anything. To be called before the snapshot that is planned on. */
  recover(): Promise<{ repaired: number; dropped: number }>;
  /** Takes away the last write's hidden tabs. */
  finish(): Promise<void>;
}

interface Tally {
  cells: number;
  inserts: number;
  removals: number;
  already: number;
  repaired: number;
  held: Map<string, { tab: string; reason: HeldReason; count: number }>;
}

function newTally(): Tally {
  return { cells: 0, inserts: 0, removals: 0, already: 0, repaired: 0, held: new Map() };
}

/** Applies patches and leaves nothing behind: `sheetWriter` for one plan. */
export async function applyPatches(
  client: SheetsClient,
  snapshot: SheetSnapshot,
  patches: readonly TabPatch[],
  marker: Marker,
): Promise<ApplyResult> {
  const writer = sheetWriter(client);
  const result = await writer.apply(snapshot, patches, marker);
  await writer.finish();
  return result;
}

/** A writer for one run; between two plans it leaves the hidden tabs of the last write, to save a call. */
export function sheetWriter(client: SheetsClient): SheetWriter {
  const state: State = { client, trash: [], owed: [], order: 0, known: new Map() };
  return {
    apply: (snapshot, patches, marker) => apply(state, snapshot, patches, marker),
    recover: () => recover(state),
    finish: () => finish(state),
  };
}

interface State {
  readonly client: SheetsClient;
  /** Hidden tabs that nobody needs any more. */
  trash: number[];
  /** Markers to write or drop with the next request. */
  owed: sheets_v4.Schema$Request[];
  /** Of the last attempt (see Attempt). */
  order: number;
  known: Map<number, TabNow>;
}

async function apply(
  state: State,
  snapshot: SheetSnapshot,
  patches: readonly TabPatch[],
  marker: Marker,
): Promise<ApplyResult> {
  for (const tab of snapshot.tabs) {
    if (!state.known.has(tab.sheetId)) state.known.set(tab.sheetId, { ...tab, length: 1, at: () => ({ value: null }) });
  }
  const tally = newTally();
  const chunks = chunksOf(goalsOf(snapshot, patches, zoneClock(snapshot.timeZone)));
  for (const [i, open] of chunks.entries()) {
    const chunk = `${i + 1}/${chunks.length}`;
    await settle(state, { marker, chunk, tally, layers: [open], attempt: 0, standing: undefined });
  }
  const { cells, inserts, removals, already, repaired, held } = tally;
  return { written: { cells, inserts, removals }, already, held: [...held.values()], repaired, chunks: chunks.length };
}

/** What is being settled, and how far it is. */
interface Work {
  readonly marker: Marker;
  readonly chunk: string;
  readonly tally: Tally;
  /**
   * The plan's goals, then repairs, then repairs of what repairs hit wrongly …: the last layer goes first, for each
   * goal expects what was there before the layers above it.
   */
  readonly layers: Goal[][];
  attempt: number;
  /** The marker that stands for this chunk just now. */
  standing: { id: number; mends: boolean } | undefined;
}

/** Goes round until goals and repairs are reached or held. */
async function settle(state: State, work: Work): Promise<void> {
  for (let round = 1; work.layers.length > 0; round += 1) {
    if (round > ROUNDS) throw new GaveUp('people changed the same rows again and again', round);
    await goRound(state, work, round);
  }
  // A repair's marker does not say that the chunk is applied.
  if (work.standing?.mends !== true || work.marker.job === RECOVERY) return;
  const { markers } = await lookAt(state.client, [], state.known);
  state.owed.push(...markersFor(state, work, `${work.chunk} again ${work.attempt}`, markers));
}

async function goRound(state: State, work: Work, round: number): Promise<void> {
  const layer = work.layers.pop() ?? [];
  const mends = layer[0]?.repair === true;
  const look = await lookAt(state.client, wantsOf(layer), state.known);
  const placed = place(layer, look.tabs);
  if (placed.steps.length === 0) {
    if (!mends) count(work.tally, placed);
    return;
  }
  const again = work.attempt === 0 ? work.chunk : `${work.chunk} again ${work.attempt}`;
  const label = mends ? `repair ${work.attempt} of ${work.chunk}` : again;
  const id = markerId(work.marker, label);
  const marker = markersFor(state, work, label, look.markers);
  const verdict = await attempt(state, placed.steps, { id, marker, round, order: state.order, mends });
  if (verdict === undefined) {
    work.layers.push(layer);
    return;
  }
  work.attempt += 1;
  work.standing = { id, mends };
  work.tally.repaired += verdict.repairs.length;
  if (!mends) count(work.tally, placed);
  const open = stillOpen(placed.steps, verdict, mends ? newTally() : work.tally);
  work.layers.push(...[open, [...verdict.repairs]].filter((one) => one.length > 0));
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

interface Attempt {
  readonly id: number;
  readonly marker: readonly sheets_v4.Schema$Request[];
  readonly round: number;
  /** Grows with each attempt: a log's place among others. */
  readonly order: number;
  /** While anything is being put right, the logs of the attempts before are still needed. */
  readonly mends: boolean;
}

/** One write and its verdict; undefined where it was not applied and has to be placed anew. */
async function attempt(
  state: State,
  steps: readonly TabStep[],
  { id, marker, round, order, mends }: Attempt,
): Promise<Verdict | undefined> {
  const trash = mends ? [] : state.trash;
  const body = writeRequest(steps, { id, order }, [...state.owed, ...marker], trash);
  try {
    const answer = await state.client.write(body, ANSWER);
    state.owed = [];
    state.trash = [...(mends ? state.trash : []), ...trashOf(steps, id)];
    const sheets = answer.updatedSpreadsheet?.sheets ?? [];
    const images = new Map(sheets.map((sheet) => [sheet.properties?.title ?? '', tabOf(sheet)]));
    const asSeen = steps.every((step) => isAsSeen(step, images.get(ownTabs(id).imageTitle(step.now.sheetId))));
    return asSeen ? { right: allNames(steps), repairs: [] } : await judged(state, id);
  } catch (error) {
    const open =
      error instanceof UnknownOutcome ||
      (error instanceof Refused && (error.reason === 'grid' || error.reason === 'exists'));
    if (!open) throw error;
    await state.client.pause(Math.min(round, 6), error.message);
    return await judged(state, id);
  }
}

function allNames(steps: readonly TabStep[]): Set<string> {
  return new Set(
    intentsOf(steps, 0).flatMap((one) => [nameOf(one), ...one.cells.map(([, header]) => nameOf(one, header))]),
  );
}

/** Reads what an attempt left, and judges it; undefined where it left nothing, and so was not applied. */
async function judged(state: State, id: number): Promise<Verdict | undefined> {
  const all = await readLeft(state.client);
  const own = all.find((left) => left.markerId === id);
  state.trash = all.flatMap((left) => left.sheetIds);
  if (own === undefined) return undefined;
  state.owed = [];
  return judge(own);
}

function trashOf(steps: readonly TabStep[], id: number): number[] {
  const own = ownTabs(id);
  return [own.logId, ...steps.map((_, i) => own.imageId(i))];
}

function dropMarker(metadataId: number): sheets_v4.Schema$Request {
  return { deleteDeveloperMetadata: { dataFilter: { developerMetadataLookup: { metadataId } } } };
}

/** Counts what was hit as meant; gives the goals that are still to be reached. */
function stillOpen(steps: readonly TabStep[], { right }: Verdict, tally: Tally): Goal[] {
  const open: Goal[] = [];
  for (const step of steps) {
    const byGoal = new Map<Goal, string[]>();
    for (const { goal, row, header } of step.cells) {
      const hit = right.has(nameOfGoal(goal, row, header));
      if (hit) tally.cells += 1;
      else byGoal.set(goal, [...(byGoal.get(goal) ?? []), header]);
    }
    for (const [goal, headers] of byGoal) {
      if (goal.kind === 'update')
        open.push({ ...goal, cells: goal.cells.filter((cell) => headers.includes(cell.column)) });
    }
    for (const [i, { goal }] of step.inserts.entries()) {
      if (right.has(nameOfGoal(goal, insertPlace(step) + i))) tally.inserts += 1;
      else open.push(goal);
    }
    for (const { goal, row } of step.removals) {
      if (right.has(nameOfGoal(goal, row))) tally.removals += 1;
      else open.push(goal);
    }
  }
  return open;
}

function nameOfGoal(goal: Goal, row: number, header?: string): string {
  return nameOf(
    { kind: goal.kind, sheetId: goal.sheetId, key: goal.kind === 'insert' ? goal.key : goal.id.key, row },
    header,
  );
}

function count(tally: Tally, { already, held }: ReturnType<typeof place>): void {
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
    const whole = goal.repair || goal.kind === 'remove' || (goal.kind === 'update' && goal.id.key === '');
    if (whole) want.columns = 'all';
    else if (want.columns !== 'all')
      for (const column of [...goal.keyColumns, ...goal.cells.map((cell) => cell.column)]) want.columns.add(column);
  }
  return [...wants.values()];
}

const RECOVERY = 'recovery';

async function recover(state: State): Promise<{ repaired: number; dropped: number }> {
  const left = (await readLeft(state.client)).sort((a, b) => a.order - b.order);
  state.trash = left.flatMap((one) => one.sheetIds);
  state.order = left.at(-1)?.order ?? 0;
  const judged = left.map((one) => ({ ...judge(one), id: one.markerId, mends: one.intents[0]?.repair === true }));
  // What a later attempt put right before the run was killed may be changed again by now, and then a person did it.
  const verdicts = judged.map(({ id, repairs }, i) => {
    const mended = new Set(judged.slice(i + 1).flatMap((later) => (later.mends ? [...later.right] : [])));
    return { id, repairs: repairs.flatMap((goal) => withoutDone(goal, mended)) };
  });
  const unsettled = verdicts.filter((one) => one.repairs.length > 0);
  // The chunk did not land as a whole: its marker must not say so.
  state.owed = unsettled.map((one) => dropMarker(one.id));
  const plan = createHash('sha256')
    .update(verdicts.map((one) => one.id).join())
    .digest('hex')
    .slice(0, 12);
  const marker = { job: RECOVERY, period: 'any', plan };
  const layers = unsettled.map((one) => one.repairs);
  await settle(state, { marker, chunk: '1/1', tally: newTally(), layers, attempt: 0, standing: undefined });
  await finish(state);
  return { repaired: layers.flat().length, dropped: unsettled.length };
}

/** A repair without what another attempt has done of it already. */
function withoutDone(goal: Goal, done: ReadonlySet<string>): Goal[] {
  const key = goal.kind === 'insert' ? goal.key : goal.id.key;
  if (key === '') return [goal];
  const isDone = (header?: string): boolean =>
    done.has(nameOf({ kind: goal.kind, sheetId: goal.sheetId, key, row: 0 }, header));
  if (goal.kind !== 'update') return isDone() ? [] : [goal];
  const cells = goal.cells.filter(({ column }) => !isDone(column));
  return cells.length > 0 ? [{ ...goal, cells }] : [];
}

/** Deletes hidden tabs and writes what markers are owed; repeats until it is done. */
async function finish(state: State): Promise<void> {
  for (let attempt = 1; state.trash.length + state.owed.length > 0; attempt += 1) {
    const deletions = state.trash.map((sheetId): sheets_v4.Schema$Request => ({ deleteSheet: { sheetId } }));
    try {
      await state.client.write({ requests: [...deletions, ...state.owed] }, 'spreadsheetId');
      state.trash = [];
      state.owed = [];
    } catch (error) {
      const known = error instanceof Refused && (error.reason === 'grid' || error.reason === 'exists');
      if (!known && !(error instanceof UnknownOutcome)) throw error;
      // The markers owed go with the deletions: what is deleted says that they are written.
      if (error instanceof Refused && error.reason === 'exists') state.owed = [];
      await state.client.pause(attempt, error.message);
      state.trash = (await readLeft(state.client)).flatMap((one) => one.sheetIds);
    }
  }
}
