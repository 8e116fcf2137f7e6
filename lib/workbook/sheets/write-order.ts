/**
 * The order in which a plan is written: consent first; what goes is taken away after what keeps it has come; what says
 * that a run is over comes last. And which rows belong together: a row of `changes` is written in the same request as
 * the cell that it tells of, a row of `merges` or `archive` with the removal of its contact. Pure.
 */
import type { TableName } from '../../core/tables.ts';
import { grouped } from './cells.ts';
import type { Goal, GoalCell } from './goals.ts';

interface TableGoals {
  readonly goals: readonly Goal[];
  /** Header texts by column. */
  readonly headerOf: ReadonlyMap<string, string>;
}

/** Tables that keep a contact which goes, and the column by which they do. */
const KEEPS: readonly (readonly [TableName, string])[] = [
  ['merges', 'duplicate_id'],
  ['archive', 'contact_id'],
];
/** What says that a run is over. */
export const LAST: readonly TableName[] = ['quarantine', 'runs'];
/** Columns that say whether a contact may be mailed. */
const CONSENT = ['status', 'email_status'];

/** Between the parts of a key in `changes` (see keyText in snapshot/check.ts). */
const BETWEEN = ' · ';
const nameOf = (key: string): string => key.split('\u001f').join(BETWEEN).trim().toLowerCase();

const textOf = ({ cells, headers }: Goal, header: string): string =>
  String(cells.find(({ index }) => headers[index] === header)?.after.value ?? '');
const insertsOf = (goals: readonly Goal[] = []): Goal[] => goals.filter((goal) => goal.kind === 'insert');

/** Ties decisions to what they are about; those about nothing that is written stay goals of their own. */
export function withDecisions(tables: ReadonlyMap<TableName, TableGoals>): Map<TableName, Goal[]> {
  const changes = tables.get('changes');
  const textIn = (goal: Goal, column: string): string => textOf(goal, changes?.headerOf.get(column) ?? column);
  const decisions = insertsOf(changes?.goals).map((goal): Goal => ({ ...goal, isRecord: true }));
  const about = grouped(decisions, (goal) =>
    [textIn(goal, 'table'), nameOf(textIn(goal, 'row_key')), textIn(goal, 'column')].join('\n'),
  );
  const take = (table: TableName, key: string, column: string): Goal[] => {
    const name = [table, nameOf(key), column].join('\n');
    const found = about.get(name) ?? [];
    about.delete(name);
    return found;
  };
  const removed = new Set((tables.get('contacts')?.goals ?? []).map((goal) => goal.kind === 'remove' && goal.name));
  const keeping = KEEPS.flatMap(([table, column]) => {
    const own = tables.get(table);
    const header = own?.headerOf.get(column) ?? column;
    return insertsOf(own?.goals).map((goal) => ({ table, goal, id: textOf(goal, header) }));
  });
  const kept = grouped(
    keeping.filter(({ id }) => removed.has(id)),
    ({ id }) => id,
  );
  const riding = new Set<Goal>([...kept.values()].flat().map(({ goal }) => goal));
  const result = new Map<TableName, Goal[]>();
  for (const [table, { goals, headerOf }] of tables) {
    if (table === 'changes') continue;
    const columnOf = new Map([...headerOf].map(([column, text]) => [text, column]));
    const tiedGoal = (goal: Goal): Goal => {
      if (goal.kind === 'insert') return tied(goal, take(table, goal.name, ''));
      if (goal.kind === 'remove') {
        const keeps = table === 'contacts' ? (kept.get(goal.name) ?? []) : [];
        const also = keeps.flatMap((each) => [each.goal, ...take(each.table, each.goal.name, '')]);
        return tied(goal, [...take(table, goal.name, ''), ...also]);
      }
      // A row that gets its key just now is called by it.
      const given = goal.cells.find(({ index }) => goal.key.includes(index))?.after.value;
      const key = goal.name === '' ? String(given ?? '') : goal.name;
      const cells = goal.cells.map((cell) => {
        const header = goal.headers[cell.index] ?? '';
        return tied(cell, take(table, key, columnOf.get(header) ?? header));
      });
      return { ...goal, cells };
    };
    result.set(table, goals.filter((goal) => !riding.has(goal)).map(tiedGoal));
  }
  const pruned = (changes?.goals ?? []).filter(({ kind }) => kind !== 'insert');
  const alone = [...[...about.values()].flat(), ...pruned];
  if (alone.length > 0) result.set('changes', alone);
  return result;
}

const tied = <T extends Goal | GoalCell>(goal: T, decisions: Goal[]): T =>
  decisions.length > 0 ? { ...goal, decisions } : goal;

/**
 * All goals in their order; `filled` are those of the tabs that exports fill, `last` what says that the run is over.
 */
export function inOrder(
  tables: ReadonlyMap<TableName, readonly Goal[]>,
  filled: readonly Goal[],
): { first: Goal[]; last: Goal[] } {
  const ranked = [...tables].flatMap(([table, goals]) => goals.map((goal) => ({ goal, rank: rankOf(table, goal) })));
  ranked.sort((a, b) => a.rank - b.rank);
  const goals = (isLast: boolean) => ranked.filter(({ rank }) => rank >= RANK.last === isLast).map(({ goal }) => goal);
  return { first: [...goals(false), ...filled], last: goals(true) };
}

const RANK = { consent: 0, mailable: 1, other: 2, gone: 3, last: 4 };

function rankOf(table: TableName, goal: Goal): number {
  const last = LAST.indexOf(table);
  if (last >= 0) return RANK.last + last;
  if (goal.kind === 'remove') return RANK.gone;
  if (table === 'suppressions') return RANK.consent;
  if (table !== 'contacts') return RANK.other;
  const isConsent =
    goal.kind === 'update' &&
    goal.cells.some(({ index }) => CONSENT.includes(goal.headers[index]?.toLowerCase() ?? ''));
  return isConsent ? RANK.mailable : RANK.other;
}
