/** How the runs went: 60 days of every job, and the newest batch step by step. */
import type { Batch } from '../core/batch.ts';
import { slotsBetween } from '../core/calendar/cron.ts';
import { localDay, periodOf } from '../core/calendar/period.ts';
import { isGood } from '../run/ledger-entry.ts';
import { type CalendarDay, calendarChart, type DayState } from './chart.ts';
import type { Figures } from './figures.ts';
import { type Html, html, numbers, section, tableHtml } from './html.ts';
import { count, dayText, median, people, seconds } from './numbers.ts';
import { runsOf, type Series } from './series.ts';

const DAYS = 60;
const DAY_MS = 86_400_000;
/** A run's usual time is the median of so many before it. */
const USUAL = 30;

const stateOf = (run: Figures): DayState =>
  run.status === 'failed' || run.status === 'skipped'
    ? 'failed'
    : run.status === 'blocked' && !run.isRejected
      ? 'waiting'
      : 'good';

/** A job's days: each with how its newest run ended, and each slot without a run since the job's first one. */
function jobDays(series: Series, batch: Batch, job: string, since: Date): CalendarDay[] {
  const runs = runsOf(series, job);
  const found = new Map<string, DayState>();
  const [first] = runs;
  if (first) {
    const periods = new Set(runs.map(({ period }) => period));
    const from = first.asOf > since ? first.asOf : since;
    for (const slot of slotsBetween(batch.schedule, from, new Date(series.now.getTime() - 4 * 3_600_000))) {
      if (!periods.has(periodOf(batch.name, slot, series.timeZone)))
        found.set(localDay(slot, series.timeZone), 'missed');
    }
  }
  for (const run of runs) if (run.asOf >= since) found.set(localDay(run.asOf, series.timeZone), stateOf(run));
  return [...found].map(([day, state]) => ({ job, day, state }));
}

const WORDS: Readonly<Record<DayState, string>> = {
  good: 'ran',
  waiting: 'waits for approval',
  failed: 'failed',
  missed: 'slot missed',
};

/** Jobs by the last 60 days, missed slots visible. */
export function calendar(series: Series): Html {
  const since = new Date(series.now.getTime() - DAYS * DAY_MS);
  const days = Array.from({ length: DAYS }, (_, i) =>
    localDay(new Date(series.now.getTime() - (DAYS - 1 - i) * DAY_MS), series.timeZone),
  );
  const known = new Set(days);
  const jobs = series.nightShift.batches.flatMap((batch) => batch.jobs.map(({ name }) => ({ batch, name })));
  const cells = jobs
    .flatMap(({ batch, name }) => jobDays(series, batch, name, since))
    .filter(({ day }) => known.has(day));
  const rows = jobs.map(({ name }) => {
    const own = cells.filter(({ job }) => job === name);
    const of = (state: DayState) => own.filter((each) => each.state === state);
    const missed = of('missed').map(({ day }) => dayText(day));
    return [
      name,
      ...(['good', 'waiting', 'failed'] as const).map((state) => count(of(state).length)),
      missed.join(', ') || '0',
    ];
  });
  const says = `How each job ran on each of the last ${DAYS} days; the table below has the same numbers.`;
  const names = jobs.map(({ name }) => name);
  const chart = calendarChart(says, names, days, cells);
  const columns = [{ head: 'job' }, ...['ran', 'waits', 'failed'].map(numbers), { head: 'missed' }];
  return section(
    'calendar',
    `Runs of the last ${DAYS} days`,
    html`
<div class="scroll" role="region" aria-label="Calendar of runs" tabindex="0"><figure class="wide">${chart}</figure></div>
<p class="legend">${(Object.keys(WORDS) as DayState[]).map((state) => html`<span class="key ${state}">${WORDS[state]}</span> `)}</p>
<details><summary>The same as a table</summary>${tableHtml('Days by job and outcome', columns, rows)}</details>`,
  );
}

function step(series: Series, job: string): Html {
  const runs = runsOf(series, job);
  const last = runs.at(-1);
  if (!last) return html`<li class="none"><strong>${job}</strong><span>has not run</span></li>`;
  const usual = median(
    runs
      .slice(-USUAL - 1, -1)
      .filter(isGood)
      .map((each) => each.seconds),
  );
  const slow = usual !== null && last.seconds > Math.max(5, usual * 2);
  return html`<li class="${stateOf(last)}"><strong>${job}</strong>
<span>${last.status}, ${people(last.rowsChanged)} rows changed</span>
<span>${seconds(last.seconds)}${usual === null ? '' : `, usually ${seconds(usual)}`}
${slow ? html` <em class="alarm">slow</em>` : ''}</span></li>\n`;
}

/** Each batch as a row of steps, with the rows that its newest run changed and its time against the usual one. */
export const batches = (series: Series): Html =>
  section(
    'batches',
    'The batches, step by step',
    html`
${series.nightShift.batches.map(({ name, jobs }) => {
  const last = jobs.map((job) => runsOf(series, job.name).at(-1)).findLast((each) => each !== undefined);
  return html`<h3>${name}${last ? html` <small>${last.period}</small>` : ''}</h3>
<ol class="steps">${jobs.map((job) => step(series, job.name))}</ol>`;
})}`,
  );
