/**
 * What a run's results mean for the alerts: which jobs fail, which wait for a person, which are well again. Words
 * only; opening and closing is lib/github's. Pure.
 */

import type { NightShift } from '../core/batch.ts';
import type { Job } from '../core/job.ts';
import { changesText } from '../run/commit.ts';
import type { LedgerEntry } from '../run/ledger-entry.ts';
import type { JobResult } from '../run/result.ts';
import type { Alert, AllClear } from './api/alerts.ts';
import { code, markdown } from './api/escape.ts';
import { downstreamOf, listed, moment, outward, plural } from './outward-errors.ts';

export interface JobNews {
  readonly nightShift: NightShift;
  readonly batch: string;
  readonly asOf: Date;
  readonly results: readonly JobResult[];
  /** Newest entries by job, oldest first; this run's are among them. */
  readonly history: ReadonlyMap<string, readonly LedgerEntry[]>;
  readonly runUrl: string | null;
  readonly repositoryUrl: string | null;
}

export interface News {
  readonly alerts: readonly Alert[];
  readonly allClear: readonly AllClear[];
}

const GOOD: ReadonlySet<string> = new Set(['applied', 'unchanged']);

export function jobNews(news: JobNews): News {
  const alerts: Alert[] = [];
  const allClear: AllClear[] = [];
  const [first] = news.results;
  if (first && news.results.length > 1) {
    if (failedAsOne(news.results)) return { alerts: [failedAlert(news, { ...first, job: news.batch })], allClear };
    allClear.push({ key: `failed/${news.batch}`, text: recovered(news, { ...first, job: news.batch }) });
  }
  for (const result of news.results) {
    const { job, status } = result;
    if (status === 'failed') alerts.push(failedAlert(news, result));
    if (status === 'blocked') alerts.push(approvalAlert(news, result));
    // A job that was skipped says nothing about itself: the job that it needs has the alert.
    if (GOOD.has(status) || status === 'blocked')
      allClear.push({ key: `failed/${job}`, text: recovered(news, result) });
    if (GOOD.has(status)) allClear.push({ key: `approval/${job}`, text: approvedOrGone(news, result) });
  }
  return { alerts, allClear };
}

/** One cause stopped every job (a workbook that does not open): one alert says it, not one a job. */
const failedAsOne = (results: readonly JobResult[]): boolean =>
  results.every(({ status }) => status === 'failed') && new Set(results.map(({ error }) => error?.kind)).size === 1;

const link = (news: JobNews): string => (news.runUrl ? `[the run](${news.runUrl})` : 'a run on somebody’s own machine');

const recovered =
  (news: JobNews, { job, period, status }: JobResult) =>
  (lasted: string): string =>
    `${code(job)} is well again, after ${lasted}: ${period} ${status === 'blocked' ? 'could be planned, and waits for approval' : `was ${status}`}. See ${link(news)}.`;

const approvedOrGone =
  (news: JobNews, result: JobResult) =>
  (lasted: string): string =>
    result.approved
      ? `Approved and applied after ${lasted}: ${markdown(changesText(result))}. See ${link(news)}.`
      : `The plan is no longer what it was: ${result.period} stays within every limit, and was ${result.status}. Nothing is left to approve. See ${link(news)}.`;

/** The jobs that an alert is about: one, or all of a batch that failed as one. */
const jobsOf = ({ nightShift, batch }: JobNews, name: string): Job[] => {
  const all = nightShift.batches.flatMap(({ jobs }) => jobs);
  const own = nightShift.batches.find((each) => each.name === name && name === batch)?.jobs;
  return [...(own ?? all.filter((each) => each.name === name))];
};

/** The last good run, and how many tries failed since. */
function failures(news: JobNews, jobs: readonly Job[]): { last: string; times: number } {
  const entries = news.history.get(jobs[0]?.name ?? '') ?? [];
  const good = entries.findLast((each) => GOOD.has(each.status));
  const since = entries.slice(good ? entries.lastIndexOf(good) + 1 : 0);
  return {
    last: good ? `${good.period}, at ${moment(good.startedAt)}` : 'there is none yet',
    times: since.filter((each) => each.status === 'failed').length,
  };
}

