/**
 * Small models of vendors' APIs: people on lists, with what is written to them. Brevo and Shopify are from their
 * documentation; of all others each exchange is held against the vendor's own description.
 */
import { createHash } from 'node:crypto';
import type { Asked, Tool } from './server.ts';

export interface Person {
  readonly email: string;
  left: boolean;
  readonly lists: Set<string>;
  readonly fields: Record<string, unknown>;
}

export const aPerson = (
  email: string,
  given: { left?: boolean; lists?: string[]; fields?: Record<string, unknown> } = {},
): Person => ({
  email,
  left: given.left ?? false,
  lists: new Set(given.lists),
  fields: { ...given.fields },
});

/** Whoever a tool has, and finds again by the address. */
export type People = Person[];
const byEmail = (people: People, email: string | undefined): Person | undefined =>
  people.find((each) => each.email === email);
const AT = '2026-11-20T10:00:00.000Z';
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const field = (body: unknown, name: string): unknown => (body as Record<string, unknown>)[name];

export function mailgunTool(people: People): Tool {
  const page = (asked: Asked, list: unknown[]) => {
    const start = Number(asked.query.get('page') ?? 0);
    const [url, size] = [`${asked.address}${asked.path}`, 2];
    const next = `${url}?limit=1000&page=${start + size}`;
    return { body: { items: list.slice(start, start + size), paging: { previous: url, first: url, next, last: url } } };
  };
  const left = () => people.filter((each) => each.left);
  const entry = ({ email }: Person) => ({ address: email, tags: ['*'], created_at: 'Fri, 20 Nov 2026 10:00:00 UTC' });
  return {
    described: ['mailgun.json'],
    allowed: /"(address|term|page|limit)" is missing|created_?at|no parameter "(page|limit)"/,
    signedIn: ({ authorization }) => authorization === `Basic ${Buffer.from('api:invented-key').toString('base64')}`,
    routes: {
      'GET /v3/news.example.com/unsubscribes': (asked) => page(asked, left().map(entry)),
      'GET /v3/news.example.com/complaints': (asked) => page(asked, []),
      'GET /v3/news.example.com/bounces': (asked) =>
        page(asked, [
          {
            address: 'dead@a.example',
            code: '550',
            error: 'No such mailbox',
            created_at: 'Fri, 20 Nov 2026 10:00:00 UTC',
          },
        ]),
      'GET /v3/news.example.com/events': (asked) => page(asked, []),
      'POST /v3/news.example.com/unsubscribes': ({ body }) => {
        for (const each of body as { address: string }[]) people.push(aPerson(each.address, { left: true }));
        return { body: { message: 'added' } };
      },
      'GET /v3/news.example.com/unsubscribes/{}': ({ values: [email] }) => {
        const found = byEmail(left(), email);
        return found ? { body: entry(found) } : { status: 404, body: { message: 'Address not found' } };
      },
    },
  };
}

export function postmarkTool(people: People): Tool {
  const dump = ({ query }: Asked) => {
    const wanted = query.get('emailaddress');
    const found = people.filter(({ left, email }) => left && (wanted === null || wanted === email));
    return {
      body: {
        Suppressions: found.map(({ email }) => ({
          EmailAddress: email,
          SuppressionReason: 'ManualSuppression',
          Origin: 'Recipient',
          CreatedAt: AT,
        })),
      },
    };
  };
  const bounce = {
    ID: '11',
    Type: 'HardBounce',
    TypeCode: 1,
    Email: 'dead@a.example',
    BouncedAt: AT,
    Description: 'No such user',
  };
  return {
    described: ['postmark.json'],
    // The description is of before suppressions.
    allowed: /message-streams/,
    signedIn: (headers) => headers['x-postmark-server-token'] === 'invented-key',
    routes: {
      'GET /bounces': ({ query }) => ({
        body: { TotalCount: 1, Bounces: query.get('offset') === '0' ? [bounce] : [] },
      }),
      'GET /message-streams/outbound/suppressions/dump': dump,
      'POST /message-streams/outbound/suppressions': ({ body }) => {
        const emails = (field(body, 'Suppressions') as { EmailAddress: string }[]).map(
          ({ EmailAddress }) => EmailAddress,
        );
        const taken = emails.filter((email) => !email.startsWith('odd'));
        for (const email of taken) people.push(aPerson(email, { left: true }));
        const status = (email: string) => (taken.includes(email) ? 'Suppressed' : 'Failed');
        return { body: { Suppressions: emails.map((email) => ({ EmailAddress: email, Status: status(email) })) } };
      },
    },
  };
}

