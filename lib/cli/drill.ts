/**
 * `drill`: proves that the alarm arrives and that an approval works. A job that does not exist "fails", the way a real
 * one would; the drill sees its issue open, then "recovers", and sees it closed. A second issue asks for an approval,
 * with which a person can try the click; it closes after that, and at the next drill.
 */
import { deliver, LABEL } from '../github/api/alerts.ts';
import type { GitHub } from '../github/api/github.ts';
import { HOW } from '../github/approval-alerts.ts';
import { readEnvironment } from '../github/environment.ts';
import { jobNews } from '../github/job-alerts.ts';
import type { News } from '../github/news.ts';
import { UsageError } from './options.ts';
import type { Session } from './session.ts';

const JOB = 'drill';
/** The key of the issue that tries an approval. */
export const DRILL = 'approval/drill';
/** GitHub's lists lag behind at times. */
const LOOKS = 5;
const BETWEEN_LOOKS_MS = 2000;

export async function drillCommand(session: Session): Promise<number> {
  const environment = readEnvironment(process.env);
  const { github } = environment;
  if (!github) {
    throw new UsageError(
      'The drill needs GitHub: set GITHUB_REPOSITORY (owner/name) and GITHUB_TOKEN (a token that may write ' +
        'issues), or run the workflow "watch" by hand.',
    );
  }
  const { identity } = session;
  const at = { now: identity.startedAt, workbook: identity.workbook };
  const failed = newsOf(session, environment, 'failed');
  const alerts = failed.alerts.map((alert) => ({
    ...alert,
    kind: 'drill' as const,
    title: 'A drill: no job has failed',
    body:
      '**This is a drill.** Nothing failed; it proves that an alarm arrives here. It closes by itself in a ' +
      `moment. A real one reads like this:\n\n${alert.body}`,
  }));
  const [opened] = await deliver(github, { alerts, allClear: [], ...at, run: `${identity.run}-drill` });
  const number = opened?.issue.number ?? 0;
  if (!opened || !(await becomes(github, number, true)))
    throw new UsageError(`The alarm did not arrive: issue #${number} was opened, and GitHub does not list it.`);
  const { allClear } = newsOf(session, environment, 'unchanged');
  await deliver(github, { alerts: [], allClear, ...at, run: `${identity.run}-drill-over` });
  const isClosed = await becomes(github, number, false);
  const over = { key: DRILL, text: () => 'The drill is over; no approval was tried.' };
  await deliver(github, { alerts: [], allClear: [over], ...at, run: `${identity.run}-approval-over` });
  const [asking] = await deliver(github, { alerts: [askAlert(session)], allClear: [], ...at, run: identity.run });
  console.log(
    isClosed
      ? `The alarm arrived, and its issue closed again: ${opened.issue.url}`
      : `The alarm arrived, but its issue did not close: ${opened.issue.url}`,
  );
  console.log(`To try an approval, add the label "approve" to ${asking?.issue.url}`);
  return isClosed ? 0 : 1;
}

function newsOf(
  { nightShift, asOf, workbook }: Session,
  { runUrl, repositoryUrl }: ReturnType<typeof readEnvironment>,
  status: 'failed' | 'unchanged',
): News {
  const error = status === 'failed' ? { error: { kind: 'Drill', message: '' } } : {};
  const result = {
    job: JOB,
    period: asOf.toISOString().slice(0, 10),
    status,
    plan: null,
    seconds: 0,
    ...error,
  } as const;
  const empty = { changes: {}, reasons: {}, guards: [], held: {}, heldParts: [], metrics: {} };
  return jobNews({
    nightShift,
    batch: JOB,
    asOf,
    results: [{ ...result, ...empty }],
    history: new Map(),
    runUrl,
    repositoryUrl,
    kind: workbook.kind,
    isUsual: true,
  });
}

const askAlert = ({ asOf }: Session) => ({
  key: DRILL,
  version: asOf.toISOString(),
  kind: 'drill' as const,
  title: 'A drill: try an approval',
  body:
    '**This is a drill.** No plan waits, and nothing will be written. A plan that a guard stopped asks here ' +
    `in the same way. ${HOW} The workflow _approve_ answers in a minute or two, if you may write to this ` +
    'repository. This issue closes then, or at the next drill.',
  repeat: 'The drill still waits for a try.',
  ask: { batch: JOB, asOf: asOf.toISOString(), plans: [] },
});

/** Whether an issue is listed as open, or no longer, within a few looks. */
async function becomes(github: GitHub, number: number, open: boolean): Promise<boolean> {
  for (let look = 1; ; look += 1) {
    const isListed = (await github.issues(LABEL)).some((issue) => issue.number === number);
    if (isListed === open) return true;
    if (look === LOOKS) return false;
    await new Promise((done) => setTimeout(done, BETWEEN_LOOKS_MS));
  }
}
