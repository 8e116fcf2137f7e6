import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitHubError } from '../../../lib/github/api/github.ts';
import { restClient } from '../../../lib/github/api/rest-client.ts';
import { type GitHubServer, startGitHubServer, type Trouble } from '../../support/github-server/server.ts';

let server: GitHubServer;
let waits: number[];

beforeEach(async () => {
  server = await startGitHubServer();
  waits = [];
});
afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.close();
});

const client = () =>
  restClient({
    repository: server.slug,
    token: 'ghs_example',
    apiUrl: server.url,
    patience: {
      nowMs: () => Date.parse('2026-11-24T05:00:00Z'),
      random: () => 0,
      sleep: async (ms) => {
        waits.push(ms);
      },
    },
  });

const opening = 'POST /repos/{owner}/{repo}/issues';
const once = (operation: string, trouble: Trouble) => {
  let given = false;
  server.trouble = (asked) => {
    if (given || asked.operation !== operation) return null;
    given = true;
    return trouble;
  };
};
const marker = '<!-- the one -->';
const wanted = { title: 'list-cleaning failed', body: `words ${marker}`, labels: ['nightshift'] };

describe('opening an issue', () => {
  const lost: [string, Trouble][] = [
    ['the connection was reset before the work', { kind: 'reset' }],
    ['the connection was reset after the work', { kind: 'reset-after' }],
    ['502 came before the work', { kind: 'status', status: 502 }],
    ['502 came after the work', { kind: 'status-after', status: 502 }],
  ];
  it.each(lost)('never opens a second one where %s', async (_, trouble) => {
    once(opening, trouble);
    const issue = await client().open(wanted, marker);
    expect(server.repository.issues.map((each) => each.body)).toEqual([wanted.body]);
    expect(issue.number).toBe(1);
  });

  const limits: [string, Trouble, number][] = [
    ['as long as GitHub says', { kind: 'status', status: 429, headers: { 'retry-after': '7' } }, 7000],
    [
      'until the rate limit is filled again',
      {
        kind: 'status',
        status: 403,
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Date.parse('2026-11-24T05:01:30Z') / 1000),
        },
      },
      90_000,
    ],
    [
      'a minute after a secondary limit',
      { kind: 'status', status: 403, message: 'You have exceeded a secondary rate limit.' },
      60_000,
    ],
  ];
  it.each(limits)('waits %s', async (_, trouble, ms) => {
    once(opening, trouble);
    await client().open(wanted, marker);
    expect(waits).toEqual([ms]);
    expect(server.repository.issues).toHaveLength(1);
  });

  it('gives up at once where issues are switched off, and names that', async () => {
    server.repository.hasIssues = false;
    await expect(client().open(wanted, marker)).rejects.toThrow(
      'GitHub: opening an issue was answered with 410. Issues are switched off in this repository, as they are in every new fork.',
    );
    expect(waits).toEqual([]);
  });

  it.each([
    [
      'x-ratelimit-remaining',
      "GitHub's hourly limit for this repository is used up until 05:40 UTC",
      'API rate limit exceeded',
    ],
    ['x-other', 'The workflow lacks a permission', 'Resource not accessible by integration'],
    ['x-other', 'the token may not do this', 'Repository was archived so is read-only.'],
  ])('calls a 403 by its own name (%s): %s', async (header, advice, message) => {
    const reset = String(Date.parse('2026-11-24T05:40:00Z') / 1000);
    const headers = { [header]: '0', 'x-ratelimit-reset': reset };
    server.trouble = () => ({ kind: 'status', status: 403, headers, message });
    await expect(client().open(wanted, marker)).rejects.toThrow(advice);
  });

  it('puts labels on again that GitHub dropped, and finds an issue that has none', async () => {
    server.repository.dropsLabels = true;
    await client().open(wanted, marker);
    expect(server.repository.issues[0]?.labels).toEqual([...wanted.labels]);
    const [first] = server.repository.issues;
    if (first) first.labels = [];
    expect((await client().issues('nightshift')).map(({ number }) => number)).toEqual([1]);
  });

  it('gives up on a GitHub that stays down, and never waits longer than its budget', async () => {
    server.trouble = () => ({ kind: 'status', status: 503 });
    await expect(client().open(wanted, marker)).rejects.toThrow(GitHubError);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(180_000);
  });

  it('cuts a text that GitHub would refuse for its length, and keeps the marker', async () => {
    await client().open({ ...wanted, title: 't'.repeat(300), body: `${'line\n'.repeat(20_000)}\n${marker}` }, marker);
    expect(server.repository.issues[0]?.body.endsWith(marker)).toBe(true);
  });
});

it('makes a comment once, though its answer was lost and though it is made again', async () => {
  const issue = await client().open(wanted, marker);
  once('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { kind: 'reset-after' });
  await client().comment(issue, 'again <!-- run 2 -->', '<!-- run 2 -->');
  await client().comment(issue, 'again <!-- run 2 -->', '<!-- run 2 -->');
  expect(server.repository.issues[0]?.comments).toHaveLength(1);
});

it('reads every page of issues and takes no pull request for one', async () => {
  for (let i = 0; i < 205; i++) server.repository.openIssue(`number ${i}`, '', ['nightshift'], i % 50 === 0);
  const listed = await client().issues('nightshift');
  expect(listed).toHaveLength(200);
  expect(listed[0]?.number).toBe(2);
});
