/**
 * `shift NAME…`: a run as GitHub Actions makes it. With `--due`, the slots of a batch's schedule that are due, each as
 * of its own moment; else what a person asked for. Then the ledger is committed, GitHub is told, and the summary is
 * written, in this order: what happened first, what is said of it after. Whatever can't be told fails the run visibly;
 * the workbook and its ledger are safe by then.
 */
import { appendFile } from 'node:fs/promises';
import * as annotate from '@actions/core';
import { allJobs, resolveNames, type ScheduledJob } from '../core/batch.ts';
import { describeError } from '../core/errors.ts';
import { printable, printableJson } from '../core/text/printable.ts';
import { deliver, type Told } from '../github/api/alerts.ts';
import { cutSummary } from '../github/api/body.ts';
import { commitLedger, LedgerNotPushed } from '../github/api/commit-ledger.ts';
import { GitError } from '../github/api/git.ts';
import { GitHubError } from '../github/api/github.ts';
import { commitMessage } from '../github/commit-message.ts';
import { dueSlots, type History } from '../github/due.ts';
import { readEnvironment, type ShiftEnvironment } from '../github/environment.ts';
import { jobNews, type News } from '../github/job-alerts.ts';
import { beat, say } from '../github/notify.ts';
import { moment, outward, plural } from '../github/outward-errors.ts';
import { outwardLedger } from '../github/outward-ledger.ts';
import { summaryText } from '../github/summary.ts';
import { warningNews } from '../github/warnings.ts';
import { readOnlyLedger } from '../run/ledger.ts';
import { compactLedger } from '../run/ledger-archive.ts';
import { hasWrongRules } from '../run/plan-job.ts';
import type { RunResult } from '../run/result.ts';
import { failAll } from '../run/run.ts';
import { LockedByAnotherRun } from '../workbook/csv/commit/lock.ts';
import { UsageError } from './options.ts';
import { reportRun } from './report.ts';
import { exitCode, knownNames, performRun } from './run.ts';
import type { Session } from './session.ts';
import { screen } from './text.ts';
import { watchOver } from './watchdog.ts';

/** Enough to see a year of nights, or half a month of hours. */
const LOOK_BACK = 400;

/** The newest ledger entries of this workbook, by job. */
export async function historyOf({ ledger, nightShift, identity }: Session): Promise<History> {
  const jobs = allJobs(nightShift).map(({ job }) => job.name);
  const entries = await Promise.all(jobs.map((job) => ledger.recent(job, LOOK_BACK)));
  return new Map(jobs.map((job, i) => [job, (entries[i] ?? []).filter((each) => each.workbook === identity.workbook)]));
}

/** One run of one moment. */
interface Part {
  readonly asOf: Date;
  readonly result: RunResult;
}

export async function shiftCommand(session: Session): Promise<number> {
  const environment = readEnvironment(process.env);
  const name = session.options.names.join(' ');
  const jobs = resolveNames(session.nightShift, session.options.names);
  if (session.options.names.length === 0 || 'unknown' in jobs) {
    throw new UsageError(`Run what? There are: ${knownNames(session).join(', ')}.`);
  }
  const slots = await slotsOf(session, environment);
  if (slots.length === 0) return 0;
  return session.workbook.isSample
    ? onTheSample(session, environment, name, jobs)
    : forReal(session, environment, name, jobs, slots);
}

/** The moments to run: the slots that are due, or the one that was asked for. */
async function slotsOf(session: Session, environment: ShiftEnvironment): Promise<Date[]> {
  const { options, nightShift, identity, asOf, workbook } = session;
  if (!options.due || workbook.isSample) return [asOf];
  const batch = nightShift.batches.find((each) => each.name === options.names[0]);
  if (!batch || options.names.length !== 1) throw new UsageError('--due takes the name of one batch.');
  const { slots, passedOver, newest } = dueSlots(batch, await historyOf(session), identity.startedAt);
  if (environment.fired !== null && environment.fired !== batch.schedule.cron) {
    notice(environment, `The schedule that fired (${environment.fired}) is not the batch's (${batch.schedule.cron}).`);
  }
  if (slots.length === 0 && newest) {
    notice(environment, `Nothing is due: ${batch.name} of ${moment(newest)} ran already.`);
  }
  if (passedOver > 0)
    notice(environment, `${plural(passedOver, 'missed slot')} passed over: the newest stands for them.`);
  return [...slots];
}

/** Before a workbook is set: shows what a night looks like, and never fails. */
async function onTheSample(
  session: Session,
  environment: ShiftEnvironment,
  name: string,
  jobs: readonly ScheduledJob[],
): Promise<number> {
  const { result } = await performRun(session, name, jobs);
  const note =
    'This ran on the embedded sample. Set the repository variable NIGHTSHIFT_WORKBOOK to run on your own data: see docs/github.md.';
  notice(environment, note);
  await writeSummary(environment, session, name, [{ asOf: session.asOf, result }], [], [note], new Map());
  print(session, environment, name, [{ asOf: session.asOf, result }]);
  return 0;
}

