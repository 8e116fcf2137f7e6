/**
 * The summary of a run on its page at GitHub: the verdict and its issues, a table of the jobs, a picture of the batch,
 * what changed and why, guards, quarantine. Counts and names only. Pure.
 */

import { changesText } from '../run/commit.ts';
import { isGood, type LedgerEntry } from '../run/ledger-entry.ts';
import { isWaiting, type JobResult, type RunResult } from '../run/result.ts';
import { costText } from '../run/warehouse-cost.ts';
import type { Reported } from './api/alerts.ts';
import { code, markdown, mermaid } from './api/escape.ts';
import { paragraph } from './news.ts';
import { listed, moment, outwardParts, plural, sentencesIn, warningsIn } from './outward-errors.ts';

export interface SummaryParts {
  readonly batch: string;
  readonly asOf: Date;
  readonly result: RunResult;
  readonly history: ReadonlyMap<string, readonly LedgerEntry[]>;
  /** This run's id. */
  readonly run: string;
  readonly reported: readonly Reported[];
  /** What else a person needs to know, a line each; Markdown. */
  readonly notes: readonly string[];
}

const MARK: Readonly<Record<JobResult['status'], string>> = {
  applied: '✅ applied',
  unchanged: '✅ unchanged',
  planned: '📝 planned',
  blocked: '✋ waits for approval',
  failed: '❌ failed',
  skipped: '⏭ skipped',
};

const COLOURS: Readonly<Record<JobResult['status'], string>> = {
  applied: 'fill:#d7f0dd,stroke:#2f7d46',
  unchanged: 'fill:#eef3ee,stroke:#7c8f80',
  planned: 'fill:#e3ecfa,stroke:#45679d',
  blocked: 'fill:#fbeecb,stroke:#a97a13',
  failed: 'fill:#f8d9d6,stroke:#b3392c',
  skipped: 'fill:#eeeeee,stroke:#888888',
};

export function summaryText(parts: SummaryParts): string {
  const { batch, asOf, result, notes, reported } = parts;
  return [
    `## ${batch}, as of ${moment(asOf)}`,
    '',
    verdict(result.jobs),
    '',
    ...issueLines(reported),
    ...notes.map((note) => `> ${note}\n`),
    '| job | outcome | changes | time | usual |',
    '| --- | --- | --- | ---: | ---: |',
    ...result.jobs.map((job) => jobRow(parts, job)),
    '',
    ...picture(result),
    ...result.jobs.flatMap(warningLines),
    ...result.jobs.flatMap(reasons),
    ...guards(result),
    ...(result.warehouse ? [`${costText(result.warehouse)}.`, ''] : []),
    ...quarantine(result),
    ...unreadable(result),
  ].join('\n');
}

/** One sentence for each thing that a person needs to know first; where there is none, that all is well. */
function verdict(jobs: readonly JobResult[]): string {
  const of = (status: JobResult['status']): JobResult[] => jobs.filter((job) => job.status === status);
  const named = (some: readonly JobResult[]): string => listed(some.map(({ job }) => code(job)));
  const failed = of('failed');
  const skipped = of('skipped');
  const waiting = jobs.filter(isWaiting);
  const planned = of('planned');
  const bad = failed.length + waiting.length > 0;
  const wrote = `${plural(of('applied').length, 'job')} wrote changes, ${of('unchanged').length} had nothing to change.`;
  return paragraph(
    failed.length > 0 && `**Failed: ${named(failed)}.** Nothing of ${failed.length === 1 ? 'it' : 'them'} was written.`,
    skipped.length > 0 && `Skipped after that: ${named(skipped)}.`,
    waiting.length > 0 && `**Waits for a decision: ${listed(waiting.map(waitingText))}.**`,
    planned.length > 0 && `**A dry run: nothing was written.** ${plural(planned.length, 'job')} would write changes.`,
    planned.length === 0 && (bad ? `Of the others, ${wrote}` : `**All well.** ${wrote}`),
  );
}

function waitingText({ job, status, breakdown, heldParts }: JobResult): string {
  if (status !== 'blocked') return `${plural(heldParts.length, 'part')} of ${code(job)}`;
  return breakdown ? `${code(job)} (${plural(breakdown.people, 'contact')})` : code(job);
}

function issueLines(reported: readonly Reported[]): string[] {
  const lines = reported
    .filter(({ did }) => did !== 'left alone')
    .map(({ did, issue }) => `- issue [#${issue.number}](${issue.url}): ${did}`);
  return lines.length > 0 ? [...lines, ''] : [];
}

