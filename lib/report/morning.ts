/** The top of the page: is it fine, what needs a person, and of when the data is. */
import type { Batch } from '../core/batch.ts';
import { slotsBetween } from '../core/calendar/cron.ts';
import { isGood } from '../run/ledger-entry.ts';
import { type Html, html } from './html.ts';
import { momentText, people, total } from './numbers.ts';
import { newest, quarantineOf, runsOf, type Series } from './series.ts';

type Urgency = 'failed' | 'decide' | 'review';

interface Task {
  readonly urgency: Urgency;
  readonly what: string;
  readonly next: Html;
}

/** A slot may start so late before it counts as missed; GitHub delays schedules by hours. */
const LATE_MS = 4 * 3_600_000;

const LABELS: Readonly<Record<Urgency, string>> = { failed: 'Failed', decide: 'Needs you', review: 'To review' };

/** The slots of a batch since the newest as-of of its job that no run stands for. */
function missedSlots(series: Series, batch: Batch, job: string): number {
  const last = runsOf(series, job).findLast(({ status }) => status !== 'failed' && status !== 'skipped');
  if (!last) return 0;
  return slotsBetween(batch.schedule, last.asOf, new Date(series.now.getTime() - LATE_MS)).length;
}

function jobTasks(series: Series, batch: Batch, job: string): Task[] {
  const last = runsOf(series, job).at(-1);
  if (!last) return [];
  const tasks: Task[] = [];
  const add = (urgency: Urgency, what: string, next: Html): void => void tasks.push({ urgency, what, next });
  if (last.status === 'failed')
    add('failed', `${job} failed on ${last.period} (${last.errorKind ?? 'Error'})`, issues(series, 'failed'));
  if (last.status === 'skipped')
    add('failed', `${job} was skipped on ${last.period}: a job that it needs failed`, html``);
  if (last.status === 'blocked' && !last.isRejected) {
    const stopped = last.guards.filter(({ passed }) => !passed);
    const guards = stopped.map(({ guard, found, limit }) => `${guard}: found ${people(found)}, limit ${people(limit)}`);
    add(
      'decide',
      `${job} of ${last.period} waits for approval: ${guards.join('; ') || 'a guard stopped its plan'}`,
      approval(series, job, last.plan),
    );
  }
  if (last.held.wrong > 0)
    add(
      'decide',
      `${job}: a rule is wrong; its ${people(last.held.rows)} rows stay as they are`,
      html`Correct the file in <code>jobs/rules/</code>.`,
    );
  const parts = last.held.parts - last.held.wrong;
  if (parts > 0 && !last.isRejected)
    add(
      'decide',
      `${job}: ${parts} ${parts === 1 ? 'part is' : 'parts are'} held, ${people(last.held.rows)} rows wait`,
      issues(series, 'approval'),
    );
  const missed = missedSlots(series, batch, job);
  if (missed > 0)
    add(
      'failed',
      `${job} missed ${missed} ${missed === 1 ? 'slot' : 'slots'}`,
      html`<code>npx nightshift run ${job}</code>`,
    );
  return tasks;
}

function dataTasks(series: Series): Task[] {
  const tasks: Task[] = [];
  const rates = newest(series, (each) => each.rates)?.value;
  for (const [what, level] of [
    ['Bounce rate', rates?.bounceLevel],
    ['Complaint rate', rates?.complaintLevel],
  ] as const) {
    if (level === 'error' || level === 'stop' || level === 'warn')
      tasks.push({
        urgency: level === 'warn' ? 'review' : 'decide',
        what: `${what} is over its alarm line`,
        next: html`<a href="#delivery">See the rates</a>`,
      });
  }
  const questions = newest(series, (each) => each.merges)?.value.questions ?? 0;
  if (questions > 0)
    tasks.push({
      urgency: 'review',
      what: `${people(questions)} questions on possible duplicates`,
      next: html`Answer in the table <code>review</code>, column <code>decision</code>.`,
    });
  if (newest(series, (each) => each.ranking)?.value.ranks === false)
    tasks.push({
      urgency: 'review',
      what: 'The score no longer ranks',
      next: html`<a href="#grades">See the last back-test</a>`,
    });
  const quarantine = newest(series, quarantineOf(series))?.value ?? {};
  const rows = total(quarantine);
  if (rows > 0)
    tasks.push({
      urgency: 'review',
      what: `${people(rows)} rows in quarantine`,
      next: html`<a href="#quarantine">See by table and reason</a>`,
    });
  return tasks;
}

const issues = ({ repositoryUrl }: Series, kind: string): Html =>
  repositoryUrl === null
    ? html`<code>npx nightshift status</code>`
    : html`<a href="${repositoryUrl}/issues?q=${encodeURIComponent(`is:open label:"nightshift: ${kind}"`)}">Open issues</a>`;

const approval = (series: Series, job: string, plan: string | null): Html =>
  series.repositoryUrl !== null || plan === null
    ? issues(series, 'approval')
    : html`<code>npx nightshift run ${job} --approve ${plan}</code>`;

export function tasksOf(series: Series): Task[] {
  const tasks = series.nightShift.batches.flatMap((batch) =>
    batch.jobs.flatMap(({ name }) => jobTasks(series, batch, name)),
  );
  const order: readonly Urgency[] = ['failed', 'decide', 'review'];
  return [...tasks, ...dataTasks(series)].sort((a, b) => order.indexOf(a.urgency) - order.indexOf(b.urgency));
}

/** What the page's first line says. */
export function verdictOf(
  series: Series,
  tasks = tasksOf(series),
): {
  readonly state: 'good' | 'waiting' | 'failed' | 'none';
  readonly text: string;
} {
  if ([...series.runs.values()].every((runs) => runs.length === 0)) return { state: 'none', text: 'No run yet' };
  if (tasks.some(({ urgency }) => urgency === 'failed')) return { state: 'failed', text: 'Something failed' };
  if (tasks.some(({ urgency }) => urgency === 'decide')) return { state: 'waiting', text: 'Needs you' };
  return { state: 'good', text: 'All fine' };
}

export function morning(series: Series): Html {
  const tasks = tasksOf(series);
  const { state, text } = verdictOf(series, tasks);
  const moment = (date: Date | undefined): string => (date ? momentText(date, series.timeZone) : 'not yet');
  const last = newest(series, (each) => (isGood(each) ? each : null))?.at;
  const files = newest(series, (each) => (isGood(each) && (each.filesWritten ?? 0) > 0 ? each.filesWritten : null))?.at;
  return html`<header class="verdict ${state}">
<h1>${text}</h1>
<dl class="facts"><div><dt>Data as of</dt><dd>${moment(last?.asOf)}</dd></div>
<div><dt>Files last written</dt><dd>${moment(files?.endedAt)}</dd></div>
<div><dt>Page as of</dt><dd>${moment(series.now)}</dd></div>
<div><dt>Time zone</dt><dd>${series.timeZone}</dd></div></dl>
</header>
<section id="todo" aria-labelledby="todo-title"><h2 id="todo-title">To do</h2>
${
  tasks.length === 0
    ? html`<p>${state === 'none' ? 'Nothing has run on this workbook; a rehearsal leaves no record.' : 'Nothing needs you.'}</p>`
    : html`<ul class="tasks">${tasks.map(
        ({ urgency, what, next }) => html`
<li class="${urgency}"><strong>${LABELS[urgency]}</strong> <span>${what}</span> <span class="next">${next}</span></li>\n`,
      )}</ul>`
}</section>`;
}
