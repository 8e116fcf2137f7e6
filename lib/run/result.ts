/**
 * How a run and each of its jobs ended: what `--json` prints, and what the report, the ledger and the alerts are made
 * from.
 */
import type { RunError } from '../core/errors.ts';
import type { GuardResult } from '../core/guard.ts';
import type { NotTaken } from '../workbook/store.ts';
import type { Approval } from './approval.ts';
import type { Breakdown } from './breakdown.ts';
import type { HeldPart } from './held-part.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { JobPlan } from './plan-job.ts';
import type { WarehouseCost } from './warehouse-cost.ts';

export type JobStatus = LedgerEntry['status'];

export interface JobResult {
  readonly job: string;
  readonly period: string;
  readonly status: JobStatus;
  readonly plan: string | null;
  readonly changes: JobPlan['changes'];
  readonly reasons: JobPlan['reasons'];
  readonly guards: readonly GuardResult[];
  readonly held: JobPlan['held'];
  readonly heldParts: readonly HeldPart[];
  readonly metrics: JobPlan['metrics'];
  readonly seconds: number;
  readonly approved?: string;
  /** Who approved it. */
  readonly approval?: Approval;
  /** The issue in which a person rejected what would wait: it waits no more, until it differs. */
  readonly rejected?: number;
  /** Whom a plan that waits is about, in counts. */
  readonly breakdown?: Breakdown;
  /** The hashes of parts that would have been held, but for a person's approval. */
  readonly letThrough?: readonly string[];
  readonly error?: RunError;
  /** What a person may want to do about a blocked plan. */
  readonly next?: string;
}

/** A plan, or a part of one, waits for a person, and no person rejected it. */
export const isWaiting = ({ status, heldParts, rejected }: JobResult): boolean =>
  rejected === undefined && (status === 'blocked' || heldParts.some(({ plan }) => plan !== null));

export interface RunResult {
  readonly snapshot: { readonly rows: Readonly<Record<string, number>>; readonly quarantined: number };
  readonly quarantine: Readonly<Record<string, number>>;
  /** Cells that can't be read, by table, column and reason; none, where it is left out. */
  readonly unreadable?: Readonly<Record<string, number>>;
  readonly jobs: readonly JobResult[];
  /** CSV files that are called almost like a table, or may say who left, and are not read. */
  readonly notRead?: readonly string[];
  /** Files and tabs of another tool whose events or purchases only an import takes. */
  readonly notTaken?: readonly NotTaken[];
  /**
   * Addresses that left or complained by files beside the contacts, and are no contact's; left out where there are
   * none.
   */
  readonly ofNoContact?: number;
  /** Lines of the contacts that are no rows, and were ignored; left out where there are none. */
  readonly otherLines?: number;
  /** Hashes that a person approved, and that no plan of this run has. */
  readonly unmatched?: readonly string[];
  /** What the contacts' columns say of consent, in rows by header; left out where they have only a status of ours. */
  readonly consent?: ConsentReport;
  /** What a warehouse did for the run, its commit too; left out for other workbooks. */
  readonly warehouse?: WarehouseCost;
}

export interface ConsentReport {
  readonly no: Readonly<Record<string, number>>;
  /** Rows in which one column says yes and another no. */
  readonly disagree: number;
}
