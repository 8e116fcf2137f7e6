/** What leaves: a plan against what stands there, which a person may look at, and which is handed over once. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectedNight, type Rules, serve } from '../support/connections.ts';
import { jobOf } from '../support/night.ts';
import { mailchimpTool } from '../support/vendor-server/mailchimp.ts';
import { aPerson } from '../support/vendor-server/people.ts';
import { SENDGRID_KEY, sendgridTool } from '../support/vendor-server/sendgrid.ts';
import { aContact, aSuppression, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const secrets = { SENDGRID_API_KEY: SENDGRID_KEY };
const newsletter = {
  ...{ name: 'mailchimp', vendor: 'mailchimp', server: 'us6', audience: 'aud1', fetch: false },
  lists: { Newsletter: 'news' },
};

/** @param standing so many others are suppressed there: more than would wait for a person */
async function given(suppressed: number, rejects: (email: string) => boolean = () => false, standing = 0) {
  const folder = temporaryFolder();
  const gone = Array.from({ length: suppressed }, (_, i) => aSuppression({ email: `gone${i}@example.com` }));
  writeWorkbook(folder, { contacts: [aContact()], suppressions: gone, bounces: [] });
  const unsubscribes = Array.from({ length: standing }, (_, i) => ({ email: `there${i}@example.com`, created: 1 }));
  const tool = sendgridTool({ unsubscribes, rejects });
  const server = await serve(tool);
  const rules: Rules = {
    mostOfAudience: { share: 1, count: 1_000 },
    connections: [{ name: 'sendgrid', vendor: 'sendgrid', address: server.address, suppress: true }],
  };
  return { folder, tool, server, rules };
}

