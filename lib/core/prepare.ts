/**
 * What a job may do ahead of its changes, beyond what SQL can say:
 *
 * prepare   computes over whole tables in the engine, such as fitting a model, and leaves tables for its changes to
 * read.
 *           Like those a function of the snapshot, as-of and rules
 * gather    asks an outside service before the run's snapshot is taken, and keeps the answers in a table of the
 *           workbook or hands them to prepare, so that the changes are again a function of what was read
 *
 * and after them:
 *
 * deliver   hands over to a service what the plan says of it, once the run is written
 *
 * gather and deliver are the only parts of a job that may see a network.
 */

import type { Change } from './change.ts';
import type { Context } from './context.ts';
import type { Engine } from './engine.ts';
import type { GuardResult } from './guard.ts';

/** What a person would want to watch, by name. Counts, names and parameters; never personal data. */
export type Metrics = Readonly<Record<string, unknown>>;

/** @typeParam Step a step of a job (job.ts) */
export interface Preparation<Step = never> {
  readonly engine: Engine;
  readonly context: Context;
  /** The metrics of the job's last good run for an earlier period of this workbook; null where there was none. */
  readonly earlier: Metrics | null;
  /** Makes the tables of steps, also of another job's. */
  readonly runSteps: (steps: readonly Step[]) => Promise<void>;
  /** What the job's `gather` found, for it to read. */
  readonly found?: unknown;
}

/** What is outside the workbook. Only the edge of the program knows the environment. */
export interface Outside {
  /** The value of a secret by its name; undefined where it isn't set. */
  readonly secret: (name: string) => string | undefined;
  /** The workbook is the embedded sample. */
  readonly isSample?: boolean;
  /** Does work that may be stopped: the signal reports it, and the work then ends soon and in order. */
  readonly stoppable: <T>(work: (stop: AbortSignal) => Promise<T>) => Promise<T>;
}

/** No secrets, and no stop signal. */
export const nothingOutside: Outside = {
  secret: () => undefined,
  stoppable: (work) => work(new AbortController().signal),
};

export interface Gathering {
  /** A snapshot of the job's tables, with its steps worked out. */
  readonly engine: Engine;
  readonly context: Context;
  readonly outside: Outside;
  /** The clock when the run started. */
  readonly startedAt: Date;
  /** A dry run: what is kept is forgotten afterwards, so nothing may be paid for. */
  readonly rehearsal: boolean;
  /** A folder that outlives a killed run, on the same machine. */
  readonly stateFolder: string;
  /** A folder for temporary files of this run. */
  readonly scratch: string;
  /** Writes a change into the workbook at once, in a commit of its own; the plan then finds it there. */
  readonly keep: (change: Change) => Promise<void>;
}

/** What gathering came to. A guard that did not pass stops the job's plan; what was kept stays. */
export interface Gathered {
  readonly metrics: Metrics;
  readonly guards: readonly GuardResult[];
  /** Handed to the job's `prepare` and `deliver`. */
  readonly found?: unknown;
}

/** What a job may reach that hands its plan over to a service, once everything of the run is written. */
export interface Delivery {
  /** `planned_TABLE` still holds the plan's rows. */
  readonly engine: Engine;
  readonly context: Context;
  readonly outside: Outside;
  readonly stateFolder: string;
  readonly found?: unknown;
  readonly progress: (line: string) => void;
}