export function sesTool(people: People): Tool {
  const path = '/v2/email/suppression/addresses';
  const left = () => people.filter((each) => each.left);
  const summary = ({ email, fields }: Person) => ({
    EmailAddress: email,
    Reason: fields.reason ?? 'BOUNCE',
    LastUpdateTime: 1_795_168_800,
  });
  return {
    described: [],
    signedIn: ({ authorization = '' }) =>
      /^AWS4-HMAC-SHA256 Credential=invented-id\/\d{8}\/eu-west-1\/ses\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/.test(
        authorization,
      ),
    routes: {
      [`GET ${path}`]: ({ query }) => {
        const start = Number(query.get('NextToken') ?? 0);
        const more = start + 2 < left().length ? { NextToken: String(start + 2) } : {};
        return {
          body: {
            SuppressedDestinationSummaries: left()
              .slice(start, start + 2)
              .map(summary),
            ...more,
          },
        };
      },
      [`PUT ${path}`]: ({ body }) => {
        people.push(
          aPerson(String(field(body, 'EmailAddress')), { left: true, fields: { reason: field(body, 'Reason') } }),
        );
        return { body: {} };
      },
      [`GET ${path}/{}`]: ({ values: [email] }) => {
        const found = byEmail(left(), email);
        return found
          ? { body: { SuppressedDestination: summary(found) } }
          : { status: 404, body: { message: 'not there' } };
      },
    },
  };
}

export function brevoTool(people: People): Tool {
  const contact = ({ email, left, lists, fields }: Person) => ({
    ...{ id: 1, email, emailBlacklisted: left, smsBlacklisted: false, modifiedAt: AT, createdAt: AT },
    listIds: [...lists].map(Number),
    attributes: fields,
  });
  return {
    described: [],
    signedIn: (headers) => headers['api-key'] === 'invented-key',
    routes: {
      'GET /v3/contacts': ({ query }) => ({
        body: { contacts: Number(query.get('offset')) === 0 ? people.map(contact) : [], count: people.length },
      }),
      'GET /v3/contacts/{}': ({ values: [email] }) => {
        const found = byEmail(people, email);
        return found ? { body: contact(found) } : { status: 404, body: { code: 'document_not_found' } };
      },
      'GET /v3/smtp/blockedContacts': () => ({ body: { contacts: [], count: 0 } }),
      'GET /v3/smtp/statistics/events': () => ({ body: {} }),
      'POST /v3/contacts/batch': ({ body }) => {
        for (const each of field(body, 'contacts') as { email: string; emailBlacklisted: boolean }[]) {
          const found = byEmail(people, each.email);
          if (found) found.left = each.emailBlacklisted;
        }
        return { status: 204 };
      },
      'POST /v3/contacts': ({ body }) => {
        const email = String(field(body, 'email'));
        const found = byEmail(people, email) ?? aPerson(email);
        if (!people.includes(found)) people.push(found);
        for (const list of strings(field(body, 'listIds'))) found.lists.add(list);
        Object.assign(found.fields, field(body, 'attributes'));
        return { status: 204 };
      },
      'POST /v3/contacts/lists/{}/contacts/remove': ({ values: [list = ''], body }) => {
        for (const email of strings(field(body, 'emails'))) byEmail(people, email)?.lists.delete(list);
        return { status: 201, body: { contacts: { success: [], failure: [] } } };
      },
    },
  };
}

