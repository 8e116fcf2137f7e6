import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Alert, deliver, LABEL, lasted, REJECTED } from '../../../lib/github/api/alerts.ts';
import { restClient } from '../../../lib/github/api/rest-client.ts';
import { type GitHubServer, startGitHubServer } from '../../support/github-server/server.ts';

let server: GitHubServer;
beforeEach(async () => {
  server = await startGitHubServer();
});
afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.close();
});

const failing: Alert = {
  key: 'failed/list-cleaning',
  kind: 'failure',
  title: 'list-cleaning failed',
  body: 'What happened',
  repeat: 'Again',
};
const well = { key: failing.key, text: (ms: string) => `Well again after ${ms}.` };
const github = () =>
  restClient({
    repository: server.slug,
    token: 't',
    apiUrl: server.url,
    patience: { sleep: async () => {}, budgetMs: 1e9 },
  });

/** One run at a moment: what it raises, or that all is well. */
async function run(at: string, alerts: readonly Alert[], allClear = alerts.length === 0 ? [well] : []) {
  server.repository.now = at;
  return deliver(github(), { alerts, allClear, now: new Date(at), run: at, workbook: 'w' });
}

const seen = () =>
  server.repository.issues.map((issue) => ({
    title: issue.title,
    state: issue.stateReason ?? issue.state,
    comments: issue.comments.map((each) => each.body.split('\n')[0]),
  }));

it('opens one issue for three failing nights, and closes it with how long it lasted', async () => {
  await run('2026-11-21T05:00:00Z', [failing]);
  await run('2026-11-22T05:00:00Z', [failing]);
  await run('2026-11-23T05:00:00Z', [failing]);
  await run('2026-11-24T05:00:00Z', []);
  await run('2026-11-25T05:00:00Z', []);
  expect(seen()).toEqual([
    { title: 'list-cleaning failed', state: 'completed', comments: ['Again', 'Again', 'Well again after 3 days.'] },
  ]);
  expect(server.repository.issues[0]?.labels).toEqual([LABEL, 'nightshift: failure']);
});

it('does not comment every hour: first at once, then daily, after a week weekly', async () => {
  const start = Date.parse('2026-11-01T05:00:00Z');
  const comments: number[] = [];
  for (let hour = 0; hour <= 24 * 21; hour += 4) {
    const [reported] = await run(new Date(start + hour * 3_600_000).toISOString(), [failing]);
    if (reported?.did === 'commented') comments.push(hour);
  }
  expect(comments[0]).toBe(4);
  expect(comments.filter((hour) => hour <= 168)).toHaveLength(9);
  expect(comments.filter((hour) => hour > 168)).toHaveLength(2);
});

it('takes a new plan’s issue for the old one’s', async () => {
  const blocked = (version: string): Alert => ({
    ...failing,
    key: 'approval/list-cleaning',
    kind: 'approval',
    version,
    title: version,
  });
  await run('2026-11-21T05:00:00Z', [blocked('one')]);
  await run('2026-11-22T05:00:00Z', [blocked('two')]);
  expect(seen()).toEqual([
    { title: 'one', state: 'not_planned', comments: ['This is no longer so: a newer issue takes its place. See #2.'] },
    { title: 'two', state: 'open', comments: [] },
  ]);
});

it('does not ask again for a plan that a person rejected, until it differs', async () => {
  const asks = (version: string): Alert => ({ ...failing, key: 'approval/list-cleaning', kind: 'approval', version });
  await run('2026-11-21T05:00:00Z', [asks('one')]);
  const [first] = server.repository.issues;
  if (!first) throw new Error('no issue');
  first.labels.push(REJECTED);
  first.state = 'closed';
  const [again] = await run('2027-03-01T05:00:00Z', [asks('one')]);
  expect([again?.did, server.repository.issues.length]).toEqual(['rejected before', 1]);
  const [other] = await run('2027-03-02T05:00:00Z', [asks('two')]);
  expect([other?.did, server.repository.issues.length]).toEqual(['opened', 2]);
});

it('closes no issue of another workbook', async () => {
  await run('2026-11-21T05:00:00Z', [failing]);
  const other = { alerts: [], allClear: [well], now: new Date(), run: 'r', workbook: 'another' };
  await deliver(github(), other);
  expect(seen()).toMatchObject([{ state: 'open' }]);
});

it('opens one issue although GitHub lists it late, and does not lose it for missing labels', async () => {
  server.repository.listLag = 3;
  server.repository.dropsLabels = true;
  await run('2026-11-21T05:00:00Z', [failing]);
  await run('2026-11-22T05:00:00Z', [failing]);
  await run('2026-11-23T05:00:00Z', []);
  expect(seen()).toMatchObject([{ state: 'completed' }]);
});

it('leaves one open issue where two runs open their own at the same moment', async () => {
  let waiting: (() => void)[] = [];
  // Both runs have read the list before either opens its issue.
  server.before = (asked) => {
    if (asked.operation !== 'POST /repos/{owner}/{repo}/labels') return;
    return new Promise<void>((go) => {
      waiting.push(go);
      if (waiting.length === 2) {
        for (const each of waiting) each();
        waiting = [];
      }
    });
  };
  const reported = await Promise.all(
    ['a', 'b'].map((name) =>
      deliver(github(), { alerts: [failing], allClear: [], now: new Date(), run: name, workbook: 'w' }),
    ),
  );
  expect(server.repository.issues.filter((each) => each.state === 'open').map((each) => each.number)).toEqual([1]);
  expect(reported.flat().map((each) => each.issue.number)).toContain(1);
});

it('does not believe a stranger’s issue that copies the marker', async () => {
  server.repository.openIssue(
    'mine',
    '<!-- nightshift alert key="failed/list-cleaning" version="" -->',
    [],
    false,
    'stranger',
  );
  await run('2026-11-21T05:00:00Z', [failing]);
  expect(server.repository.issues).toHaveLength(2);
});

/** Cut off at every request, then run again: the same as if nothing had happened. */
it('says everything once, wherever it is cut off', async () => {
  for (const lost of ['before', 'after'] as const) {
    for (let cut = 1; ; cut++) {
      await server.close();
      server = await startGitHubServer();
      await run('2026-11-21T05:00:00Z', [failing]);
      const from = server.asked.length;
      const kind = lost === 'before' ? 'reset' : 'reset-after';
      // From this request on nothing gets through: the run dies.
      server.trouble = (_, number) =>
        number < from + cut ? null : number === from + cut ? { kind } : { kind: 'reset' };
      const died = await run('2026-11-22T05:00:00Z', [{ ...failing, key: 'failed/other' }], [well]).then(
        () => false,
        () => true,
      );
      server.trouble = () => null;
      if (!died) {
        expect(cut).toBeGreaterThan(6);
        break;
      }
      await run('2026-11-22T05:00:00Z', [{ ...failing, key: 'failed/other' }], [well]);
      expect(
        seen()
          .map(({ state, comments }) => ({ state, comments }))
          .slice(0, 1),
      ).toEqual([{ state: 'completed', comments: ['Well again after 1 day.'] }]);
      expect(server.repository.issues.filter((each) => each.state === 'open')).toHaveLength(1);
      expect(server.repository.issues).toHaveLength(2);
    }
  }
});

it('says a duration in days and hours', () => {
  expect([0, 3_600_000, 26 * 3_600_000, 49 * 3_600_000].map(lasted)).toEqual([
    'less than an hour',
    '1 hour',
    '1 day 2 hours',
    '2 days 1 hour',
  ]);
});
