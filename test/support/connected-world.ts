/**
 * A team's workbook and three tools that have its people: SendGrid and Mailchimp, which get our suppressions, and
 * Mailchimp and Brevo, whose lists are kept equal to ours; with all that people and the team may do between two nights.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { eraseJob } from '../../lib/features/erasure/erase-job.ts';
import { ERASE_KEY } from '../../lib/intake/forgotten.ts';
import { connectedNight, type Rules, secretsOf, serve } from './connections.ts';
import { night } from './night.ts';
import { brevoTool } from './vendor-server/brevo.ts';
import { mailchimpTool } from './vendor-server/mailchimp.ts';
import { aPerson, byEmail } from './vendor-server/people.ts';
import { type Entry, SENDGRID_KEY, sendgridTool } from './vendor-server/sendgrid.ts';
import { aContact, type Row, readCsv, temporaryFolder, writeWorkbook } from './workbook.ts';

export const secrets = {
  SENDGRID_API_KEY: SENDGRID_KEY,
  MAILCHIMP_API_KEY: 'invented-key',
  BREVO_API_KEY: 'invented-key',
  [ERASE_KEY]: 'a key of the tests, long enough',
};
export const LIST = { mailchimp: 'nightshift', brevo: '12' } as const;

/** The nth day of a test. */
export const dayOf = (day: number): string => new Date(Date.UTC(2026, 10, 20 + day)).toISOString().slice(0, 10);
const secondsOf = (day: number): number => Date.parse(`${dayOf(day)}T09:00:00Z`) / 1000;

export type World = Awaited<ReturnType<typeof connectedWorld>>;

/** @param size how many people there are at first: contacts `p0`, `p1`, …, all of them known to all tools */
export async function connectedWorld(size: number) {
  const folder = temporaryFolder();
  const contacts = Array.from({ length: size }, (_, i) =>
    aContact({ contact_id: `p${i}`, email: `p${i}@example.com` }),
  );
  writeWorkbook(folder, { contacts, memberships: contacts.map(membership), suppressions: [], bounces: [], merges: [] });
  const day = { now: 1 };
  const spam: Entry[] = [];
  const unsubscribes: Entry[] = [];
  const everybody = () => contacts.map(({ email = '' }) => aPerson(email));
  const people = { mailchimp: everybody(), brevo: everybody() };
  const sendgrid = sendgridTool({ spam_reports: spam, unsubscribes, now: () => secondsOf(day.now) + 60 });
  const tools = {
    mailchimp: mailchimpTool(people.mailchimp, () => `${dayOf(day.now)}T23:00:00Z`),
    brevo: brevoTool(people.brevo),
  };
  const servers = {
    sendgrid: await serve(sendgrid),
    mailchimp: await serve(tools.mailchimp),
    brevo: await serve(tools.brevo),
  };
  const rules: Rules = {
    connections: [
      { name: 'sendgrid', vendor: 'sendgrid', address: servers.sendgrid.address, suppress: true },
      {
        ...{ name: 'mailchimp', vendor: 'mailchimp', server: 'us6', audience: 'aud1', suppress: true },
        ...{ address: `${servers.mailchimp.address}/3.0`, lists: { Newsletter: LIST.mailchimp } },
      },
      {
        // Its list alone: who left elsewhere is only kept from it.
        ...{ name: 'brevo', vendor: 'brevo', address: servers.brevo.address },
        lists: { Newsletter: LIST.brevo },
      },
    ],
    firstDays: 30,
  };
  return { folder, day, spam, unsubscribes, people, tools, servers, rules };
}

const membership = ({ contact_id = '' }: Row) => ({
  list: 'Newsletter',
  contact_id,
  joined_at: '2026-10-01T00:00:00Z',
});

/** A night on the next day, or its first or last job alone. */
export function nextNight(world: World, only?: 'fetch' | 'sync') {
  world.day.now++;
  return connectedNight(world.folder, world.rules, secrets, { asOf: dayOf(world.day.now), ...(only && { only }) });
}

