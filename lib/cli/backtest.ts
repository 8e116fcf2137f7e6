/**
 * `backtest score|value`: holds a job's numbers of back then against what came since. Reads the workbook and writes
 * nothing to it.
 */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Backtest, BacktestTable } from '../core/backtest.ts';
import type { ScheduledJob } from '../core/batch.ts';
import { allJobs } from '../core/batch.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { type Html, html } from '../report/html.ts';
import { contextOf } from '../run/job-context.ts';
import { runSteps } from '../run/plan-job.ts';
import { inspect } from './inspect.ts';
import { UsageError } from './options.ts';
import type { Session } from './session.ts';
import { pathText, print, printError, printJson } from './terminal.ts';
import { table } from './text.ts';

/** The job that keeps each number. A number can be back-tested as soon as its job declares `backtest` (core/job.ts). */
const KEEPERS: Readonly<Record<string, string>> = { score: 'score-recalculation', value: 'lifetime-value' };
const DEFAULT_DAYS = 90;
const MOST_DAYS = 3_650;

export async function backtestCommand(session: Session): Promise<number> {
  const { options } = session;
  const scheduled = keeperOf(session);
  const days = daysOf(options.days);
  const { backtest } = scheduled.job;
  if (!backtest) throw new UsageError(`The job ${scheduled.job.name} declares no back-test.`);
  return inspect(session, 'backtest', ['changes', 'suppressions', 'purchases'], async ({ engine, snapshot }) => {
    const rules = session.nightShift.workbook;
    const found = await backtest({
      engine,
      asOf: session.asOf,
      days,
      outcome: options.outcome ?? 'purchase',
      contextAt: (moment) => contextOf({ asOf: moment, rules }, snapshot, scheduled),
      runSteps: (steps) => runSteps(engine, steps),
    });
    if (options.out) await writeFile(resolve(options.out), pageOf(found), 'utf8');
    if (options.json) printJson(found.report);
    else print(linesOf(found, options.out));
    if (found.refused !== undefined) printError(`No back-test: ${found.refused}.`);
    return found.refused === undefined ? 0 : 2;
  });
}

function keeperOf({ options, nightShift }: Session): ScheduledJob {
  const [measure = '', ...rest] = options.names;
  const known = Object.keys(KEEPERS);
  const keeper = KEEPERS[measure];
  if (rest.length > 0 || !keeper)
    throw new UsageError(
      `Back-test what? Name one of ${known.join(', ')}: nightshift backtest score.` +
        (measure === '' || keeper ? '' : didYouMean(measure, known)),
    );
  const scheduled = allJobs(nightShift).find(({ job }) => job.name === keeper);
  if (!scheduled) throw new UsageError(`There is no job "${keeper}" in jobs/batches.ts, which keeps the ${measure}.`);
  return scheduled;
}

function daysOf(written: string | undefined): number {
  const days = written === undefined ? DEFAULT_DAYS : Number(written);
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
    throw new UsageError(
      `--days: found "${written}". Expected a whole number of days from 1 to ${MOST_DAYS}, such as 90.`,
    );
  return days;
}

function linesOf({ title, findings, tables, lines = [] }: Backtest, out: string | undefined): string[] {
  return [
    title,
    '',
    ...findings,
    '',
    ...tables.flatMap((each) => [
      each.title,
      ...(each.note ? [each.note] : []),
      ...table([each.head, ...each.rows], '  '),
      '',
    ]),
    ...lines,
    ...(out ? ['', `Written: ${pathText(out)}`] : []),
  ];
}

/** One page without scripts, styles or pictures from elsewhere. */
const pageOf = ({ title, findings, tables, lines = [] }: Backtest): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; }
th, td { padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid #ddd; text-align: right; }
th:first-child, td:first-child { text-align: left; }
</style></head>
<body>
<h1>${title}</h1>
${findings.map((finding) => html`<p>${finding}</p>\n`)}${tables.map(tableHtml)}${
  lines.length > 0 && html`<pre>${lines.join('\n')}</pre>\n`
}</body></html>
`.text;

function tableHtml({ title, note, head, rows }: BacktestTable): Html {
  const row = (cells: readonly Html[]) => html`<tr>${cells}</tr>\n`;
  return html`<h2>${title}</h2>${note && html`<p>${note}</p>`}<table>${row(head.map((cell) => html`<th>${cell}</th>`))}${rows.map(
    (cells) => row(cells.map((cell) => html`<td>${cell}</td>`)),
  )}</table>\n`;
}
