/**
 * The week in one comment: what ran, what was missed, how the list, the bounces and the bands moved. From the ledger
 * alone; counts and names only. Pure.
 */

import type { NightShift } from '../core/batch.ts';
import { slotsBetween } from '../core/calendar/cron.ts';
import type { LedgerEntry } from '../run/ledger-entry.ts';
import { code, markdown } from './api/escape.ts';
import type { History } from './due.ts';
import { moment } from './outward-errors.ts';

const WEEK_MS = 7 * 86_400_000;

export function digestText(nightShift: NightShift, history: History, until: Date): string {
  const since = new Date(until.getTime() - WEEK_MS);
  const within = (entry: LedgerEntry): boolean =>
    Date.parse(entry.startedAt) > since.getTime() && Date.parse(entry.startedAt) <= until.getTime();
  const lines = [
    `## The week up to ${moment(until)}`,
    '',
    '| job | runs | applied | unchanged | waiting | failed | slots without a run |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ];
  for (const batch of nightShift.batches) {
    const slots = slotsBetween(batch.schedule, since, until);
    for (const { name } of batch.jobs) {
      const runs = (history.get(name) ?? []).filter(within);
      const of = (status: string): number => runs.filter((each) => each.status === status).length;
      const tried = new Set(runs.map(({ period }) => period));
      lines.push(
        `| ${code(name)} | ${runs.length} | ${of('applied')} | ${of('unchanged')} | ${of('blocked')} | ${of('failed') + of('skipped')} | ${Math.max(0, slots.length - tried.size)} |`,
      );
    }
  }
  const all = [...history.values()].flat().sort((a, b) => (a.run < b.run ? -1 : 1));
  lines.push('', ...trends(all, since, until));
  return lines.join('\n');
}

/** What is told of the workbook: each a number or a table of numbers, then and now. */
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
  return rows.length > 0 ? ['| | now | in a week |', '| --- | ---: | ---: |', ...rows] : [];
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
