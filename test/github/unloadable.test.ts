/** Where jobs/ can't be loaded nothing runs, the watch neither: it is reported all the same. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NightShift } from '../../lib/core/batch.ts';
import { RulesError } from '../../lib/core/rules.ts';
import { type ActionsWorld, actionsWorld, type Ended, type Order } from '../support/actions.ts';
import { aContact, writeWorkbook } from '../support/workbook.ts';

let world: ActionsWorld;
beforeAll(async () => {
  world = await actionsWorld('small');
  writeWorkbook(world.workbook, { contacts: [aContact()] });
  await world.begin('2026-11-10T03:41:00.000Z');
}, 60_000);
afterAll(async () => {
  await world.close();
});

const broken = (error: unknown): Promise<NightShift> => {
  const jobs = Promise.reject(error);
  jobs.catch(() => {});
  return jobs;
};
const mistake = (): Promise<NightShift> => {
  const error = new SyntaxError('Unexpected token "@team"');
  error.stack = `SyntaxError\n    at file://${process.cwd()}/jobs/rules/scoring.ts:12:3`;
  return broken(error);
};
const run = (args: readonly string[], day: string, more: Partial<Order> = {}): Promise<Ended> =>
  world.runHere({ args, now: `2026-11-${day}T03:41:00.000Z`, ...more });
const issues = () =>
  world.server.repository.issues.map(({ title, state, comments }) => `${title}: ${state}, ${comments.length} comments`);

it('opens one issue from runs and watches, with the place of the mistake, and closes it when jobs/ can be loaded again', async () => {
  const first = await run(['shift', '--due', 'nightly'], '11', { jobs: mistake() });
  expect(first.code).toBe(2);
  expect(first.stderr).toBe(
    `jobs/ can't be loaded: Unexpected token "@team" (jobs/rules/scoring.ts:12:3). Fix it, or go back to the last version that worked.\n`,
  );
  expect(world.server.repository.issues[0]?.body.replaceAll('\u2060', '')).toMatchInlineSnapshot(`
    "SyntaxError in jobs/rules/scoring.ts:12:3. The log of the run says what is wrong.

    Until then no batch runs, and the watch sees nothing. Seen by [this run](https://github.example/acme/night-shift/actions/runs/2).

    This issue closes by itself when it is over.

    <!-- nightshift alert key="jobs/unloadable" workbook="" version="" -->"
  `);
  expect((await run(['watchdog'], '11', { jobs: mistake() })).code).toBe(2);
  expect((await run(['shift', '--due', 'nightly'], '12', { jobs: mistake() })).code).toBe(2);
  expect(issues()).toEqual(['jobs/ can’t be loaded: nothing runs: open, 2 comments']);
  expect((await run(['shift', '--due', 'nightly'], '13')).code).toBe(0);
  expect((await run(['watchdog'], '13')).code).toBe(0);
  expect(issues()[0]).toBe('jobs/ can’t be loaded: nothing runs: closed, 3 comments');
});

it('quotes nothing but the place of a wrong rule, notifies the other places, and shows where no issue could be opened', async () => {
  const requests: string[] = [];
  const elsewhere = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => response.end(String(requests.push(`${request.url} ${text}`))));
  });
  await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  const env = { NIGHTSHIFT_WEBHOOK_URL: `${url}/hook`, NIGHTSHIFT_HEARTBEAT_URL: `${url}/beat` };
  const jobs = broken(new RulesError('jobs/rules/scoring.ts', ['halfLife: found "x". Expected a number of days']));
  expect((await run(['shift', '--due', 'nightly'], '15', { jobs, env })).code).toBe(2);
  elsewhere.close();
  expect(world.server.repository.issues.at(-1)?.body).toMatch(/^RulesError in jobs\/rules\/scoring\.ts\. The log/);
  expect(requests).toEqual(['/beat/fail ', expect.stringContaining('jobs/ can’t be loaded: nothing runs')]);
  const away = await run(['watchdog'], '16', { jobs: mistake(), env: { GITHUB_REPOSITORY: 'acme/elsewhere' } });
  expect([away.code, away.stderr.split('\n').length]).toEqual([2, 3]);
  expect(away.stderr).toMatch(/^GitHub[\s\S]*jobs\/ can't be loaded/);
});

it('opens none for a person who tries something out, nor on the sample', async () => {
  const before = issues();
  for (const args of [['run', 'nightly'], ['list'], ['shift', '--dry-run', 'nightly'], ['shift', '--no-such-option']])
    expect((await run(args, '17', { jobs: mistake() })).code).toBe(2);
  const env = { NIGHTSHIFT_WORKBOOK: '' };
  expect((await run(['shift', 'nightly'], '17', { jobs: mistake(), env })).code).toBe(2);
  expect(issues()).toEqual(before);
});
