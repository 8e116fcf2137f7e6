/**
 * `shift NAME…`: a run as GitHub Actions makes it. With `--due`, the slots of a batch's schedule that are due, each as
 * of its own moment; else what a person asked for. Then the ledger is committed, issues are opened and closed, and the
 * summary is written, in this order. What can't be reported fails the run visibly; the workbook and its ledger are safe
 * by then. Until a workbook has begun, a scheduled run is a rehearsal.
 */
import { join } from 'node:path';
import { namesIn, resolveNames, type ScheduledJob } from '../core/batch.ts';
import type { Reported } from '../github/api/alerts.ts';
import { commitLedger, LEDGER_BRANCH } from '../github/api/commit-ledger.ts';
import { begunAt } from '../github/begin.ts';
import { commitMessage } from '../github/commit-message.ts';
import { dueSlots } from '../github/due.ts';
import { readEnvironment, type ShiftEnvironment } from '../github/environment.ts';
import { type HandedOver, handOver } from '../github/hand-over.ts';
import { movedNote } from '../github/ledger-alert.ts';
import { beat, say } from '../github/notify.ts';
import { moment, plural } from '../github/outward-errors.ts';
import { outwardLedger } from '../github/outward-ledger.ts';
import { rejectionsOn } from '../github/rejections.ts';
import type { History } from '../run/history.ts';
import { compactLedger } from '../run/ledger-archive.ts';
import type { Rejections } from '../run/rejection.ts';
import type { RunResult } from '../run/result.ts';
import { failAll } from '../run/run.ts';
import { LockedByAnotherRun } from '../workbook/csv/commit/lock.ts';
import { EXPORTS } from '../workbook/store.ts';
import { exportFoldersOf } from './export-files.ts';
import { UsageError } from './options.ts';
import { restoreLedger } from './restore-ledger.ts';
import { exitCode, performRun } from './run.ts';
import { dry, ledgerOf } from './run-request.ts';
import { historyOf, hostedCheckout, type Session } from './session.ts';
import { attempt, reportShift, type Shift, troubleText } from './shift-issues.ts';
import { fault, notice, type Part, print, webhookText, writeSummary } from './shift-report.ts';
import { watchOver } from './watchdog.ts';

export async function shiftCommand(session: Session): Promise<number> {
  const environment = readEnvironment(process.env);
  const name = session.options.names.join(' ');
  const jobs = resolveNames(session.nightShift, session.options.names);
  if (session.options.names.length === 0 || 'unknown' in jobs) {
    const names = namesIn(session.nightShift).join(', ');
    const unknown = 'unknown' in jobs ? `There is no job or batch "${jobs.unknown}".` : 'Run what?';
    throw new UsageError(`${unknown} There are: ${names}.`);
  }
  if (session.workbook.isSample) return onTheSample(session, environment, name, jobs);
  const shift = { session, environment, name, jobs, isRehearsal: false, troubles: [], notes: [] };
  const hadBranch = await attempt(shift, () => restoreLedger(session, environment));
  const history = await historyOf(session);
  const slots = slotsOf(session, environment, history);
  if (slots.length === 0) return 0;
  const isRehearsal = session.options.due && !session.options.dryRun && begunAt(history) === null;
  return isRehearsal
    ? forReal({ ...shift, isRehearsal, session: dry(session) }, slots.slice(-1), hadBranch === true)
    : forReal(shift, slots, hadBranch === true);
}

/** The moments to run: the slots that are due, or the one that was asked for. @throws UsageError */
function slotsOf(session: Session, environment: ShiftEnvironment, history: History): Date[] {
  const { options, nightShift, identity, asOf } = session;
  if (!options.due) return [asOf];
  const batch = nightShift.batches.find((each) => each.name === options.names[0]);
  if (!batch || options.names.length !== 1) throw new UsageError('--due takes the name of one batch.');
  const { slots, passedOver, newest } = dueSlots(batch, history, identity.startedAt);
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
  const parts = [{ asOf: session.asOf, result }];
  await writeSummary(environment, session, { batch: name, parts, reported: [], notes: [note], history: new Map() });
  await keepPage(session);
  print(session, environment, name, parts);
  return 0;
}

