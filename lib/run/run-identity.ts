/**
 * Who a run is: its id, when it started, on which workbook, from which commit, started by what.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';

export interface RunIdentity {
  /** Unique, and sortable by start: `20261124T050001123Z-4f2a`. */
  readonly run: string;
  readonly startedAt: Date;
  /** The workbook's id, so that two workbooks may share a ledger. */
  readonly workbook: string;
  readonly commit: string | null;
  readonly trigger: 'schedule' | 'dispatch' | 'local';
}

/** @param workbook the workbook's id (`folderId`, `placeId`) */
export function identify(
  workbook: string,
  now: Date,
  environment: Readonly<Record<string, string | undefined>>,
): RunIdentity {
  return {
    run: `${now.toISOString().replace(/[-:.]/g, '')}-${randomBytes(2).toString('hex')}`,
    startedAt: now,
    workbook,
    // GITHUB_SHA is what started the run; a run that waited its turn works on a newer commit.
    commit: headCommit() ?? environment.GITHUB_SHA ?? null,
    trigger: triggerOf(environment.GITHUB_EVENT_NAME),
  };
}

/** Events that a person causes: a run by hand, and an approval by label or comment. */
const BY_HAND = new Set(['workflow_dispatch', 'repository_dispatch', 'issues', 'issue_comment']);

function triggerOf(event: string | undefined): RunIdentity['trigger'] {
  if (event === 'schedule') return 'schedule';
  return BY_HAND.has(event ?? '') ? 'dispatch' : 'local';
}

function headCommit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

/** A hash of a job's rules, in any order of their keys. Functions and patterns count by their text. */
export function rulesHash(rules: unknown): string {
  const text = JSON.stringify(rules ?? null, (_, value: unknown) => {
    if (value instanceof RegExp || typeof value === 'function') return String(value);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
