/**
 * What a job is. A file in jobs/ that calls `job({...})` is all there is to a job; how a run plans, guards, applies
 * and records it is not its business.
 *
 * workbook    the contact database: a set of tables, kept by a store
 * snapshot    one consistent copy of the workbook, read at one moment, loaded into the engine
 * as-of       the moment that a run pretends it is; a job sees facts up to then and no later
 * period      the slice of time that a run stands for; job + period is a run's identity
 * prepare     what a job computes over whole tables, and gather, what it asks of the world outside, before all else
 * step        a named intermediate table that a job works out first; `explain` and guards may read it as well
 * change      what a job wants of one table, as a query; what is so already drops out by itself
 * plan        the changes worked out against the snapshot: only what really differs, each row with its reason
 * guard       a limit on a plan, checked before anything is written
 * held        a part of a plan that was left out by itself, counted by reason
 */

import type { Backtest, BacktestRequest } from './backtest.ts';
import type { Change } from './change.ts';
import type { Context } from './context.ts';
import type { Guard, Hold } from './guard.ts';
import type { JobFile } from './job-file.ts';
import type { Delivery, Gathered, Gathering, Metrics, Preparation } from './prepare.ts';
import { withPlace } from './source-place.ts';
import type { Sql } from './sql.ts';
import type { TableName } from './tables.ts';

/** A query that the engine must understand for a part of a job's rules to be followed. It is never run. */
export interface Trial {
  readonly part: string;
  readonly query: Sql;
}

/** A named table made of a query; `row` says in words what one of its rows is. */
export interface QueryStep {
  readonly name: string;
  readonly row: string;
  readonly query: Sql;
}

/** What row logic gives back for one value: a text per column, or null. */
export type LookedUp = Readonly<Record<string, string | null>>;

/**
 * A named table made by TypeScript: `compute` is called once for every distinct row of `over` (one to three text
 * columns) and its answer stands beside it. For what needs a library and can't be expressed in SQL.
 */
export interface LookupStep {
  readonly name: string;
  readonly row: string;
  readonly over: Sql;
  readonly keys: readonly string[];
  readonly columns: readonly string[];
  readonly compute: (...values: (string | null)[]) => LookedUp;
}

export type Step = QueryStep | LookupStep;

/** One part of what `explain` tells about a contact: a title, and a query whose rows are printed as a table. */
export interface Explanation {
  readonly title: string;
  readonly query: Sql;
}

export interface Job {
  readonly name: string;
  /** One sentence for people: what it does, and what for. */
  readonly purpose: string;
  readonly reads: readonly TableName[];
  readonly writes: readonly TableName[];
  /** Jobs whose failure makes this one pointless: it is skipped then. */
  readonly needs?: readonly string[];
  /** What marketers tuned; its hash stands in the ledger. */
  readonly rules?: unknown;
  /** The rules as sentences, by the reason (`why`) that they give: shown to the person who approves a plan. */
  readonly ruleTexts?: Readonly<Record<string, string>>;
  /**
   * Columns beyond the known ones that the rules name (as `normalHeader` gives them), so that the snapshot loads them.
   */
  readonly extraColumns?: readonly string[];
  /** Asks the world outside, before the snapshot; see ahead.ts. */
  readonly gather?: (at: Gathering) => Promise<Gathered>;
  /** The tables that `gather` reads, loaded by themselves; left out, it gets a snapshot of all that the job reads. */
  readonly gatherReads?: readonly TableName[];
  /** Computes over whole tables, before the steps; gives metrics. See ahead.ts. */
  readonly prepare?: (at: Preparation<Step>) => Promise<Metrics>;
  /**
   * It erases a person: its decisions are written nowhere, because they would hold what it is there to forget, and it
   * waits for no table that shrank to be whole again.
   */
  readonly unrecorded?: true;
  /**
   * It makes people mailable again whom the workbook says no to, because a person answered so. A plan of any other job
   * that would do this waits for a person's approval (run/consent-guard.ts).
   */
  readonly releases?: true;
  /**
   * Asked where the engine refuses the job's steps or changes, so that a rule which it does not understand is one
   * part's fault and not the job's.
   */
  readonly trials?: (context: Context) => readonly Trial[];
  /**
   * What is wrong with its rules as far as it shows without a workbook, in words with file and line: `list` and `sync`
   * show it, and end with exit code 2. A run goes on with what is right.
   */
  readonly ruleFaults?: () => readonly string[];
  /**
   * Where this query gives no row there is nothing to do: neither steps nor changes are worked out, and the job's
   * metrics may read neither.
   */
  readonly onlyWith?: Sql;
  readonly steps?: (context: Context) => readonly Step[];
  readonly changes: (context: Context) => readonly Change[];
  /**
   * Hands over to services what an applied plan says of them (tables that are kept elsewhere, `outward`), after the
   * run's commit. Each part must be without effect when it is repeated: a run that ended in the middle does it again.
   */
  readonly deliver?: (at: Delivery) => Promise<Metrics>;
  /** Files that it makes beside the workbook's tables. */
  readonly files?: (context: Context) => readonly JobFile[];
  readonly guards?: readonly Guard[];
  /** Parts that are left out of the plan by themselves. */
  readonly holds?: (context: Context) => readonly Hold[];
  /** What a person would want to watch: name → a query of one row, or of rows (label, count). Never personal data. */
  readonly metrics?: (context: Context) => Readonly<Record<string, Sql>>;
  readonly explains?: (context: Context, contactId: string) => readonly Explanation[];
  /** Holds its numbers of back then against what came since: the command `backtest`. */
  readonly backtest?: (request: BacktestRequest<Step>) => Promise<Backtest>;
  /**
   * Explains from tables that `prepare` makes, which is run first; only where `when` counts any row for the contact.
   */
  readonly explainsPrepared?: {
    readonly when: (contactId: string) => Sql;
    readonly explains: (context: Context, contactId: string) => readonly Explanation[];
  };
}

/** Declares a job. */
export const job = (declaration: Job): Job => withPlace(declaration);
