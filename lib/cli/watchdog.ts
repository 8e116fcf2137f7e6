/**
 * `watchdog`: looks for silence. What is missing is told as issues and started again where that helps; what is well
 * again is closed. Workflows that fell asleep after 60 quiet days are switched on, and the others are kept awake.
 */

import { allJobs } from '../core/batch.ts';
import { type Alert, deliver, type Told } from '../github/api/alerts.ts';
import { code } from '../github/api/escape.ts';
import type { GitHub, WorkflowRun } from '../github/api/github.ts';
import { readEnvironment, type ShiftEnvironment } from '../github/environment.ts';
import { say } from '../github/notify.ts';
import { type Finding, type Seen, type What, watch, workflowOf } from '../github/watch.ts';
import type { Session } from './session.ts';
import { historyOf, notice } from './shift.ts';
import { loadable } from './unloadable.ts';

const KINDS: readonly What[] = ['missed', 'stuck', 'cancelled', 'disabled', 'never run', 'constant'];
const LOOK_BACK_MS = 14 * 86_400_000;

export async function watchdogCommand(session: Session): Promise<number> {
  const environment = readEnvironment(process.env);
  if (session.workbook.isSample) {
    notice(environment, 'No workbook is set yet (NIGHTSHIFT_WORKBOOK), so there is nothing to watch.');
    return 0;
  }
  const { findings, told } = await watchOver(session, environment);
  if (environment.github) {
    await startMissed(environment.github, session, environment.branch, findings);
    await keepAwake(environment.github, session);
  }
  const opened = told.filter(({ did }) => did === 'opened');
  if (opened.length > 0)
    await say(
      environment.webhookUrl,
      `Nightshift: ${opened.map(({ issue }) => `${issue.title} ${issue.url}`).join(', ')}`,
    );
  if (session.options.json) console.log(JSON.stringify({ findings }));
  else
    console.log(findings.map(({ what, text }) => `${what.padEnd(10)} ${text}`).join('\n') || 'Every slot has its run.');
  return findings.some(({ alarm }) => alarm) ? 1 : 0;
}

/** Watches, and brings the issues in line. Also at the start of every run. */
export async function watchOver(
  session: Session,
  environment: ShiftEnvironment,
): Promise<{ findings: Finding[]; told: Told[] }> {
  const { github, runUrl } = environment;
  const now = session.identity.startedAt;
  const seen = github ? await look(github, session, now) : null;
  const findings = watch(session.nightShift, await historyOf(session), now, seen);
  if (!github) return { findings, told: [] };
  const subjects = [
    ...session.nightShift.batches.map(({ name }) => name),
    ...allJobs(session.nightShift).map(({ job }) => job.name),
  ];
  const keys = subjects.flatMap((subject) => KINDS.map((what) => ({ what, subject, key: keyOf(what, subject) })));
  const found = new Map(findings.filter(({ alarm }) => alarm).map((each) => [keyOf(each.what, each.subject), each]));
  const see = runUrl ? ` Seen by [this run](${runUrl}).` : '';
  const alerts = [...found].map(([key, finding]): Alert => alertOf(key, finding, see));
  const allClear = keys
    .filter(({ key }) => !found.has(key))
    .map(({ key, what, subject }) => ({
      key,
      text: (lasted: string) => `No longer ${what}: ${code(subject)} is well again, after ${lasted}.${see}`,
    }));
  const told = await deliver(github, {
    alerts,
    allClear: [loadable, ...allClear],
    now,
    run: `watch-${session.identity.run}`,
  });
  return { findings, told };
}

const keyOf = (what: What, subject: string): string => `watch/${what.replace(' ', '-')}/${subject}`;

function alertOf(key: string, { what, subject, text }: Finding, see: string): Alert {
  const body = [
    `${text}${see}`,
    '',
    what === 'missed'
      ? 'The watch starts the missed run itself; the newest slot then stands for the others, by the batch’s rule. This issue closes by itself when a run has ended.'
      : 'This issue closes by itself when it is over.',
  ].join('\n');
  return { key, kind: 'watch', title: `${subject}: ${what}`, body, repeat: `${text}${see}` };
}

async function look(github: GitHub, { nightShift }: Session, now: Date): Promise<Seen> {
  const since = new Date(now.getTime() - LOOK_BACK_MS);
  const workflows = await github.workflows();
  const running = new Map<string, readonly WorkflowRun[]>();
  const cancelled = new Map<string, readonly WorkflowRun[]>();
  for (const batch of nightShift.batches) {
    const file = workflowOf(batch);
    if (!workflows.some((each) => each.file === file)) continue;
    running.set(file, await github.runs(file, 'in_progress', since));
    cancelled.set(file, await github.runs(file, 'cancelled', since));
  }
  return { workflows, running, cancelled };
}

/** A missed batch is started; a run too many finds nothing due. */
async function startMissed(
  github: GitHub,
  { nightShift }: Session,
  branch: string,
  findings: readonly Finding[],
): Promise<void> {
  for (const batch of nightShift.batches) {
    const own = findings.filter(({ subject }) => subject === batch.name).map(({ what }) => what);
    if (own.includes('missed') && !own.includes('disabled') && !own.includes('stuck'))
      await github.start(workflowOf(batch), branch);
  }
}

/** GitHub switches schedules off after 60 quiet days; enabling a workflow counts as activity. What a person switched off stays off. */
async function keepAwake(github: GitHub, { nightShift }: Session): Promise<void> {
  const ours = new Set([...nightShift.batches.map(workflowOf), 'watch.yml']);
  for (const { file, state } of await github.workflows()) {
    if (ours.has(file) && (state === 'active' || state === 'disabled_inactivity')) await github.enable(file);
  }
}
