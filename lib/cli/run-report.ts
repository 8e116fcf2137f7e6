/**
 * What a run says when it is done: per job what changed and why, what stands in quarantine, where to look, what to do
 * next. Counts, names of jobs, columns and rules; never a cell.
 */

import { plural, sentencesIn, warningsIn } from '../github/outward-errors.ts';
import type { HeldPart } from '../run/held-part.ts';
import type { JobResult, RunResult } from '../run/result.ts';
import { costText } from '../run/warehouse-cost.ts';
import { tableMeant } from '../workbook/csv/discover.ts';
import { count, table } from './text.ts';

/** The most reasons that are listed for one job; the ledger has them all. */
const MOST_REASONS = 8;

export function reportRun(title: string, result: RunResult): string[] {
  const lines = [title, ''];
  const [first] = result.jobs;
  const cause = first?.error?.message;
  // What stopped the whole run is every job's failure; a person reads it once.
  if (cause && result.jobs.length > 1 && result.jobs.every(({ error }) => error?.message === cause))
    lines.push(
      ...`No job ran: ${cause}`.split('\n'),
      '',
      `Failed: ${result.jobs.map(({ job }) => job).join(', ')}.`,
      '',
    );
  else for (const job of result.jobs) lines.push(...jobLines(job), '');
  const rows = Object.entries(result.snapshot.rows).filter(([, n]) => n > 0);
  if (rows.length > 0) lines.push(`Read: ${rows.map(([name, n]) => `${count(n)} ${name}`).join(', ')}.`);
  lines.push(...consentLines(result));
  for (const file of result.notRead ?? []) lines.push(`Not read: ${file}, ${notReadText(file)}.`);
  for (const { label, looksLike } of result.notTaken ?? [])
    lines.push(`Not read: the events or purchases of ${label}, ${looksLike}. Put it into the inbox, or import it.`);
  if (result.otherLines)
    lines.push(
      `Ignored: ${plural(result.otherLines, 'line')} of the contacts that are no rows (totals, the header once more).`,
    );
  if (result.ofNoContact) lines.push(`Files beside the contacts: ${ofNoContact(result.ofNoContact)}.`);
  lines.push(...quarantineLines(result), ...unreadableLines(result));
  if (result.warehouse) lines.push(`${costText(result.warehouse)}.`);
  for (const hash of result.unmatched ?? [])
    lines.push(`Not used: --approve ${hash} is the hash of no plan of this run.`);
  return lines;
}

/** What was read as a no, by column, so that a person sees what the file was understood to say. */
function consentLines({ consent }: RunResult): string[] {
  if (!consent) return [];
  const no = Object.entries(consent.no).filter(([, n]) => n > 0);
  return [
    ...(no.length > 0
      ? [`No mail, by the contacts’ columns: ${no.map(([header, n]) => `${header}: ${count(n)} no`).join(', ')}.`]
      : []),
    ...(consent.disagree > 0 ? [`In ${plural(consent.disagree, 'row')} these columns disagree: no counts.`] : []),
  ];
}

function notReadText(file: string): string {
  const table = tableMeant(file);
  return table
    ? `which is called almost like ${table}.csv. Rename it if it is meant`
    : 'which may hold unsubscribes, and is no known file. Import it';
}

function jobLines(job: JobResult): string[] {
  const lines = `${job.job.padEnd(22)}${job.status.padEnd(11)}${headline(job)}`.split('\n');
  const reasons = reasonsOf(job);
  lines.push(...counted(reasons.slice(0, MOST_REASONS)));
  if (reasons.length > MOST_REASONS)
    lines.push(`    … and ${plural(reasons.length - MOST_REASONS, 'more reason')}, in the ledger`);
  for (const guard of job.guards.filter((each) => !each.passed)) {
    lines.push(`  stopped: ${guard.guard}: found ${count(guard.found)}, the limit is ${count(guard.limit)}`);
  }
  if (job.approved) lines.push('  approved: a guard would have stopped this plan');
  lines.push(...job.heldParts.map(heldLine), ...leftLines(job));
  const resized = job.metrics.resized;
  if (resized && typeof resized === 'object') {
    for (const change of Object.values(resized)) lines.push(`  review: ${String(change)}`);
  }
  lines.push(...sentencesIn(job.metrics).map((sentence) => `  ${sentence}`));
  lines.push(...warningsIn(job.metrics).map((each) => `  review: ${each}`));
  if (job.job === 'inbox') lines.push(...rejectedLines(job));
  lines.push(...alarms(job));
  if (job.next) lines.push(`  next: ${job.next}`);
  return lines;
}

function heldLine({ reason, rows, plan, question }: HeldPart): string {
  if (question) return `  asks: ${reason}`;
  const stay = `${plural(rows, 'row')} ${rows === 1 ? 'stays as it is' : 'stay as they are'}`;
  if (plan !== null) return `  held: ${reason} (${stay}). To let it through: --approve ${plan}`;
  return `  held: ${reason} ${rows === 0 ? 'Nothing of it changes' : stay} until the rule is fixed.`;
}

