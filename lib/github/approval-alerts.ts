/**
 * What an issue shows that asks a person for approval: whom the plan is about in counts, the rules that decided, where its rows are,
 * and the one click that lets it through. Counts and names only. Pure.
 */
import { allJobs } from '../core/batch.ts';
import type { Breakdown } from '../run/breakdown.ts';
import { changesText } from '../run/commit.ts';
import type { HeldPart } from '../run/held-part.ts';
import { placeOfPlans } from '../run/plan-file.ts';
import type { JobResult } from '../run/result.ts';
import type { Alert } from './api/alerts.ts';
import { code, markdown } from './api/escape.ts';
import { type JobNews, link } from './news.ts';
import { downstreamOf, listed, plural } from './outward-errors.ts';

/** So many rules are shown that decided most. */
const MOST_RULES = 3;

/** The label that approves; only people who may write to the repository count. */
export const APPROVE_LABEL = 'approve';

/** The alert for a job that waits, whole or in parts; null where it does not. */
export function approvalAlert(news: JobNews, result: JobResult): Alert | null {
  if (result.status === 'blocked' && result.plan !== null) return blocked(news, result, result.plan);
  const parts = result.heldParts.filter(({ plan }) => plan !== null);
  return parts.length > 0 ? held(news, result, parts) : null;
}

function blocked(news: JobNews, result: JobResult, plan: string): Alert {
  const { job, period, breakdown, guards } = result;
  const stopped = guards.filter((guard) => !guard.passed);
  const isFinal = stopped.some((guard) => guard.final);
  const size = breakdown ? plural(breakdown.people, 'contact') : changesText(result);
  const body = [
    `A guard stopped ${code(job)} for ${code(period)}. Nothing of it was written; the other jobs went on. Until this is decided, exports for sending leave out everybody whom the plan would suppress.`,
    '',
    `**What would change.** ${markdown(breakdown ? `${size}: ${changesText(result)}` : size)}.`,
    '',
    ...(breakdown ? breakdownTable(breakdown) : reasonTable(result)),
    ...ruleLines(news, result),
    '**What stopped it.**',
    '',
    ...stopped.map(
      (guard) =>
        `- ${markdown(guard.guard)}: found ${guard.found.toLocaleString('en-US')}, the limit is ${guard.limit.toLocaleString('en-US')}`,
    ),
    '',
    `**The rows** are in ${placeOfPlans(news.kind, job)}: table, key, column, before, after and reason of each change.`,
    '',
    ...(isFinal
      ? ['**No approval lifts this limit.** Fix the data or the rules; the next run looks again.']
      : decideLines(news, job)),
    '',
    footer(news, [plan]),
  ];
  return {
    key: `approval/${job}`,
    version: plan,
    kind: 'approval',
    title: `${job} waits for approval: ${size}`,
    body: body.join('\n'),
    ...asked(news, result, isFinal ? [] : [plan]),
  };
}

function held(news: JobNews, result: JobResult, parts: readonly HeldPart[]): Alert {
  const { job, period } = result;
  const plans = parts.flatMap(({ plan }) => plan ?? []);
  const body = [
    `${code(job)} ran for ${code(period)}, and left ${plural(parts.length, 'part')} of its plan out: ${parts.length === 1 ? 'it' : 'they'} would change more than usual. The rest was written.`,
    '',
    '| rows | left out |',
    '| ---: | --- |',
    ...parts.map(({ reason, rows }) => `| ${rows.toLocaleString('en-US')} | ${markdown(reason)} |`),
    '',
    ...decideLines(news, job),
    '',
    footer(news, plans),
  ];
  return {
    key: `approval/${job}`,
    version: [...plans].sort().join(' '),
    kind: 'approval',
    title: `${job} holds ${plural(parts.length, 'part')} for approval: ${parts.map(({ part }) => part).join(', ')}`,
    body: body.join('\n'),
    ...asked(news, result, plans),
  };
}

