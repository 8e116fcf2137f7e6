/** Orders of people who are no contacts yet: they come in once the contact does, and are never fetched for ever. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectedNight, type Rules, serve } from '../../support/connections.ts';
import { jobOf } from '../../support/night.ts';
import type { Tool } from '../../support/vendor-server/server.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../../support/workbook.ts';

const order = (id: string, mail: string, at: string) => ({ id, mail, at: `${at}T09:00:00Z`, total: '20.00' });

/** A shop that gives the orders of the days that it is asked for. */
async function shop(orders: ReturnType<typeof order>[]) {
  const folder = temporaryFolder();
  const known = aContact({ contact_id: 'k', email: 'known@example.com' });
  writeWorkbook(folder, { contacts: [known], purchases: [], bounces: [] });
  const tool: Tool = {
    described: [],
    signedIn: () => true,
    routes: {
      'GET /orders': ({ query }) => ({
        body: orders.filter(({ at }) => at >= (query.get('from') ?? '') && at <= (query.get('to') ?? '')),
      }),
    },
  };
  const server = await serve(tool);
  const rules: Rules = {
    firstDays: 10,
    connections: [
      {
        ...{ name: 'shop', vendor: 'http', address: server.address },
        reads: [
          {
            ...{ name: 'orders', path: '/orders?from={from}&to={to}', table: 'purchases' },
            columns: { order_id: 'id', email: 'mail', ordered_at: 'at', amount: 'total' },
          },
        ],
      },
    ],
  };
  const fetch = async (asOf: string) =>
    jobOf(await connectedNight(folder, rules, {}, { asOf, only: 'fetch' }), 'fetch-activity');
  const bought = () => readCsv(folder, 'purchases').map(({ order_id }) => order_id);
  const waiting = () => readCsv(folder, 'connections').filter(({ connection }) => connection === 'shop/waiting');
  return { folder, server, fetch, bought, waiting };
}

it('an order comes in the night after its contact does, however long ago, and though a fetch failed', async () => {
  const made = await shop([
    order('o1', 'known@example.com', '2026-11-15'),
    order('o2', 'later@example.com', '2026-11-15'),
  ]);
  expect((await made.fetch('2026-11-16')).metrics.sentences).toContainEqual(
    'shop: orders and events of unknown contacts: 1 since 2026-11-15; they are fetched again for 10 days, in case the ' +
      'contacts are imported',
  );
  expect(made.bought()).toEqual(['o1']);
  expect(made.waiting()).toMatchObject([{ watermark: '2026-11-15T09:00:00Z', rows: '1', status: 'waiting' }]);
  // Nothing has changed since: the same plan again is empty but for the moment up to which it was asked.
  for (const [day, fault] of [
    ['2026-11-19', undefined],
    ['2026-11-20', 'expired key'],
  ] as const) {
    made.server.fault = () => fault;
    await made.fetch(day);
    expect(made.bought()).toEqual(['o1']);
    expect(made.waiting()).toMatchObject([{ watermark: '2026-11-15T09:00:00Z' }]);
  }
  made.server.fault = () => undefined;
  const contacts = join(made.folder, 'contacts.csv');
  const [header = ''] = readFileSync(contacts, 'utf8').split('\n');
  const cells = header
    .trim()
    .split(',')
    .map((column) => ({ contact_id: 'l', email: 'later@example.com' })[column] ?? '');
  appendFileSync(contacts, `${cells.join(',')}\n`);
  await made.fetch('2026-11-21');
  expect(made.bought()).toEqual(['o1', 'o2']);
  expect(made.waiting()).toEqual([]);
});

it('an order of a person who never becomes a contact is asked for no longer than the first fetch looks back', async () => {
  const made = await shop([order('o2', 'guest@example.com', '2026-11-15')]);
  await made.fetch('2026-11-16');
  await made.fetch('2026-11-26');
  expect(made.waiting()).toEqual([]);
  const before = made.server.asked.length;
  await made.fetch('2026-11-27');
  expect(made.server.asked.slice(before).map(({ query }) => query.get('from'))).toEqual(['2026-11-24T23:59:59Z']);
});
