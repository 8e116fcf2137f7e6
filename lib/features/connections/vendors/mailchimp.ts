import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type Query, RequestError } from '../../http/index.ts';
import { byOffset, iso, object, records, texts } from './pages.ts';
import { type At, basic, isWritten, type Json, type Member, type Row, type Vendor } from './vendor.ts';

const names = { limit: 'count', offset: 'offset' };
const below = ({ settings }: At, path: string): string => `/lists/${settings.audience}/${path}`;
/** Mailchimp names a member by the hash of the address in lower case. */
const memberPath = (at: At, email: string): string =>
  below(at, `members/${createHash('md5').update(email.toLowerCase()).digest('hex')}`);

const membersOf = (at: At, columns: string, query: Query = {}) => {
  const fields = columns.replaceAll(/\w+/g, 'members.$&');
  return byOffset(at.client, { path: below(at, 'members'), query: { fields, ...query } }, 1000, 'members', names);
};

const FACTS: Readonly<Record<string, 'unsubscribe' | 'hard'>> = { unsubscribed: 'unsubscribe', cleaned: 'hard' };

function memberOf(value: Json, tag: string | null): Member {
  const [email, status] = [String(value.email_address), String(value.status)];
  if (status !== 'subscribed') {
    const kind = FACTS[status];
    return { email, status: 'left', ...(kind && { fact: { kind, at: String(value.last_changed) } }) };
  }
  const tags = Array.isArray(value.tags) ? value.tags.map((each) => object(each).name) : [];
  return { email, status: tag !== null && tags.includes(tag) ? 'member' : 'known', fields: texts(value.merge_fields) };
}

async function* people(at: At, tag: string | null): AsyncGenerator<readonly Member[]> {
  for await (const page of membersOf(at, 'email_address,status,last_changed,tags,merge_fields'))
    yield page.map((each) => memberOf(each, tag));
}

/** A tag is a static segment; one that is not there yet is made. */
async function segmentOf(at: At, tag: string): Promise<string> {
  const path = below(at, 'segments');
  for await (const page of byOffset(at.client, { path, query: { type: 'static' } }, 1000, 'segments', names)) {
    const found = page.find(({ name }) => name === tag);
    if (found) return String(found.id);
  }
  return String(object(await at.client.json({ method: 'POST', path, json: { name: tag, static_segment: [] } })).id);
}

async function changeTag(at: At, tag: string, json: Json): Promise<void> {
  await at.client.json({ method: 'POST', path: below(at, `segments/${await segmentOf(at, tag)}`), json });
}

/** Also where the team requires merge fields that we do not have. */
const WITHOUT_FIELDS = { skip_merge_validation: true };

/**
 * Adds members and sets their fields by Mailchimp's batch operations, 500 in a few requests; gives how many failed. Each
 * is a PUT with `status_if_new` alone: the other batch (POST of a list) has a `status` for each member, with which a
 * person who left could be subscribed again.
 */
async function putMembers(at: At, rows: readonly Row[]): Promise<number> {
  if (rows.length === 0) return 0;
  const operations = rows.map(({ email, fields }) => ({
    method: 'PUT',
    path: memberPath(at, email),
    params: WITHOUT_FIELDS,
    body: JSON.stringify({ email_address: email, status_if_new: 'subscribed', merge_fields: fields }),
  }));
  let batch = object(await at.client.json({ method: 'POST', path: '/batches', json: { operations } }));
  for (let waited = 0; batch.status !== 'finished'; waited++) {
    if (waited === MOST_WAITS) throw new RequestError('failing', 'its batch of changes did not end in time');
    await at.client.wait(Math.min(1000 * 2 ** waited, LONGEST_WAIT_MS));
    batch = object(await at.client.json({ path: `/batches/${batch.id}` }));
  }
  return Number(batch.errored_operations);
}
/** A quarter of an hour, as long as a batch of 500 may well take when Mailchimp is busy. */
const MOST_WAITS = 34;
const LONGEST_WAIT_MS = 30_000;

export const mailchimp: Vendor = {
  id: 'mailchimp',
  label: 'Mailchimp',
  guide: {
    page: 'https://mailchimp.com/developer/marketing/api/list-members/',
    rights:
      'an API key: it has all rights of the user who made it, so make it as a Manager (Premium), or else an Admin',
    steps: [
      'Profile → Extras → API keys → Create A Key.',
      'Set server to its end ("us6"), and audience to the Audience ID (Audience → Settings).',
      'A list of ours becomes a tag: lists: { Newsletter: "nightshift" }; fields are merge tags: { SCORE: "score" }.',
    ],
    lacks: 'keys with fewer rights; contacts whom Mailchimp deleted for good can’t be added again',
  },
  address: ({ server }) => `https://${server}.api.mailchimp.com/3.0`,
  secrets: { key: 'MAILCHIMP_API_KEY' },
  options: { server: z.string().regex(/^[a-z]{2}\d{1,3}$/), audience: z.string().regex(/^\w+$/) },
  signIn: ({ key = '' }) => basic('nightshift', key),
  limits: { perSecond: 8 },
  reads: [
    {
      name: 'members',
      formats: ['mailchimp-api'],
      is: 'consent',
      ours: true,
      pages: (at) => {
        const { from, to } = at.window;
        const fields = 'email_address,unique_email_id,status,last_changed,timestamp_signup,timestamp_opt';
        const within = { since_last_changed: iso(from), before_last_changed: iso(to) };
        return membersOf(at, `${fields},unsubscribe_reason,list_id`, within);
      },
    },
    {
      name: 'abuse-reports',
      formats: ['mailchimp-api'],
      is: 'consent',
      whole: true,
      pages: (at) => byOffset(at.client, { path: below(at, 'abuse-reports') }, 1000, 'abuse_reports', names),
    },
  ],
  suppressions: {
    size: 500,
    onlyKnown: true,
    members: (at) => people(at, null),
    add: async (at, rows) => {
      const members = rows.map(({ email }) => ({ email_address: email, status: 'unsubscribed' }));
      const path = `/lists/${at.settings.audience}`;
      const json = { members, update_existing: true };
      const answer = await at.client.json({ method: 'POST', path, query: WITHOUT_FIELDS, json });
      return Number(object(answer).error_count);
    },
    has: async (at, email) => object(await at.client.json({ path: memberPath(at, email) })).status !== 'subscribed',
  },
  lists: {
    size: 500,
    members: people,
    add: async (at, rows, tag) => {
      const failed = await putMembers(at, rows.filter(isWritten));
      await changeTag(at, tag, { members_to_add: rows.map(({ email }) => email) });
      return failed;
    },
    remove: (at, emails, tag) => changeTag(at, tag, { members_to_remove: emails }),
    has: async (at, email, tag) => {
      const answer = await at.client.json({ path: `${memberPath(at, email)}/tags`, query: { count: 1000 } });
      return records(answer, 'tags').some(({ name }) => name === tag);
    },
  },
};
