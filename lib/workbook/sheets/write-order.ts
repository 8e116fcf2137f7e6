/**
 * The order in which a plan is written: consent first; what goes is taken away after what keeps it has come; what says
 * that a run is over comes last. And which rows belong together: a row of `changes` is written in the same request as
 * the cell that it tells of, a row of `merges` or `archive` with the removal of its contact. Pure.
 */
import { type TableName, tableOf } from '../../core/tables.ts';
import type { Goal, GoalCell, InsertGoal } from './goals.ts';

interface TableGoals {
  readonly goals: readonly Goal[];
  /** Header texts by column. */
  readonly headerOf: ReadonlyMap<string, string>;
}

/** Tables that keep a contact which goes, and the column by which they do. */
const KEEPS: Readonly<Partial<Record<TableName, string>>> = { merges: 'duplicate_id', archive: 'contact_id' };
/** What says that a run is over. */
export const LAST: readonly TableName[] = ['quarantine', 'runs'];
/** Columns that say whether a contact may be mailed. */
const CONSENT = ['status', 'email_status'];

/** Between the parts of a key in `changes` (see keyText in snapshot/check.ts). */
const BETWEEN = ' · ';
const nameOf = (key: string): string => key.split('\u001f').join(BETWEEN).trim().toLowerCase();

type Inserts = Map<string, InsertGoal[]>;

const textOf = ({ cells }: InsertGoal, header: string): string =>
  String(cells.find(({ column }) => column === header)?.after.value ?? '');

function add(map: Inserts, name: string, goal: InsertGoal): void {
  const there = map.get(name);
  if (there) there.push(goal);
  else map.set(name, [goal]);
}

/** Ties decisions to what they are about; those about nothing that is written stay goals of their own. */
export function withDecisions(tables: ReadonlyMap<TableName, TableGoals>): Map<TableName, Goal[]> {
  const about: Inserts = new Map();
  const changes = tables.get('changes');
  const header = (column: string): string => changes?.headerOf.get(column) ?? column;
  for (const goal of changes?.goals ?? []) {
    if (goal.kind !== 'insert') continue;
    const name = [
      textOf(goal, header('table')),
      nameOf(textOf(goal, header('row_key'))),
      textOf(goal, header('column')),
    ];
    add(about, name.join('\n'), { ...goal, isRecord: true });
  }
  const kept: Inserts = new Map();
  const removed = new Set(
    (tables.get('contacts')?.goals ?? []).flatMap((goal) => (goal.kind === 'remove' ? [goal.id.key] : [])),
  );
  for (const [table, column] of Object.entries(KEEPS) as [TableName, string][]) {
    const own = tables.get(table);
    for (const goal of own?.goals ?? []) {
      const id = goal.kind === 'insert' ? textOf(goal, own?.headerOf.get(column) ?? column) : '';
      if (goal.kind === 'insert' && removed.has(id)) add(kept, id, goal);
    }
  }
  const riding = new Set<Goal>([...kept.values()].flat());
  const take = (table: TableName, key: string, column: string): InsertGoal[] => {
    const name = [table, nameOf(key), column].join('\n');
    const found = about.get(name) ?? [];
    about.delete(name);
    return found;
  };
  const result = new Map<TableName, Goal[]>();
  for (const [table, { goals, headerOf }] of tables) {
    if (table === 'changes') continue;
    const columnOf = new Map([...headerOf].map(([column, text]) => [text, column]));
    const keyHeaders = tableOf(table).key.map((column) => headerOf.get(column) ?? column);
    const own = goals.map((goal): Goal => {
      if (riding.has(goal)) return goal;
      if (goal.kind === 'insert') return tied(goal, take(table, goal.key, ''));
      if (goal.kind === 'remove') {
        const keeps = table === 'contacts' ? (kept.get(goal.id.key) ?? []) : [];
        const also = keeps.flatMap((each) => take(tableOfGoal(each, tables), each.key, ''));
        return tied(goal, [...take(table, goal.id.key, ''), ...keeps, ...also]);
      }
      // A row that gets its key just now is called by it.
      const given = goal.cells.find(({ column }) => keyHeaders.includes(column))?.after.value;
      const key = goal.id.key === '' ? String(given ?? '') : goal.id.key;
      const cells = goal.cells.map((cell): GoalCell => {
        const decisions = take(table, key, columnOf.get(cell.column) ?? cell.column);
        return decisions.length > 0 ? { ...cell, decisions } : cell;
      });
      return { ...goal, cells };
    });
    result.set(
      table,
      own.filter((_, i) => !riding.has(goals[i] as Goal)),
    );
  }
  const alone = [...about.values()].flat();
  const pruned = (changes?.goals ?? []).filter(({ kind }) => kind !== 'insert');
  if (alone.length + pruned.length > 0) result.set('changes', [...alone, ...pruned]);
  return result;
}

const tied = <T extends InsertGoal | Extract<Goal, { kind: 'remove' }>>(goal: T, decisions: InsertGoal[]): T =>
  decisions.length > 0 ? { ...goal, decisions } : goal;

const tableOfGoal = (goal: InsertGoal, tables: ReadonlyMap<TableName, TableGoals>): TableName =>
  [...tables].find(([, { goals }]) => goals[0]?.sheetId === goal.sheetId)?.[0] ?? 'contacts';

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
  const isConsent = goal.kind === 'update' && goal.cells.some(({ column }) => CONSENT.includes(column.toLowerCase()));
  return isConsent ? RANK.mailable : RANK.other;
}
