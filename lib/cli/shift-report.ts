/**
 * What a run on GitHub Actions shows of itself: its summary, its log, annotations and the webhook. Counts and names
 * only.
 */
import { appendFile } from 'node:fs/promises';
import * as annotate from '@actions/core';
import { printable, printableJson } from '../core/text/printable.ts';
import type { Reported } from '../github/api/alerts.ts';
import { cutSummary } from '../github/api/body.ts';
import type { ShiftEnvironment } from '../github/environment.ts';
import { outward } from '../github/outward-errors.ts';
import { summaryText } from '../github/summary.ts';
import type { History } from '../run/history.ts';
import { hasWrongRules } from '../run/plan-job.ts';
import type { RunResult } from '../run/result.ts';
import { reportRun } from './run-report.ts';
import type { Session } from './session.ts';
import { screen, second } from './text.ts';

/** One run of one moment. */
export interface Part {
  readonly asOf: Date;
  readonly result: RunResult;
}

export interface Shown {
  readonly batch: string;
  readonly parts: readonly Part[];
  readonly reported: readonly Reported[];
  /** A line each; Markdown. */
  readonly notes: readonly string[];
  readonly history: History;
}

/** Appends the summary of the run's page. */
export async function writeSummary(
  { summaryPath }: ShiftEnvironment,
  { identity }: Session,
  { batch, parts, reported, notes, history }: Shown,
): Promise<void> {
  if (!summaryPath) return;
  const texts = parts.map(({ asOf, result }, i) => {
    const own = { reported: i === parts.length - 1 ? reported : [], notes: i === 0 ? notes : [] };
    return summaryText({ batch, asOf, result, history, run: identity.run, ...own });
  });
  await appendFile(summaryPath, cutSummary(texts.join('\n')));
}

/** The report, with workflow commands switched off meanwhile. */
export function print(
  { options, identity, workbook }: Session,
  environment: ShiftEnvironment,
  name: string,
  parts: readonly Part[],
): void {
  if (environment.onActions) console.log(`::stop-commands::${identity.run}`);
  for (const { asOf, result } of parts) {
    const jobs = result.jobs.map((job) => (job.error ? { ...job, error: outward(job.error) } : job));
    const shown = { ...result, jobs };
    const where = environment.onActions ? 'the workbook' : workbook.label;
    if (options.json)
      console.log(printableJson({ batch: name, asOf: asOf.toISOString(), run: identity.run, ...shown }));
    else console.log(screen(reportRun(`${name}, as of ${second(asOf)}, on ${where}`, shown)));
  }
  if (environment.onActions) console.log(`::${identity.run}::`);
}

export function webhookText(
  name: string,
  results: readonly RunResult[],
  troubles: readonly string[],
  { runUrl }: ShiftEnvironment,
): string {
  const jobs = results
    .flatMap((result) => result.jobs)
    .filter((job) => (job.status !== 'applied' && job.status !== 'unchanged') || hasWrongRules(job));
  const causes = [
    ...jobs.map((job) => `${job.job} ${hasWrongRules(job) ? 'has a wrong rule' : job.status}`),
    ...troubles,
  ];
  return `Nightshift: ${name}: ${causes.join(', ')}.${runUrl ? ` ${runUrl}` : ''}`;
}

/** Shown on the run's page; on a terminal, a plain line. */
export const notice = ({ onActions }: ShiftEnvironment, text: string): void =>
  onActions ? annotate.notice(text) : console.error(printable(text));

export const fault = ({ onActions }: ShiftEnvironment, text: string): void =>
  onActions ? annotate.error(text) : console.error(printable(text));