function jobRow({ history, run }: SummaryParts, job: JobResult): string {
  const earlier = (history.get(job.job) ?? [])
    .filter((each) => each.run !== run && isGood(each))
    .map((each) => each.seconds);
  const usual = median(earlier);
  const isNoted = job.status === 'skipped' || job.rejected !== undefined;
  const outcome = job.error ? outwardParts(job.error).message : isNoted ? (job.next ?? '') : changesText(job);
  const mark = job.rejected === undefined ? MARK[job.status] : '🚫 rejected by a person';
  const times = [job.seconds, usual].map((time) => (time === null ? '–' : `${time.toFixed(1)} s`));
  return `| ${[code(job.job), mark, markdown(outcome), ...times].join(' | ')} |`;
}

/** The middle value; null where there are fewer than three. */
export function median(values: readonly number[]): number | null {
  if (values.length < 3) return null;
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}

function picture({ jobs }: RunResult): string[] {
  const boxes = jobs.map(
    ({ job, status, changes }, i) =>
      `  j${i}["${mermaid(job)}<br/>${status}${status === 'applied' ? `<br/>${mermaid(changesText({ changes }))}` : ''}"]:::${status}`,
  );
  const chain = jobs.length > 1 ? [`  ${jobs.map((_, i) => `j${i}`).join(' --> ')}`] : [];
  const used = [...new Set(jobs.map(({ status }) => status))].map(
    (status) => `  classDef ${status} ${COLOURS[status]}`,
  );
  return ['```mermaid', 'flowchart LR', ...boxes, ...chain, ...used, '```', ''];
}

/** What a job says of itself in a sentence, and what it wants looked at. */
function warningLines({ job, metrics }: JobResult): string[] {
  const remarks = sentencesIn(metrics);
  const warnings = warningsIn(metrics).map((each) => `review: ${each}`);
  const lines = [...remarks, ...warnings].map((each) => `- ${code(job)}: ${markdown(each)}`);
  return lines.length > 0 ? [...lines, ''] : [];
}

function reasons({ job, status, reasons: counted, held }: JobResult): string[] {
  const rows = Object.entries(counted).sort(([, a], [, b]) => b - a);
  const heldRows = Object.entries(held);
  if (rows.length + heldRows.length === 0) return [];
  const n = rows.reduce((sum, [, each]) => sum + each, 0);
  return [
    `<details><summary>${job}: ${plural(n, 'change')}${status === 'applied' ? '' : ' that it would make'}, by reason</summary>`,
    '',
    '| rows | why |',
    '| ---: | --- |',
    ...rows.map(([reason, n]) => `| ${n.toLocaleString('en-US')} | ${markdown(reason)} |`),
    ...heldRows.map(([reason, n]) => `| ${n.toLocaleString('en-US')} held | ${markdown(reason)} |`),
    '',
    '</details>',
    '',
  ];
}

function guards({ jobs }: RunResult): string[] {
  const all = jobs.flatMap(({ job, guards: checked }) => checked.map((guard) => ({ job, guard })));
  if (all.length === 0) return [];
  const stopped = all.filter(({ guard }) => !guard.passed);
  return [
    `**Guards**: ${all.length - stopped.length} of ${all.length} passed.`,
    ...stopped.map(
      ({ job, guard }) =>
        `- ✋ ${code(job)}: ${markdown(guard.guard)}: found ${guard.found}, the limit is ${guard.limit}`,
    ),
    '',
  ];
}

function quarantine({ quarantine: byReason, snapshot }: RunResult): string[] {
  if (Object.keys(snapshot.rows).length === 0) return [];
  if (snapshot.quarantined === 0) return ['**Quarantine**: every row can be read.', ''];
  return [
    `**Quarantine**: ${plural(snapshot.quarantined, 'row')} that no job touches until fixed.`,
    ...Object.entries(byReason).map(([reason, n]) => `- ${n.toLocaleString('en-US')}: ${markdown(reason)}`),
    '',
  ];
}

/** Cells that can't be read: each is unknown, and its row goes on. */
function unreadable({ unreadable: byReason = {} }: RunResult): string[] {
  const cells = Object.entries(byReason);
  if (cells.length === 0) return [];
  return [
    '**Unreadable cells**: taken as unknown; their rows go on.',
    ...cells.map(([reason, n]) => `- ${n.toLocaleString('en-US')}: ${markdown(reason)}`),
    '',
  ];
}
