/** The whole path of one connection: fetched, suppressed, handed over. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectionRules } from '../../lib/features/connections/index.ts';
import { exportRules } from '../../lib/features/exports/rules.ts';
import { exportFiles } from '../fixture/exports.ts';
import { fetchJob } from '../fixture/fetch-activity.ts';
import { workbook } from '../fixture/rules/workbook.ts';
import { connectedNight, fastClock, type Rules, secretsOf, serve } from '../support/connections.ts';
import { jobOf, night } from '../support/night.ts';
import { unlessDescribed } from '../support/vendor-server/description.ts';
import { type Entry, SENDGRID_KEY, sendgridTool } from '../support/vendor-server/sendgrid.ts';
import { aContact, aSuppression, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const secrets = { SENDGRID_API_KEY: SENDGRID_KEY };
const rules = (address: string): Rules => ({
  connections: [{ name: 'sendgrid', vendor: 'sendgrid', address, suppress: true }],
});
const at = (day: string): number => Date.parse(`${day}T09:00:00Z`) / 1000;

it(`the day's bounces and unsubscribes come in once, and our suppressions are there in the morning${unlessDescribed}`, async () => {
  const folder = temporaryFolder();
  const people = Array.from({ length: 30 }, (_, i) => aContact({ contact_id: `p${i}`, email: `p${i}@example.com` }));
  writeWorkbook(folder, { contacts: people, suppressions: [aSuppression({ email: 'old@example.com' })], bounces: [] });
  const bounced: Entry[] = [
    { email: 'p1@example.com', created: at('2026-11-21'), reason: '550 5.1.1 no such user', status: '5.1.1' },
  ];
  const tool = sendgridTool({
    bounces: bounced,
    spam_reports: [{ email: 'p2@example.com', created: at('2026-11-20'), ip: '192.0.2.1' }],
    unsubscribes: [{ email: 'p3@example.com', created: at('2020-01-05') }],
  });
  const server = await serve(tool);
  const first = await connectedNight(folder, rules(server.address), secrets);
  expect(first.jobs.map(({ job, status, error }) => [job, status, error])).toEqual([
    ['fetch-activity', 'applied', undefined],
    ['bounce-suppression', 'applied', undefined],
    ['sync-audiences', 'applied', undefined],
  ]);
  expect(jobOf(first, 'sync-audiences').metrics.sent).toEqual({
    'sendgrid/suppressions': { added: 3, removed: 0, refused: 0, readBack: 3, confirmed: 3 },
  });
  expect(tool.suppressed.map(({ email }) => email).sort()).toEqual([
    'old@example.com',
    'p1@example.com',
    'p2@example.com',
    'p3@example.com',
  ]);
  const kept = Object.fromEntries(readCsv(folder, 'suppressions').map(({ email = '', reason }) => [email, reason]));
  expect(kept).toEqual({
    'old@example.com': 'hard_bounce',
    'p1@example.com': 'hard_bounce',
    'p2@example.com': 'complaint',
    'p3@example.com': 'unsubscribe',
  });
  expect(readCsv(folder, 'connections')).toMatchObject([
    { connection: 'sendgrid', watermark: '2026-11-22T23:59:59.999Z', rows: '3', status: 'ok' },
  ]);
  // A record comes twice in the pages, and one of before the watermark arrives late, with no status beside its reason.
  bounced.push(...bounced, { email: 'p4@example.com', created: at('2026-11-21') + 7_200, reason: '550 5.7.1 policy' });
  const again = await connectedNight(folder, rules(server.address), secrets, { asOf: '2026-11-23' });
  expect(again.jobs.map(({ status }) => status)).toEqual(['applied', 'unchanged', 'unchanged']);
  expect(readCsv(folder, 'bounces').map(({ email }) => email)).toEqual(['p1@example.com', 'p4@example.com']);
  expect(Object.fromEntries(readCsv(folder, 'suppressions').map(({ email = '', reason }) => [email, reason]))).toEqual(
    kept,
  );
  expect(server.faults).toEqual([]);
});

it('what we put on a list there is no departure, in any spelling, and where it is only a mark of a contact', async () => {
  const folder = temporaryFolder();
  const suppressed_at = '2026-11-01T00:00:00Z';
  writeWorkbook(folder, {
    contacts: [aContact({ contact_id: 'm', email: 'marked@example.com', status: 'suppressed' })],
    suppressions: [aSuppression({ email: 'dead@bücher.example', reason: 'hard_bounce', suppressed_at })],
    bounces: [],
  });
  const created = at('2026-11-20');
  const emails = ['marked@example.com', 'dead@xn--bcher-kva.example'];
  const server = await serve(sendgridTool({ unsubscribes: emails.map((email) => ({ email, created })) }));
  const result = await connectedNight(folder, rules(server.address), secrets, { only: 'fetch' });
  expect(jobOf(result, 'fetch-activity')).toMatchObject({ status: 'applied' });
  expect(readCsv(folder, 'suppressions').map(({ reason }) => reason)).toEqual(['hard_bounce']);
  expect(readCsv(folder, 'contacts').map(({ status }) => status)).toEqual(['suppressed']);
});

it('facts that could not be fetched hold the files for sending back, and no others', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, {
    contacts: [aContact()],
    suppressions: [aSuppression({ email: 'old@example.com' })],
    bounces: [],
  });
  const server = await serve(sendgridTool({}));
  server.fault = () => 'expired key';
  const feeds = connectionRules(rules(server.address), []);
  const files = exportRules(
    [
      { name: 'mail', format: 'csv', sending: true },
      { name: 'never', suppressionsFor: 'mailchimp' },
    ],
    [],
  );
  const { needs: _, ...exports } = exportFiles(files, feeds);
  const jobs = [fetchJob(feeds, workbook, { clock: fastClock() }), exports];
  const given = { jobs: jobs.map((job) => ({ job, cadence: 'nightly' as const })), outside: secretsOf(secrets) };
  const result = await night(folder, given);
  expect(jobOf(result, 'fetch-activity')).toMatchObject({
    status: 'applied',
    metrics: { warnings: [expect.stringMatching(/^sendgrid could not be fetched: bounces: status 401/)] },
  });
  expect(['mail', 'never'].filter((name) => existsSync(join(folder, 'exports', `${name}.csv`)))).toEqual(['never']);
  expect(jobOf(result, 'exports').metrics.filesHeld).toMatchObject({ mail: expect.stringMatching(/never fetched/) });
});

it('in a batch that runs every hour each run of a day asks for what is new since the one before, and no run is left out', async () => {
  const folder = temporaryFolder();
  const known = Array.from({ length: 3 }, (_, i) => aContact({ contact_id: `p${i}`, email: `p${i}@example.com` }));
  writeWorkbook(folder, { contacts: known, bounces: [] });
  const left: object[] = [];
  const server = await serve({
    described: [],
    signedIn: () => true,
    routes: { 'GET /left': () => ({ body: left }) },
  });
  const columns = { email: 'mail', kind: '= unsubscribe', occurred_at: 'at' };
  const reads = [{ name: 'left', path: '/left?from={from}&to={to}', table: 'bounces' as const, columns }];
  const hourly = connectionRules(
    { connections: [{ name: 'crm', vendor: 'http', address: server.address, reads }], firstDays: 1, overlapHours: 1 },
    [],
  );
  const job = fetchJob(hourly, workbook, { clock: fastClock() });
  for (const [nth, hour] of ['07', '08', '09'].entries()) {
    left.push({ mail: `p${nth}@example.com`, at: `2026-11-22T${hour}:10:00Z` });
    const result = await night(folder, {
      ...{ jobs: [{ job, cadence: 'hourly' }], outside: secretsOf({}), asOf: `2026-11-22T${hour}:30:00Z` },
    });
    expect(jobOf(result, 'fetch-activity')).toMatchObject({
      ...{ status: 'applied', period: `2026-11-22T${hour}`, changes: { bounces: { insert: 1 } } },
    });
  }
  expect(server.asked.map(({ query }) => [query.get('from'), query.get('to')])).toEqual([
    ['1970-01-01T00:00:00Z', '2026-11-22T07:30:00Z'],
    ['2026-11-22T06:30:00Z', '2026-11-22T08:30:00Z'],
    ['2026-11-22T07:30:00Z', '2026-11-22T09:30:00Z'],
  ]);
  expect(readCsv(folder, 'bounces').map(({ email }) => email)).toEqual(known.map(({ email }) => email));
});
