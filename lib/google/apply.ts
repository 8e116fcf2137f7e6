/**
 * Writes plans into a Google Sheet, exactly once, while people keep typing in it: cut into chunks, each settled in its
 * turn (settle.ts). A run that was killed leaves its logs and copies behind, and the next one finishes what there is to put right.
 */
import { createHash } from 'node:crypto';
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { SheetsClient } from './client.ts';
import { sizeOf } from './damage.ts';
import { Refused, UnknownOutcome } from './errors.ts';
import { chunksOf, goalsOf } from './goals.ts';
import { dropMarker, type Marker } from './marker.ts';
import type { ApplyResult, TabPatch } from './patch.ts';
import { zoneClock } from './serial-time.ts';
import { type DamageByTab, judgeLeft, markAgain, newTally, newWork, type State, settle } from './settle.ts';
import type { SheetSnapshot } from './snapshot.ts';
import { readLeft } from './undo-log.ts';

export interface SheetWriter {
  /** Applies patches made from a snapshot; the marker names them. */
  apply(snapshot: SheetSnapshot, patches: readonly TabPatch[], marker: Marker): Promise<ApplyResult>;
  /** Puts right what a killed run left, if it left anything. To be called before the snapshot that is planned on. */
  recover(): Promise<{ repaired: number }>;
  /** Takes away the last write's hidden tabs. */
  finish(): Promise<void>;
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
    const work = newWork({ marker, chunk: `${i + 1}/${chunks.length}`, tally, open });
    await settle(state, work);
    if (work.standing?.mends) await markAgain(state, work);
  }
  const { cells, inserts, removals, already, repaired, held } = tally;
  return { written: { cells, inserts, removals }, already, held: [...held.values()], repaired, chunks: chunks.length };
}

async function recover(state: State): Promise<{ repaired: number }> {
  const left = await readLeft(state.client);
  state.trash = left.flatMap((one) => one.sheetIds);
  state.order = left.at(-1)?.log?.order ?? 0;
  const damage: DamageByTab = new Map();
  for (const one of left) judgeLeft(one, damage);
  const repaired = [...damage.values()].reduce((sum, one) => sum + sizeOf(one), 0);
  // The chunk did not land as a whole: its markers must not say so.
  if (repaired > 0) state.owed = left.map((one) => dropMarker(one.markerId));
  const plan = createHash('sha256')
    .update(left.map((one) => one.markerId).join())
    .digest('hex')
    .slice(0, 12);
  const marker = { job: 'recovery', period: 'any', plan };
  const work = newWork({ marker, chunk: '1/1', tally: newTally(), damage });
  await settle(state, work);
  if (work.standing) state.owed.push(dropMarker(work.standing.id));
  await finish(state);
  return { repaired };
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
      await state.client.pause(attempt, error.message);
      const left = (await readLeft(state.client)).flatMap((one) => one.sheetIds);
      // The markers owed go with the deletions: what is deleted says that they are written.
      if (!state.trash.some((sheetId) => left.includes(sheetId))) state.owed = [];
      state.trash = left;
    }
  }
}
