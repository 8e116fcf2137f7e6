/**
 * Approvals as people give them, in an order that no story foresees: of a job run by hand, while another plan waits, too late, after
 * a rejection, of a workbook that was put back. Each does what its issue promises, and no issue says what is not true.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportRules } from '../../lib/features/exports/rules.ts';
import { exportFiles } from '../fixture/exports.ts';
import { type ActionsWorld, actionsWorld } from '../support/actions.ts';
import { blocksAll, sets } from '../support/small-jobs.ts';
import { storyBatch, storyShift } from '../support/story-shift/jobs.ts';
import { aBounce, aContact, readCsv, writeWorkbook } from '../support/workbook.ts';

const [, bounceSuppression] = storyBatch.jobs;
const regions = sets('region', 'North', { name: 'regions', guards: [blocksAll] });
const files = exportFiles(
  exportRules(
    [{ name: 'everybody', format: 'csv', columns: { Email: 'email', Name: 'last_name' }, sending: true }],
    [],
  ),
);
const nightShift = { ...storyShift, batches: [{ ...storyBatch, jobs: [bounceSuppression, regions, files] }] };
const contacts = Array.from({ length: 40 }, (_, i) => aContact({ contact_id: `p${i}` }));
const bouncesOf = (first: number, last: number) =>
  contacts.slice(first, last).map(({ email = '' }) => aBounce({ email, occurred_at: '2026-11-09T09:00:00Z' }));

let world: ActionsWorld;
const repository = () => world.server.repository;
const issueAbout = (job: string) => {
  const found = repository().issues.findLast(({ title }) => title.startsWith(job));
  if (!found) throw new Error(`no issue about ${job}`);
  return found;
};
const linesOf = (job: string) => issueAbout(job).comments.map(({ body }) => body.split('\n')[0]);
const byHand = (now: string, ...args: string[]) =>
  world.runHere({ args: ['shift', ...args], now: `${now}:00.000Z`, event: 'workflow_dispatch' });
const night = (day: string) => world.runHere({ args: ['shift', '--due', 'nightly'], now: `${day}T03:41:00.000Z` });
const decide = (now: string, job: string, act: { label: string } | { comment: string }) =>
  world.decide(`${now}:00.000Z`, 'dana', { issue: issueAbout(job).number, ...act });
const exported = () => readCsv(join(world.workbook, 'exports'), 'everybody').length;

beforeAll(async () => {
  world = await actionsWorld(nightShift);
  writeWorkbook(world.workbook, { contacts });
  repository().permissions.set('dana', 'write');
  expect((await world.begin('2026-11-09T12:00:00.000Z')).code).toBe(3);
}, 60_000);
afterAll(async () => {
  expect(world.server.faults).toEqual([]);
  await world.close();
}, 60_000);

it('of a job that was run by hand runs its batch, and answers in no other issue', async () => {
  mkdirSync(join(world.base, 'copy'));
  cpSync(world.workbook, join(world.base, 'copy'), { recursive: true });
  writeWorkbook(world.workbook, { bounces: bouncesOf(0, 15) });
  // A person types today's date: as of the end of this day.
  expect((await byHand('2026-11-10T08:00', '--as-of=2026-11-10', '--', 'bounce-suppression')).code).toBe(3);
  const { decided, ran } = await decide('2026-11-10T08:10', 'bounce-suppression', { label: 'approve' });
  expect([decided.outputs.batch, ran?.code, exported()]).toEqual(['nightly', 3, 25]);
  expect(linesOf('bounce-suppression').at(-1)).toContain('Approved by `dana` and applied');
  expect(linesOf('regions').join()).not.toContain('Approved by');
  expect([...repository().labels.keys()]).toContain('approve');
});

it('counts again where the workbook was put back', async () => {
  cpSync(join(world.base, 'copy/contacts.csv'), join(world.workbook, 'contacts.csv'));
  writeFileSync(join(world.workbook, 'suppressions.csv'), 'email\n');
  const first = issueAbout('bounce-suppression').number;
  expect((await night('2026-11-11')).code).toBe(3);
  expect([issueAbout('bounce-suppression').number > first, exported()]).toEqual([true, 25]);
  const { ran } = await decide('2026-11-11T08:10', 'bounce-suppression', { comment: '/approve' });
  expect(ran?.code).toBe(3);
  expect(issueAbout('bounce-suppression').state).toBe('closed');
});

it('says why it was not carried out, and takes a second click, a day after the plan was shown', async () => {
  const { ran } = await decide('2026-11-12T12:00', 'regions', { label: 'approve' });
  expect([ran?.code, linesOf('regions').at(-1)]).toEqual([
    3,
    expect.stringContaining('shown more than 24 hours ago; it is shown again now, so approve it once more'),
  ]);
  const again = await decide('2026-11-12T12:10', 'regions', { label: 'approve' });
  expect([again.ran?.code, issueAbout('regions').state]).toEqual([0, 'closed']);
});

it('is asked for no more once it was rejected; exports leave out no contact for it, and the ledger holds it', async () => {
  writeWorkbook(world.workbook, { bounces: bouncesOf(15, 30) });
  expect([(await night('2026-11-13')).code, exported()]).toEqual([3, 10]);
  const vague = await decide('2026-11-13T08:00', 'bounce-suppression', { comment: '/reject, I think' });
  expect([vague.ran, linesOf('bounce-suppression').at(-1)]).toEqual([
    null,
    'Nothing was done. A decision is a new comment that holds `/approve` or `/reject` and nothing else.',
  ]);
  await decide('2026-11-13T08:05', 'bounce-suppression', { comment: '/reject' });
  const after = await night('2026-11-14');
  expect([after.code, exported()]).toEqual([0, 25]);
  expect(after.summary).toContain('**All well.**');
  expect(after.summary).toContain('rejected by a person | rejected in issue');
  expect((await world.runHere({ args: ['status', '--json'], now: '2026-11-14T09:00:00.000Z' })).stdout).toContain(
    '"health":"rejected"',
  );
});

it('counts for a rejected plan that a person reopens, and is asked for again after that', async () => {
  const issue = issueAbout('bounce-suppression');
  issue.state = 'open';
  const { ran } = await decide('2026-11-14T10:00', 'bounce-suppression', { label: 'approve' });
  expect([ran?.code, issue.state, issue.labels]).toEqual([
    0,
    'closed',
    expect.not.arrayContaining(['nightshift: rejected']),
  ]);
});

it('of another workbook than the usual one is given with the hash, and not by a click', async () => {
  const other = join(world.base, 'other');
  mkdirSync(other);
  writeWorkbook(other, { contacts, bounces: bouncesOf(0, 15) });
  expect((await byHand('2026-11-15T08:00', `--workbook=${other}`, '--', 'bounce-suppression')).code).toBe(3);
  const { body } = issueAbout('bounce-suppression');
  expect(body).toContain('no label and no comment decides');
  const { decided, ran } = await decide('2026-11-15T08:05', 'bounce-suppression', { label: 'approve' });
  expect([decided.code, ran, linesOf('bounce-suppression').at(-1)]).toEqual([
    0,
    null,
    'Nothing was done. This issue is about another workbook than NIGHTSHIFT_WORKBOOK names.',
  ]);
  const approve = /approve=(sha256:\w+)/.exec(body)?.[1];
  const applied = await world.runHere({
    args: ['shift', `--workbook=${other}`, `--approve=${approve}`, '--', 'bounce-suppression'],
    now: '2026-11-15T08:10:00.000Z',
    env: { GITHUB_ACTOR: 'dana' },
  });
  expect(applied.code).toBe(0);
  const ledger = world.git(join(world.base, 'remote.git'), 'show', 'main');
  expect(ledger).toContain('"by": "dana"');
  expect(readFileSync(join(other, 'contacts.csv'), 'utf8')).toContain('suppressed');
});
