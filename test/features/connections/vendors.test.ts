/** Each vendor's declaration against a server that speaks its API: what is read, and what is written. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchConnection } from '../../../lib/features/connections/fetch.ts';
import { openConnection } from '../../../lib/features/connections/open.ts';
import { type Connection, connectionRules } from '../../../lib/features/connections/rules.ts';
import { awsSignature } from '../../../lib/features/connections/vendors/aws-signature.ts';
import type { At, Member } from '../../../lib/features/connections/vendors/vendor.ts';
import { formats } from '../../../lib/intake/formats/registry.ts';
import { fastClock, type Rules, secretsOf, serve } from '../../support/connections.ts';
import { unlessDescribed } from '../../support/vendor-server/description.ts';
import type { Tool } from '../../support/vendor-server/server.ts';
import * as tools from '../../support/vendor-server/tools.ts';

type Written = NonNullable<Rules['connections']>[number];
const { aPerson } = tools;
const asOf = new Date('2026-11-22T23:59:59.999Z');
const outside = secretsOf(
  Object.fromEntries(
    [
      'MAILGUN_API_KEY',
      'POSTMARK_SERVER_TOKEN',
      'AWS_SES_SECRET_ACCESS_KEY',
      'BREVO_API_KEY',
      'MAILCHIMP_API_KEY',
      'HUBSPOT_TOKEN',
      'STRIPE_RESTRICTED_KEY',
      'SHOPIFY_ACCESS_TOKEN',
      'CRM_KEY',
    ]
      .map((name) => [name, 'invented-key'])
      .concat([['AWS_SES_ACCESS_KEY_ID', 'invented-id']]),
  ),
);

async function connected(tool: Tool, given: Omit<Written, 'name'>, path = '') {
  const server = await serve(tool);
  const rules = connectionRules(
    { connections: [{ name: 'tool', address: `${server.address}${path}`, ...given }], firstDays: 30 },
    ['Newsletter'],
  );
  const connection = rules.connections[0] as Connection;
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
  const ways = { clock: fastClock(), timeoutMs: 2_000, stateFolder: folder };
  const window = { from: new Date(0), to: asOf };
  const at = openConnection(connection, outside, window, { ...ways, budget: 1_000 });
  const fetch = () =>
    fetchConnection(connection, { until: null, againFrom: null }, asOf, rules, {
      folder,
      outside,
      signal: new AbortController().signal,
      ...ways,
    });
  return { server, connection, at, fetch };
}

const all = async <T>(pages: AsyncIterable<readonly T[]> | undefined): Promise<T[]> => {
  const found: T[] = [];
  for await (const page of pages ?? []) found.push(...page);
  return found;
};
const shown = (members: readonly Member[]): string[] => members.map(({ email, status }) => `${email} ${status}`).sort();

/** Suppresses two people, whom the tool may know, twice: the second time is without effect. */
async function suppressTwo({ connection: { vendor }, at }: { connection: Connection; at: At }): Promise<string[]> {
  const { suppressions } = vendor;
  const rows = ['here@a.example', 'there@b.example'].map((email) => ({ email, fields: {}, reason: 'hard_bounce' }));
  expect(await suppressions?.has(at, 'here@a.example')).toBe(false);
  for (const _ of [1, 2]) await suppressions?.add(at, rows);
  expect(await suppressions?.has(at, 'here@a.example')).toBe(true);
  return [...new Set(shown(await all(suppressions?.standing(at))))];
}

const people = () => [aPerson('gone@c.example', { left: true }), aPerson('here@a.example'), aPerson('there@b.example')];
const LEFT = ['gone@c.example left', 'here@a.example left', 'there@b.example left'];

const senders: readonly [string, (people: tools.People) => Tool, Omit<Written, 'name'>, number][] = [
  ['mailgun', tools.mailgunTool, { vendor: 'mailgun', domain: 'news.example.com', events: true }, 2],
  ['postmark', tools.postmarkTool, { vendor: 'postmark' }, 2],
  ['ses', tools.sesTool, { vendor: 'ses', region: 'eu-west-1' }, 1],
  ['brevo', tools.brevoTool, { vendor: 'brevo', events: true }, 3],
  ['mailchimp', tools.mailchimpTool, { vendor: 'mailchimp', server: 'us6', audience: 'aud1' }, 3],
  ['hubspot', tools.hubspotTool, { vendor: 'hubspot' }, 1],
];
const pathOf = (vendor: string): string => (vendor === 'mailchimp' ? '/3.0' : '');

describe(`each tool that sends, by its own API${unlessDescribed}`, () => {
  it.each(senders)(
    '%s gives who left, and takes suppressions without ever giving one back',
    async (name, tool, given, rows) => {
      const made = await connected(tool(people()), given, pathOf(name));
      expect(await made.fetch()).toMatchObject({ fault: null, rows, until: asOf });
      expect(await suppressTwo(made)).toEqual(LEFT);
      expect(made.server.faults).toEqual([]);
    },
  );
});

