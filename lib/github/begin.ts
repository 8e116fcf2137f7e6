/**
 * A workbook's first day. Until something ran for real on a workbook, a scheduled run is a rehearsal: it writes
 * nothing, and its issue shows what would change and asks to begin. Pure.
 */
import { changesText } from '../run/commit.ts';
import type { History } from '../run/history.ts';
import { isGood } from '../run/ledger-entry.ts';
import type { JobResult } from '../run/result.ts';
import { type Alert, type AllClear, APPROVE_LABEL } from './api/alerts.ts';
import { code, markdown } from './api/escape.ts';
import { breakdownTable, HOW, limitText } from './approval-alerts.ts';
import { blocks, type JobNews, link, paragraph } from './news.ts';
import { listed, plural } from './outward-errors.ts';

/** When the workbook's first run for real began; null where there was none. One that a guard stopped wrote nothing. */
export function begunAt(history: History): Date | null {
  const good = [...history.values()].flatMap((entries) => entries.filter(isGood));
  const times = good.map(({ startedAt }) => Date.parse(startedAt));
  return times.length > 0 ? new Date(times.reduce((a, b) => Math.min(a, b))) : null;
}

const beginKey = (batch: string): string => `begin/${batch}`;

/** The issue of a rehearsal. */
export function beginAlert(news: JobNews): Alert {
  const { batch, results, asOf, nightShift } = news;
  const stopped = results.filter(({ status }) => status === 'blocked');
  const plans = results.flatMap(({ status, plan, heldParts }) => [
    ...(status === 'blocked' && plan !== null ? [plan] : []),
    ...heldParts.flatMap((part) => part.plan ?? []),
  ]);
  const others = nightShift.batches.map(({ name }) => name).filter((name) => name !== batch);
  const body = blocks(
    paragraph(
      `**${code(batch)} is ready to begin on this workbook, and waits for you.**`,
      `So far it was only rehearsed (${link(news)}): nothing was written, and nothing will be until a person says so.`,
    ),
    paragraph(
      `**To begin**, add the label ${code(APPROVE_LABEL)} to this issue, or comment ${code('/approve')}.`,
      `${code(batch)} then runs at once, and by its schedule from then on.`,
      others.length > 0 && `${listed(others.map(code))} begin with it.`,
    ),
    paragraph(
      `**Not yet?** Do nothing: each scheduled rehearsal shows the newest plan here. With ${code('/reject')} it stops asking.`,
      'Only people who may write to this repository can decide.',
    ),
    ['| job | would change |', '| --- | --- |']
      .concat(results.map((result) => `| ${code(result.job)} | ${markdown(wouldChange(result))} |`))
      .join('\n'),
    stopped.length > 0 && `**Beyond a limit**, and approved with it: ${listed(stopped.map(({ job }) => code(job)))}.`,
    ...stopped.flatMap((result) => [limitLines(result), result.breakdown && breakdownTable(result.breakdown)]),
    `**The rows**: \`npx nightshift run ${batch} --dry-run --plan plan.csv\` on your own machine writes each change to a file.`,
  );
  return {
    key: beginKey(batch),
    version: 'first', // one issue, no matter what would change
    kind: 'approval',
    title: `${batch} is ready to begin`,
    body,
    repeat: `${code(batch)} was rehearsed again, and still waits to begin. ${HOW}`,
    ask: { batch, asOf: asOf.toISOString(), plans },
  };
}

const limitLines = ({ job, guards }: JobResult): string =>
  guards.flatMap((guard) => (guard.passed ? [] : [`- ${code(job)}: ${limitText(guard)}`])).join('\n');

function wouldChange(result: JobResult): string {
  if (result.status === 'skipped') return `skipped: ${result.next ?? ''}`;
  const size = result.breakdown ? `${plural(result.breakdown.people, 'contact')}: ` : '';
  return `${size}${changesText(result)}${result.status === 'blocked' ? ' (beyond a limit)' : ''}`;
}

/** What a run for real closes. */
export const begun = ({
  nightShift,
  approval,
  runUrl,
}: Pick<JobNews, 'nightShift' | 'runUrl' | 'approval'>): AllClear[] =>
  nightShift.batches.map(({ name }) => ({
    key: beginKey(name),
    text: () =>
      paragraph(
        approval?.key.startsWith('begin/') && `Approved by ${code(approval.by)}.`,
        `The night shift works on this workbook now. See ${link({ runUrl })}.`,
      ),
  }));
