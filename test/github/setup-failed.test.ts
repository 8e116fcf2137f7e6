/** A run whose set-up failed opens an issue without anything that would have been installed, once, and a later run closes it. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { deliver } from '../../lib/github/api/alerts.ts';
import { restClient } from '../../lib/github/api/rest-client.ts';
import { type GitHubServer, startGitHubServer } from '../support/github-server/server.ts';

const script = join(import.meta.dirname, '../../bin/setup-failed.js');

const fail = (server: GitHubServer, env: Record<string, string> = {}) =>
  promisify(execFile)(process.execPath, [script], {
    env: {
      GITHUB_TOKEN: 'ghs_example',
      GITHUB_REPOSITORY: server.slug,
      GITHUB_API_URL: server.url,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_RUN_ID: '7',
      NAME: 'nightly',
      STEP: 'installing',
      ...env,
    },
  });

it('opens one issue for two failures, notifies the heartbeat and the webhook, and is closed by a run that starts', async () => {
  const server = await startGitHubServer();
  const requests: string[] = [];
  const elsewhere = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((ready) => elsewhere.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  await fail(server, { NIGHTSHIFT_HEARTBEAT_URL: `${url}/beat`, NIGHTSHIFT_WEBHOOK_URL: `${url}/hook` });
  await fail(server);
  const [issue] = server.repository.issues;
  expect([server.repository.issues.length, issue?.title, issue?.comments.length]).toEqual([
    1,
    'nightly could not start',
    1,
  ]);
  expect(issue?.body).toContain('installing failed');
  expect(requests).toEqual(['/beat/fail', '/hook']);
  const github = restClient({ repository: server.slug, token: 't', apiUrl: server.url });
  const clear = { key: 'setup/nightly', text: () => '`nightly` starts again.' };
  await deliver(github, { alerts: [], allClear: [clear], now: new Date(), run: 'r', workbook: 'w' });
  expect(issue?.state).toBe('closed');
  expect(server.faults).toEqual([]);
  elsewhere.close();
  await server.close();
});

it('shows in the log why no issue could be opened', async () => {
  const server = await startGitHubServer();
  server.repository.hasIssues = false;
  await expect(fail(server)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('::error::No issue could be opened: Issues are switched off'),
  });
  await server.close();
});