it.each([
  ['postmark', tools.postmarkTool],
  ['hubspot', tools.hubspotTool],
])('%s counts the addresses that it does not take with status 200', async (vendor, tool) => {
  const { at, connection } = await connected(tool(people()), { vendor });
  const rows = ['here@a.example', 'odd@a.example'].map((email) => ({ email, fields: {}, reason: '' }));
  expect(await connection.vendor.suppressions?.add(at, rows)).toBe(1);
});

const listed: readonly [string, (people: tools.People) => Tool, Omit<Written, 'name'>, string][] = [
  ['brevo', tools.brevoTool, { vendor: 'brevo' }, '12'],
  ['mailchimp', tools.mailchimpTool, { vendor: 'mailchimp', server: 'us6', audience: 'aud1' }, 'nightshift'],
  ['hubspot', tools.hubspotTool, { vendor: 'hubspot' }, '412'],
];

describe(`each tool with lists${unlessDescribed}`, () => {
  it.each(listed)('%s keeps one equal to ours, and makes nobody mailable who left', async (name, tool, given, list) => {
    const known = [
      aPerson('gone@c.example', { left: true }),
      aPerson('here@a.example', { lists: [list] }),
      aPerson('there@b.example', { fields: { SCORE: '3' } }),
    ];
    const { at, connection, server } = await connected(
      tool(known),
      { ...given, fields: { SCORE: 'score' } },
      pathOf(name),
    );
    const { lists } = connection.vendor;
    expect(shown(await all(lists?.members(at, list)))).toEqual([
      'gone@c.example left',
      'here@a.example member',
      'there@b.example known',
    ]);
    const rows = ['there@b.example', 'new@d.example', 'gone@c.example'].map((email) => ({
      email,
      fields: { SCORE: '7' },
      reason: '',
    }));
    for (const _ of [1, 2]) await lists?.add(at, list, rows);
    await lists?.remove(at, list, ['here@a.example']);
    expect(shown(await all(lists?.members(at, list)))).toEqual([
      'gone@c.example left',
      'here@a.example known',
      'new@d.example member',
      'there@b.example member',
    ]);
    expect([await lists?.has(at, list, 'new@d.example'), await lists?.has(at, list, 'here@a.example')]).toEqual([
      true,
      false,
    ]);
    expect((await all(lists?.members(at, list))).find(({ email }) => email === 'there@b.example')?.fields?.SCORE).toBe(
      '7',
    );
    expect(server.faults).toEqual([]);
  });

  it('Mailchimp is never sent a status with which somebody who left would be subscribed', async () => {
    const tool = tools.mailchimpTool(people());
    const { at, connection, server } = await connected(
      tool,
      { vendor: 'mailchimp', server: 'us6', audience: 'aud1' },
      '/3.0',
    );
    await connection.vendor.lists?.add(at, 'nightshift', [{ email: 'gone@c.example', fields: {}, reason: '' }]);
    expect(tool.subscribed).toEqual([]);
    const sent = server.asked.flatMap(({ body }) => (body as { status?: string } | undefined)?.status ?? []);
    expect(sent).toEqual([]);
  });
});

/** A tool that answers each of these requests with the same, and all others with nothing of it. */
const answering = (routes: Readonly<Record<string, unknown>>): Tool => ({
  described: [],
  signedIn: () => true,
  routes: Object.fromEntries(Object.entries(routes).map(([route, body]) => [route, () => ({ body })])),
});