async function forReal(shift: Shift, slots: readonly Date[], hadBranch: boolean): Promise<number> {
  const { session, environment, name, jobs, isRehearsal, troubles, notes } = shift;
  const { options, workbook } = session;
  await beat(environment.heartbeatUrl, 'start');
  // What is missing is reported before anything can go wrong with this run; what it makes good is closed at its end.
  const isWatched = !options.dryRun && workbook.isUsual;
  let alarms = false;
  const lookOut = async (): Promise<void> => {
    const { findings } = await watchOver(session, environment);
    alarms = findings.some(({ alarm }) => alarm);
  };
  if (isWatched) await attempt(shift, lookOut);
  const outside = outwardLedger(session.ledger);
  const { github } = environment;
  const rejections = github ? await attempt(shift, () => rejectionsOn(github, session.identity.workbook)) : undefined;
  const parts: Part[] = [];
  for (const asOf of slots) {
    parts.push({ asOf, result: await runOnce({ ...session, asOf, ledger: outside.ledger }, name, jobs, rejections) });
  }
  const results = parts.map(({ result }) => result);
  const lost = options.dryRun
    ? null
    : await keepLedger(shift, outside.written(), commitMessage(name, results), hadBranch);
  const files = options.dryRun ? undefined : await attempt(shift, () => handOverOf(shift, results));
  if (files?.at) notes.push(`Exports: ${files.at}.`);
  if (!options.dryRun && (await areOnRunner(shift, results))) notes.push(ON_RUNNER);
  const reported = await reportShift(shift, parts, { lost, ...(files && { files }) });
  if (isRehearsal) notes.push(rehearsalNote(reported));
  if (alarms) await attempt(shift, lookOut);
  await attempt(shift, async () => {
    const history = await historyOf(session);
    const shown = { batch: name, parts, reported, notes: [...notes, ...troubles], history };
    await writeSummary(environment, session, shown);
  });
  await attempt(shift, () => keepPage(session));
  for (const { key, did, issue } of reported)
    if (key.startsWith('begin/') && did === 'opened')
      await say(environment.webhookUrl, `Nightshift: ${issue.title} ${issue.url}`);
  const ended = troubles.length > 0 ? 1 : codeOf(shift, results);
  await beat(environment.heartbeatUrl, ended === 0 ? 'success' : 'fail');
  if (ended !== 0) await say(environment.webhookUrl, webhookText(name, results, troubles, environment));
  print(session, environment, name, parts);
  for (const trouble of troubles) fault(environment, trouble);
  return ended;
}

/** Writes the report page where the workflow attaches it to the run from. */
async function keepPage(session: Session): Promise<void> {
  const path = process.env.NIGHTSHIFT_REPORT;
  if (path) await (await import('./report-page.ts')).writePage(session, path);
}

const rehearsalNote = (reported: readonly Reported[]): string => {
  const asked = reported.find(({ key }) => key.startsWith('begin/'));
  const nothing = 'A rehearsal: nothing was written.';
  if (asked?.did !== 'rejected before') return `${nothing} The issue below asks to begin.`;
  const { number, url } = asked.issue;
  return `${nothing} A person decided in [#${number}](${url}) not to begin; to begin, reopen it and approve it.`;
};

/** A rehearsal asks in its issue. */
function codeOf({ isRehearsal }: Shift, results: readonly RunResult[]): number {
  const ended = exitCode(results.flatMap((result) => result.jobs));
  return isRehearsal && ended === 3 ? 0 : ended;
}

/** A run; where not even the workbook opens, every job's failure, so that each is seen to be missing. */
async function runOnce(
  session: Session,
  name: string,
  jobs: readonly ScheduledJob[],
  rejections?: Rejections,
): Promise<RunResult> {
  try {
    return (await performRun(session, name, jobs, rejections)).result;
  } catch (error) {
    if (error instanceof LockedByAnotherRun || error instanceof UsageError) throw error;
    const { nightShift, asOf, identity, elapsed, progress } = session;
    const what = { jobs, rules: nightShift.workbook, asOf, identity };
    return failAll({ what, where: { ledger: ledgerOf(session) }, how: { progress, elapsed } }, error);
  }
}

/** One commit: this run's entries, and old months put together. Gives the cause where it could not be pushed. */
async function keepLedger(
  { session, environment, troubles, notes }: Shift,
  written: readonly string[],
  message: string,
  hadBranch: boolean,
): Promise<string | null> {
  const { branch, gitEnv, onActions } = environment;
  if (!onActions) return null;
  const folder = session.ledgerFolder;
  try {
    const compacted = await compactLedger(folder, session.identity.startedAt);
    const gone = new Set(compacted.remove);
    const write = [...written.filter((path) => !gone.has(path)), ...compacted.write];
    const pushed = await commitLedger({ folder, write, remove: compacted.remove, message, branch, env: gitEnv });
    if (pushed.branch === LEDGER_BRANCH && !hadBranch) notes.push(movedNote(branch));
    return null;
  } catch (error) {
    const cause = troubleText(error);
    troubles.push(cause);
    return cause;
  }
}

const ON_RUNNER =
  'Some exports went to a folder of the runner, as their rules say. It is thrown away after the run: ' +
  'a step of your own in the workflow must take them from there.';

const madeFiles = (results: readonly RunResult[]): boolean =>
  results.some(({ jobs }) => jobs.some(({ metrics }) => metrics.files !== undefined));

/** Whether exports were written to folders that the rules name, on a runner that is thrown away. */
const areOnRunner = async ({ session }: Shift, results: readonly RunResult[]): Promise<boolean> =>
  hostedCheckout(process.env) !== undefined &&
  madeFiles(results) &&
  (await exportFoldersOf(session)).some(({ fault }) => fault === undefined);

/** Files of a spreadsheet or a dataset are on the runner; those of a folder are in it. */
async function handOverOf(
  { session, environment }: Shift,
  results: readonly RunResult[],
): Promise<HandedOver | undefined> {
  const { github, runUrl, outputPath, onActions } = environment;
  if (!github || !onActions || !madeFiles(results) || session.workbook.kind === 'csv') return undefined;
  const { keptDays } = session.nightShift.workbook.exportFiles;
  return handOver({ github, runUrl, outputPath, folder: join(session.workbook.folder, EXPORTS), keptDays });
}