/** What is asked, and how a repeat reads: an approval that came to nothing says why, at once. */
function asked(
  news: JobNews,
  { job, period, next }: JobResult,
  plans: readonly string[],
): Pick<Alert, 'ask' | 'repeat' | 'isAnswer' | 'replaces'> {
  const ask = { batch: news.batch, asOf: news.asOf.toISOString(), plans };
  const { approver } = news;
  if (approver === undefined)
    return {
      repeat: `${code(job)} has the same plan for ${code(period)}, and still waits. ${plans.length > 0 ? HOW : 'No approval lifts this limit.'}`,
      ...(plans.length > 0 && { ask }),
    };
  return {
    repeat: `Approved by ${code(approver)}, and not applied: ${markdown(next ?? 'the plan is not the approved one')}. See ${link(news)}. ${HOW}`,
    isAnswer: true,
    replaces: `Approved by ${code(approver)}, and not applied: what the plan would write changed since it was shown. Nothing of it was written; the new plan asks again.`,
    ...(plans.length > 0 && { ask }),
  };
}

export const HOW = `To approve, add the label ${code(APPROVE_LABEL)} or comment ${code('/approve')}; to reject, comment ${code('/reject')}.`;

function decideLines(news: JobNews, job: string): string[] {
  const after = downstreamOf(news.nightShift, job).filter((each) => isLater(news, job, each));
  const rest =
    after.length > 0 ? ` ${listed(after.map(code))} follow${after.length === 1 ? 's' : ''} in the same run.` : '';
  return [
    `**To approve exactly this plan**, add the label ${code(APPROVE_LABEL)} to this issue, or comment ${code('/approve')}.${rest}`,
    '',
    `**To reject it**, comment ${code('/reject')}: it is not asked again until the plan differs. Only people who may write to this repository can decide. An approval counts for 24 hours after the plan was shown, once; each night shows it again.`,
  ];
}

/** Whether a job comes after another in the batch that ran. */
function isLater({ nightShift, batch }: JobNews, job: string, other: string): boolean {
  const names = nightShift.batches.find(({ name }) => name === batch)?.jobs.map(({ name }) => name) ?? [];
  return names.indexOf(other) > names.indexOf(job);
}

function footer(news: JobNews, plans: readonly string[]): string {
  const exports = news.exportsAt ? ` · ${news.exportsAt}` : '';
  return `Plan: ${plans.map(code).join(', ')} · run: ${link(news)}${exports}. This issue closes by itself when it is decided, or nothing is left to decide.`;
}

/** People by each of reason, list, domain, bounce code and source. */
export const breakdownTable = ({ by }: Breakdown): string[] => [
  '| contacts | by | |',
  '| ---: | --- | --- |',
  ...Object.entries(by).flatMap(([kind, labels]) =>
    Object.entries(labels).map(([label, n]) => `| ${n.toLocaleString('en-US')} | ${kind} | ${markdown(label)} |`),
  ),
  '',
];

function reasonTable({ reasons }: JobResult): string[] {
  const rows = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  if (rows.length === 0) return [];
  return [
    '| rows | reason |',
    '| ---: | --- |',
    ...rows.map(([reason, n]) => `| ${n.toLocaleString('en-US')} | ${markdown(reason)} |`),
    '',
  ];
}

/** The rules behind the most frequent reasons, where the job can say them. */
function ruleLines({ nightShift }: JobNews, { job, breakdown }: JobResult): string[] {
  const texts = allJobs(nightShift).find((each) => each.job.name === job)?.job.ruleTexts ?? {};
  const decided = Object.keys(breakdown?.by.reason ?? {}).flatMap((reason) => {
    const text = texts[reason];
    return text === undefined ? [] : [`- ${code(reason)}: ${markdown(text)}`];
  });
  if (decided.length === 0) return [];
  return ['**The rules that decided** (`jobs/rules`).', '', ...decided.slice(0, MOST_RULES), ''];
}