describe('an ordinary record', () => {
  it('of a Brevo contact who left one list puts them on that list no more, and takes them from no other', async () => {
    const contact = { email: 'a@a.example', emailBlacklisted: false, listIds: [14], listUnsubscribed: [12] };
    const { at, connection } = await connected(answering({ 'GET /v3/contacts': { contacts: [contact] } }), {
      vendor: 'brevo',
    });
    const { lists } = connection.vendor;
    expect(await all(lists?.members(at, '12'))).toEqual([{ email: 'a@a.example', fields: {}, status: 'left' }]);
    expect(shown(await all(lists?.members(at, '14')))).toEqual(['a@a.example member']);
  });

  it('of a Mailchimp member whom we added is no sign-up, and one who filled in a form is', () => {
    const format = formats.find(({ id }) => id === 'mailchimp-api');
    const member = { email_address: 'a@a.example', list_id: 'l', status: 'subscribed', timestamp_opt: '2026-11-20' };
    const read = (more: object) => format?.kind === 'json' && format.read({ ...member, ...more });
    expect(read({ timestamp_signup: '' })).toEqual([{ ignored: 'added, not signed up' }]);
    expect(read({ timestamp_signup: '2026-11-20' })).not.toHaveProperty('0.ignored');
  });

  it.each([
    [
      'Brevo contact with a phone number alone',
      { vendor: 'brevo' },
      {
        'GET /v3/contacts': { contacts: [{ id: 1, emailBlacklisted: false, attributes: { SMS: '15550100' } }] },
        'GET /v3/smtp/blockedContacts': { contacts: [] },
        'GET /v3/smtp/statistics/events': {},
      },
      0,
    ],
    [
      'Shopify customer without an address',
      { vendor: 'shopify', shop: 'a-shop' },
      {
        'POST /admin/api/2026-10/graphql.json': {
          data: {
            orders: { nodes: [], pageInfo: { hasNextPage: false } },
            customers: { nodes: [{ id: 'c1', defaultEmailAddress: null }], pageInfo: { hasNextPage: false } },
          },
        },
      },
      0,
    ],
    [
      'Postmark open, which its list names no type of',
      { vendor: 'postmark', events: true },
      {
        'GET /bounces': { Bounces: [] },
        'GET /message-streams/outbound/suppressions/dump': { Suppressions: [] },
        'GET /messages/outbound/opens': {
          Opens: [{ MessageID: 'm', Recipient: 'a@a.example', ReceivedAt: '2026-11-20T10:00:00Z' }],
        },
        'GET /messages/outbound/clicks': { Clicks: [] },
      },
      1,
    ],
  ])('of a %s fails no connection', async (_, given, routes, rows) => {
    const { fetch } = await connected(answering(routes), given);
    expect(await fetch()).toMatchObject({ fault: null, rows });
  });

  it('that leaves the list while its pages are read hides no other', async () => {
    const known = Array.from({ length: 1_100 }, (_, i) => aPerson(`p${i}@a.example`));
    const tool = { ...tools.mailchimpTool(known), described: [] };
    const given = { vendor: 'mailchimp', server: 'us6', audience: 'aud1' };
    const { at, connection, server } = await connected(tool, given, '/3.0');
    server.fault = (nth) => {
      if (nth === 2) known.shift();
      return undefined;
    };
    const members = await all(connection.vendor.lists?.members(at, 'nightshift'));
    expect(members.map(({ email }) => email)).toEqual(Array.from({ length: 1_100 }, (_, i) => `p${i}@a.example`));
  });
});

describe(`shops${unlessDescribed}`, () => {
  it('Stripe gives charges of every page, those that were pending, and a charge again that was refunded', async () => {
    const { fetch, server } = await connected(tools.stripeTool(), { vendor: 'stripe' });
    expect(await fetch()).toMatchObject({ fault: null, rows: 7, fresh: 4 });
    const [since] = server.asked.map(({ query }) => Number(query.get('created[gte]'))).sort();
    expect(since).toBe(asOf.getTime() / 1000 - 44 * 86_400 - 0.999);
    expect(server.faults).toEqual([]);
  });

  it('Shopify is asked again where it throttles with status 200, and gives each page', async () => {
    const { fetch } = await connected(tools.shopifyTool(), { vendor: 'shopify', shop: 'a-shop' });
    expect(await fetch()).toMatchObject({ fault: null, rows: 3 });
  });

  it('Shopify is connected once: the order numbers of two shops are the same', () => {
    const shops = ['one', 'two'].map((shop) => ({ name: shop, vendor: 'shopify', shop }));
    expect(() => connectionRules({ connections: shops }, [])).toThrow(/a second shop has the same order numbers/);
  });
});

