/** One connection to a vendor's server, without a workbook: what is fetched, and its lists. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fetched, fetchConnection, type Reached } from '../../../lib/features/connections/fetch.ts';
import { openConnection } from '../../../lib/features/connections/open.ts';
import { type Connection, connectionRules, type WrittenRules } from '../../../lib/features/connections/rules.ts';
import type { At, Member, Row } from '../../../lib/features/connections/vendors/vendor.ts';
import { fastClock, secretsOf, serve } from '../connections.ts';
import { aPerson, type People } from './people.ts';
import type { Tool, VendorServer } from './server.ts';

export type Written = Omit<NonNullable<WrittenRules['connections']>[number], 'name'>;

export const asOf = new Date('2026-11-22T23:59:59.999Z');
const names = ['MAILGUN_API_KEY', 'POSTMARK_SERVER_TOKEN', 'AWS_SES_SECRET_ACCESS_KEY', 'BREVO_API_KEY', 'CRM_KEY']
  .concat(['MAILCHIMP_API_KEY', 'HUBSPOT_TOKEN', 'STRIPE_RESTRICTED_KEY', 'SHOPIFY_ACCESS_TOKEN'])
  .map((name) => [name, 'invented-key']);
export const outside = secretsOf({
  ...Object.fromEntries(names),
  AWS_SES_ACCESS_KEY_ID: 'invented-id',
  SENDGRID_API_KEY: 'SG.invented-key',
});

export interface Connected {
  readonly server: VendorServer;
  readonly connection: Connection;
  readonly at: At;
  readonly fetch: (reached?: Reached) => Promise<Fetched>;
}

export async function connected(tool: Tool, given: Written, timeoutMs = 2_000): Promise<Connected> {
  const server = await serve(tool);
  const address = `${server.address}${given.vendor === 'mailchimp' ? '/3.0' : ''}`;
  const rules = connectionRules({ connections: [{ name: 'tool', address, ...given }], firstDays: 30 }, ['Newsletter']);
  const connection = rules.connections[0] as Connection;
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
  const ways = { clock: fastClock(), timeoutMs, stateFolder: folder };
  const at = openConnection(connection, outside, { from: new Date(0), to: asOf }, { ...ways, budget: 1_000 });
  const signal = new AbortController().signal;
  const fetch = (reached: Reached = { until: null, againFrom: null }) =>
    fetchConnection(connection, reached, asOf, rules, { folder, outside, signal, ...ways, clock: fastClock() });
  return { server, connection, at, fetch };
}

export const all = async <T>(pages: AsyncIterable<readonly T[]> | undefined): Promise<T[]> => {
  const found: T[] = [];
  for await (const page of pages ?? []) for (const each of page) found.push(each);
  return found;
};

export const shown = (members: readonly Member[]): string[] =>
  members.map(({ email, status }) => `${email} ${status}`).sort();

export const aRow = (email: string, given: Partial<Row> = {}): Row => ({
  ...{ email, isThere: true, fields: {}, reason: 'hard_bounce' },
  ...given,
});

export const people = (): People => [
  aPerson('gone@c.example', { left: true }),
  aPerson('here@a.example'),
  aPerson('there@b.example'),
];
