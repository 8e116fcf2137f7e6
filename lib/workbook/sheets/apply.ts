/**
 * Writes plans into a Google Sheet, exactly once, while people keep typing in it: cut into chunks, each settled in its
 * turn (settle.ts). A run that was killed leaves its logs and copies behind, and the next one finishes what there is to put right.
 */
import { createHash } from 'node:crypto';
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { type DamageByTab, judgeLeft, markAgain, type State } from './attempt.ts';
import type { SheetsClient } from './client.ts';
import { sizeOf } from './damage.ts';
import { Refused, UnknownOutcome } from './errors.ts';
import { CHUNK_BYTES, chunksOf, type Goal, goalsOf } from './goals.ts';
import { dropMarker, type Marker, markerRequests } from './marker.ts';
import type { ApplyResult, TabPatch } from './patch.ts';
import { zoneClock } from './serial-time.ts';
import { NEAR_ROWS, newChunk, newTally, settle, type Tally } from './settle.ts';
import type { SheetSnapshot } from './snapshot.ts';
import { type Look, lookAt } from './tab-now.ts';
import { missedBy, TAKES_BACK, takenBack, unfinished } from './take-back.ts';
import { type Left, type Part, readLeft } from './undo-log.ts';

export interface SheetWriter {
  /** Applies patches made from a snapshot; the marker names them. */
  apply(snapshot: SheetSnapshot, patches: readonly TabPatch[], marker: Marker): Promise<ApplyResult>;
  /** Puts right what a killed run left, if it left anything. To be called before the snapshot that is planned on. */
  recover(): Promise<Recovered>;
  /** Takes away the last write's hidden tabs. */
  finish(): Promise<void>;
}