describe('any other tool by HTTP', () => {
  const rows = [1, 2, 3].map((n) => ({ who: { mail: `p${n}@a.example` }, at: '2026-11-20T10:00:00Z', n }));
  const tool = (answer: (asked: URLSearchParams, address: string) => unknown): Tool => ({
    described: [],
    signedIn: (headers) => headers['x-key'] === 'invented-key',
    routes: { 'GET /left': ({ query, address }) => ({ body: answer(query, address) }) },
  });
  const written = (pages: object, records?: string): Omit<Written, 'name'> => ({
    vendor: 'http',
    key: { header: 'X-Key', prefix: '' },
    secrets: { key: 'CRM_KEY' },
    reads: [
      {
        ...{ name: 'left', path: '/left?since={from}', table: 'bounces' as const, ...(records && { records }) },
        columns: { email: 'who.mail', kind: '= unsubscribe', occurred_at: 'at', bounce_id: 'n' },
        pages: pages as never,
      },
    ],
  });
  const from = (query: URLSearchParams, name: string): number => Number(query.get(name) ?? 0);
  it.each([
    [
      'offsets',
      written({ by: 'offset', size: 2, limit: 'n', offset: 'skip' }),
      (query: URLSearchParams) => rows.slice(from(query, 'skip'), from(query, 'skip') + 2),
    ],
    [
      'cursors',
      written({ by: 'cursor', next: 'meta.next', parameter: 'after' }, 'data'),
      (query: URLSearchParams) => {
        const start = from(query, 'after');
        return { data: rows.slice(start, start + 2), meta: { next: start + 2 < rows.length ? start + 2 : null } };
      },
    ],
    [
      'links',
      written({ by: 'link', next: 'next' }, 'data'),
      (query: URLSearchParams, address: string) => {
        const start = from(query, 'p');
        return {
          data: rows.slice(start, start + 2),
          next: start + 2 < rows.length ? `${address}/left?p=${start + 2}` : null,
        };
      },
    ],
  ])('is read by %s, and its records become rows of a table', async (_, given, answer) => {
    const { fetch } = await connected(tool(answer), given);
    const fetched = await fetch();
    expect(fetched).toMatchObject({ fault: null, rows: 3 });
    expect(
      readFileSync(fetched.files[0]?.path ?? '', 'utf8')
        .split('\r\n')
        .slice(0, 2),
    ).toEqual([
      'bounce_id,email,kind,code,detail,provider,occurred_at',
      '1,p1@a.example,unsubscribe,,,tool,2026-11-20T10:00:00Z',
    ]);
  });

  const linked = written({ by: 'link', next: 'next' }, 'data');
  const [read] = linked.reads ?? [];
  const reading = (more: object): Omit<Written, 'name'> => ({ ...linked, reads: [{ ...read, ...more } as never] });

  it('is refused where a column that a row needs is at none of its records, is not mapped, or a CSV has pages', async () => {
    const columns = { ...read?.columns, email: 'who.email' };
    const { fetch } = await connected(
      tool(() => ({ data: rows })),
      reading({ columns }),
    );
    expect(await fetch()).toMatchObject({ fault: 'left: none of its records has email at who.email', until: null });
    const rulesOf = (more: object) => () => connectionRules({ connections: [{ name: 'crm', ...reading(more) }] }, []);
    const crm = { address: 'https://crm.example.com' };
    expect(rulesOf({ ...crm, columns: { email: 'who.mail', kind: '= unsubscribe' } })).toThrow(/need occurred_at/);
    expect(rulesOf({ ...crm, as: 'csv' })).toThrow(/a CSV is one page/);
  });

  it('is read past a page that is shorter than was asked for', async () => {
    const { fetch } = await connected(
      tool((query) => rows.slice(from(query, 'skip'), from(query, 'skip') + 1)),
      written({ by: 'offset', size: 2, limit: 'n', offset: 'skip' }),
    );
    expect(await fetch()).toMatchObject({ fault: null, rows: 3 });
  });

  it('is read in pages of any size', { timeout: 20_000 }, async () => {
    const { fetch } = await connected(
      tool(() => ({ data: Array.from({ length: 150_000 }, () => rows[0]) })),
      linked,
    );
    expect(await fetch()).toMatchObject({ fault: null, rows: 150_000 });
  });

  it('is unreadable where the next page is no address', async () => {
    const { fetch } = await connected(
      tool(() => ({ data: rows, next: 'http://[' })),
      linked,
    );
    expect((await fetch()).fault).toMatch(/names a next page by what is no address/);
  });

  it('is never followed to another host with the key', async () => {
    const { fetch } = await connected(
      tool(() => ({ data: rows, next: 'http://127.0.0.1:9/left' })),
      written({ by: 'link', next: 'next' }, 'data'),
    );
    expect((await fetch()).fault).toMatch(/next page at another host, and no key is sent there/);
  });
});

describe('a request to Amazon', () => {
  // Worked out by botocore 1.40's SigV4Auth, with the hash of the body as a signed header.
  const addresses = 'https://email.eu-west-1.amazonaws.com/v2/email/suppression/addresses';
  it.each([
    [
      ...([
        'GET',
        `${addresses}/o%27neil%2Bnews%40a.example?PageSize=1000&StartDate=2026-11-20T00%3A00%3A00Z`,
        '',
      ] as const),
      '7f8146df831b24412e6b0e61a1dea38d7a5a7a732b274a8d337f9c59e91cc85c',
    ],
    [
      ...(['PUT', addresses, '{"EmailAddress":"a@b.example","Reason":"BOUNCE"}'] as const),
      'dcff84d5a7ce5aa0257bb3ebc6923fb5f16b094b6bc9a268bca8ca40737f2519',
    ],
  ])('is signed as Amazon’s own library signs it: %s', (method, url, body, signature) => {
    const key = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
    const sign = awsSignature({ id: 'AKIDEXAMPLE', key, region: 'eu-west-1', service: 'ses' });
    const signed = sign({ method, url: new URL(url), body, now: new Date('2026-11-22T03:17:00Z') });
    expect(signed.authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/ses/aws4_request, ' +
        `SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`,
    );
  });
});
