/** The comment of a pull request that changes rules, by the workflow's own script: there is one, and it is the night shift's. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { startGitHubServer } from '../support/github-server/server.ts';
import { temporaryFolder } from '../support/workbook.ts';

const root = join(import.meta.dirname, '../..');
const workflow = parse(readFileSync(join(root, '.github/workflows/rule-diff.yml'), 'utf8')) as {
  readonly jobs: { readonly comment: { readonly steps: readonly { readonly run: string }[] } };
};
const script = workflow.jobs.comment.steps[0]?.run ?? '';
const isMissing = spawnSync('jq', ['--version']).error !== undefined;

it.skipIf(isMissing)(
  `is written once, updated after that, and takes no other person's for its own${isMissing ? ' (skipped: jq is not installed)' : ''}`,
  async () => {
    const server = await startGitHubServer();
    const folder = temporaryFolder();
    const pull = server.repository.openIssue('Raise the points of a click', '', [], true, 'dana');
    server.repository.comment(pull, '<!-- nightshift diff -->\nnot ours', 'stranger');
    const comment = (sample: string, workbook = '') =>
      new Promise<number | null>((done) => {
        const env = {
          PATH: [join(root, 'test/support/gh'), process.env.PATH].join(delimiter),
          GITHUB_API_URL: server.url,
          GITHUB_REPOSITORY: server.slug,
          GH_TOKEN: 'ghs_example',
          PULL: String(pull.number),
          SAMPLE: sample,
          WORKBOOK: workbook,
        };
        spawn('bash', ['-e', '-c', script], { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] }).on(
          'close',
          done,
        );
      });
    const first = '<!-- nightshift diff -->\n$(touch x) `12` contacts move';
    expect(await comment(first)).toBe(0);
    expect(await comment('<!-- nightshift diff -->\n13 contacts move', 'on the workbook: <5')).toBe(0);
    expect(pull.comments.map(({ author, body }) => [author, body])).toEqual([
      ['stranger', '<!-- nightshift diff -->\nnot ours'],
      ['github-actions[bot]', '<!-- nightshift diff -->\n13 contacts move\n\non the workbook: <5\n'],
    ]);
    expect(server.faults).toEqual([]);
    await server.close();
  },
);
