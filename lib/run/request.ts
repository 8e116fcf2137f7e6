/** What a run is asked to do, with which workbook and ledger; and what it has before it writes. */
import type { ScheduledJob } from '../core/batch.ts';
import type { Engine } from '../core/engine.ts';
import type { Outside } from '../core/prepare.ts';
import type { WorkbookRules } from '../core/workbook-rules.ts';
import type { Decisions } from '../plan/apply.ts';
import type { Diff } from '../plan/plan.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Store, TabFile } from '../workbook/store.ts';
import type { Approval } from './approval.ts';
import type { ColumnRecord } from './derived-columns.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { Rejections } from './rejection.ts';
import type { JobResult, RunResult } from './result.ts';
import type { RunIdentity } from './run-identity.ts';

/** What runs, as of which moment and by which rules. */
export interface RunSubject {
  readonly jobs: readonly ScheduledJob[];
  readonly rules: WorkbookRules;
  readonly asOf: Date;
  readonly identity: RunIdentity;
}

/**
 * Where a run reads and writes. A dry run is the same run with a store that writes nothing and a ledger that keeps
 * nothing.
 */
export interface RunPlaces {
  readonly store: Store;
  readonly ledger: Ledger;
  /** What a job that gathers may reach beyond the workbook; nothing, unless given. */
  readonly outside?: Outside;
  /** The checkout of a runner that is thrown away, where the run is on one. */
  readonly checkout?: string;
}

/** How a run goes about it. */
export interface RunManner {
  /** What an applied plan is called: `planned` in a dry run. */
  readonly applied: 'applied' | 'planned';
  /** Hashes of plans that a person approved. */
  readonly approvals: ReadonlySet<string>;
  /** Who approved them, where that is not the person who runs this. */
  readonly approval?: Approval;
  /** Plans that a person rejected; none, unless given. */
  readonly rejections?: Rejections;
  /** A file for the rows of all plans. */
  readonly planFile?: string;
  /** Asks a person, once the plans stand, whether to go on. "No" writes nothing and records nothing. */
  readonly confirm?: (result: RunResult) => Promise<boolean>;
  /** Looks at the engine's tables once every plan is applied to them, before anything is written. */
  readonly whenApplied?: (engine: Engine) => Promise<void>;
  /** Megabytes that the engine may use before it works on disk; the engine's own limit, unless given. */
  readonly memoryMb?: number;
  /** The workbook may be without contacts yet. */
  readonly mayBeEmpty?: boolean;
  readonly progress: (line: string) => void;
  /** Monotonic seconds, for durations only. */
  readonly elapsed: () => number;
}

/** What a run is asked for: what to run, where, and how. */
export interface RunRequest {
  readonly what: RunSubject;
  readonly where: RunPlaces;
  readonly how: RunManner;
}

/** What is known of a run whose workbook did not even open. */
export interface FailedRun {
  readonly what: RunSubject;
  readonly where: Pick<RunPlaces, 'ledger'>;
  readonly how: Pick<RunManner, 'progress' | 'elapsed'>;
}

export interface BatchOutcome {
  readonly engine: Engine;
  readonly store: Store;
  readonly snapshot: Snapshot;
  readonly request: RunRequest;
  readonly results: readonly JobResult[];
  readonly applied: readonly Diff[];
  readonly decisions: readonly Decisions[];
  /** Tabs that jobs fill. */
  readonly tabs: readonly TabFile[];
  /** What `runs` is to keep of whose columns are. */
  readonly columns: readonly ColumnRecord[];
  readonly entries: readonly LedgerEntry[];
  /** Periods that the marker in the workbook completed. */
  readonly recovered: ReadonlySet<string>;
}
