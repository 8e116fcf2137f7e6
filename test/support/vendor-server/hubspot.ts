/** HubSpot's contacts, lists and subscriptions. */
import { AT, aPerson, byEmail, field, type People, type Person, strings } from './people.ts';
import type { Tool } from './server.ts';

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