/** What of an applied plan was left as it stands: a person had changed it, or a formula fills it. */
function leftLines({ held, heldParts }: JobResult): string[] {
  const known = new Set(heldParts.map(({ reason }) => reason));
  return Object.entries(held).flatMap(([reason, n]) => (known.has(reason) ? [] : [`  held: ${count(n)} ${reason}`]));
}

function headline(job: JobResult): string {
  if (job.error) return job.error.message;
  if (job.status === 'skipped') return '';
  if (job.status === 'applied' && Number(job.metrics.written) > 0)
    return `${plural(Number(job.metrics.written), 'file')} written`;
  if (job.status !== 'unchanged') return rowsText(job);
  if (job.heldParts.length > 0) return 'no changes but what is held';
  return 'no changes';
}

/** "1,996 contacts changed, 12 added": the people or rows first; the cells stand below, by reason. */
function rowsText({ changes }: JobResult): string {
  const parts = Object.entries(changes).flatMap(([name, { insert, update, remove }]) => {
    const counts = [
      [update, 'changed'],
      [insert, 'added'],
      [remove, 'removed'],
    ] as const;
    const own = insert + update + remove === 1 ? name.replace(/s$/, '') : name;
    const texts = counts.filter(([n]) => n > 0).map(([n, what], i) => `${count(n)} ${i === 0 ? `${own} ` : ''}${what}`);
    return texts.length > 0 ? [texts.join(', ')] : [];
  });
  return parts.join('; ') || 'no changes';
}

/** Reasons by count; columns of one table that were changed alike stand on one line. */
function reasonsOf({ reasons }: JobResult): [string, number][] {
  const alike = new Map<
    string,
    { readonly columns: string[]; readonly n: number; readonly text: (columns: string) => string }
  >();
  for (const [reason, n] of Object.entries(reasons)) {
    const [, name, column, why] = /^(\w+)\.(\w+)(: .*)$/s.exec(reason) ?? [];
    const key = column === undefined ? reason : `${name}${why} ${n}`;
    const found = alike.get(key);
    if (found && column !== undefined) found.columns.push(column);
    else
      alike.set(key, {
        columns: [column ?? reason],
        n,
        text: (columns) => (column ? `${name}.${columns}${why}` : columns),
      });
  }
  return [...alike.values()]
    .map(({ columns, n, text }): [string, number] => [text(columns.join(', ')), n])
    .sort(([, a], [, b]) => b - a);
}

/** Reasons with their counts at the left. */
export const counted = (reasons: readonly (readonly [string, number])[]): string[] =>
  table(
    reasons.map(([reason, n]) => [n, reason]),
    '    ',
  );

/** What of a file could not be imported, which a person reads only here. */
function rejectedLines({ metrics }: JobResult): string[] {
  const rejected = Object.entries((metrics.rejected ?? {}) as Record<string, number>);
  const none = Number(metrics.unread ?? 0) > 0 ? ['  error: nothing of this file could be imported'] : [];
  const strangers = Number(metrics.ofNoContact ?? 0);
  return [
    ...none,
    ...rejected.map(([reason, n]) => `  rejected: ${count(n)}, ${reason}`),
    ...(strangers > 0 ? [`  ${ofNoContact(strangers)}`] : []),
  ];
}

/** Addresses that refused mail and are no contact's. */
export const ofNoContact = (addresses: number): string =>
  addresses === 1
    ? '1 address that refuses mail is no contact’s: kept, in case it comes in'
    : `${count(addresses)} addresses that refuse mail are no contact’s: kept, in case they come in`;

/** Bounce and complaint rates over their lines. */
function alarms(job: JobResult): string[] {
  const rates = job.metrics.rates as Record<string, unknown> | undefined;
  if (!rates) return [];
  const line = (what: string, rate: unknown, level: unknown): string[] =>
    ['warn', 'error', 'stop'].includes(String(level))
      ? [`  ${String(level)}: ${what} rate ${(Number(rate) * 100).toFixed(2)} % in the last days`]
      : [];
  return [
    ...line('bounce', rates.bounce_rate, rates.bounces),
    ...line('complaint', rates.complaint_rate, rates.complaints_level),
  ];
}

function quarantineLines(result: RunResult): string[] {
  if (Object.keys(result.snapshot.rows).length === 0) return [];
  const { quarantined } = result.snapshot;
  if (quarantined === 0) return ['Quarantine: every row can be read.'];
  const rows = Object.entries(result.quarantine).sort(([, a], [, b]) => b - a);
  return [
    `Quarantine: ${plural(quarantined, 'row')} that no job touches until fixed; the table "quarantine" says where and why.`,
    ...counted(rows),
  ];
}

/** Cells that can't be read: each is unknown, and its row goes on. */
function unreadableLines({ unreadable = {} }: RunResult): string[] {
  const cells = Object.entries(unreadable).sort(([, a], [, b]) => b - a);
  if (cells.length === 0) return [];
  const all = cells.reduce((sum, [, n]) => sum + n, 0);
  return [
    `Unreadable: ${plural(all, 'cell')}, taken as unknown and left as ${all === 1 ? 'it is' : 'they are'}; ` +
      `the table "quarantine" names ${all === 1 ? 'it' : 'each'}.`,
    ...counted(cells),
  ];
}
