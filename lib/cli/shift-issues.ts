/** What a shift reports as issues: alerts, approvals, what is over, and answers to people who approved. */
import type { ScheduledJob } from '../core/batch.ts';
import { describeError } from '../core/errors.ts';
import { deliver, type Reported } from '../github/api/alerts.ts';
import { code } from '../github/api/escape.ts';
import { GitError } from '../github/api/git.ts';
import type { GitHub } from '../github/api/github.ts';
import { commentMarker, markOf } from '../github/api/markers.ts';
import { beginAlert, begun, begunAt } from '../github/begin.ts';
import type { ShiftEnvironment } from '../github/environment.ts';
import { exportsArrive, type HandedOver } from '../github/hand-over.ts';
import { jobNews } from '../github/job-alerts.ts';
import { ledgerAlert, ledgerPushed } from '../github/ledger-alert.ts';
import { type JobNews, type News, seeRun } from '../github/news.ts';
import { outward } from '../github/outward-errors.ts';
import { warningNews } from '../github/warnings.ts';
import type { JobResult } from '../run/result.ts';
import { historyOf, type Session } from './session.ts';
import type { Part } from './shift-report.ts';

/** One shift: what it runs, and what it gathers to report. */
export interface Shift {
  readonly session: Session;
  readonly environment: ShiftEnvironment;
  readonly name: string;
  readonly jobs: readonly ScheduledJob[];
  /** Nothing is written; an issue asks to begin. */
  readonly isRehearsal: boolean;
  readonly troubles: string[];
  readonly notes: string[];
}

/** What goes wrong beside the run itself is noted; undefined then. */
export async function attempt<T>(
  { troubles }: Pick<Shift, 'troubles'>,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    troubles.push(troubleText(error));
    return undefined;
  }
}

/** Errors of our own say what is wrong; of others, only the kind is reported. */
export const troubleText = (error: unknown): string => {
  if (error instanceof GitError || (error instanceof Error && NAMED.has(error.name))) return error.message;
  return outward(describeError(error)).message;
};
const NAMED: ReadonlySet<string> = new Set(['GitHubError', 'LedgerNotPushed']);

export interface Beside {
  /** Why the ledger could not be pushed. */
  readonly lost: string | null;
  readonly files?: HandedOver;
}

/** Brings the issues in line. */
export async function reportShift(shift: Shift, parts: readonly Part[], beside: Beside): Promise<Reported[]> {
  const { session, environment, isRehearsal } = shift;
  const { identity, options } = session;
  const { github } = environment;
  if (!github || (options.dryRun && !isRehearsal)) return [];
  const { approver, issue } = options;
  const approval =
    approver !== undefined && issue !== undefined
      ? { by: approver, key: await attempt(shift, () => keyOf(github, issue)) }
      : undefined;
  const news = await newsOf(shift, parts, beside, approval);
  const delivery = { ...news, now: identity.startedAt, run: identity.run, workbook: identity.workbook };
  const reported = (await attempt(shift, () => deliver(github, delivery))) ?? [];
  await attempt(shift, () => answerApproval(shift, github, parts, reported));
  return reported;
}

/** What the issue is about in which a person approved. */
const keyOf = async (github: GitHub, number: number): Promise<string> =>
  markOf((await github.issue(number)).body)?.key ?? '';

/** The person who approved gets an answer in the issue, also where nothing else would be commented there. */
async function answerApproval(
  { session, environment }: Shift,
  github: GitHub,
  parts: readonly Part[],
  reported: readonly Reported[],
): Promise<void> {
  const { approver, issue: number } = session.options;
  if (approver === undefined || number === undefined) return;
  const isAnswered = reported.some(
    ({ issue, did }) => issue.number === number && (did === 'closed' || did === 'commented'),
  );
  if (isAnswered) return;
  const issue = await github.issue(number);
  if (!issue.open) return;
  const ended = parts.flatMap(({ result }) => result.jobs).map(({ job, status }) => `${code(job)} ${status}`);
  const marker = commentMarker('answer', session.identity.run);
  const text = `Approved by ${code(approver)}. The run ended: ${ended.join(', ')}.${seeRun(environment.runUrl)}`;
  await github.comment(issue, `${text}\n\n${marker}`, marker);
}

/** What the newest part says; an older slot's failure is over when a newer one went well. */
async function newsOf(
  shift: Shift,
  parts: readonly Part[],
  { lost, files }: Beside,
  approval: { by: string; key: string | undefined } | undefined,
): Promise<News> {
  const { session, environment, name, isRehearsal } = shift;
  const last = parts.at(-1);
  if (!last) return { alerts: [], allClear: [] };
  const { runUrl, repositoryUrl, branch } = environment;
  const history = await historyOf(session);
  const { result, asOf } = last;
  const news: JobNews = {
    nightShift: session.nightShift,
    batch: name,
    asOf,
    results: result.jobs,
    history,
    runUrl,
    repositoryUrl,
    kind: session.workbook.kind,
    isUsual: session.workbook.isUsual,
    ...(approval && { approval: { by: approval.by, key: approval.key ?? '' } }),
    ...(files?.at && { exportsAt: files.at }),
  };
  const jobs = jobNews(news);
  const setUp = { key: `setup/${name}`, text: () => `${code(name)} starts again. See [the run](${runUrl}).` };
  if (isRehearsal)
    return rehearsalNews(
      news,
      jobs.alerts.filter(({ kind }) => kind === 'failure'),
      setUp,
    );
  const warnings = warningNews({ result, history, run: session.identity.run, runUrl });
  const isBegun = begunAt(history) !== null;
  return {
    alerts: [
      ...jobs.alerts,
      ...warnings.alerts,
      ...(lost === null ? [] : [ledgerAlert(lost, branch, runUrl)]),
      ...(files?.lost ? [files.lost] : []),
    ],
    allClear: [
      ...jobs.allClear,
      ...warnings.allClear,
      ...(isBegun ? begun(news) : []),
      ...(lost === null ? [ledgerPushed] : []),
      ...(files && !files.lost ? [exportsArrive] : []),
      setUp,
    ],
  };
}

/** A rehearsal that failed is a failure; one that did not asks to begin. */
function rehearsalNews(news: JobNews, failures: News['alerts'], setUp: News['allClear'][number]): News {
  if (failures.length > 0) return { alerts: failures, allClear: [setUp] };
  const over = (job: JobResult['job']) => ({ key: `failed/${job}`, text: () => `${code(job)} could be planned.` });
  return {
    alerts: [beginAlert(news)],
    allClear: [setUp, over(news.batch), ...news.results.map(({ job }) => over(job))],
  };
}
