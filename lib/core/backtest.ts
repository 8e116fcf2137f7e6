/**
 * What a back-test is: a job's numbers of back then, worked out from the facts of back then, held against what came
 * since. A job that can be back-tested declares `backtest`; the command prepares the engine and prints what comes
 * back.
 */
import type { Context } from './context.ts';
import type { Engine } from './engine.ts';

/** @typeParam Step a step of a job (job.ts) */
export interface BacktestRequest<Step = unknown> {
  /**
   * A snapshot of its own with all facts up to `asOf`. The back-test may change its tables; no workbook is behind
   * them.
   */
  readonly engine: Engine;
  /** The end of what came: outcomes are counted up to here. */
  readonly asOf: Date;
  /** How many days before `asOf` the numbers are worked out. */
  readonly days: number;
  /** `purchase`, or a type of event such as `demo_request`. */
  readonly outcome: string;
  /** What the job would have known of a run at that moment. */
  readonly contextAt: (moment: Date) => Context;
  readonly runSteps: (steps: readonly Step[]) => Promise<void>;
}

export interface BacktestTable {
  readonly title: string;
  /** How to read it, in a sentence or two. */
  readonly note?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface Backtest {
  /** The figures, for `--json`. Counts and rates; never a person. */
  readonly report: object;
  readonly title: string;
  /** What it comes to, in sentences, the most important one first. */
  readonly findings: readonly string[];
  readonly tables: readonly BacktestTable[];
  /** Lines that are printed as they stand, after the tables. */
  readonly lines?: readonly string[];
  /** Why the figures say nothing; the command then ends with exit code 2. */
  readonly refused?: string;
}
