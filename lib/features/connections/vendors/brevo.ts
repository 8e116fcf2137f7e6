import { byOffset, iso, object, texts } from './pages.ts';
import { type At, type Json, keyIn, type Member, type Source, type Vendor } from './vendor.ts';

const day = (moment: Date): string => moment.toISOString().slice(0, 10);
/** Both days, or neither where a list is read from its beginning. */
const days = ({ from, to }: At['window']): Record<string, string> =>
  from.getTime() === 0 ? {} : { startDate: day(from), endDate: day(to) };

const contacts = (at: At, query: Readonly<Record<string, string>> = {}) =>
  byOffset(at.client, { path: '/v3/contacts', query }, 1000, 'contacts');

/** A contact may have a phone number alone. */
const hasAddress = ({ email }: Json): boolean => typeof email === 'string' && email !== '';

const happened = (name: string, event: string, is: Source['is']): Source => ({
  name,
  formats: ['brevo-events'],
  is,
  pages: ({ client, window }) => {
    const request = { path: '/v3/smtp/statistics/events', query: { event, ...days(window) } };
    return byOffset(client, request, 2500, (answer) => object(answer).events ?? []);
  },
});

async function* people(at: At, list: number | null): AsyncGenerator<readonly Member[]> {
  for await (const page of contacts(at))
    yield page
      .filter(hasAddress)
      .map(({ email, emailBlacklisted, listIds, listUnsubscribed, attributes, modifiedAt }): Member => {
        const about = { email: String(email), fields: texts(attributes) };
        if (emailBlacklisted === true)
          return { ...about, status: 'left', fact: { kind: 'unsubscribe', at: String(modifiedAt) } };
        // From this one list alone: never put back there, and no departure from all.
        if (list !== null && Array.isArray(listUnsubscribed) && listUnsubscribed.includes(list))
          return { ...about, status: 'left' };
        const isMember = list !== null && Array.isArray(listIds) && listIds.includes(list);
        return { ...about, status: isMember ? 'member' : 'known' };
      });
}

const personAt = async ({ client }: At, email: string) =>
  object(await client.json({ path: `/v3/contacts/${encodeURIComponent(email)}`, expects: [404] }));

export const brevo: Vendor = {
  id: 'brevo',
  label: 'Brevo',
  guide: {
    page: 'https://developers.brevo.com/reference/getcontacts-1',
    rights: 'an API key: Brevo’s keys have all rights of the account',
    steps: [
      'Settings → SMTP & API → API keys → Generate a new API key.',
      'A list is named by its number: lists: { Newsletter: "12" }.',
    ],
    lacks: 'keys with fewer rights; people whom Brevo does not have can’t be blocklisted there',
  },
  address: () => 'https://api.brevo.com',
  secrets: { key: 'BREVO_API_KEY' },
  signIn: keyIn('api-key'),
  limits: { perSecond: 10 },
  reads: [
    {
      name: 'blocked',
      formats: ['brevo-blocked-api'],
      is: 'consent',
      pages: ({ client, window }) =>
        byOffset(client, { path: '/v3/smtp/blockedContacts', query: days(window) }, 100, 'contacts'),
    },
    {
      name: 'contacts',
      formats: ['brevo-contacts-api'],
      is: 'consent',
      ours: true,
      pages: async function* (at) {
        for await (const page of contacts(at, { modifiedSince: iso(at.window.from) })) yield page.filter(hasAddress);
      },
    },
    happened('hard-bounces', 'hardBounces', 'bounces'),
    happened('soft-bounces', 'softBounces', 'bounces'),
    happened('opens', 'opened', 'events'),
    happened('clicks', 'clicks', 'events'),
    happened('deliveries', 'delivered', 'events'),
  ],
  suppressions: {
    size: 100,
    onlyKnown: true,
    members: (at) => people(at, null),
    add: async ({ client }, rows) => {
      const json = { contacts: rows.map(({ email }) => ({ email, emailBlacklisted: true })) };
      await client.json({ method: 'POST', path: '/v3/contacts/batch', json });
    },
    has: async (at, email) => (await personAt(at, email)).emailBlacklisted === true,
  },
  lists: {
    size: 100,
    numbered: true,
    members: (at, list) => people(at, Number(list)),
    // emailBlacklisted is left out: a contact who is blocklisted stays so. Only known contacts can be sent in a batch.
    add: async ({ client }, rows, list) => {
      const contacts = rows.map(({ email, fields }) => ({ email, listIds: [Number(list)], attributes: fields }));
      const known = contacts.filter((_, nth) => rows[nth]?.isThere);
      if (known.length > 0)
        await client.json({ method: 'POST', path: '/v3/contacts/batch', json: { contacts: known } });
      for (const contact of contacts.filter((_, nth) => !rows[nth]?.isThere))
        await client.json({ method: 'POST', path: '/v3/contacts', json: { ...contact, updateEnabled: true } });
    },
    remove: async ({ client }, emails, list) => {
      await client.json({ method: 'POST', path: `/v3/contacts/lists/${list}/contacts/remove`, json: { emails } });
    },
    has: async (at, email, list) => {
      const { listIds } = await personAt(at, email);
      return Array.isArray(listIds) && listIds.includes(Number(list));
    },
  },
};