/** Rows that were hit wrongly and put right; rows of a landing that was not whole, and was taken back. */
export interface Recovered {
  readonly repaired: number;
  readonly takenBack: number;
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

/**
 * A writer for one run; between two plans it leaves the hidden tabs of the last write, to save a call. `chunkBytes` limits what
 * goes in one request, `nearRows` how far around a row's last place its cells are looked for at first.
 */
export function sheetWriter(
  client: SheetsClient,
  { chunkBytes = CHUNK_BYTES, nearRows = NEAR_ROWS }: Partial<Pick<State, 'chunkBytes' | 'nearRows'>> = {},
): SheetWriter {
  const state: State = {
    chunkBytes,
    nearRows,
    client,
    trash: [],
    logs: new Set(),
    landing: '',
    missed: [],
    owed: [],
    order: 0,
    known: new Map(),
  };
  return {
    apply: (snapshot, patches, marker) => apply(state, snapshot, patches, marker),
    recover: () => recover(state),
    finish: () => finish(state),
  };
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
  const chunks = chunksOf(goalsOf(snapshot, patches, zoneClock(snapshot.timeZone)), state.chunkBytes);
  await landChunks(state, chunks, marker, tally);
  const { cells, inserts, removals, already, repaired, held } = tally;
  return { written: { cells, inserts, removals }, already, held: [...held.values()], repaired, chunks: chunks.length };
}

/** The name of a landing in its logs. */
const landingOf = ({ job, period, plan }: Marker): string =>
  createHash('sha256').update(JSON.stringify({ job, period, plan })).digest('base64url').slice(0, 12);

/** Settles chunk after chunk. */
async function landChunks(state: State, chunks: readonly Goal[][], marker: Marker, tally: Tally): Promise<void> {
  state.trash.push(...state.logs);
  state.logs = new Set();
  state.landing = landingOf(marker);
  state.missed = [];
  let ahead: Look | undefined;
  for (const [i, open] of chunks.entries()) {
    const part = { landing: state.landing, chunk: i + 1, chunks: chunks.length };
    const work = newChunk({ marker, part, tally, open, next: chunks[i + 1] ?? [], ahead });
    await settle(state, work);
    if (work.standing?.mends) await markAgain(state, work);
    ahead = work.lookedAhead;
  }
}

/** The marker of a recovery's own writes, which says nothing of any landing. */
const RECOVERY = 'recovery';

/** First what was hit wrongly is put right, then what did not land whole is taken back. */
async function recover(state: State): Promise<Recovered> {
  const left = await readLeft(state.client);
  state.trash = left.flatMap((one) => one.sheetIds);
  state.order = left.at(-1)?.log?.order ?? 0;
  const damage: DamageByTab = new Map();
  const judged = left.flatMap((one) => (one.log ? [{ log: one.log, verdicts: judgeLeft(one, damage) }] : []));
  const repaired = [...damage.values()].reduce((sum, one) => sum + sizeOf(one), 0);
  state.missed = judged.flatMap((one) => [...one.log.missed, ...(one.log.part ? missedBy(one) : [])]);
  const landing = unfinished(judged);
  const goals = takenBack(landing, state.missed);
  const name = createHash('sha256')
    .update(left.map((one) => one.markerId).join())
    .digest('hex')
    .slice(0, 12);
  const marker = { job: RECOVERY, period: 'any', plan: name };
  const mending = newChunk({ marker, part: null, damage });
  await settle(state, mending);
  if (mending.standing) state.owed.push(dropMarker(mending.standing.id));
  const part = landing[0]?.part;
  if (part) await takeBack(state, left, part, marker, goals);
  else await markWhole(state, left);
  await finish(state);
  return { repaired, takenBack: goals.length };
}

/**
 * Takes the chunks of a landing back, and their markers, also those whose logs are gone already: nothing may say that they are
 * applied.
 */
async function takeBack(
  state: State,
  left: readonly Left[],
  { landing, chunks }: Part,
  marker: Marker,
  goals: readonly Goal[],
): Promise<void> {
  state.landing = landing;
  state.logs = new Set(left.flatMap((one) => (one.log?.part?.landing === landing ? (one.logId ?? []) : [])));
  state.trash = state.trash.filter((sheetId) => !state.logs.has(sheetId));
  for (const [i, open] of chunksOf(goals, state.chunkBytes).entries()) {
    const part = { landing, chunk: TAKES_BACK, chunks };
    const work = newChunk({ marker: { ...marker, plan: `${marker.plan} back ${i}` }, part, open });
    await settle(state, work);
    if (work.standing) state.owed.push(dropMarker(work.standing.id));
  }
  const { markers } = await lookAt(state.client, [], state.known);
  const ofLanding = markers.filter((one) => landingOf(one) === landing).map(({ id }) => id);
  state.owed.push(...[...new Set([...left.map(({ markerId }) => markerId), ...ofLanding])].map(dropMarker));
}

/** Of a landing that is whole, a repair's marker may stand where the chunk's belongs: the run was killed before it changed them. */
async function markWhole(state: State, left: readonly Left[]): Promise<void> {
  if (!left.some(({ log }) => log?.mends)) return;
  const { markers } = await lookAt(state.client, [], state.known);
  for (const { id, chunk, ...marker } of markers) {
    const [, nth, mended] = /^repair (\d+) of (.+)$/.exec(chunk) ?? [];
    if (mended === undefined || !left.some(({ markerId }) => markerId === id)) continue;
    if (marker.job === RECOVERY) {
      state.owed.push(dropMarker(id));
      continue;
    }
    state.order = Math.max(state.order, markers.at(-1)?.sequence ?? 0) + 1;
    const others = markers.filter((one) => one.id !== id);
    state.owed.push(dropMarker(id), ...markerRequests(marker, `${mended} again ${nth}`, state.order, others));
  }
}

/** Deletes hidden tabs and writes what markers are owed; repeats until it is done. */
async function finish(state: State): Promise<void> {
  state.trash.push(...state.logs);
  state.logs = new Set();
  for (let attempt = 1; state.trash.length + state.owed.length > 0; attempt += 1) {
    const deletions = state.trash.map((sheetId): sheets_v4.Schema$Request => ({ deleteSheet: { sheetId } }));
    try {
      await state.client.write({ requests: [...deletions, ...state.owed] }, 'spreadsheetId');
      state.trash = [];
      state.owed = [];
    } catch (error) {
      const known = error instanceof Refused && (error.reason === 'grid' || error.reason === 'exists');
      if (!known && !(error instanceof UnknownOutcome)) throw error;
      await state.client.pause(attempt, error.message);
      const left = (await readLeft(state.client)).flatMap((one) => one.sheetIds);
      // The markers owed go with the deletions: what is deleted says that they are written.
      if (!state.trash.some((sheetId) => left.includes(sheetId))) state.owed = [];
      state.trash = left;
    }
  }
}
