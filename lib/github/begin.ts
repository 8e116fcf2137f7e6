/**
 * A workbook's first day. Until something ran for real on a workbook, a scheduled run is a rehearsal: it writes nothing, and its
 * issue shows what would change and asks to begin. Pure.
 */
import type { NightShift } from '../core/batch.ts';
import { changesText } from '../run/commit.ts';
import type { History } from '../run/history.ts';
import type { JobResult } from '../run/result.ts';
import type { Alert, AllClear } from './api/alerts.ts';
import { code, markdown } from './api/escape.ts';
import { breakdownTable, HOW } from './approval-alerts.ts';
import { type JobNews, link } from './news.ts';
import { plural } from './outward-errors.ts';

const RAN: ReadonlySet<string> = new Set(['applied', 'unchanged', 'blocked']);

/** When the workbook's first run for real began; null where there was none. */
export function begunAt(history: History): Date | null {
  const times = [...history.values()].flatMap((entries) =>
    entries.filter(({ status }) => RAN.has(status)).map(({ startedAt }) => Date.parse(startedAt)),
  );
  return times.length > 0 ? new Date(times.reduce((a, b) => Math.min(a, b))) : null;
}

const keyOf = (batch: string): string => `begin/${batch}`;

/** The issue of a rehearsal. */
export function beginAlert(news: JobNews): Alert {
  const { batch, results, asOf } = news;
  const stopped = results.filter(({ status }) => status === 'blocked');
  const plans = results.flatMap(({ status, plan, heldParts }) => [
    ...(status === 'blocked' && plan !== null ? [plan] : []),
    ...heldParts.flatMap((part) => part.plan ?? []),
  ]);
  const body = [
    `${code(batch)} has not run on this workbook yet. This was a rehearsal (${link(news)}): nothing was written, and nothing will be until a person says so.`,
    '',
    '| job | would change |',
    '| --- | --- |',
    ...results.map((result) => `| ${code(result.job)} | ${markdown(wouldChange(result))} |`),
    '',
    ...(stopped.length > 0
      ? [`**Beyond a limit**, and approved with it: ${stopped.map(({ job }) => code(job)).join(', ')}.`, '']
      : []),
    ...stopped.flatMap((result) => [
      ...guardLines(result),
      ...(result.breakdown ? breakdownTable(result.breakdown) : []),
    ]),
    '**The rows**: `npx nightshift run ' +
      batch +
      ' --dry-run --plan plan.csv` on your own machine writes each change to a file.',
    '',
    `**To begin**: ${HOW} ${code(batch)} then runs at once, and by its schedule from then on. Only people who may write to this repository can decide. Each scheduled rehearsal shows the newest plan here.`,
  ];
  return {
    key: keyOf(batch),
    version: 'first',
    kind: 'approval',
    title: `${batch} is ready to begin`,
    body: body.join('\n'),
    repeat: `${code(batch)} was rehearsed again, and still waits to begin. ${HOW}`,
    ask: { batch, asOf: asOf.toISOString(), plans },
  };
}

const guardLines = ({ job, guards }: JobResult): string[] => [
  ...guards
    .filter(({ passed }) => !passed)
    .map(
      ({ guard, found, limit }) =>
        `- ${code(job)}: ${markdown(guard)}: found ${found.toLocaleString('en-US')}, the limit is ${limit.toLocaleString('en-US')}`,
    ),
  '',
];

function wouldChange(result: JobResult): string {
  if (result.status === 'skipped') return `skipped: ${result.next ?? ''}`;
  const size = result.breakdown ? `${plural(result.breakdown.people, 'contact')}: ` : '';
  return `${size}${changesText(result)}${result.status === 'blocked' ? ' (beyond a limit)' : ''}`;
}

/** What a run for real closes. */
export const begun = (nightShift: NightShift, news: Pick<JobNews, 'runUrl' | 'approver'>): AllClear[] =>
  nightShift.batches.map(({ name }) => ({
    key: keyOf(name),
    text: () =>
      `${news.approver ? `Approved by ${code(news.approver)}. ` : ''}The night shift works on this workbook now. See ${link(news)}.`,
  }));