/** `subscribed` counts each time that somebody who left was made mailable: there is no way for that to be right. */
export function mailchimpTool(people: People): Tool & { readonly subscribed: string[] } {
  const subscribed: string[] = [];
  const hash = (email: string): string => createHash('md5').update(email.toLowerCase()).digest('hex');
  const byHash = (wanted = ''): Person | undefined => people.find(({ email }) => hash(email) === wanted);
  const tags = new Map([[7, 'other']]);
  const member = ({ email, left, lists, fields }: Person) => ({
    ...{ id: hash(email), email_address: email, unique_email_id: hash(email).slice(0, 8), list_id: 'aud1' },
    ...{ status: left ? 'unsubscribed' : 'subscribed', last_changed: AT, timestamp_opt: AT, merge_fields: fields },
    tags: [...lists].map((name, id) => ({ id, name })),
  });
  const written = (found: Person, body: unknown) => {
    const status = field(body, 'status');
    if (status === 'subscribed' && found.left) subscribed.push(found.email);
    if (status !== undefined) found.left = status !== 'subscribed';
    Object.assign(found.fields, field(body, 'merge_fields'));
    return { body: member(found) };
  };
  return {
    subscribed,
    described: ['mailchimp-marketing.json'],
    allowed: /abuse-reports/,
    signedIn: ({ authorization }) =>
      authorization === `Basic ${Buffer.from('nightshift:invented-key').toString('base64')}`,
    routes: {
      'GET /3.0/lists/aud1/members': ({ query }) => {
        const offset = Number(query.get('offset'));
        return {
          body: {
            members: people.slice(offset, offset + Number(query.get('count'))).map(member),
            total_items: people.length,
          },
        };
      },
      'GET /3.0/lists/aud1/abuse-reports': () => ({ body: { abuse_reports: [], total_items: 0 } }),
      'GET /3.0/lists/aud1/segments': () => ({ body: { segments: [...tags].map(([id, name]) => ({ id, name })) } }),
      'POST /3.0/lists/aud1/segments': ({ body }) => {
        tags.set(8, String(field(body, 'name')));
        return { body: { id: 8, name: String(field(body, 'name')) } };
      },
      'POST /3.0/lists/aud1/segments/{}': ({ values: [id], body }) => {
        const tag = tags.get(Number(id)) ?? '';
        for (const email of strings(field(body, 'members_to_add'))) byEmail(people, email)?.lists.add(tag);
        for (const email of strings(field(body, 'members_to_remove'))) byEmail(people, email)?.lists.delete(tag);
        return { body: { total_added: 0, total_removed: 0 } };
      },
      'GET /3.0/lists/aud1/members/{}': ({ values: [id] }) => {
        const found = byHash(id);
        return found ? { body: member(found) } : { status: 404, body: {} };
      },
      'GET /3.0/lists/aud1/members/{}/tags': ({ values: [id] }) => ({
        body: { tags: member(byHash(id) ?? aPerson('')).tags, total_items: 1 },
      }),
      'PATCH /3.0/lists/aud1/members/{}': ({ values: [id], body }) => written(byHash(id) ?? aPerson(''), body),
      'PUT /3.0/lists/aud1/members/{}': ({ values: [id], body }) => {
        const found = byHash(id);
        if (found) return written(found, body);
        const made = aPerson(String(field(body, 'email_address')), {
          left: field(body, 'status_if_new') !== 'subscribed',
        });
        people.push(made);
        return written(made, body);
      },
    },
  };
}

export function hubspotTool(people: People): Tool {
  const idOf = (person: Person): string => String(people.indexOf(person) + 101);
  const byId = (id: string): Person | undefined => people[Number(id) - 101];
  const contact = (person: Person) => ({
    ...{ id: idOf(person), archived: false, createdAt: AT, updatedAt: AT },
    properties: { email: person.email, hs_email_optout: String(person.left), lastmodifieddate: AT, ...person.fields },
  });
  const done = { completedAt: AT, startedAt: AT, status: 'COMPLETE' };
  const inputs = (body: unknown) => field(body, 'inputs') as { id: string; properties?: Record<string, string> }[];
  return {
    described: ['hubspot-contacts.json', 'hubspot-lists.json', 'hubspot-subscriptions.json'],
    signedIn: ({ authorization }) => authorization === 'Bearer invented-key',
    routes: {
      'GET /crm/v3/objects/contacts': ({ query }) => {
        const start = Number(query.get('after') ?? 0);
        const more = start + 2 < people.length ? { paging: { next: { after: String(start + 2) } } } : {};
        return { body: { results: people.slice(start, start + 2).map(contact), ...more } };
      },
      'GET /crm/v3/objects/contacts/{}': ({ values: [email] }) => {
        const found = byEmail(people, email);
        return found ? { body: contact(found) } : { status: 404, body: {} };
      },
      'POST /crm/v3/objects/contacts/search': () => {
        const found = people.filter(({ left }) => left);
        return { body: { total: found.length, results: found.map(contact) } };
      },
      'POST /crm/v3/objects/contacts/batch/read': ({ body }) => ({
        body: {
          ...done,
          results: inputs(body)
            .flatMap(({ id }) => byEmail(people, id) ?? [])
            .map(contact),
        },
      }),
      'POST /crm/v3/objects/contacts/batch/upsert': ({ body }) => {
        const results = inputs(body).map(({ id, properties = {} }) => {
          const found = byEmail(people, id) ?? aPerson(id);
          const isNew = !people.includes(found);
          if (isNew) people.push(found);
          const { email: _, ...fields } = properties;
          Object.assign(found.fields, fields);
          return { ...contact(found), new: isNew };
        });
        return { body: { ...done, results } };
      },
      'GET /crm/v3/lists/412/memberships': () => ({
        body: {
          results: people
            .filter(({ lists }) => lists.has('412'))
            .map((each) => ({ recordId: idOf(each), membershipTimestamp: AT })),
        },
      }),
      'PUT /crm/v3/lists/412/memberships/add': ({ body }) => {
        for (const id of strings(body)) byId(id)?.lists.add('412');
        return { body: { recordsIdsAdded: strings(body), recordIdsMissing: [], recordIdsRemoved: [] } };
      },
      'PUT /crm/v3/lists/412/memberships/remove': ({ body }) => {
        for (const id of strings(body)) byId(id)?.lists.delete('412');
        return { body: { recordsIdsAdded: [], recordIdsMissing: [], recordIdsRemoved: strings(body) } };
      },
      'GET /crm/v3/lists/records/0-1/{}/memberships': ({ values: [id = ''] }) => ({
        body: { results: [...(byId(id)?.lists ?? [])].map((listId) => ({ listId, listVersion: 1 })) },
      }),
      'POST /communication-preferences/v4/statuses/batch/unsubscribe-all': ({ body }) => {
        const emails = strings(field(body, 'inputs'));
        const numErrors = emails.filter((email) => email.startsWith('odd')).length;
        for (const email of emails) {
          const found = byEmail(people, email);
          if (found) found.left = true;
        }
        const results = emails.map((subscriberIdString) => ({ subscriberIdString }));
        return { body: { ...done, results, ...(numErrors > 0 && { numErrors }) } };
      },
    },
  };
}

