/** Mailchimp's members, tags and batches. */
import { createHash } from 'node:crypto';
import { AT, aPerson, byEmail, field, type People, type Person, strings } from './people.ts';
import type { Tool } from './server.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly params: Record<string, string>;
  readonly body: string;
}

/** `subscribed` has those who had left and were made mailable: that is never right. */
export function mailchimpTool(people: People, now: () => string = () => AT): Tool & { readonly subscribed: string[] } {
  const subscribed: string[] = [];
  const hash = (email: string): string => createHash('md5').update(email.toLowerCase()).digest('hex');
  const byHash = (wanted = ''): Person | undefined => people.find(({ email }) => hash(email) === wanted);
  const tags = new Map([[7, 'other']]);
  const member = ({ email, left, lists, fields, changed = AT, signedUp = '' }: Person) => ({
    ...{ id: hash(email), email_address: email, unique_email_id: hash(email).slice(0, 8), list_id: 'aud1' },
    ...{ status: left ? 'unsubscribed' : 'subscribed', last_changed: changed },
    ...{ timestamp_opt: signedUp || AT, timestamp_signup: signedUp, merge_fields: fields },
    tags: [...lists].map((name, id) => ({ id, name })),
  });
  const written = (found: Person, body: unknown) => {
    const status = field(body, 'status');
    if (status === 'subscribed' && found.left) subscribed.push(found.email);
    if (status !== undefined) Object.assign(found, { left: status !== 'subscribed', changed: now() });
    Object.assign(found.fields, field(body, 'merge_fields'));
    return { body: member(found) };
  };
  /** By the id of a batch: how often it was asked for, and how many of its operations failed. */
  const batches = new Map<string, { asked: number; readonly errored: number }>();
  const put = (id: string | undefined, body: unknown): boolean => {
    const email = String(field(body, 'email_address'));
    if (hash(email) !== id || email.startsWith('odd')) return false;
    const found = byHash(id) ?? aPerson(email, { left: field(body, 'status_if_new') !== 'subscribed' });
    if (!people.includes(found)) people.push(found);
    written(found, body);
    return true;
  };
  return {
    subscribed,
    described: ['mailchimp-marketing.json'],
    allowed: /abuse-reports/,
    carried: ({ path, body }) =>
      path === '/3.0/batches'
        ? (field(body, 'operations') as Operation[]).map(({ method, path: below, params, body: text }) => ({
            ...{ method, path: `/3.0${below}`, body: JSON.parse(text) as unknown },
            query: new URLSearchParams(params),
          }))
        : [],
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
      'POST /3.0/lists/aud1': ({ body }) => {
        const given = field(body, 'members') as { email_address: string; status: string }[];
        const known = given.flatMap((each) => {
          const found = byEmail(people, each.email_address);
          return found ? [{ found, each }] : [];
        });
        if (field(body, 'update_existing') === true) for (const { found, each } of known) written(found, each);
        const errors = given.filter(({ email_address: email }) => !byEmail(people, email));
        const failed = errors.map(({ email_address }) => ({
          email_address,
          error: 'unknown',
          error_code: 'ERROR_GENERIC',
        }));
        return {
          body: {
            ...{ new_members: [], updated_members: known.map(({ found }) => member(found)), errors: failed },
            ...{ total_created: 0, total_updated: known.length, error_count: failed.length },
          },
        };
      },
      'POST /3.0/batches': ({ body }) => {
        const operations = field(body, 'operations') as Operation[];
        const errored = operations.filter(({ path, body: text }) => !put(path.split('/').at(-1), JSON.parse(text)));
        const id = String(batches.size + 1);
        batches.set(id, { asked: 0, errored: errored.length });
        return { body: { id, status: 'pending', total_operations: operations.length } };
      },
      'GET /3.0/batches/{}': ({ values: [id = ''] }) => {
        const batch = batches.get(id);
        if (!batch) return { status: 404, body: {} };
        const status = batch.asked++ === 0 ? 'started' : 'finished';
        return { body: { id, status, errored_operations: batch.errored } };
      },
    },
  };
}
