/** Who may decide, and what counts as a decision: everything else is refused or passed over, also where an event claims otherwise. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askMarker, issueMarker } from '../../lib/github/api/markers.ts';
import { restClient } from '../../lib/github/api/rest-client.ts';
import { decisionOf } from '../../lib/github/decision.ts';
import { type GitHubServer, startGitHubServer } from '../support/github-server/server.ts';

let server: GitHubServer;
beforeEach(async () => {
  server = await startGitHubServer();
  server.repository.permissions.set('dana', 'write');
  server.repository.permissions.set('ada', 'admin');
});
afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.close();
});

const plan = `sha256:${'a'.repeat(64)}`;
const marks = `${askMarker({ batch: 'nightly', asOf: '2026-11-23T03:17:00.000Z', plans: [plan] })} ${issueMarker({ key: 'approval/bounce-suppression', workbook: 'w', version: plan })}`;
const github = () => restClient({ repository: server.slug, token: 't', apiUrl: server.url });
const decide = (event: unknown) => decisionOf(github(), event, 'w');
const asking = (author?: string) =>
  server.repository.openIssue('waits', `…\n\n${marks}`, ['nightshift'], false, author);
const sender = (login: string, type = 'User') => ({ login, type });

const labelled = (number: number, by = 'dana') => ({
  action: 'labeled',
  label: { name: 'approve' },
  issue: { number },
  sender: sender(by),
});
const commented = (number: number, id: number, by = 'dana') => ({
  action: 'created',
  comment: { id, user: sender(by) },
  issue: { number },
  sender: sender(by),
});

it.each(['dana', 'ada'])('takes the label of %s, who may write', async (by) => {
  const issue = asking();
  issue.labels.push('approve');
  expect(await decide(labelled(issue.number, by))).toMatchObject({
    kind: 'approve',
    by,
    ask: { batch: 'nightly', plans: [plan] },
  });
});

it.each([
  ['/approve', 'approve'],
  ['/reject', 'reject'],
  [' /approve\n', 'approve'],
])('takes %j for a decision', async (body, kind) => {
  const issue = asking();
  const { id } = server.repository.comment(issue, body, 'dana');
  expect(await decide(commented(issue.number, id))).toMatchObject({ kind });
});

it.each(['/approve please', '/approve\n/reject', '/reject: no'])(
  'asks again after %j, and takes it for no decision',
  async (body) => {
    const issue = asking();
    const { id } = server.repository.comment(issue, body, 'dana');
    expect(await decide(commented(issue.number, id))).toMatchObject({
      kind: 'refuse',
      why: expect.stringContaining('and nothing else'),
    });
  },
);

it.each(['please /approve', '/approved', 'LGTM', 'I would /reject'])('takes %j for no decision', async (body) => {
  const issue = asking();
  const { id } = server.repository.comment(issue, body, 'dana');
  expect(await decide(commented(issue.number, id))).toEqual({ kind: 'ignore' });
});

it('refuses a stranger, by a label as by a comment', async () => {
  const issue = asking();
  issue.labels.push('approve');
  expect(await decide(labelled(issue.number, 'stranger'))).toMatchObject({ kind: 'refuse' });
  const { id } = server.repository.comment(issue, '/approve', 'stranger');
  expect(await decide(commented(issue.number, id, 'stranger'))).toMatchObject({ kind: 'refuse' });
});

it('does not take a comment for another person’s, nor one that was edited', async () => {
  const issue = asking();
  const strangers = server.repository.comment(issue, '/approve', 'stranger');
  expect(await decide(commented(issue.number, strangers.id, 'dana'))).toEqual({ kind: 'ignore' });
  const edited = server.repository.comment(issue, 'a question', 'dana');
  edited.body = '/approve';
  edited.updatedAt = '2026-11-24T05:00:10Z';
  expect(await decide(commented(issue.number, edited.id))).toMatchObject({
    kind: 'refuse',
    why: expect.stringContaining('a new comment'),
  });
});

it('knows no issue that a person opened, though it carries our marker', async () => {
  const forged = asking('stranger');
  forged.labels.push('approve');
  expect(await decide(labelled(forged.number))).toEqual({ kind: 'ignore' });
});

it('refuses what is closed, asks nothing, or is about another workbook', async () => {
  const closed = asking();
  Object.assign(closed, { state: 'closed', labels: ['approve'] });
  expect(await decide(labelled(closed.number))).toMatchObject({
    kind: 'refuse',
    why: expect.stringContaining('closed'),
  });
  const final = asking();
  Object.assign(final, { body: issueMarker({ key: 'approval/x', workbook: 'w', version: '' }), labels: ['approve'] });
  expect(await decide(labelled(final.number))).toMatchObject({
    kind: 'refuse',
    why: expect.stringContaining('nothing'),
  });
  const other = asking();
  other.labels.push('approve');
  expect(await decisionOf(github(), labelled(other.number), 'another')).toMatchObject({ kind: 'refuse' });
});

it('takes no label that is gone again, no other label, no bot, and no other event', async () => {
  const issue = asking();
  expect(await decide(labelled(issue.number))).toEqual({ kind: 'ignore' });
  issue.labels.push('approve');
  expect(await decide({ ...labelled(issue.number), label: { name: 'bug' } })).toEqual({ kind: 'ignore' });
  expect(await decide({ ...labelled(issue.number), sender: sender('dana', 'Bot') })).toEqual({ kind: 'ignore' });
  expect(await decide({ action: 'edited', issue: { number: issue.number } })).toEqual({ kind: 'ignore' });
  expect(await decide(null)).toEqual({ kind: 'ignore' });
});
