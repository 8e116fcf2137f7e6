/**
 * `run NAME…`: runs jobs or batches, and reports the result.
 */

import { resolve } from 'node:path';
import { allJobs, resolveNames, type ScheduledJob } from '../core/batch.ts';
import type { Outside } from '../core/prepare.ts';
import { nearest } from '../core/text/nearest.ts';
import { printableJson } from '../core/text/printable.ts';
import { plural } from '../github/outward-errors.ts';
import { readOnlyLedger } from '../run/ledger.ts';
import { hasWrongRules } from '../run/plan-job.ts';
import type { RunRequest } from '../run/request.ts';
import type { JobResult, RunResult } from '../run/result.ts';
import { runBatch } from '../run/run.ts';
import { keepFolderId } from '../workbook/csv/workbook-id.ts';
import { nothingHeld, type Store } from '../workbook/store.ts';
import { inboxOf, noInbox } from './inbox.ts';
import { UsageError } from './options.ts';
import { reportRun } from './report.ts';
import { historyOf, type Session } from './session.ts';
import { screen } from './text.ts';

/** Secrets are environment variables; an interrupt or a runner that is called off says stop. */
const surroundings: Outside = {
  secret: (name) => process.env[name],
  stoppable: async (work) => {
    const stop = new AbortController();
    const say = () => stop.abort();
    for (const signal of STOPPING) process.once(signal, say);
    try {
      return await work(stop.signal);
    } finally {
      for (const signal of STOPPING) process.off(signal, say);
    }
  },
};
const STOPPING = ['SIGINT', 'SIGTERM'] as const;

/** A store that reads as the other does, and writes nothing. */
export const rehearsal = (store: Store): Store => ({
  kind: store.kind,
  recovered: store.recovered,
  scratch: store.scratch,
  stateFolder: store.stateFolder,
  read: store.read,
  delimiterOf: store.delimiterOf,
  rowHeaders: store.rowHeaders,
  marker: store.marker,
  commit: async () => nothingHeld,
  ...(store.sheet && { sheet: store.sheet }),
  ...(store.workbookId && { workbookId: store.workbookId }),
  close: store.close,
});

export async function runCommand(session: Session): Promise<number> {
  const { options, nightShift } = session;
  if (options.names.length === 0)
    throw new UsageError(`Run what? Name jobs or batches: ${knownNames(session).join(', ')}.`);
  // The watch is asked for like a job, though it works on the ledger and not on the workbook.
  if (options.names.join() === 'watchdog') return (await import('./watchdog.ts')).watchdogCommand(session);
  const jobs = resolveNames(nightShift, options.names);
  if ('unknown' in jobs) {
    const near = nearest(jobs.unknown, knownNames(session));
    throw new UsageError(
      `There is no job or batch "${jobs.unknown}".${near ? ` Did you mean "${near}"?` : ''} There are: ${knownNames(session).join(', ')}.`,
    );
  }
  return runJobs(session, options.names.join(' '), jobs);
}

/** Runs jobs on the session's workbook, prints how it went, and returns the exit code. */
export async function runJobs(session: Session, name: string, jobs: readonly ScheduledJob[]): Promise<number> {
  const { result, kind } = await performRun(session, name, jobs);
  console.log(
    session.options.json ? printableJson(jsonOf(session, name, kind, result)) : textOf(session, name, result),
  );
  return exitCode(result.jobs);
}

/** Runs jobs on the session's workbook, and prints nothing. Ahead of a batch, the files in the inbox are imported. */
export async function performRun(
  session: Session,
  name: string,
  jobs: readonly ScheduledJob[],
): Promise<{ result: RunResult; kind: Store['kind'] }> {
  const { options, nightShift } = session;
  const isBatch = nightShift.batches.some((batch) => name.split(' ').includes(batch.name));
  const inbox = isBatch ? await inboxOf(session) : noInbox;
  reportLookingBack(session);
  const store = await session.open(name);
  try {
    if (store.recovered) session.progress(store.recovered);
    const result = await runBatch({
      name,
      jobs: [...(await inbox.jobs(store)), ...(await waitingJobs(session, jobs)), ...jobs],
      store: options.dryRun ? rehearsal(store) : store,
      ledger: options.dryRun ? readOnlyLedger(session.ledger) : session.ledger,
      rules: nightShift.workbook,
      asOf: session.asOf,
      identity: session.identity,
      approvals: new Set(options.approve),
      ...approvalOf(session),
      ...(options.plan !== undefined && { planFile: resolve(options.plan) }),
      applied: options.dryRun ? 'planned' : 'applied',
      progress: session.progress,
      elapsed: session.elapsed,
      outside: { ...surroundings, isSample: session.workbook.isSample },
    });
    if (!options.dryRun) {
      if (store.kind === 'csv') await keepFolderId(session.workbook.folder);
      await inbox.layRejects();
    }
    return { result, kind: store.kind };
  } finally {
    await store.close();
  }
}

