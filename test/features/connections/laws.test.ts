/** What holds over nights with connections, in any order: nobody who left anywhere is subscribed anywhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectedNight, type Rules, serve } from '../../support/connections.ts';
import { jobOf } from '../../support/night.ts';
import { casesOf } from '../../support/thorough.ts';
import { mailchimpTool } from '../../support/vendor-server/mailchimp.ts';
import { aPerson } from '../../support/vendor-server/people.ts';
import { type Entry, SENDGRID_KEY, sendgridTool } from '../../support/vendor-server/sendgrid.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../../support/workbook.ts';

const secrets = { SENDGRID_API_KEY: SENDGRID_KEY, MAILCHIMP_API_KEY: 'invented-key' };
const PEOPLE = 6;
const emailOf = (i: number): string => `p${i}@example.com`;
const dayOf = (day: number): string => `2026-11-${String(10 + day).padStart(2, '0')}`;
const seconds = (day: number): number => Date.parse(`${dayOf(day)}T09:00:00Z`) / 1000;

/** A workbook, a SendGrid and a Mailchimp that have its people, and a list of ours that a tag there is to equal. */
async function world() {
  const folder = temporaryFolder();
  const contacts = Array.from({ length: PEOPLE }, (_, i) => aContact({ contact_id: `p${i}`, email: emailOf(i) }));
  const memberships = contacts.map(({ contact_id = '' }) => ({
    list: 'Newsletter',
    contact_id,
    joined_at: '2026-10-01T00:00:00Z',
  }));
  writeWorkbook(folder, { contacts, memberships, suppressions: [], bounces: [] });
  const spam: Entry[] = [];
  const unsubscribes: Entry[] = [];
  const sendgrid = sendgridTool({ spam_reports: spam, unsubscribes, now: () => seconds(day.now) + 60 });
  const day = { now: 1 };
  const people = contacts.map(({ email = '' }) => aPerson(email));
  const mailchimp = mailchimpTool(people);
  const servers = { sendgrid: await serve(sendgrid), mailchimp: await serve(mailchimp) };
  const rules: Rules = {
    connections: [
      { name: 'sendgrid', vendor: 'sendgrid', address: servers.sendgrid.address, suppress: true },
      {
        ...{ name: 'mailchimp', vendor: 'mailchimp', server: 'us6', audience: 'aud1', suppress: true },
        ...{ address: `${servers.mailchimp.address}/3.0`, lists: { Newsletter: 'nightshift' } },
      },
    ],
    firstDays: 30,
  };
  return { folder, spam, unsubscribes, people, mailchimp, servers, rules, day, subscribed: mailchimp.subscribed };
}

type World = Awaited<ReturnType<typeof world>>;
type Step =
  | { readonly does: 'spam' | 'unsubscribe' | 'leave mailchimp'; readonly who: number }
  | { readonly does: 'fetch' | 'sync' | 'night' | 'failing fetch' | 'failing sync' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    does: fc.constantFrom('spam' as const, 'unsubscribe' as const, 'leave mailchimp' as const),
    who: fc.nat(PEOPLE - 1),
  }),
  fc.record({
    does: fc.constantFrom(
      'fetch' as const,
      'sync' as const,
      'night' as const,
      'failing fetch' as const,
      'failing sync' as const,
    ),
  }),
);

async function take(at: World, { does, ...given }: Step, left: Set<string>): Promise<void> {
  const who = 'who' in given ? given.who : -1;
  if (who >= 0) left.add(emailOf(who));
  const entry = { email: emailOf(who), created: seconds(at.day.now) };
  if (does === 'spam') at.spam.push({ ...entry, ip: '192.0.2.1' });
  else if (does === 'unsubscribe') at.unsubscribes.push(entry);
  else if (does === 'leave mailchimp') {
    const person = at.people[who];
    if (person) person.left = true;
  } else {
    at.day.now++;
    const failing = does.startsWith('failing');
    for (const server of Object.values(at.servers))
      server.fault = (n) => (failing && n % 3 === 0 ? 'no right' : undefined);
    const only = does.endsWith('fetch') ? 'fetch' : does.endsWith('sync') ? 'sync' : undefined;
    await connectedNight(at.folder, at.rules, secrets, { asOf: dayOf(at.day.now), ...(only && { only }) });
  }
}

describe('whoever left anywhere', () => {
  it('is subscribed nowhere, whatever is fetched, handed over or fails in any order, and is suppressed everywhere in the end', {
    timeout: 240_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 5 }), async (steps) => {
        const at = await world();
        const left = new Set<string>();
        for (const each of steps) await take(at, each, left);
        for (const _ of [1, 2]) await take(at, { does: 'night' }, left);
        expect(at.subscribed).toEqual([]);
        const tagged = at.people
          .filter(({ lists, left: gone }) => lists.has('nightshift') && !gone)
          .map(({ email }) => email);
        expect(tagged.filter((email) => left.has(email))).toEqual([]);
        const there = new Set(at.unsubscribes.map(({ email }) => email));
        expect([...left].filter((email) => !there.has(email))).toEqual([]);
        expect(at.people.filter(({ email, left: gone }) => left.has(email) && !gone)).toEqual([]);
        const ours = new Map(readCsv(at.folder, 'suppressions').map(({ email = '', scope }) => [email, scope]));
        expect([...left].filter((email) => ours.get(email) !== 'person')).toEqual([]);
        expect([...ours.keys()].filter((email) => !left.has(email))).toEqual([]);
        expect([...at.servers.sendgrid.faults, ...at.servers.mailchimp.faults]).toEqual([]);
      }),
      { numRuns: casesOf(1) },
    );
  });
});