/** Rewrites a table as a person would. */
function edit(
  world: World,
  table: 'contacts' | 'memberships' | 'merges' | 'archive',
  change: (rows: Row[]) => Row[],
): void {
  const rows = change(readCsv(world.folder, table));
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const before = table === 'archive' || rows.length > 0 ? columns : headerOf(world, table);
  const text = Papa.unparse([before, ...rows.map((row) => before.map((column) => row[column] ?? ''))], {
    newline: '\n',
  });
  writeFileSync(join(world.folder, `${table}.csv`), `${text}\n`);
}

const headerOf = (world: World, table: string): string[] =>
  (readFileSync(join(world.folder, `${table}.csv`), 'utf8').split('\n')[0] ?? '').split(',');

const without = (id: string) => (rows: Row[]) => rows.filter(({ contact_id }) => contact_id !== id);
export const contactOf = (world: World, id: string): Row | undefined =>
  readCsv(world.folder, 'contacts').find(({ contact_id }) => contact_id === id);

/** What may happen between two nights; each gives whether there was anything to do. */
export const deeds = {
  complain: (world: World, email: string) => {
    world.spam.push({ email, created: secondsOf(world.day.now), ip: '192.0.2.1' });
    return true;
  },
  leave: (world: World, email: string, tool: 'mailchimp' | 'brevo') => {
    const found = byEmail(world.people[tool], email);
    if (found) Object.assign(found, { left: true, changed: `${dayOf(world.day.now)}T12:00:00Z` });
    return found !== undefined;
  },
  /** The person signs up again there, by a form. */
  comeBack: (world: World, email: string, tool: 'mailchimp' | 'brevo') => {
    const found = byEmail(world.people[tool], email);
    if (!found?.left) return false;
    const signedUp = `${dayOf(world.day.now)}T13:00:00Z`;
    Object.assign(found, { left: false, changed: signedUp, signedUp });
    return true;
  },
  join: (world: World, id: string) => {
    const contact = aContact({ contact_id: id, email: `${id}@example.com` });
    edit(world, 'contacts', (rows) => [...rows, contact]);
    edit(world, 'memberships', (rows) => [...rows, membership(contact)]);
  },
  correct: (world: World, id: string, email: string) =>
    edit(world, 'contacts', (rows) => rows.map((row) => (row.contact_id === id ? { ...row, email } : row))),
  /** As dedupe-sweep leaves it: the survivor has the stricter status, and the other's row is kept in `merges`. */
  merge: (world: World, duplicate: string, survivor: string) => {
    const [gone, kept] = [contactOf(world, duplicate), contactOf(world, survivor)];
    if (!gone || !kept) return;
    const status =
      ['unsubscribed', 'suppressed', 'subscribed'].find((each) => [gone.status, kept.status].includes(each)) ?? '';
    edit(world, 'contacts', (rows) =>
      without(duplicate)(rows).map((row) => (row.contact_id === survivor ? { ...row, status } : row)),
    );
    edit(world, 'memberships', without(duplicate));
    const merged = { probability: '1', evidence: '', merged_at: `${dayOf(world.day.now)}T08:00:00Z` };
    edit(world, 'merges', (rows) => [
      ...rows,
      { duplicate_id: duplicate, survivor_id: survivor, ...merged, record: JSON.stringify(gone) },
    ]);
  },
  archive: (world: World, id: string) => {
    const row = contactOf(world, id);
    if (!row) return;
    edit(world, 'contacts', without(id));
    edit(world, 'memberships', without(id));
    edit(world, 'archive', (rows) => [...rows, { ...row, archived_at: `${dayOf(world.day.now)}T08:00:00Z` }]);
  },
  erase: (world: World, id: string) =>
    night(world.folder, {
      jobs: [{ job: eraseJob(id, secrets[ERASE_KEY], () => {}), cadence: 'nightly', period: `erase-${id}` }],
      asOf: dayOf(world.day.now),
      outside: secretsOf(secrets),
    }),
};
