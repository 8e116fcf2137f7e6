import * as z from 'zod';
import { RequestError } from '../../http/index.ts';
import { byLink, seconds } from './pages.ts';
import { type At, basic, type Source, type Vendor, whoLeft } from './vendor.ts';

const below = ({ settings }: At, path: string): string => `/v3/${settings.domain}/${path}`;

/** A list of suppressions: it can't be asked for what is new. */
const list = (at: At, name: string) =>
  byLink(at.client, { path: below(at, name), query: { limit: 1000 } }, 'items', 'paging.next');

const listed = (name: string, is: Source['is']): Source => ({
  name,
  formats: ['mailgun-api'],
  is,
  whole: true,
  pages: (at) => list(at, name),
});

const events = (name: string, is: Source['is'], query: Readonly<Record<string, string>>): Source => ({
  name,
  formats: ['mailgun-events'],
  is,
  pages: (at) => {
    const { from, to } = at.window;
    const within = { begin: String(seconds(from)), end: String(seconds(to)), ascending: 'yes', limit: 300 };
    return byLink(at.client, { path: below(at, 'events'), query: { ...within, ...query } }, 'items', 'paging.next');
  },
});

export const mailgun: Vendor = {
  id: 'mailgun',
  label: 'Mailgun',
  guide: {
    page: 'https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/suppressions',
    rights: 'a domain sending key reads nothing: an API key with the role Analyst; for suppress: true, Developer',
    steps: [
      'Settings → API security → Add new key, with the role above.',
      'Set domain, and region: "eu" for a domain there.',
    ],
    lacks: 'events are kept for 1 to 30 days, by plan; older opens and clicks are not there',
  },
  address: ({ region }) => (region === 'eu' ? 'https://api.eu.mailgun.net' : 'https://api.mailgun.net'),
  secrets: { key: 'MAILGUN_API_KEY' },
  options: { domain: z.string().regex(/^[\w.-]+$/), region: z.enum(['us', 'eu']).optional() },
  signIn: ({ key = '' }) => basic('api', key),
  limits: { perSecond: 5 },
  reads: [
    listed('bounces', 'bounces'),
    listed('complaints', 'consent'),
    { ...listed('unsubscribes', 'consent'), ours: true },
    events('delayed', 'bounces', { event: 'failed', severity: 'temporary' }),
    events('activity', 'events', { event: 'opened OR clicked OR delivered' }),
  ],
  suppressions: {
    size: 1000,
    members: async function* (at) {
      for await (const page of list(at, 'unsubscribes'))
        yield page.map(({ address, tags }) => {
          const all = !Array.isArray(tags) || tags.length === 0 || tags.includes('*');
          return all ? whoLeft(address) : { email: String(address), status: 'known' };
        });
    },
    add: async (at, rows) => {
      const json = rows.map(({ email }) => ({ address: email, tags: ['*'] }));
      await at.client.json({ method: 'POST', path: below(at, 'unsubscribes'), json });
    },
    has: async (at, email) => {
      const path = below(at, `unsubscribes/${encodeURIComponent(email)}`);
      const { status } = await at.client.ask({ path, expects: [404] });
      if (status !== 200 && status !== 404) throw new RequestError('unreadable', `status ${status}`);
      return status === 200;
    },
  },
};
