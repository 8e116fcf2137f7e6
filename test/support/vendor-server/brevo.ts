/** Brevo's contacts and transactional statistics. */
import { brevoDescription } from './brevo-description.ts';
import { AT, aPerson, byEmail, field, type People, type Person, strings } from './people.ts';
import type { Asked, Tool } from './server.ts';

const DAY_MS = 86_400_000;

/** Both days or neither, and at most so many days apart. */
function refusal({ query }: Asked, mostDays = Number.POSITIVE_INFINITY) {
  const [start, end] = [query.get('startDate'), query.get('endDate')];
  const days = (Date.parse(end ?? '') - Date.parse(start ?? '')) / DAY_MS;
  const isFine = start === null ? end === null : days >= 0 && days <= mostDays;
  return isFine ? null : { status: 400, body: { code: 'invalid_parameter', message: 'dates' } };
}

/** `subscribed` has those who had left and were made mailable: that is never right. */
export function brevoTool(people: People): Tool & { readonly subscribed: string[] } {
  const subscribed: string[] = [];
  const contact = ({ email, left, lists, fields }: Person) => ({
    ...{ id: 1, email, emailBlacklisted: left, smsBlacklisted: false, modifiedAt: AT, createdAt: AT },
    listIds: [...lists].map(Number),
    attributes: fields,
  });
  const write = (found: Person, body: unknown) => {
    const { listIds, attributes, emailBlacklisted } = body as Record<string, unknown>;
    for (const list of strings(listIds)) found.lists.add(list);
    Object.assign(found.fields, attributes);
    if (emailBlacklisted === false && found.left) subscribed.push(found.email);
    if (emailBlacklisted !== undefined) found.left = emailBlacklisted === true;
  };
  return {
    subscribed,
    described: [brevoDescription],
    signedIn: (headers) => headers['api-key'] === 'invented-key',
    routes: {
      'GET /v3/contacts': ({ query }) => {
        const offset = Number(query.get('offset'));
        const found = people.slice(offset, offset + Number(query.get('limit')));
        return { body: { contacts: found.map(contact), count: people.length } };
      },
      'GET /v3/contacts/{}': ({ values: [email] }) => {
        const found = byEmail(people, email);
        return found
          ? { body: { ...contact(found), statistics: {} } }
          : { status: 404, body: { code: 'document_not_found' } };
      },
      'GET /v3/smtp/blockedContacts': (asked) => refusal(asked) ?? { body: { contacts: [], count: 0 } },
      'GET /v3/smtp/statistics/events': (asked) => refusal(asked, 90) ?? { body: {} },
      'POST /v3/contacts/batch': ({ body }) => {
        const given = field(body, 'contacts') as { email: string }[];
        // One contact that Brevo does not have, and none is changed.
        if (given.some(({ email }) => !byEmail(people, email)))
          return { status: 404, body: { code: 'document_not_found', message: 'No contact found for indexes 0' } };
        for (const each of given) write(byEmail(people, each.email) as Person, each);
        return { status: 204 };
      },
      'POST /v3/contacts': ({ body }) => {
        const email = String(field(body, 'email'));
        const found = byEmail(people, email);
        if (found && field(body, 'updateEnabled') !== true)
          return { status: 400, body: { code: 'duplicate_parameter' } };
        const written = found ?? aPerson(email);
        if (!found) people.push(written);
        write(written, body);
        return found ? { status: 204 } : { status: 201, body: { id: people.length } };
      },
      'POST /v3/contacts/lists/{}/contacts/remove': ({ values: [list = ''], body }) => {
        for (const email of strings(field(body, 'emails'))) byEmail(people, email)?.lists.delete(list);
        return { status: 201, body: { contacts: { success: [], failure: [] } } };
      },
    },
  };
}