describe('suppressions', () => {
  it('are shown and not sent by a dry run, and its plan names each address', async () => {
    const { folder, tool, server, rules } = await given(3);
    const plan = join(folder, 'plan.csv');
    const result = await connectedNight(folder, rules, secrets, { only: 'sync', dryRun: true, planFile: plan });
    expect(jobOf(result, 'sync-audiences')).toMatchObject({
      status: 'planned',
      changes: { audiences: { insert: 3, update: 0, remove: 0 } },
    });
    expect(readFileSync(plan, 'utf8')).toContain('gone2@example.com');
    expect(tool.suppressed).toEqual([]);
    expect(server.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('that are more than the limit wait for a person, who lets through what was shown; none is taken away', async () => {
    const { folder, tool, rules } = await given(40);
    const elsewhere = { email: 'elsewhere@example.com', created: 1_700_000_000 };
    tool.suppressed.push(elsewhere);
    const first = jobOf(await connectedNight(folder, rules, secrets, { only: 'sync' }), 'sync-audiences');
    expect(first.heldParts).toMatchObject([{ part: 'sendgrid/suppressions', rows: 40 }]);
    expect(tool.suppressed).toEqual([elsewhere]);
    const approvals = [first.heldParts[0]?.plan ?? ''];
    const second = await connectedNight(folder, rules, secrets, { only: 'sync', approvals });
    expect(jobOf(second, 'sync-audiences').metrics.sent).toMatchObject({ 'sendgrid/suppressions': { added: 40 } });
    expect(tool.suppressed).toHaveLength(41);
    expect(tool.suppressed).toContainEqual(elsewhere);
  });

  it('that could not be sent fail the job, and the next run sends the rest', async () => {
    const { folder, tool, server, rules } = await given(600, undefined, 600);
    const sync = async () => jobOf(await connectedNight(folder, rules, secrets, { only: 'sync' }), 'sync-audiences');
    server.fault = (_, { method }) => (method === 'POST' && tool.suppressed.length >= 1_100 ? 'no right' : undefined);
    const failed = await sync();
    expect(failed.status).toBe('failed');
    expect(failed.error?.message).toMatch(
      /sendgrid\/suppressions: status 403: the key lacks a right.*500 of 600 were added/,
    );
    expect(readCsv(folder, 'runs').at(-1)).toMatchObject({ status: 'failed', note: failed.error?.message });
    server.fault = () => undefined;
    const done = await sync();
    expect(done.metrics.sent).toMatchObject({ 'sendgrid/suppressions': { added: 100 } });
    expect(readCsv(folder, 'runs').at(-1)).toMatchObject({ status: 'applied', note: '' });
    expect(new Set(tool.suppressed.map(({ email }) => email)).size).toBe(1_200);
  });
});

describe('an address', () => {
  it('that the tool does not take stops no other, is reported, and is handed over again', async () => {
    const folder = temporaryFolder();
    const gone = ['a', 'bad', 'c', 'd'].map((name) => aSuppression({ email: `${name}@example.com` }));
    writeWorkbook(folder, { contacts: [aContact()], suppressions: gone, bounces: [] });
    const tool = sendgridTool({ unsubscribes: [], rejects: (email) => email === 'bad@example.com' });
    const { address } = await serve(tool);
    const rules: Rules = { connections: [{ name: 'sendgrid', vendor: 'sendgrid', address, suppress: true }] };
    const sync = async () => jobOf(await connectedNight(folder, rules, secrets, { only: 'sync' }), 'sync-audiences');
    expect((await sync()).metrics).toMatchObject({
      sent: { 'sendgrid/suppressions': { added: 3, refused: 1, readBack: 3, confirmed: 3 } },
      warnings: [expect.stringMatching(/1 addresses were not taken there/)],
    });
    expect(tool.suppressed).toHaveLength(3);
    expect((await sync()).metrics.sent).toMatchObject({ 'sendgrid/suppressions': { added: 0, refused: 1 } });
  });

  it.each([
    [15, 31],
    [400, 420],
  ])('after the other that the tool rejects, of %d, fails the job, which tries no more than 200', async (n, most) => {
    const { folder, tool, server, rules } = await given(n, () => true, n);
    const failed = jobOf(await connectedNight(folder, rules, secrets, { only: 'sync' }), 'sync-audiences');
    expect(failed.error?.message).toMatch(
      /status 400: it rejects the request; so it answers one address after the other/,
    );
    expect(tool.suppressed).toHaveLength(n);
    expect(server.asked.filter(({ method }) => method === 'POST').length).toBeLessThan(most);
  });

  it('beside many others that the tool rejects does not keep those from it that come later', async () => {
    const { folder, tool, rules } = await given(0, (email) => email.endsWith('@bad.example'));
    const bad = Array.from({ length: 15 }, (_, i) => aSuppression({ email: `a${i}@bad.example` }));
    const good = Array.from({ length: 5 }, (_, i) => aSuppression({ email: `gone${i}@example.com` }));
    writeWorkbook(folder, { contacts: [aContact()], suppressions: [...bad, ...good], bounces: [] });
    const result = jobOf(await connectedNight(folder, rules, secrets, { only: 'sync' }), 'sync-audiences');
    expect(result.metrics.sent).toMatchObject({ 'sendgrid/suppressions': { added: 5, refused: 15 } });
    expect(tool.suppressed).toHaveLength(5);
  });

  it('after the other that the tool rejects keeps no list of the same tool from it', async () => {
    const folder = temporaryFolder();
    const gone = Array.from({ length: 12 }, (_, i) => `gone${i}@example.com`);
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'new', email: 'new@example.com' })],
      memberships: [{ list: 'Newsletter', contact_id: 'new', joined_at: '' }],
      suppressions: gone.map((email) => aSuppression({ email })),
      bounces: [],
    });
    const people = gone.map((email) => aPerson(email));
    const tool = mailchimpTool(people);
    const routes = { ...tool.routes, 'POST /3.0/lists/aud1': () => ({ status: 400, body: {} }) };
    const { address } = await serve({ ...tool, routes });
    const rules: Rules = { connections: [{ ...newsletter, suppress: true, address: `${address}/3.0` }] };
    const result = await connectedNight(folder, rules, { MAILCHIMP_API_KEY: 'invented-key' }, { only: 'sync' });
    expect(jobOf(result, 'sync-audiences').error?.message).toMatch(
      /mailchimp\/suppressions: .*one address after the other/,
    );
    expect(people.find(({ email }) => email === 'new@example.com')?.lists.has('news')).toBe(true);
  });

  it('that a broken row only may name, or that is two in a cell, is written to no tool', async () => {
    const { folder, tool, rules } = await given(1);
    writeWorkbook(folder, {
      contacts: [aContact(), aContact({ contact_id: 'c2', email: 'left@example.com', status: 'unsubscribed' })],
      suppressions: [aSuppression({ email: 'a@example.com; b@example.com' }), aSuppression({ email: 'c@example.com' })],
      bounces: [],
    });
    appendFileSync(join(folder, 'contacts.csv'), 'c3,may@example.com,unsubscribed\n');
    await connectedNight(folder, rules, secrets, { only: 'sync' });
    expect(tool.suppressed.map(({ email }) => email).sort()).toEqual(['c@example.com', 'left@example.com']);
  });
});

