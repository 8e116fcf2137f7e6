/**
 * Reaches a chunk's goals, however often people come between: look again, place the goals where their rows are by now, and
 * write them. What an attempt hit wrongly is put right before anything else, by attempts of the same kind.
 */
import { attempt, chunkOf, type State, type Verdicts, type Work } from './attempt.ts';
import { mend, sizeOf } from './damage.ts';
import { GaveUp } from './errors.ts';
import type { Goal } from './goals.ts';
import type { HeldReason } from './patch.ts';
import { type Placement, place } from './place.ts';
import type { TabStep } from './step.ts';
import { lookAt, type Want } from './tab-now.ts';

/** Rounds of looking and writing before a chunk is given up: people would have to hit every single gap. */
const ROUNDS = 40;

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

/** A chunk and its goals. */
export interface Chunk extends Work {
  readonly tally: Tally;
  /** Goals not reached yet. */
  open: Goal[];
  /** The goals of the chunk that comes next: looked at in the answer to this one's write. */
  readonly next: readonly Goal[];
}

/** A chunk of which nothing is done. */
export function newChunk(given: Pick<Chunk, 'marker' | 'part'> & Partial<Chunk>): Chunk {
  const blank = {
    lookedAhead: undefined,
    open: [],
    next: [],
    damage: new Map(),
    attempt: 0,
    standing: undefined,
    ahead: undefined,
  };
  return { ...blank, tally: newTally(), ...given };
}

/** Goes round until no damage is left and every goal is reached or held. @throws GaveUp, SheetsError */
export async function settle(state: State, chunk: Chunk): Promise<void> {
  for (let round = 1; chunk.damage.size > 0 || chunk.open.length > 0; round += 1) {
    if (round > ROUNDS) throw new GaveUp('people changed the same rows again and again', round);
    await (chunk.damage.size > 0 ? goMend(state, chunk, round) : goWrite(state, chunk, round));
  }
}

/** One round for the goals. */
async function goWrite(state: State, chunk: Chunk, round: number): Promise<void> {
  const label = chunk.attempt === 0 ? chunkOf(chunk) : `${chunkOf(chunk)} again ${chunk.attempt}`;
  let look = chunk.ahead ?? (await lookAt(state.client, wantsOf(chunk.open, state.nearRows), state.known));
  chunk.ahead = undefined;
  let placed = place(chunk.open, look);
  // People may move rows of another tab between two looks.
  for (const more = new Map(placed.unsure); placed.unsure.size > 0; ) {
    look = await lookAt(state.client, wantsOf(chunk.open, state.nearRows, more), state.known);
    placed = place(chunk.open, look);
    for (const [sheetId, what] of placed.unsure) more.set(sheetId, what);
  }
  const verdicts = await attempt(state, chunk, {
    label,
    look,
    steps: placed.steps,
    round,
    mends: false,
    next: wantsOf(chunk.next, state.nearRows),
  });
  if (verdicts === 'not applied' || verdicts === 'applied before') return;
  count(chunk.tally, placed);
  chunk.open = stillOpen(placed.steps, verdicts, chunk.tally);
  for (const damage of chunk.damage.values()) chunk.tally.repaired += sizeOf(damage);
}

/** One round for the damage; what people have taken care of themselves is no damage any more. */
async function goMend(state: State, chunk: Chunk, round: number): Promise<void> {
  const wants = [...chunk.damage.keys()].map((sheetId): Want => ({ sheetId, columns: 'all' }));
  const look = await lookAt(state.client, wants, state.known);
  const steps = [...chunk.damage].flatMap(([sheetId, damage]) => {
    const now = look.tabs.get(sheetId);
    return (now && mend(damage, now)) ?? [];
  });
  const label = `repair ${chunk.attempt} of ${chunkOf(chunk)}`;
  const verdicts = await attempt(state, chunk, { label, look, steps, round, mends: true, next: [] });
  if (verdicts === 'nothing') chunk.damage = new Map();
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

/** How many rows further up and down than its rows stood a chunk looks for cells: people put in a row or two. */
export const NEAR_ROWS = 200;

interface Wanted extends Want {
  columns: Set<string> | 'all';
  near?: { columns: Set<string> | 'all'; from: number; to: number };
}

/** What to look at: keys whole, cells about where their rows stood, and all of these rows where whole rows matter. */
function wantsOf(goals: readonly Goal[], nearRows: number, unsure: Placement['unsure'] = new Map()): Want[] {
  const wants = new Map<number, Wanted>();
  for (const goal of goals) {
    const { sheetId } = goal;
    const want: Wanted = wants.get(sheetId) ?? { sheetId, columns: unsure.get(sheetId) === 'all' ? 'all' : new Set() };
    wants.set(sheetId, want);
    const isKeyless = (goal.kind === 'insert' ? goal.key : goal.id.key) === '';
    const needsRow = isKeyless || goal.kind === 'remove';
    if (needsRow && (goal.kind === 'insert' || unsure.has(sheetId))) want.columns = 'all';
    if (want.columns === 'all') continue;
    for (const column of goal.keyColumns) want.columns.add(column);
    if (goal.kind === 'insert') continue;
    const at = goal.id.near;
    const near = want.near ?? { columns: new Set(), from: at, to: at };
    want.near = { ...near, from: Math.min(near.from, at - nearRows), to: Math.max(near.to, at + nearRows) };
    if (needsRow) want.near.columns = 'all';
    const cells = unsure.has(sheetId) ? want.columns : want.near.columns;
    if (cells !== 'all' && goal.kind === 'update') for (const { column } of goal.cells) cells.add(column);
  }
  return [...wants.values()].map(({ near, ...want }) => {
    return near === undefined || want.columns === 'all' || unsure.has(want.sheetId) ? want : { ...want, near };
  });
}
