/**
 * The week in one comment: what ran, what was missed, how the list, the bounces and the bands moved. From the ledger
 * alone; counts and names only. Pure.
 */

import type { Batch, NightShift } from '../core/batch.ts';
import { slotsBetween } from '../core/calendar/cron.ts';
import type { History } from '../run/history.ts';
import type { LedgerEntry } from '../run/ledger-entry.ts';
import { code, markdown } from './api/escape.ts';
import { begunAt } from './begin.ts';
import { listed, moment, plural } from './outward-errors.ts';

const WEEK_MS = 7 * 86_400_000;

/** An issue of the night shift that is open. */
export interface Open {
  readonly number: number;
  readonly title: string;
  readonly url: string;
}

type JobWeek = ReturnType<typeof weekOf>;

/** The digest of the week up to `until`: a verdict, what is open, the people, then the jobs. */
export function digestText(nightShift: NightShift, history: History, until: Date, open: readonly Open[]): string {
  const since = new Date(until.getTime() - WEEK_MS);
  const weeks = nightShift.batches.flatMap((batch) =>
    batch.jobs.map(({ name }) => weekOf(batch, name, history, since, until)),
  );
  const all = [...history.values()].flat().sort((a, b) => (a.run < b.run ? -1 : 1));
  return [
    verdict(weeks, open),
    ...open.map(({ number, title, url }) => `- [#${number}](${url}) ${markdown(title)}`),
    '',
    `### The week up to ${moment(until)}`,
    '',
    ...trends(all, since, until),
    '| job | runs | applied | unchanged | waiting or rejected | failed | missed |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...weeks.map(({ name, ...counts }) => `| ${[code(name), ...Object.values(counts)].join(' | ')} |`),
  ].join('\n');
}

function weekOf(batch: Batch, name: string, history: History, since: Date, until: Date) {
  const within = ({ startedAt }: LedgerEntry): boolean =>
    Date.parse(startedAt) > since.getTime() && Date.parse(startedAt) <= until.getTime();
  const runs = (history.get(name) ?? []).filter(within);
  const of = (status: LedgerEntry['status']): number => runs.filter((each) => each.status === status).length;
  // Before the workbook's first run nothing was due.
  const begun = begunAt(history);
  const slots = begun ? slotsBetween(batch.schedule, new Date(Math.max(since.getTime(), begun.getTime())), until) : [];
  const tried = new Set(runs.map(({ period }) => period));
  // In the order of the table's columns.
  return {
    name,
    runs: runs.length,
    applied: of('applied'),
    unchanged: of('unchanged'),
    waiting: of('blocked'),
    failed: of('failed') + of('skipped'),
    missed: Math.max(0, slots.length - tried.size),
  };
}

/** One sentence: whether a person needs to do anything. */
function verdict(weeks: readonly JobWeek[], open: readonly Open[]): string {
  const sum = (value: (week: JobWeek) => number): number => weeks.reduce((total, week) => total + value(week), 0);
  const missed = Math.max(0, ...weeks.map((week) => week.missed));
  const failed = sum((week) => week.failed);
  const causes = [
    ...(open.length > 0 ? [`${plural(open.length, 'issue')} open`] : []),
    ...(failed > 0 ? [`${plural(failed, 'run')} of a job failed`] : []),
    ...(missed > 0 ? [`${plural(missed, 'scheduled run')} missed`] : []),
  ];
  if (sum((week) => week.runs) === 0 && causes.length === 0) return '**Nothing ran yet.**';
  if (causes.length === 0) return '**All well.** Every scheduled run took place, and nothing is open.';
  return open.length > 0
    ? `**Review:** ${listed(causes)}.`
    : `**All well now**, and nothing is open. During the week: ${listed(causes)}.`;
}

/** What is reported of the workbook: each a number or a table of numbers, then and now. */
function trends(all: readonly LedgerEntry[], since: Date, until: Date): string[] {
  const known = all.filter((each) => Date.parse(each.startedAt) <= until.getTime());
  const at = (ms: number, has: (entry: LedgerEntry) => unknown): LedgerEntry | undefined =>
    known.findLast((each) => Date.parse(each.startedAt) <= ms && has(each) !== undefined);
  const rows: string[] = [];
  const add = (what: string, value: (entry: LedgerEntry) => unknown): void => {
    const now = at(until.getTime(), value);
    if (!now) return;
    const then = at(since.getTime(), value);
    const labels = counts(value(now));
    const before = then ? counts(value(then)) : {};
    for (const [label, n] of Object.entries(labels)) {
      const change = label in before ? n - (before[label] ?? 0) : null;
      const name = label === '' ? what : `${what}: ${label}`;
      rows.push(
        `| ${markdown(name)} | ${shown(n)} | ${change === null ? '–' : `${change > 0 ? '+' : ''}${shown(change)}`} |`,
      );
    }
  };
  add('contacts', (entry) => entry.inputs.contacts?.rows);
  add('bounce rate', (entry) => pick(entry.metrics.rates, 'bounce_rate'));
  add('complaint rate', (entry) => pick(entry.metrics.rates, 'complaint_rate'));
  add('list', (entry) => entry.metrics.lists);
  add('score band', (entry) => entry.metrics.bands);
  return rows.length > 0 ? ['| | now | in a week |', '| --- | ---: | ---: |', ...rows, ''] : [];
}

const pick = (value: unknown, key: string): unknown => {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return found === null ? undefined : found;
};

/** A number stands for itself; an object, for a number by label. */
function counts(value: unknown): Record<string, number> {
  if (typeof value === 'number') return { '': value };
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([label, n]) => [label, Number(n)]));
}

const shown = (n: number): string => (Number.isInteger(n) ? n.toLocaleString('en-US') : `${(n * 100).toFixed(2)} %`);
