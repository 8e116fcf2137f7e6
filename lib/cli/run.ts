/**
 * `run NAME…`: runs jobs or batches, and reports the result.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { allJobs, namesIn, resolveNames, type ScheduledJob } from '../core/batch.ts';
import { describeError } from '../core/errors.ts';
import type { Outside } from '../core/prepare.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { plural } from '../github/outward-errors.ts';
import { hasWrongRules } from '../run/plan-job.ts';
import type { Rejections } from '../run/rejection.ts';
import { isWaiting, type JobResult, type RunResult } from '../run/result.ts';
import { runBatch } from '../run/run.ts';
import { keepFolderId } from '../workbook/csv/workbook-id.ts';
import type { Store } from '../workbook/store.ts';
import { attentionLines } from './attention.ts';
import { inboxOf, noInbox } from './inbox.ts';
import { UsageError } from './options.ts';
import { reportRun } from './run-report.ts';
import { requestOf } from './run-request.ts';
import { defaultPage, historyOf, hostedCheckout, type Session } from './session.ts';
import { pathText, print, printError, printJson } from './terminal.ts';
import { second, table } from './text.ts';

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

function noSuchJob(name: string, known: readonly string[]): UsageError {
  const file = `jobs/${name}.ts`;
  if (/^[\w-]+$/.test(name) && existsSync(new URL(`../../${file}`, import.meta.url)))
    return new UsageError(`${file} is in no batch. List it in jobs/batches.ts, then: npm run sync`);
  return new UsageError(
    `There is no job or batch "${name}".${didYouMean(name, known)} There are: ${known.join(', ')}.`,
  );
}

export async function runCommand(session: Session): Promise<number> {
  const { options, nightShift } = session;
  if (options.names.length === 0)
    throw new UsageError(`Run what? Name jobs or batches: ${namesIn(nightShift).join(', ')}.`);
  // The watch is asked for like a job, though it works on the ledger and not on the workbook.
  if (options.names.join() === 'watchdog') return (await import('./watchdog.ts')).watchdogCommand(session);
  const jobs = resolveNames(nightShift, options.names);
  if ('unknown' in jobs) throw noSuchJob(jobs.unknown, namesIn(nightShift));
  const hasPage = isBatch(session) && !options.dryRun;
  const next = hasPage ? [`The report page: ${pathText(defaultPage(session))}`] : [];
  const code = await runJobs(session, options.names.join(' '), jobs, () => next);
  if (hasPage) await keepPage(session);
  return code;
}

/** Runs jobs on the session's workbook, prints how it went and what follows, and returns the exit code. */
export async function runJobs(
  session: Session,
  name: string,
  jobs: readonly ScheduledJob[],
  next: (result: RunResult) => readonly string[] = () => [],
): Promise<number> {
  const isFirst =
    !session.workbook.isSample && [...(await historyOf(session)).values()].every((runs) => runs.length === 0);
  const { result, kind } = await performRun(session, name, jobs);
  if (session.options.json) printJson(jsonOf(session, name, kind, result));
  else print([...textOf(session, name, result), ...next(result), ...(isFirst ? attentionLines(result, kind) : [])]);
  return exitCode(result.jobs);
}

/** The report page is written after a batch that was run for real. */
async function keepPage(session: Session): Promise<void> {
  try {
    await (await import('./report-page.ts')).writePage(session, defaultPage(session));
  } catch (error) {
    printError(`The report page was not written: ${describeError(error).message}`);
  }
}

/** Runs jobs on the session's workbook, and prints nothing. Ahead of a batch, the files in the inbox are imported. */
export async function performRun(
  session: Session,
  name: string,
  jobs: readonly ScheduledJob[],
  rejections?: Rejections,
): Promise<{ result: RunResult; kind: Store['kind'] }> {
  const { options } = session;
  const inbox = isBatch(session) ? await inboxOf(session) : noInbox;
  reportLookingBack(session);
  const checkout = hostedCheckout(process.env);
  const store = await session.open(name);
  try {
    if (store.recovered) session.progress(store.recovered);
    const asked = [...(await inbox.jobs(store)), ...(await waitingJobs(session, jobs)), ...jobs];
    const { what, where, how } = requestOf(session, store, asked);
    const outside = { ...surroundings, isSample: session.workbook.isSample };
    const result = await runBatch({
      what,
      where: { ...where, outside, ...(checkout !== undefined && { checkout }) },
      how: { ...how, ...(rejections && { rejections }) },
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

const isBatch = ({ nightShift, options }: Session): boolean =>
  nightShift.batches.some(({ name }) => options.names.includes(name));

/**
 * What failed matters more than a wrong rule, and that more than what waits: a plan, or a part of one (a list held for
 * its size). A job that failed for its rules alone is a wrong rule.
 */
export function exitCode(jobs: readonly JobResult[]): number {
  const failed = jobs.filter(({ status }) => status === 'failed');
  if (failed.some(({ error }) => !['RulesError', 'ConsentQuestion'].includes(error?.kind ?? ''))) return 1;
  if (failed.length > 0 || jobs.some(hasWrongRules)) return 2;
  if (jobs.some(({ metrics }) => Number(metrics.unread ?? 0) > 0)) return 1;
  return jobs.some(isWaiting) ? 3 : 0;
}

function jsonOf(session: Session, batch: string, kind: Store['kind'], result: RunResult): unknown {
  const { notRead, notTaken, ofNoContact, otherLines, unmatched, unreadable } = result;
  return {
    batch,
    asOf: session.asOf.toISOString(),
    workbook: kind,
    run: session.identity.run,
    snapshot: result.snapshot,
    notRead,
    notTaken,
    ofNoContact: ofNoContact || undefined,
    otherLines: otherLines || undefined,
    unmatched,
    unreadable,
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
      `as of ${plural(days, 'day')} ago: events, bounces and purchases after that moment are not read, and ` +
        'files in the inbox are not imported',
    );
}

function textOf(session: Session, name: string, result: RunResult): string[] {
  const { options, workbook } = session;
  const dry = options.dryRun ? ', a dry run: nothing was written' : '';
  const lines = [
    ...reportRun(`${name}, as of ${second(session.asOf)}, on ${workbook.label}${dry}`, result),
    ...(options.plan === undefined ? [] : [`The rows of the plan: ${pathText(resolve(options.plan))}`]),
    '',
  ];
  const changed = result.jobs.some((job) => job.status === 'applied');
  const decisions = 'for every decision with its reason.';
  if (changed && workbook.kind !== 'csv') {
    const place = workbook.kind === 'sheets' ? 'sheet: the tab' : 'dataset: the table';
    lines.push(`Open the ${place} "contacts", and "changes" ${decisions}`);
  } else if (changed) {
    const contacts = join(workbook.folder, 'contacts.csv');
    const list = existsSync(contacts) ? pathText(contacts) : `your contacts in ${pathText(workbook.folder)}`;
    lines.push(`Open ${list}, and ${pathText(join(workbook.folder, 'changes.csv'))} ${decisions}`);
  }
  return workbook.isSample ? [...lines, ...SAMPLE_NEXT] : lines;
}

const SAMPLE_NEXT = [
  'Next:',
  ...table(
    [
      ['npm run batch -- explain barbara.calloway1@home.example.net', 'why a contact is as it is'],
      ['npm run batch -- run nightly --dry-run', 'what another run would do'],
      ['npm run batch -- run nightly --workbook FOLDER', 'your own CSV files: see README, "Your own data"'],
    ],
    '  ',
  ),
];
