/**
 * What an issue shows that asks a person for approval: the verdict, what to do, whom the plan is about in counts, the
 * rules that decided, where its rows are. Counts and names only. Pure.
 */
import { allJobs } from '../core/batch.ts';
import type { Breakdown } from '../run/breakdown.ts';
import { changesText } from '../run/commit.ts';
import type { HeldPart } from '../run/held-part.ts';
import { placeOfPlans } from '../run/plan-file.ts';
import { versionOf } from '../run/rejection.ts';
import type { JobResult } from '../run/result.ts';
import { type Alert, APPROVE_LABEL } from './api/alerts.ts';
import { code, markdown } from './api/escape.ts';
import { batchOf, blocks, commandText, countTable, type JobNews, link, paragraph } from './news.ts';
import { downstreamOf, listed, plural } from './outward-errors.ts';

/** So many rules are shown that decided most. */
const MOST_RULES = 3;

/** The keys of the issues that ask for approval of a job's plan. */
const approvalKey = (job: string): string => `approval/${job}`;

export const HOW =
  `To approve, add the label ${code(APPROVE_LABEL)} or comment ${code('/approve')}; ` +
  `to reject, comment ${code('/reject')}.`;

/** The alert for a job that waits, whole or in parts; null where it does not. */
export function approvalAlert(news: JobNews, result: JobResult): Alert | null {
  if (result.status === 'blocked' && result.plan !== null) return blocked(news, result, result.plan);
  const parts = result.heldParts.filter(({ plan }) => plan !== null);
  return parts.length > 0 ? held(news, result, parts) : null;
}

function blocked(news: JobNews, result: JobResult, plan: string): Alert {
  const { job, period, breakdown, guards, changes } = result;
  const stopped = guards.filter((guard) => !guard.passed);
  const isFinal = stopped.some((guard) => guard.final);
  const people = breakdown && plural(breakdown.people, 'contact');
  const isEmpty = Object.values(changes).every((each) => each.insert + each.update + each.remove === 0);
  const verdict = `**${people ?? code(job)} ${breakdown && breakdown.people > 1 ? 'wait' : 'waits'} for your decision.**`;
  const leftOut = 'Until then, exports for sending leave out everybody whom it would suppress or mark as invalid.';
  const change = people && !isEmpty ? `${people}: ${changesText(result)}` : changesText(result);
  const body = blocks(
    paragraph(
      isFinal ? `**${code(job)} is stopped.**` : verdict,
      `${code(job)} would go beyond a limit for ${code(period)}, so it wrote nothing. The other jobs went on.`,
      (changes.suppressions ?? changes.contacts) && leftOut,
    ),
    isFinal
      ? '**What to do.** Fix the data or the rules; the next run looks again. No approval lifts this limit.'
      : decideText(news, job, [plan]),
    '**The limit.**',
    stopped.map((guard) => `- ${limitText(guard)}`).join('\n'),
    `**What would change.** ${markdown(change)}.`,
    breakdown ? breakdownTable(breakdown) : reasonTable(result),
    ruleText(news, result),
    !isEmpty &&
      `**The rows** are in ${placeOfPlans(news.kind, job)}: table, key, column, before, after and reason of each change.`,
    footer(news, [plan]),
  );
  return {
    key: approvalKey(job),
    version: versionOf([plan]),
    kind: 'approval',
    title: `${job} waits for approval: ${people ?? (isEmpty ? (stopped[0]?.guard ?? '') : changesText(result))}`,
    body,
    ...asked(news, result, isFinal ? [] : [plan]),
  };
}

function held(news: JobNews, result: JobResult, parts: readonly HeldPart[]): Alert {
  const { job, period } = result;
  const plans = parts.flatMap(({ plan }) => plan ?? []);
  const one = parts.length === 1;
  const body = blocks(
    paragraph(
      `**${plural(parts.length, 'part')} of ${code(job)} ${one ? 'waits' : 'wait'} for your decision.**`,
      `${one ? 'It' : 'They'} would change more than usual for ${code(period)}, and`,
      `${one ? 'stays' : 'stay'} as ${one ? 'it is' : 'they are'} until then. The rest was written.`,
    ),
    decideText(news, job, plans),
    countTable(
      'what waits',
      parts.map(({ reason, rows }) => [reason, rows]),
    ),
    footer(news, plans),
  );
  return {
    key: approvalKey(job),
    version: versionOf(plans),
    kind: 'approval',
    title: `${job} holds ${plural(parts.length, 'part')} for approval: ${parts.map(({ part }) => part).join(', ')}`,
    body,
    ...asked(news, result, plans),
  };
}

/**
 * What is asked, and how a repeat reads: an approval that came to nothing says why, at once, in the issue it was made
 * in.
 */