/**
 * Jobs whose plans wait are planned again ahead of files that are made without them: the files leave out whom they
 * would suppress.
 */
async function waitingJobs(session: Session, jobs: readonly ScheduledJob[]): Promise<ScheduledJob[]> {
  if (!jobs.some(({ job }) => job.files)) return [];
  const history = await historyOf(session);
  return allJobs(session.nightShift).filter(
    ({ job: { name } }) =>
      history.get(name)?.at(-1)?.status === 'blocked' && !jobs.some(({ job }) => job.name === name),
  );
}

/** Who approved, where that is a person at GitHub. */
const approvalOf = ({ options, identity }: Session): Pick<RunRequest, 'approval'> =>
  options.approver === undefined
    ? {}
    : {
        approval: {
          by: options.approver,
          at: identity.startedAt.toISOString(),
          ...(options.issue !== undefined && { issue: options.issue }),
        },
      };

export const knownNames = ({ nightShift }: Pick<Session, 'nightShift'>): string[] => [
  ...nightShift.batches.map((batch) => batch.name),
  ...allJobs(nightShift).map(({ job }) => job.name),
];

/**
 * What failed matters more than a wrong rule, and that more than what waits: a plan, or a part of one (a list held for
 * its size). A job that failed for its rules alone is a wrong rule.
 */
export function exitCode(jobs: readonly JobResult[]): number {
  const failed = jobs.filter(({ status }) => status === 'failed');
  if (failed.some(({ error }) => !['RulesError', 'ConsentQuestion'].includes(error?.kind ?? ''))) return 1;
  if (failed.length > 0 || jobs.some(hasWrongRules)) return 2;
  if (jobs.some(({ metrics }) => Number(metrics.unread ?? 0) > 0)) return 1;
  return jobs.some(waits) ? 3 : 0;
}

/** A plan, or a part of one, waits for a person. */
export const waits = ({ status, heldParts }: JobResult): boolean =>
  status === 'blocked' || heldParts.some(({ plan }) => plan !== null);

function jsonOf(session: Session, batch: string, kind: Store['kind'], result: RunResult): unknown {
  return {
    batch,
    asOf: session.asOf.toISOString(),
    workbook: kind,
    run: session.identity.run,
    snapshot: result.snapshot,
    ...(result.notRead && { notRead: result.notRead }),
    ...(result.notTaken && { notTaken: result.notTaken }),
    ...(result.ofNoContact && { ofNoContact: result.ofNoContact }),
    ...(result.unmatched && { unmatched: result.unmatched }),
    ...(result.unreadable && { unreadable: result.unreadable }),
    jobs: result.jobs.map(({ error, ...job }) => ({
      ...job,
      ...(error && { error: { kind: error.kind, message: error.message } }),
      metrics: { ...job.metrics, quarantine: result.quarantine },
    })),
  };
}

const DAY_MS = 86_400_000;

/** What a run as of an earlier day leaves alone. */
function reportLookingBack({ asOf, identity, progress }: Session): void {
  const days = Math.floor((identity.startedAt.getTime() - asOf.getTime()) / DAY_MS);
  if (days >= 1)
    progress(
      `as of ${plural(days, 'day')} ago: events, bounces and purchases after that moment are not read, and files in the inbox are not imported`,
    );
}

function textOf(session: Session, name: string, result: RunResult): string {
  const { options, workbook } = session;
  const dry = options.dryRun ? ', a dry run: nothing was written' : '';
  const lines = [
    ...reportRun(`${name}, as of ${session.asOf.toISOString()}, on ${workbook.label}${dry}`, result),
    ...(options.plan === undefined ? [] : [`The rows of the plan: ${options.plan}`]),
    '',
  ];
  const changed = result.jobs.some((job) => job.status === 'applied');
  if (changed && workbook.spreadsheetId)
    lines.push('Look at the sheet: the tab "contacts", and "changes" for every decision with its reason.');
  else if (changed && workbook.dataset)
    lines.push('Look at the dataset: the table "contacts", and "changes" for every decision with its reason.');
  else if (changed)
    lines.push(`Look at ${workbook.folder}: contacts.csv, and changes.csv for every decision with its reason.`);
  if (workbook.isSample) {
    lines.push(
      'Next:',
      '  npm run batch -- explain barbara.calloway1@home.example.net   why a contact is scored, listed or changed as it is',
      '  npm run batch -- run nightly --dry-run                        what another run would do',
      '  npm run batch -- run nightly --workbook FOLDER                your own CSV files: see README, "Your own data"',
    );
  }
  return screen(lines);
}