describe('a run that is cut off', () => {
  it('at any request, and run again, has each fact and each change once', { timeout: 240_000 }, async () => {
    for (const n of [2, 12]) {
      const at = await world();
      at.spam.push({ email: emailOf(0), created: seconds(1), ip: '192.0.2.1' });
      // From then on the tool is gone: what it did before stays done, also where its answer was lost.
      at.servers.sendgrid.fault = (nth) => (nth === n ? 'lost answer' : nth > n ? 'dead' : undefined);
      await connectedNight(at.folder, at.rules, secrets, { asOf: dayOf(2) });
      at.servers.sendgrid.fault = () => undefined;
      await connectedNight(at.folder, at.rules, secrets, { asOf: dayOf(2) });
      const kept = readCsv(at.folder, 'suppressions').map(({ email, reason }) => [email, reason]);
      expect(kept, String(n)).toEqual([[emailOf(0), 'complaint']]);
      expect(
        at.unsubscribes.map(({ email }) => email),
        String(n),
      ).toEqual([emailOf(0)]);
    }
  });

  it('between its commit and its delivery hands over the next time, and its ledger does not say otherwise', async () => {
    const at = await world();
    at.spam.push({ email: emailOf(0), created: seconds(1), ip: '192.0.2.1' });
    const progress = (line: string): void => {
      if (line.startsWith('sync-audiences: sendgrid')) throw new Error('killed here');
    };
    const first = await connectedNight(at.folder, at.rules, secrets, { asOf: dayOf(2), progress });
    expect(jobOf(first, 'sync-audiences').status).toBe('failed');
    expect(at.unsubscribes).toEqual([]);
    const second = await connectedNight(at.folder, at.rules, secrets, { asOf: dayOf(2) });
    expect(jobOf(second, 'sync-audiences').metrics.sent).toMatchObject({ 'sendgrid/suppressions': { added: 1 } });
    const ledger = join(at.folder, '.nightshift/test-ledger/sync-audiences', dayOf(2));
    const entries = readdirSync(ledger).sort();
    expect(entries.map((file) => JSON.parse(readFileSync(join(ledger, file), 'utf8')).status)).toEqual([
      'failed',
      'applied',
    ]);
  });
});

describe('facts that are old', () => {
  it('hold lists elsewhere back, and are reported by every job that needs them', async () => {
    const at = await world();
    at.servers.sendgrid.fault = () => 'expired key';
    const result = await connectedNight(at.folder, at.rules, secrets, { asOf: dayOf(2) });
    expect(jobOf(result, 'fetch-activity')).toMatchObject({ status: 'applied' });
    expect(Object.values(jobOf(result, 'bounce-suppression').metrics.stale as object)).toEqual([
      'sendgrid: who left there was never fetched; lists for sending are held back until it is fetched again',
    ]);
    expect(at.people.filter(({ lists }) => lists.has('nightshift'))).toEqual([]);
    const later = await connectedNight(at.folder, at.rules, secrets, { asOf: dayOf(3) });
    expect(JSON.stringify(later)).not.toContain(SENDGRID_KEY);
    at.servers.sendgrid.fault = () => undefined;
    await connectedNight(at.folder, at.rules, secrets, { asOf: dayOf(4) });
    expect(at.people.filter(({ lists }) => lists.has('nightshift'))).toHaveLength(PEOPLE);
  });

  it('that are ten times the usual wait for a person, and nobody among them is mailed meanwhile', async () => {
    const at = await world();
    const fetch = (asOf: string) => connectedNight(at.folder, at.rules, secrets, { asOf, only: 'fetch' });
    await fetch(dayOf(2));
    for (let i = 0; i < 2_000; i++)
      at.spam.push({ email: `s${i}@a.example`, created: seconds(2) + i, ip: '192.0.2.1' });
    const held = jobOf(await fetch(dayOf(3)), 'fetch-activity');
    expect(held).toMatchObject({ status: 'blocked' });
    expect(held.guards.find(({ passed }) => !passed)?.guard).toBe(
      'at most 10 times the usual number of facts from a connection',
    );
    const approvals = [held.plan ?? ''];
    const done = await connectedNight(at.folder, at.rules, secrets, { asOf: dayOf(3), only: 'fetch', approvals });
    expect(jobOf(done, 'fetch-activity').changes.suppressions?.insert).toBe(2_000);
  });
});
