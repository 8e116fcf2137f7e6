/**
 * `watchdog`: looks for silence. What is missing is reported as issues and started again where that helps; what is over
 * is closed. Workflows that GitHub switched off after 60 days without activity are switched on, and the others are kept
 * on.
 */

import { namesIn } from '../core/batch.ts';
import { type Alert, deliver, type Reported } from '../github/api/alerts.ts';
import { code } from '../github/api/escape.ts';
import type { GitHub, WorkflowRun } from '../github/api/github.ts';
import { readEnvironment, type ShiftEnvironment } from '../github/environment.ts';
import { seenBy } from '../github/news.ts';
import { say } from '../github/notify.ts';
import { type Finding, failedSince, type Seen, type What, watch, workflowOf } from '../github/watch.ts';
import { restoreLedger } from './restore-ledger.ts';
import { historyOf, type Session } from './session.ts';
import { notice } from './shift-report.ts';
import { loadable } from './unloadable.ts';

const KINDS: readonly What[] = ['missed', 'stuck', 'cancelled', 'disabled', 'never run', 'constant'];
const LOOK_BACK_MS = 14 * 86_400_000;

export async function watchdogCommand(session: Session): Promise<number> {
  const environment = readEnvironment(process.env);
  if (session.workbook.isSample) {
    notice(environment, 'No workbook is set yet (NIGHTSHIFT_WORKBOOK), so there is nothing to watch.');
    return 0;
  }
  await restoreLedger(session, environment);
  const { findings, reported, seen } = await watchOver(session, environment);
  if (environment.github) {
    await startMissed(environment.github, session, environment.branch, findings, seen);
    await keepAwake(environment.github, session);
  }
  const opened = reported.filter(({ did }) => did === 'opened');
  const named = opened.map(({ issue }) => `${issue.title} ${issue.url}`);
  if (opened.length > 0) await say(environment.webhookUrl, `Nightshift: ${named.join(', ')}`);
  if (session.options.json) console.log(JSON.stringify({ findings }));
  else
    console.log(
      findings.map(({ what, text }) => `${what.padEnd(10)} ${text}`).join('\n') ||
        'Every slot has its run, or nothing was due yet.',
    );
  return findings.some(({ alarm }) => alarm) ? 1 : 0;
}

/** Watches, and brings the issues in line. Also at the start of every run. */
export async function watchOver(
  session: Session,
  environment: ShiftEnvironment,
): Promise<{ findings: Finding[]; reported: Reported[]; seen: Seen | null }> {
  const { github, runUrl } = environment;
  const now = session.identity.startedAt;
  const seen = github ? await look(github, session, now) : null;
  const findings = watch(session.nightShift, await historyOf(session), now, seen);
  if (!github) return { findings, reported: [], seen };
  const keys = namesIn(session.nightShift).flatMap((subject) =>
    KINDS.map((what) => ({ what, subject, key: keyOf(what, subject) })),
  );
  const found = new Map(findings.filter(({ alarm }) => alarm).map((each) => [keyOf(each.what, each.subject), each]));
  const see = seenBy(runUrl);
  const alerts = [...found].map(([key, finding]): Alert => alertOf(key, finding, see));
  const allClear = keys
    .filter(({ key }) => !found.has(key))
    .map(({ key, what, subject }) => ({
      key,
      text: (lasted: string) => `No longer ${what}: ${code(subject)}, after ${lasted}.${see}`,
    }));
  const reported = await deliver(github, {
    alerts,
    allClear: [loadable, { key: 'setup/watch', text: () => 'The watch starts again.' }, ...allClear],
    now,
    run: `watch-${session.identity.run}`,
    workbook: session.identity.workbook,
  });
  return { findings, reported, seen };
}

const keyOf = (what: What, subject: string): string => `watch/${what.replace(' ', '-')}/${subject}`;

function alertOf(key: string, { what, subject, text }: Finding, see: string): Alert {
  const body = [
    `${text}${see}`,
    '',
    what === 'missed'
      ? 'The watch starts a missed run itself, unless its last starts failed; the newest slot then stands for ' +
        'the others, by the batch’s rule. This issue closes by itself when a run has ended.'
      : 'This issue closes by itself when it is over.',
  ].join('\n');
  return { key, kind: 'watch', title: `${subject}: ${what}`, body, repeat: `${text}${see}` };
}

async function look(github: GitHub, { nightShift }: Session, now: Date): Promise<Seen> {
  const since = new Date(now.getTime() - LOOK_BACK_MS);
  const workflows = await github.workflows();
  const running = new Map<string, readonly WorkflowRun[]>();
  const ended = new Map<string, readonly WorkflowRun[]>();
  for (const batch of nightShift.batches) {
    const file = workflowOf(batch);
    if (!workflows.some((each) => each.file === file)) continue;
    running.set(file, await github.runs(file, 'in_progress', since));
    ended.set(file, await github.runs(file, 'completed', since));
  }
  return { workflows, running, ended };
}

/** After so many starts that failed before they reached the workbook, one more would fail as well. */
const MOST_FAILED_STARTS = 2;
const DAY_MS = 86_400_000;

/** A missed batch is started; a run too many finds nothing due. */
async function startMissed(
  github: GitHub,
  { nightShift, identity }: Session,
  branch: string,
  findings: readonly Finding[],
  seen: Seen | null,
): Promise<void> {
  for (const batch of nightShift.batches) {
    const own = findings.filter(({ subject }) => subject === batch.name).map(({ what }) => what);
    const since = new Date(identity.startedAt.getTime() - DAY_MS);
    const failed = seen ? failedSince(batch, since, seen).length : 0;
    if (failed >= MOST_FAILED_STARTS) continue;
    if (own.includes('missed') && !own.includes('disabled') && !own.includes('stuck'))
      await github.start(workflowOf(batch), branch);
  }
}

/**
 * GitHub switches schedules off after 60 quiet days; enabling a workflow counts as activity. What a person switched off
 * stays off.
 */
async function keepAwake(github: GitHub, { nightShift }: Session): Promise<void> {
  const ours = new Set([...nightShift.batches.map(workflowOf), 'watch.yml']);
  for (const { file, state } of await github.workflows()) {
    if (ours.has(file) && (state === 'active' || state === 'disabled_inactivity')) await github.enable(file);
  }
}