describe('a list', () => {
  it('that would be emptied waits for a person, however small it is', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact()], memberships: [], suppressions: [], bounces: [] });
    const people = Array.from({ length: 12 }, (_, i) => aPerson(`p${i}@example.com`, { lists: ['news'] }));
    const { address } = await serve(mailchimpTool(people));
    const rules: Rules = { connections: [{ ...newsletter, address: `${address}/3.0` }] };
    const result = await connectedNight(folder, rules, { MAILCHIMP_API_KEY: 'invented-key' }, { only: 'sync' });
    const { heldParts } = jobOf(result, 'sync-audiences');
    expect(heldParts).toMatchObject([{ part: 'mailchimp/Newsletter', rows: 12 }]);
    expect(heldParts[0]?.reason).toBe('mailchimp/Newsletter would change by 12 of 12: it would be empty');
    expect(people.every(({ lists }) => lists.has('news'))).toBe(true);
  });

  it('never takes a person who left there by any line, and their leaving counts here', async () => {
    const folder = temporaryFolder();
    const contacts = ['left', 'stays', 'new'].map((id) => aContact({ contact_id: id, email: `${id}@example.com` }));
    const memberships = contacts.map(({ contact_id = '' }) => ({ list: 'Newsletter', contact_id, joined_at: '' }));
    writeWorkbook(folder, { contacts, memberships, suppressions: [], bounces: [] });
    const people = [
      aPerson('left@example.com', { left: true }),
      aPerson('LEFT@example.com', { lists: ['news'] }),
      aPerson('stays@example.com', { lists: ['news'] }),
    ];
    const tool = mailchimpTool(people);
    const server = await serve(tool);
    const rules: Rules = {
      connections: [{ ...newsletter, address: `${server.address}/3.0` }],
    };
    const result = await connectedNight(folder, rules, { MAILCHIMP_API_KEY: 'invented-key' }, { only: 'sync' });
    expect(jobOf(result, 'sync-audiences')).toMatchObject({
      status: 'applied',
      changes: { audiences: { insert: 1, update: 0, remove: 0 }, bounces: { insert: 1 } },
    });
    expect(tool.subscribed).toEqual([]);
    expect(people.find(({ email }) => email === 'left@example.com')?.lists.size).toBe(0);
    expect(people.find(({ email }) => email === 'new@example.com')?.lists.has('news')).toBe(true);
    expect(readCsv(folder, 'bounces')).toMatchObject([
      { email: 'left@example.com', kind: 'unsubscribe', provider: 'mailchimp', occurred_at: '2026-11-20T10:00:00Z' },
    ]);
    expect(server.faults).toEqual([]);
  });
});
