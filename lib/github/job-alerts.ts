/**
 * What a run's results mean for the alerts: which jobs fail, which wait for a person, which work again. Texts only;
 * issues are opened and closed by api/alerts.ts. Pure.
 */

import type { Job } from '../core/job.ts';
import { changesText } from '../run/commit.ts';
import { isGood } from '../run/ledger-entry.ts';
import type { JobResult } from '../run/result.ts';
import type { Alert, AllClear } from './api/alerts.ts';
import { code, markdown } from './api/escape.ts';
import { approvalAlert } from './approval-alerts.ts';
import { blocks, commandText, type JobNews, link, type News, paragraph } from './news.ts';
import { downstreamOf, listed, moment, outwardParts, plural } from './outward-errors.ts';

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
    const good = isGood(result);
    if (status === 'failed') alerts.push(failedAlert(news, result));
    const approval = approvalAlert(news, result);
    if (approval) alerts.push(approval);
    // A job that was skipped says nothing about itself: the job that it needs has the alert.
    if (good || status === 'blocked') allClear.push({ key: `failed/${job}`, text: recovered(news, result) });
    if (good && !approval) allClear.push({ key: `approval/${job}`, text: approvedOrGone(news, result) });
  }
  return { alerts, allClear };
}

/** One cause stopped every job (a workbook that does not open): one alert says it, not one a job. */
const failedAsOne = (results: readonly JobResult[]): boolean =>
  results.every(({ status }) => status === 'failed') && new Set(results.map(({ error }) => error?.kind)).size === 1;

const recovered =
  (news: JobNews, { job, period, status }: JobResult) =>
  (lasted: string): string =>
    paragraph(
      `${code(job)} works again, after ${lasted}:`,
      `${period} ${status === 'blocked' ? 'could be planned, and waits for approval' : `was ${status}`}.`,
      `See ${link(news)}.`,
    );

const approvedOrGone =
  (news: JobNews, { approved, letThrough, approval, changes, period, status }: JobResult) =>
  (lasted: string): string =>
    paragraph(
      approved || letThrough
        ? `Approved${approval?.by ? ` by ${code(approval.by)}` : ''} and applied after ${lasted}: ${markdown(changesText({ changes }))}.`
        : `The plan is no longer what it was: ${period} stays within every limit, and was ${status}. Nothing is left to approve.`,
      `See ${link(news)}.`,
    );

/** The jobs that an alert is about: one, or all of a batch that failed as one. */
const jobsOf = ({ nightShift, batch }: JobNews, name: string): Job[] => {
  const all = nightShift.batches.flatMap(({ jobs }) => jobs);
  const own = nightShift.batches.find((each) => each.name === name && name === batch)?.jobs;
  return [...(own ?? all.filter((each) => each.name === name))];
};

/** The last good run, and how many tries failed since. */
function failures(news: JobNews, jobs: readonly Job[]): { last: string; times: number } {
  const entries = news.history.get(jobs[0]?.name ?? '') ?? [];
  const good = entries.findLast(isGood);
  const since = entries.slice(good ? entries.lastIndexOf(good) + 1 : 0);
  return {
    last: good ? `${good.period}, at ${moment(good.startedAt)}` : 'there is none yet',
    times: since.filter((each) => each.status === 'failed').length,
  };
}

function failedAlert(news: JobNews, result: JobResult): Alert {
  const { job, period } = result;
  const { message, details } = outwardParts(result.error ?? { kind: 'Error', message: '' });
  const jobs = jobsOf(news, job);
  const { last, times } = failures(news, jobs);
  const isOne = jobs.length === 1;
  const written = [...new Set(jobs.flatMap((each) => each.writes))].map(code);
  const affected = isOne ? downstreamOf(news.nightShift, job) : [];
  const body = blocks(
    paragraph(
      `**${code(job)} failed for ${code(period)}, and nothing of it was written.**`,
      message,
      !isOne && `None of its jobs could work: ${listed(jobs.map((each) => code(each.name)))}.`,
    ),
    paragraph(
      '**What to do.** Nothing, if the cause is temporary: the next run tries again, and this issue closes by itself.',
      details,
      'To try again now:',
    ),
    commandText(news, { name: news.batch, dry_run: 'false', as_of: news.asOf.toISOString() }),
    paragraph(
      '**What is out of date until then.**',
      written.length > 0 ? `${listed(written)}: as the last good run left them.` : 'Nothing in the workbook.',
      isOne && jobs[0] && `What ${code(job)} does: ${markdown(jobs[0].purpose)}`,
      affected.length > 0 &&
        `${listed(affected.map(code))} work${affected.length === 1 ? 's' : ''} with what it writes.`,
    ),
    `Run: ${link(news)} · last good run: ${last}`,
  );
  return {
    key: `failed/${job}`,
    kind: 'failure',
    title: `${job} fails`,
    body,
    repeat: paragraph(
      `${code(job)} failed again, for ${code(period)} (${plural(times, 'time')} since the last good run).`,
      message,
      `See ${link(news)}.`,
    ),
  };
}
