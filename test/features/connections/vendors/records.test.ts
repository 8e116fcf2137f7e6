/** Records that every tool has some of: none fails a connection, hides another, or means what it does not say. */
import { describe, expect, it } from 'vitest';
import { formats } from '../../../../lib/intake/formats/registry.ts';
import { all, connected, shown } from '../../../support/vendor-server/connected.ts';
import { mailchimpTool } from '../../../support/vendor-server/mailchimp.ts';
import { aPerson } from '../../../support/vendor-server/people.ts';
import type { Tool } from '../../../support/vendor-server/server.ts';

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
    const tool = { ...mailchimpTool(known), described: [] };
    const given = { vendor: 'mailchimp', server: 'us6', audience: 'aud1' };
    const { at, connection, server } = await connected(tool, given);
    server.fault = (nth) => {
      if (nth === 2) known.shift();
      return undefined;
    };
    const members = await all(connection.vendor.lists?.members(at, 'nightshift'));
    expect(members.map(({ email }) => email)).toEqual(Array.from({ length: 1_100 }, (_, i) => `p${i}@a.example`));
  });
});