export function stripeTool(): Tool {
  const charge = (id: string, refunded: number) => ({
    ...{
      object: 'charge',
      id,
      amount: 1900,
      amount_captured: 1900,
      amount_refunded: refunded,
      captured: true,
      created: 1_795_168_800,
    },
    ...{
      currency: 'usd',
      disputed: false,
      livemode: true,
      metadata: {},
      paid: true,
      refunded: refunded > 0,
      status: 'succeeded',
    },
    billing_details: { address: null, email: 'ann@a.example', name: null, phone: null },
  });
  const charges = ['ch_1', 'ch_2', 'ch_3'].map((id) => charge(id, 0));
  const list = (data: unknown[], more: boolean, url: string) => ({
    body: { object: 'list', data, has_more: more, url },
  });
  return {
    described: ['stripe.json'],
    // A charge has some forty fields more, of which none is read, and their schemas take seconds to compile.
    requestsOnly: true,
    signedIn: ({ authorization }) => authorization === 'Bearer invented-key',
    routes: {
      'GET /v1/charges': ({ query }) => {
        const start = charges.findIndex(({ id }) => id === query.get('starting_after')) + 1;
        return list(charges.slice(start, start + 2), start + 2 < charges.length, '/v1/charges');
      },
      'GET /v1/refunds': () =>
        list(
          [
            {
              object: 'refund',
              id: 're_1',
              amount: 400,
              created: 1_795_168_800,
              currency: 'usd',
              charge: charge('ch_0', 400),
            },
          ],
          false,
          '/v1/refunds',
        ),
    },
  };
}

/** Throttles its first request as Shopify does: with status 200. */
export function shopifyTool(): Tool {
  let asked = 0;
  const money = (amount: string) => ({ shopMoney: { amount, currencyCode: 'USD' } });
  const order = (name: string) => ({
    ...{ name, email: 'ann@a.example', createdAt: AT, displayFinancialStatus: 'PAID', test: false, cancelledAt: null },
    ...{ totalPriceSet: money('100.0'), totalRefundedSet: money('0.0') },
  });
  const customer = {
    id: 'gid://shopify/Customer/1',
    defaultEmailAddress: { emailAddress: 'gone@b.example', marketingState: 'UNSUBSCRIBED', marketingUpdatedAt: AT },
  };
  return {
    described: [],
    signedIn: (headers) => headers['x-shopify-access-token'] === 'invented-key',
    routes: {
      'POST /admin/api/2026-10/graphql.json': ({ body }) => {
        if (asked++ === 0) return { body: { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] } };
        const { query, variables } = body as { query: string; variables: { after: string | null } };
        const last = variables.after !== null;
        const orders = { nodes: [order(last ? '#1002' : '#1001')], pageInfo: { hasNextPage: !last, endCursor: 'c1' } };
        const customers = { nodes: [customer], pageInfo: { hasNextPage: false, endCursor: null } };
        return { body: { data: query.includes('orders(') ? { orders } : { customers } } };
      },
    },
  };
}