function asked(
  news: JobNews,
  { job, period, next }: JobResult,
  plans: readonly string[],
): Pick<Alert, 'ask' | 'repeat' | 'isAnswer' | 'replaces'> {
  const mayAsk = plans.length > 0 && news.isUsual;
  const ask = mayAsk && { ask: { batch: batchOf(news, job), asOf: news.asOf.toISOString(), plans } };
  const { approval } = news;
  const isAnswer = approval && (approval.key === approvalKey(job) || approval.key.startsWith('begin/'));
  if (!isAnswer) {
    const how = plans.length === 0 ? 'No approval lifts this limit.' : mayAsk && HOW;
    return { repeat: paragraph(`${code(job)} has the same plan for ${code(period)}, and still waits.`, how), ...ask };
  }
  const by = `Approved by ${code(approval.by)}, and not applied:`;
  return {
    repeat: paragraph(`${by} ${markdown(next ?? 'the plan is not the approved one')}.`, `See ${link(news)}.`, HOW),
    isAnswer: true,
    replaces: paragraph(
      `${by} what the plan would write changed since it was shown.`,
      'Nothing of it was written; the new plan asks again.',
    ),
    ...ask,
  };
}

/** What a person can do about it, and who may. */
function decideText(news: JobNews, job: string, plans: readonly string[]): string {
  if (!news.isUsual) return otherWorkbookText(news, job, plans);
  const after = downstreamOf(news.nightShift, job).filter((each) => isLater(news, job, each));
  const follow = `${listed(after.map(code))} follow${after.length === 1 ? 's' : ''} in the same run.`;
  const isNightly = ['hourly', 'nightly'].includes(batchOf(news, job));
  return blocks(
    paragraph(
      `**To approve**, add the label ${code(APPROVE_LABEL)} to this issue, or comment ${code('/approve')}:`,
      'exactly this plan is written, and no other.',
      after.length > 0 && follow,
    ),
    paragraph(
      `**To reject**, comment ${code('/reject')}: nothing is written, and you are not asked again`,
      'until the plan differs.',
    ),
    paragraph(
      'Only people who may write to this repository can decide.',
      'An approval counts once, and for 24 hours after the plan was shown;',
      isNightly
        ? 'each night shows it again.'
        : 'after that, a first click shows the plan again and a second one applies it.',
    ),
  );
}

/** The click acts on the usual workbook alone. */
const otherWorkbookText = (news: JobNews, job: string, plans: readonly string[]): string =>
  blocks(
    paragraph(
      `**To approve**: this is another workbook than ${code('NIGHTSHIFT_WORKBOOK')} names, so no label and no comment`,
      `decides. Run it again with the same ${code('workbook')} and the hash of the plan:`,
    ),
    commandText(news, { name: job, dry_run: 'false', as_of: news.asOf.toISOString(), approve: plans.join(' ') }),
  );

/** Whether a job comes after another in the batch that an approval runs. */
function isLater(news: JobNews, job: string, other: string): boolean {
  const own = news.nightShift.batches.find(({ name }) => name === batchOf(news, job));
  const names = own?.jobs.map(({ name }) => name) ?? [];
  return names.indexOf(other) > names.indexOf(job);
}

export const limitText = ({ guard, found, limit }: JobResult['guards'][number]): string =>
  `${markdown(guard)}: found ${found.toLocaleString('en-US')}, the limit is ${limit.toLocaleString('en-US')}`;

function footer(news: JobNews, plans: readonly string[]): string {
  const exports = news.exportsAt ? ` · ${news.exportsAt}` : '';
  const marks = `Plan: ${plans.map(code).join(', ')} · run: ${link(news)}${exports}.`;
  return `${marks} This issue closes by itself when it is decided, or nothing is left to decide.`;
}

/** People by each of reason, list, domain, bounce code and source. */
export const breakdownTable = ({ by }: Breakdown): string =>
  [
    '| contacts | by | |',
    '| ---: | --- | --- |',
    ...Object.entries(by).flatMap(([kind, labels]) =>
      Object.entries(labels).map(([label, n]) => `| ${n.toLocaleString('en-US')} | ${kind} | ${markdown(label)} |`),
    ),
  ].join('\n');

function reasonTable({ reasons }: JobResult): string {
  const rows = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  return rows.length === 0 ? '' : countTable('reason', rows);
}

/** The rules behind the most frequent reasons, where the job can say them. */
function ruleText({ nightShift }: JobNews, { job, breakdown }: JobResult): string {
  const texts = allJobs(nightShift).find((each) => each.job.name === job)?.job.ruleTexts ?? {};
  const decided = Object.keys(breakdown?.by.reason ?? {}).flatMap((reason) => {
    const text = texts[reason];
    return text === undefined ? [] : [`- ${code(reason)}: ${markdown(text)}`];
  });
  if (decided.length === 0) return '';
  return blocks('**The rules that decided** (`jobs/rules`).', decided.slice(0, MOST_RULES).join('\n'));
}
