/** What doctor says of a connection, by its key, its rights and its clock. */
import { expect, it } from 'vitest';
import { type Checked, checkConnection, connectionRules } from '../../../lib/features/connections/index.ts';
import { fastClock, secretsOf, serve } from '../../support/connections.ts';
import { connected, outside } from '../../support/vendor-server/connected.ts';
import { hubspotTool } from '../../support/vendor-server/hubspot.ts';
import { aPerson } from '../../support/vendor-server/people.ts';
import { SENDGRID_KEY, sendgridTool } from '../../support/vendor-server/sendgrid.ts';
import { temporaryFolder } from '../../support/workbook.ts';

const now = new Date('2026-11-22T03:00:00Z');

async function checkedWith(
  key: string | undefined,
  prepare: (server: Awaited<ReturnType<typeof serve>>) => void = () => {},
) {
  const entry = { email: 'p@a.example', created: now.getTime() / 1000 - 60, ip: '192.0.2.1' };
  const server = await serve(sendgridTool({ spam_reports: [entry] }));
  prepare(server);
  const given = { name: 'sendgrid', vendor: 'sendgrid', address: server.address, suppress: true };
  const [connection] = connectionRules({ connections: [given] }, []).connections;
  if (!connection) throw new Error('no connection');
  const outside = secretsOf(key === undefined ? {} : { SENDGRID_API_KEY: key });
  return checkConnection(connection, outside, now, temporaryFolder(), { clock: fastClock(), timeoutMs: 500 });
}
it('a list that was deleted there is named', async () => {
  const tool = hubspotTool([aPerson('p@a.example')]);
  const { connection, at } = await connected(tool, { vendor: 'hubspot', fetch: false, lists: { Newsletter: '413' } });
  const checked = await checkConnection(connection, outside, now, at.stateFolder, { clock: fastClock() });
  expect(faults(checked)).toEqual([
    'tool, list Newsletter: status 404: nothing is there under this name; it may have been deleted. ' +
      'npx nightshift connect hubspot shows the rights',
  ]);
});

const faults = (checked: readonly Checked[]): string[] =>
  checked.filter(({ isFine }) => !isFine).map(({ text }) => text);

it('a good key reads each list, and nothing is written', async () => {
  const checked = await checkedWith(SENDGRID_KEY);
  expect(faults(checked)).toEqual([]);
  expect(checked.map(({ text }) => text)).toContain('sendgrid, spam-reports: may be read, 1 of the last day');
});

it('a missing, an expired and a weak key, and a wrong clock, are each named with what to do', async () => {
  const connect = 'npx nightshift connect sendgrid shows the rights';
  expect(faults(await checkedWith(undefined))).toEqual([`sendgrid: the secret SENDGRID_API_KEY isn’t set. ${connect}`]);
  expect(faults(await checkedWith('SG.old'))[0]).toMatch(/^sendgrid, bounces: status 401: the key is refused/);
  const weak = await checkedWith(SENDGRID_KEY, (server) => {
    server.fault = (_, { path }) => (path.includes('spam') ? 'no right' : undefined);
  });
  expect(faults(weak)[0]).toMatch(/^sendgrid, spam-reports: status 403: the key lacks a right/);
  const skewed = await checkedWith(SENDGRID_KEY, (server) => {
    server.skewMs = 900_000;
  });
  expect(faults(skewed)).toEqual(["sendgrid: its clock is 15 min off this machine's: set this one right"]);
});
