/**
 * What a year of GitHub brings: a year's typing slip, another workbook, a fork with its issues off, labels that are dropped, a ledger
 * that may not be pushed, a folder that is thrown away. Each is reported, and by its own name.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LEDGER_BRANCH } from '../../lib/github/api/commit-ledger.ts';
import { restClient } from '../../lib/github/api/rest-client.ts';
import { handOver } from '../../lib/github/hand-over.ts';
import { type ActionsWorld, actionsWorld } from '../support/actions.ts';
import { startGitHubServer } from '../support/github-server/server.ts';
import { aContact, writeWorkbook } from '../support/workbook.ts';

let world: ActionsWorld;
const file = (name: string): string => join(world.workbook, name);
const run = (now: string, ...args: string[]) =>
  world.runHere({ args, now: `${now}:00.000Z`, event: args.includes('--due') ? 'schedule' : 'workflow_dispatch' });
const night = (day: string) => run(`${day}T03:41`, 'shift', '--due', 'nightly');
const issues = () => world.server.repository.issues.map(({ title, state }) => `${title}: ${state}`);

beforeAll(async () => {
  world = await actionsWorld('small');
  writeWorkbook(world.workbook, { contacts: [aContact(), aContact()] });
  await world.begin('2026-11-09T03:41:00.000Z');
}, 60_000);
afterAll(async () => {
  await world.close();
}, 60_000);

describe('time', { timeout: 60_000 }, () => {
  it('refuses a run as of a year that has not come, and does every later night', async () => {
    const slip = await run('2026-11-10T08:00', 'shift', '--as-of=2027-11-10', '--', 'nightly');
    expect([slip.code, slip.stderr]).toEqual([2, expect.stringContaining('"2027-11-10" is after now')]);
    expect((await run('2026-11-10T08:00', 'shift', '--as-of=2027-11-10', '--dry-run', 'nightly')).code).toBe(0);
    const commits = world.log().length;
    expect((await night('2026-11-11')).code).toBe(0);
    expect(world.log().length).toBe(commits + 1);
  });
});

describe('another workbook', { timeout: 60_000 }, () => {
  it('closes no alert of the usual one, and opens none about slots that are not its own', async () => {
    const other = join(world.base, 'other');
    cpSync(world.workbook, other, { recursive: true });
    renameSync(file('contacts.csv'), file('away'));
    expect((await night('2026-11-12')).code).toBe(1);
    const by = await run('2026-11-12T09:00', 'shift', `--workbook=${other}`, '--', 'nightly');
    expect(by.code).toBe(0);
    expect(issues().filter((each) => each.endsWith('open'))).toEqual(['nightly fails: open']);
    renameSync(file('away'), file('contacts.csv'));
    const shown = await run('2026-11-12T09:30', 'status', `--workbook=${join(world.base, 'third')}`).catch(() => null);
    expect(shown?.stdout ?? '').not.toContain('2026-11-12');
    expect((await night('2026-11-13')).code).toBe(0);
    expect(issues().filter((each) => each.endsWith('open'))).toEqual([]);
  });
});

describe('a folder of the checkout', { timeout: 60_000 }, () => {
  it('is refused on a runner that is thrown away, and taken on one’s own', async () => {
    const checkout = mkdtempSync(join(tmpdir(), 'nightshift-checkout-'));
    const folder = join(checkout, 'mydata');
    mkdirSync(folder);
    writeWorkbook(folder, { contacts: [aContact()] });
    const env = { NIGHTSHIFT_WORKBOOK: folder, GITHUB_WORKSPACE: checkout };
    const order = { args: ['shift', 'nightly'], now: '2026-11-13T09:00:00.000Z', env };
    const refused = await world.runHere(order);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('is thrown away after the run')]);
    expect(existsSync(join(folder, 'changes.csv'))).toBe(false);
    expect((await world.runHere({ ...order, env: { ...env, RUNNER_ENVIRONMENT: 'self-hosted' } })).code).toBe(0);
    rmSync(checkout, { recursive: true });
  });
});

describe('GitHub’s own refusals', { timeout: 60_000 }, () => {
  it.each([['watchdog'], ['digest'], ['drill'], ['shift', 'nightly']])(
    '%s names issues that are off',
    async (...args) => {
      world.server.repository.hasIssues = false;
      const ended = await run('2026-11-13T10:00', ...args);
      world.server.repository.hasIssues = true;
      expect(ended.code).toBe(1);
      expect(`${ended.stdout}${ended.stderr}`).toContain('Issues are switched off in this repository');
    },
  );

  it('opens one issue for three failing nights although GitHub drops its labels', async () => {
    world.server.repository.dropsLabels = true;
    renameSync(file('contacts.csv'), file('away'));
    const before = issues().length;
    for (const day of ['2026-11-14', '2026-11-15', '2026-11-16']) expect((await night(day)).code).toBe(1);
    renameSync(file('away'), file('contacts.csv'));
    expect((await night('2026-11-17')).code).toBe(0);
    world.server.repository.dropsLabels = false;
    expect(issues().slice(before)).toEqual(['nightly fails: closed']);
  });
});

describe('a ledger that may not be pushed', { timeout: 60_000 }, () => {
  const forbid = (refs: string): void =>
    writeFileSync(
      join(world.base, 'remote.git/hooks/pre-receive'),
      `#!/bin/sh\nwhile read -r _ _ ref; do case "$ref" in ${refs}) echo "GH013: Repository rule violations found"; exit 1;; esac; done\n`,
      { mode: 0o755 },
    );

  it('opens an issue with the advice that works where every branch refuses it, and closes it', async () => {
    forbid('*');
    const refused = await night('2026-11-18');
    expect([refused.code, issues().at(-1)]).toEqual([1, 'The ledger can’t be pushed: open']);
    expect(world.server.repository.issues.at(-1)?.body).toContain(`exclude \`${LEDGER_BRANCH}\``);
  });

  it('moves to a branch of its own where only the default branch does, and is read from there', async () => {
    forbid('refs/heads/main');
    const moved = await night('2026-11-19');
    expect([moved.code, issues()]).toEqual([0, expect.arrayContaining(['The ledger can’t be pushed: closed'])]);
    expect(issues().filter((each) => each.endsWith('open'))).toEqual([]);
    expect(moved.summary).toContain(`kept on the branch \`${LEDGER_BRANCH}\` from now on`);
    const again = await run('2026-11-19T04:30', 'shift', '--due', 'nightly');
    expect(again.stdout).toContain('Nothing is due: nightly of 2026-11-19 03:17 UTC ran already.');
    expect((await run('2026-11-19T18:43', 'watchdog')).code).toBe(0);
    rmSync(join(world.base, 'remote.git/hooks/pre-receive'));
  });
});

it('asked GitHub nothing that GitHub would not take', () => {
  expect(world.server.faults).toEqual([]);
});

describe('export files of a run on Actions', () => {
  it('are named to the workflow in a private repository, and reported as lost in a public one', async () => {
    const server = await startGitHubServer();
    const folder = mkdtempSync(join(tmpdir(), 'nightshift-exports-'));
    const outputPath = join(folder, 'output');
    const github = restClient({ repository: server.slug, token: 't', apiUrl: server.url });
    const given = { github, runUrl: 'https://github.example/run/1', outputPath, folder, keptDays: 7 };
    expect(await handOver(given)).toEqual({ at: null, lost: null });
    writeFileSync(join(folder, 'newsletter.csv'), 'Email Address\n');
    expect(await handOver(given)).toEqual({
      at: '[1 export file, kept 7 days](https://github.example/run/1#artifacts)',
      lost: null,
    });
    server.repository.isPrivate = false;
    expect((await handOver(given)).lost?.body).toContain('lost with it: this repository is public');
    await server.close();
    rmSync(folder, { recursive: true });
  });
});
