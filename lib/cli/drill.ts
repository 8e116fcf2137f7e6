/**
 * `drill`: proves that the alarm arrives. A job that does not exist "fails", the way a real one would; the drill sees
 * the issue open, then "recovers", and sees it closed. An alarm that was never tried is none.
 */
import { deliver, LABEL } from '../github/api/alerts.ts';
import { readEnvironment } from '../github/environment.ts';
import { jobNews } from '../github/job-alerts.ts';
import { UsageError } from './options.ts';
import type { Session } from './session.ts';

const JOB = 'drill';

export async function drillCommand(session: Session): Promise<number> {
  const { github, runUrl, repositoryUrl } = readEnvironment(process.env);
  if (!github) {
    throw new UsageError(
      'The drill needs GitHub: set GITHUB_REPOSITORY (owner/name) and GITHUB_TOKEN (a token that may write issues), or run the workflow "watch" by hand.',
    );
  }
  const { nightShift, asOf, identity } = session;
  const news = (status: 'failed' | 'unchanged') => {
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
    });
  };
  const failed = news('failed');
  const alerts = failed.alerts.map((alert) => ({
    ...alert,
    kind: 'drill' as const,
    title: 'A drill: no job has failed',
    body: `**This is a drill.** Nothing failed; it proves that an alarm arrives here. It closes by itself in a moment. A real one reads like this:\n\n${alert.body}`,
  }));
  const at = { now: identity.startedAt };
  const [opened] = await deliver(github, { alerts, allClear: [], ...at, run: `${identity.run}-drill` });
  const seen = opened && (await github.issues(LABEL)).some((issue) => issue.number === opened.issue.number);
  if (!opened || !seen) throw new Error('drill');
  await deliver(github, { alerts: [], allClear: news('unchanged').allClear, ...at, run: `${identity.run}-drill-over` });
  const stillOpen = (await github.issues(LABEL)).some((issue) => issue.number === opened.issue.number);
  console.log(
    stillOpen
      ? `The alarm arrived, but its issue did not close: ${opened.issue.url}`
      : `The alarm arrived, and went away again: ${opened.issue.url}`,
  );
  return stillOpen ? 1 : 0;
}
