/**
 * Guards: limits on a plan, checked before anything is written. A guard only counts; whether the plan may go on is
 * the run's decision.
 */
import type { Sql } from './sql.ts';
import type { TableName } from './tables.ts';

/** A share of a table's rows and a number of rows, whichever is less. */
export interface Limit {
  /** 0.02 is 2 %. */
  readonly share: number;
  /** Never more than this many, however large the table. */
  readonly count?: number;
  /** Below this many rows in the table the share alone would be too strict: `atLeast` rows are always allowed then. */
  readonly from?: number;
  /** 10, unless given. */
  readonly atLeast?: number;
  /** A share that no approval lifts. */
  readonly refuse?: number;
  /** The limit itself, where what is counted is not rows but a change in per cent. */
  readonly percent?: number;
}

export interface Guard {
  readonly name: string;
  /** The table whose size the share is of. */
  readonly of: TableName;
  readonly limit: Limit;
  /**
   * One number: what of the plan is counted. `planned_TABLE` holds the plan's rows (op, keys, COLUMN, before_COLUMN,
   * why).
   */
  readonly found: Sql;
}

/** A guard as it stands in the ledger and in `--json`. */
export interface GuardResult {
  readonly guard: string;
  readonly limit: number;
  readonly found: number;
  readonly passed: boolean;
  /** Not even an approval lifts it. */
  readonly final?: true;
}

/** A part of a plan that is left out by itself: the rows whose `column` holds one of the query's `part`s. */
export interface Hold {
  /** Left out: the query tells what is not in the plan because its rule is wrong, and no approval lets it through. */
  readonly column?: string;
  /** Rows of a part that go through although it is held, by table: a condition on the plan's rows. */
  readonly spares?: Readonly<Partial<Record<TableName, Sql>>>;
  /**
   * Rows (part, reason): the parts to leave out of the plan; `kept`, where given, says how many rows stay as they are,
   * `called` what is shown in the part's place outside the workbook.
   */
  readonly query: Sql;
}

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;

/** "at most 2 % or 500 of contacts newly suppressed". */
export function atMost(limit: Limit, of: TableName, what: string, found: Sql): Guard {
  const count = limit.count === undefined ? '' : ` or ${limit.count}`;
  return { name: `at most ${percent(limit.share)}${count} of ${of} ${what}`, of, limit, found };
}

/** "at most 50 % change of the total lifetime value": `found` gives the change in whole per cent. */
export function atMostChange(share: number, of: TableName, what: string, found: Sql): Guard {
  return { name: `at most ${percent(share)} change of ${what}`, of, limit: { share, percent: share * 100 }, found };
}

/** Percentages mean nothing in tables smaller than this; then this many rows may change. */
const SMALL_TABLE = 20;
const SMALL_CHANGE = 10;

/**
 * The most rows that a limit allows in a table of `rows`.
 */
export function allowed(limit: Limit, rows: number): number {
  if (limit.percent !== undefined) return limit.percent;
  const share = Math.floor(limit.share * rows);
  const capped = Math.min(share, limit.count ?? Number.POSITIVE_INFINITY);
  const small = rows < Math.max(limit.from ?? 0, SMALL_TABLE) ? (limit.atLeast ?? SMALL_CHANGE) : 0;
  return Math.max(capped, small);
}

/** Checks a count against its limit. */
export function check(guard: Guard, rows: number, found: number): GuardResult {
  const limit = allowed(guard.limit, rows);
  const refused = guard.limit.refuse !== undefined && rows >= 20 && found > Math.floor(guard.limit.refuse * rows);
  return { guard: guard.name, limit, found, passed: found <= limit, ...(refused && { final: true as const }) };
}
