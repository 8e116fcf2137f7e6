import type { Client, Query } from '../../http/index.ts';
import { byCursor, object, pages, records, texts, valueAt } from './pages.ts';
import { type At, bearer, type Json, type Member, type Vendor } from './vendor.ts';

const CONTACTS = '/crm/v3/objects/contacts';
const PROPERTIES = ['email', 'hs_email_optout', 'hs_email_hard_bounce_reason_enum', 'lastmodifieddate'];

/**
 * Contacts who opted out or bounced, by their ids: a search gives 10,000 at most, so each page begins after the last
 * id of the one before instead of at a cursor.
 */
function changed({ client, window: { from, to } }: At) {
  const between = {
    propertyName: 'lastmodifieddate',
    operator: 'BETWEEN',
    value: String(from.getTime()),
    highValue: String(to.getTime()),
  };
  const optedOut = { propertyName: 'hs_email_optout', operator: 'EQ', value: 'true' };
  const bounced = { propertyName: 'hs_email_hard_bounce_reason_enum', operator: 'HAS_PROPERTY' };
  const beginning = (id: string) => {
    const later = { propertyName: 'hs_object_id', operator: 'GT', value: id };
    const filterGroups = [optedOut, bounced].map((each) => ({ filters: [between, each, later] }));
    const json = { filterGroups, properties: PROPERTIES, sorts: ['hs_object_id'], limit: SEARCHED, after: '0' };
    return { method: 'POST' as const, path: `${CONTACTS}/search`, json };
  };
  return pages(client, beginning('0'), (answer) => {
    const found = records(answer, 'results');
    return { records: found, next: found.length < SEARCHED ? null : beginning(String(found.at(-1)?.id)) };
  });
}
const SEARCHED = 200;

const listed = (client: Client, path: string, query: Query) =>
  byCursor(client, { path, query }, 'after', 'results', 'paging.next.after');

const contacts = ({ client, fields }: At) => {
  const properties = [...PROPERTIES, ...Object.keys(fields)].join(',');
  return listed(client, CONTACTS, { limit: 100, properties });
};

function memberOf({ id, properties }: Json, on: ReadonlySet<string>): Member[] {
  const { email, hs_email_optout: optout, lastmodifieddate: at, ...others } = object(properties);
  if (typeof email !== 'string' || email === '') return [];
  if (String(optout) === 'true') return [{ email, status: 'left', fact: { kind: 'unsubscribe', at: String(at) } }];
  return [{ email, status: on.has(String(id)) ? 'member' : 'known', fields: texts(others) }];
}

async function* people(at: At, list: string | null): AsyncGenerator<readonly Member[]> {
  const on = new Set<string>();
  if (list !== null) {
    const path = `/crm/v3/lists/${encodeURIComponent(list)}/memberships`;
    for await (const page of listed(at.client, path, { limit: 250 }))
      for (const { recordId } of page) on.add(String(recordId));
  }
  for await (const page of contacts(at)) yield page.flatMap((each) => memberOf(each, on));
}

/** How many of a batch it did not take: that is an answer with status 200 or 207. */
const failedOf = (answer: unknown): number => Number(object(answer).numErrors ?? 0);

const idsIn = (answer: unknown): string[] => records(answer, 'results').map(({ id }) => String(id));

/** The ids of contacts by their addresses. */
async function idsOf({ client }: At, emails: readonly string[]): Promise<string[]> {
  const inputs = emails.map((id) => ({ id }));
  const json = { inputs, idProperty: 'email', properties: ['email'], propertiesWithHistory: [] };
  return idsIn(await client.json({ method: 'POST', path: `${CONTACTS}/batch/read`, json }));
}

async function putMembers({ client }: At, list: string, what: 'add' | 'remove', ids: readonly string[]): Promise<void> {
  const path = `/crm/v3/lists/${encodeURIComponent(list)}/memberships/${what}`;
  await client.json({ method: 'PUT', path, json: ids });
}

const optOut = async ({ client }: At, email: string) => {
  const query = { idProperty: 'email', properties: 'hs_email_optout' };
  const answer = await client.json({ path: `${CONTACTS}/${encodeURIComponent(email)}`, query, expects: [404] });
  return String(valueAt(answer, 'properties.hs_email_optout')) === 'true';
};

export const hubspot: Vendor = {
  id: 'hubspot',
  label: 'HubSpot',
  guide: {
    page: 'https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide',
    rights:
      'crm.objects.contacts.read; for suppress: true communication_preferences.statuses.batch.write; ' +
      'for lists crm.objects.contacts.write, crm.lists.read, crm.lists.write',
    steps: [
      'Settings → Integrations → Private Apps → Create a private app, with the scopes above and no other.',
      'A static list is named by its number (Lists → the list → Details): lists: { Newsletter: "412" }.',
    ],
    lacks: 'opt-outs of single subscription types; sending events. Unsubscribing by the API needs Marketing Hub',
  },
  address: () => 'https://api.hubapi.com',
  secrets: { key: 'HUBSPOT_TOKEN' },
  signIn: bearer,
  limits: { perSecond: 4 },
  reads: [{ name: 'contacts', formats: ['hubspot-contacts'], is: 'consent', ours: true, pages: changed }],
  suppressions: {
    size: 100,
    onlyKnown: true,
    members: (at) => people(at, null),
    add: async ({ client }, rows) => {
      const path = '/communication-preferences/v4/statuses/batch/unsubscribe-all';
      const json = { inputs: rows.map(({ email }) => email) };
      return failedOf(await client.json({ method: 'POST', path, query: { channel: 'EMAIL' }, json }));
    },
    has: optOut,
  },
  lists: {
    size: 100,
    numbered: true,
    members: people,
    add: async (at, rows, list) => {
      const inputs = rows.map(({ email, fields }) => {
        return { id: email, idProperty: 'email', properties: { email, ...fields } };
      });
      const answer = await at.client.json({ method: 'POST', path: `${CONTACTS}/batch/upsert`, json: { inputs } });
      await putMembers(at, list, 'add', idsIn(answer));
      return failedOf(answer);
    },
    remove: async (at, emails, list) => putMembers(at, list, 'remove', await idsOf(at, emails)),
    has: async (at, email, list) => {
      const [id] = await idsOf(at, [email]);
      if (id === undefined) return false;
      const path = `/crm/v3/lists/records/0-1/${id}/memberships`;
      return records(await at.client.json({ path }), 'results').some(({ listId }) => String(listId) === list);
    },
  },
};
