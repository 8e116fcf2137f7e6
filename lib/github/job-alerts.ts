/**
 * What a run's results mean for the alerts: which jobs fail, which wait for a person, which work again. Texts only; issues are
 * opened and closed by api/alerts.ts. Pure.
 */

import type { Job } from '../core/job.ts';
import { changesText } from '../run/commit.ts';
import type { JobResult } from '../run/result.ts';
import type { Alert, AllClear } from './api/alerts.ts';
import { code, markdown } from './api/escape.ts';
import { approvalAlert } from './approval-alerts.ts';
import { commandLines, isGood, type JobNews, link, type News } from './news.ts';
import { downstreamOf, listed, moment, outward, plural } from './outward-errors.ts';

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
    const approval = approvalAlert(news, result);
    if (approval) alerts.push(approval);
    // A job that was skipped says nothing about itself: the job that it needs has the alert.
    if (isGood(status) || status === 'blocked') allClear.push({ key: `failed/${job}`, text: recovered(news, result) });
    if (isGood(status) && !approval) allClear.push({ key: `approval/${job}`, text: approvedOrGone(news, result) });
  }
  return { alerts, allClear };
}

/** One cause stopped every job (a workbook that does not open): one alert says it, not one a job. */
const failedAsOne = (results: readonly JobResult[]): boolean =>
  results.every(({ status }) => status === 'failed') && new Set(results.map(({ error }) => error?.kind)).size === 1;

const recovered =
  (news: JobNews, { job, period, status }: JobResult) =>
  (lasted: string): string =>
    `${code(job)} works again, after ${lasted}: ${period} ${status === 'blocked' ? 'could be planned, and waits for approval' : `was ${status}`}. See ${link(news)}.`;

const approvedOrGone =
  (news: JobNews, result: JobResult) =>
  (lasted: string): string =>
    result.approved || result.letThrough
      ? `Approved${result.approval?.by ? ` by ${code(result.approval.by)}` : ''} and applied after ${lasted}: ${markdown(changesText(result))}. See ${link(news)}.`
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
  const good = entries.findLast((each) => isGood(each.status));
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
    `**What was not changed.** Nothing of ${jobs.length === 1 ? 'this job' : 'these jobs'} was written for ${code(period)}: a job’s changes are written whole or not at all.`,
    '',
    '**What to do.** Nothing, if the cause was temporary: the next run tries again, and this issue closes by itself. To try now:',
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
