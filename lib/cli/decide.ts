/**
 * `decide`: carries out a decision that a person made in an issue. A rejection is remembered; of an approval, what is
 * to run is left to the workflow's next job. It runs nothing itself and opens no workbook.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { localDay, parseAsOf } from '../core/calendar/period.ts';
import { APPROVE_LABEL, REJECTED } from '../github/api/alerts.ts';
import { code } from '../github/api/escape.ts';
import type { GitHub, Issue } from '../github/api/github.ts';
import { type Ask, commentMarker } from '../github/api/markers.ts';
import { type Decision, decisionOf } from '../github/decision.ts';
import { readEnvironment, type ShiftEnvironment } from '../github/environment.ts';
import { seeRun } from '../github/news.ts';
import { DRILL } from './drill.ts';
import { UsageError } from './options.ts';
import type { Session } from './session.ts';
import { notice } from './shift-report.ts';

export async function decideCommand(session: Session): Promise<number> {
  const environment = readEnvironment(process.env);
  const { github } = environment;
  const path = process.env.GITHUB_EVENT_PATH;
  if (!github || !path) {
    throw new UsageError(
      'decide works on GitHub Actions alone: the workflow "approve" runs it. Here, use run --approve HASH.',
    );
  }
  const event: unknown = JSON.parse(await readFile(path, 'utf8'));
  const decision = await decisionOf(github, event, session.identity.workbook);
  if (decision.kind === 'ignore') {
    notice(environment, 'Nothing to decide: no issue of the night shift, or no word of an approval.');
    return 0;
  }
  return carryOut(session, environment, github, decision);
}

async function carryOut(
  { identity, nightShift }: Session,
  environment: ShiftEnvironment,
  github: GitHub,
  decision: Exclude<Decision, { kind: 'ignore' }>,
): Promise<number> {
  const { issue, by } = decision;
  const see = seeRun(environment.runUrl);
  const answer = async (text: string): Promise<void> => {
    const marker = commentMarker('decision', identity.run);
    await github.comment(issue, `${text}\n\n${marker}`, marker);
  };
  // A label is a button: it is taken off, so that it can be pressed again.
  if (issue.labels.includes(APPROVE_LABEL)) await github.removeLabel(issue, APPROVE_LABEL);
  if (decision.kind === 'refuse') {
    await answer(`Nothing was done. ${decision.why}`);
    return 0;
  }
  if (decision.kind === 'reject') {
    await reject(github, issue, answer, by, decision.key);
    return 0;
  }
  const { ask, key } = decision;
  if (key === DRILL) {
    await answer(`This was a drill: ${code(by)} can approve.${see}`);
    await github.close(issue, 'completed');
    return 0;
  }
  const asOf = asOfToRun(ask, identity.startedAt, nightShift.workbook.timeZone);
  if (asOf === null || !nightShift.batches.some(({ name }) => name === ask.batch)) {
    await answer(
      `Nothing was done. This issue asks for ${code(ask.batch)} as of ${code(ask.asOf)}, which can’t be run.`,
    );
    return 1;
  }
  // It was rejected before, and reopened.
  if (issue.labels.includes(REJECTED)) await github.removeLabel(issue, REJECTED);
  await answer(`Approved by ${code(by)}: ${code(ask.batch)} runs now.${see}`);
  const values = {
    batch: ask.batch,
    'as-of': asOf,
    approve: ask.plans.join(' '),
    approver: by,
    issue: issue.number,
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  if (environment.outputPath) await appendFile(environment.outputPath, lines.join(''));
  return 0;
}

/**
 * The moment that the approved run is as of, as `--as-of` takes it; null where it has not come. A run by hand as of
 * today's date is as of the end of this day, which only its date may name.
 */
function asOfToRun({ asOf }: Ask, now: Date, timeZone: string): string | null {
  const moment = new Date(asOf);
  if (moment <= now) return asOf;
  const today = localDay(now, timeZone);
  return parseAsOf(today, timeZone)?.getTime() === moment.getTime() ? today : null;
}

async function reject(
  github: GitHub,
  issue: Issue,
  answer: (text: string) => Promise<void>,
  by: string,
  key: string,
): Promise<void> {
  await github.addLabels(issue, [REJECTED]);
  const what = key.startsWith('begin/')
    ? 'The night shift does not begin on this workbook: scheduled runs are rehearsals, and ask no more.'
    : 'Nothing was written, and the same plan is not asked again. Exports for sending no longer leave anybody out for it.';
  await answer(`Rejected by ${code(by)}. ${what} To change your mind, reopen this issue and approve it.`);
  await github.close(issue, 'not_planned');
}