async function forReal(
  session: Session,
  environment: ShiftEnvironment,
  name: string,
  jobs: readonly ScheduledJob[],
  slots: readonly Date[],
): Promise<number> {
  const { identity, options } = session;
  const troubles: string[] = [];
  const attempt = async (what: () => Promise<unknown>): Promise<void> => {
    await what().catch((error: unknown) => void troubles.push(troubleText(error)));
  };
  await beat(environment.heartbeatUrl, 'start');
  // What is missing is told before anything can go wrong with this run; what it mends is told at its end.
  let alarms = false;
  const lookOut = async (): Promise<void> => {
    const { findings } = await watchOver(session, environment);
    alarms = findings.some(({ alarm }) => alarm);
  };
  // Before the first run there is nothing that could be missing.
  const isFirst = [...(await historyOf(session)).values()].every((entries) => entries.length === 0);
  if (!options.dryRun && !isFirst) await attempt(lookOut);
  const outside = outwardLedger(session.ledger);
  const parts: Part[] = [];
  for (const asOf of slots) {
    parts.push({ asOf, result: await runOnce({ ...session, asOf, ledger: outside.ledger }, name, jobs) });
  }
  const results = parts.map(({ result }) => result);
  const told: Told[] = [];
  if (!options.dryRun) {
    await attempt(() => keepLedger(session, environment, outside.written(), commitMessage(name, results)));
    const news = await newsOf(session, environment, name, parts);
    const { github } = environment;
    if (github) {
      const delivery = { ...news, now: identity.startedAt, run: identity.run };
      await attempt(async () => told.push(...(await deliver(github, delivery))));
      if (alarms) await attempt(lookOut);
    }
  }
  await attempt(async () => {
    const history = await historyOf(session);
    await writeSummary(environment, session, name, parts, told, troubles, history);
  });
  const code = troubles.length > 0 ? 1 : exitCode(results.flatMap((result) => result.jobs));
  await beat(environment.heartbeatUrl, code === 0 ? 'success' : 'fail');
  if (code !== 0) await say(environment.webhookUrl, webhookText(name, results, troubles, environment));
  print(session, environment, name, parts);
  for (const trouble of troubles) fault(environment, trouble);
  return code;
}

/** Errors of our own say what is wrong; of others, only the kind is told. */
function troubleText(error: unknown): string {
  if (error instanceof GitHubError || error instanceof GitError || error instanceof LedgerNotPushed)
    return error.message;
  return outward(describeError(error)).message;
}

/** A run; where not even the workbook opens, every job's failure, so that each is seen to be missing. */
async function runOnce(session: Session, name: string, jobs: readonly ScheduledJob[]): Promise<RunResult> {
  try {
    return (await performRun(session, name, jobs)).result;
  } catch (error) {
    if (error instanceof LockedByAnotherRun || error instanceof UsageError) throw error;
    const { nightShift, options, asOf, identity, elapsed, progress } = session;
    const ledger = options.dryRun ? readOnlyLedger(session.ledger) : session.ledger;
    return failAll({ jobs, ledger, rules: nightShift.workbook, asOf, identity, elapsed, progress }, error);
  }
}

/** One commit: this run's entries, and old months put together. */
async function keepLedger(
  session: Session,
  { branch, gitEnv, onActions }: ShiftEnvironment,
  written: readonly string[],
  message: string,
): Promise<void> {
  if (!onActions) return;
  const folder = session.ledgerFolder;
  const compacted = await compactLedger(folder, session.identity.startedAt);
  const gone = new Set(compacted.remove);
  const write = [...written.filter((path) => !gone.has(path)), ...compacted.write];
  await commitLedger({ folder, write, remove: compacted.remove, message, branch, env: gitEnv });
}

/** What the newest part says; an older slot's failure is over when a newer one went well. */
async function newsOf(
  session: Session,
  { runUrl, repositoryUrl }: ShiftEnvironment,
  batch: string,
  parts: readonly Part[],
): Promise<News> {
  const last = parts.at(-1);
  if (!last) return { alerts: [], allClear: [] };
  const history = await historyOf(session);
  const { result, asOf } = last;
  const jobs = jobNews({
    nightShift: session.nightShift,
    batch,
    asOf,
    results: result.jobs,
    history,
    runUrl,
    repositoryUrl,
  });
  const warnings = warningNews({ result, history, run: session.identity.run, runUrl });
  return { alerts: [...jobs.alerts, ...warnings.alerts], allClear: [...jobs.allClear, ...warnings.allClear] };
}

async function writeSummary(
  { summaryPath }: ShiftEnvironment,
  { identity }: Session,
  batch: string,
  parts: readonly Part[],
  told: readonly Told[],
  notes: readonly string[],
  history: History,
): Promise<void> {
  if (!summaryPath) return;
  const texts = parts.map(({ asOf, result }, i) =>
    summaryText({ batch, asOf, result, history, run: identity.run, told: i === parts.length - 1 ? told : [], notes }),
  );
  await appendFile(summaryPath, cutSummary(texts.join('\n')));
}

/** The report, with workflow commands switched off meanwhile. */
function print(
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
    else console.log(screen(reportRun(`${name}, as of ${asOf.toISOString()}, on ${where}`, shown)));
  }
  if (environment.onActions) console.log(`::${identity.run}::`);
}

function webhookText(
  name: string,
  results: readonly RunResult[],
  troubles: readonly string[],
  { runUrl }: ShiftEnvironment,
): string {
  const jobs = results
    .flatMap((result) => result.jobs)
    .filter((job) => (job.status !== 'applied' && job.status !== 'unchanged') || hasWrongRules(job));
  const said = [
    ...jobs.map((job) => `${job.job} ${hasWrongRules(job) ? 'has a wrong rule' : job.status}`),
    ...troubles,
  ];
  return `Nightshift: ${name}: ${said.join(', ')}.${runUrl ? ` ${runUrl}` : ''}`;
}

/** Shown on the run's page; on a terminal, a plain line. */
export const notice = ({ onActions }: ShiftEnvironment, text: string): void =>
  onActions ? annotate.notice(text) : console.error(printable(text));

const fault = ({ onActions }: ShiftEnvironment, text: string): void =>
  onActions ? annotate.error(text) : console.error(printable(text));