function failedAlert(news: JobNews, result: JobResult): Alert {
  const { job, period } = result;
  const error = outward(result.error ?? { kind: 'Error', message: '' });
  const jobs = jobsOf(news, job);
  const { last, times } = failures(news, jobs);
  const written = [...new Set(jobs.flatMap((each) => each.writes))];
  const affected = jobs.length === 1 ? downstreamOf(news.nightShift, job) : [];
  const what =
    jobs.length === 1
      ? (jobs[0]?.purpose ?? '')
      : `None of its jobs could work: ${listed(jobs.map((each) => each.name))}.`;
  const lines = [
    `${code(job)} failed for ${code(period)}. ${markdown(what)}`,
    '',
    `**What happened.** ${error.message}`,
    '',
    `**What is stale now.** ${written.length > 0 ? `${listed(written.map(code))} stand${written.length === 1 ? 's' : ''} as the last good run left ${written.length === 1 ? 'it' : 'them'}.` : 'Nothing in the workbook.'}`,
    ...(affected.length > 0
      ? [`${listed(affected.map(code))} work${affected.length === 1 ? 's' : ''} with what it writes.`]
      : []),
    '',
    `**What was not changed.** Nothing of ${jobs.length === 1 ? 'this job' : 'these jobs'} was written for ${code(period)}: a job’s changes land whole or not at all.`,
    '',
    '**What to do.** Nothing, if this was a passing trouble: the next run tries again, and this issue closes by itself. To try now:',
    '',
    ...commandLines(news, [`-f name=${news.batch}`, '-f dry_run=false', `-f as_of=${news.asOf.toISOString()}`]),
    '',
    `Run: ${link(news)} · last good run: ${last}`,
  ];
  return {
    key: `failed/${job}`,
    kind: 'failure',
    title: `${job} fails`,
    body: lines.join('\n'),
    repeat: `${code(job)} failed again, for ${code(period)} (${plural(times, 'time')} since the last good run). ${error.message} See ${link(news)}.`,
  };
}

/** The button and the command with which a person starts a run by hand. */
function commandLines(news: JobNews, inputs: readonly string[]): string[] {
  const gh = `gh workflow run run-job.yml ${inputs.join(' ')}`;
  const values = inputs.map((each) => code(each.slice(3))).join(', ');
  const button = news.repositoryUrl
    ? [`or [Run workflow](${news.repositoryUrl}/actions/workflows/run-job.yml) with ${values}.`]
    : [];
  return ['```sh', gh, '```', ...button];
}

function approvalAlert(news: JobNews, result: JobResult): Alert {
  const { job, period, plan } = result;
  const stopped = result.guards.filter((guard) => !guard.passed);
  const final = stopped.some((guard) => guard.final);
  const reasons = Object.entries(result.reasons).sort(([, a], [, b]) => b - a);
  const approve = [
    `-f name=${job}`,
    '-f dry_run=false',
    `-f as_of=${news.asOf.toISOString()}`,
    `-f approve=${plan ?? ''}`,
  ];
  const look = [`-f name=${job}`, '-f dry_run=true', `-f as_of=${news.asOf.toISOString()}`];
  const lines = [
    `A guard stopped ${code(job)} for ${code(period)}. Nothing of it was written; the other jobs went on.`,
    '',
    `**What would change.** ${markdown(changesText(result))}.`,
    '',
    ...(reasons.length > 0 ? ['| rows | why |', '| ---: | --- |'] : []),
    ...reasons.map(([reason, rows]) => `| ${rows.toLocaleString('en-US')} | ${markdown(reason)} |`),
    '',
    '**What stopped it.**',
    '',
    ...stopped.map(
      (guard) =>
        `- ${markdown(guard.guard)}: found ${guard.found.toLocaleString('en-US')}, the limit is ${guard.limit.toLocaleString('en-US')}`,
    ),
    '',
    '**To look at it**, which changes nothing:',
    '',
    ...commandLines(news, look),
    '',
    ...(final
      ? ['**No approval lifts this limit.** Mend the data or the rules; the next run looks again.']
      : [
          '**To approve exactly this plan** (within 24 hours; if the data change meanwhile, it asks again):',
          '',
          ...commandLines(news, approve),
        ]),
    '',
    `Plan: ${code(plan ?? '')} · run: ${link(news)}. This issue closes by itself when the plan is approved, or no longer the same.`,
  ];
  return {
    key: `approval/${job}`,
    version: plan ?? '',
    kind: 'approval',
    title: `${job} waits for approval: ${changesText(result)}`,
    body: lines.join('\n'),
    repeat: [
      `${code(job)} came to the same plan for ${code(period)}, and still waits. ${final ? 'No approval lifts this limit.' : 'To approve it now:'}`,
      ...(final ? [] : ['', ...commandLines(news, approve)]),
    ].join('\n'),
  };
}
