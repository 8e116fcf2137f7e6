import * as z from 'zod';
import type { Query } from '../../http/index.ts';
import { byOffset, records } from './pages.ts';
import { type At, keyIn, type Vendor, whoLeft } from './vendor.ts';

const DAY_MS = 86_400_000;
/** Days of Postmark's own clock, which is New York's: a day more at either end, and what is known drops out. */
const day = (moment: Date, by: number): string =>
  new Date(Math.max(0, moment.getTime() + by * DAY_MS)).toISOString().slice(0, 10);
const within = ({ from, to }: At['window']) => ({ fromdate: day(from, -1), todate: day(to, 1) });
const names = { limit: 'count', offset: 'offset' };

const streamOf = ({ settings }: At): string => `/message-streams/${settings.stream ?? 'outbound'}/suppressions`;

const suppressed = async (at: At, query: Query = {}) =>
  records(await at.client.json({ path: `${streamOf(at)}/dump`, query }), 'Suppressions');

/** A list says by its name what its records are; a webhook's record says so itself. */
const activity = (name: string, list: string, record: string): Vendor['reads'][number] => ({
  name,
  formats: ['postmark'],
  is: 'events',
  whole: true,
  pages: async function* ({ client }) {
    const path = `/messages/outbound/${name}`;
    for await (const page of byOffset(client, { path }, 500, list, names, 10_000))
      yield page.map((each) => ({ RecordType: record, ...each }));
  },
});

export const postmark: Vendor = {
  id: 'postmark',
  label: 'Postmark',
  guide: {
    page: 'https://postmarkapp.com/developer/api/suppressions-api',
    rights: 'a Server API token: Postmark has none that only reads',
    steps: [
      'Servers → your server → API Tokens: copy a Server API token, or make one for Nightshift alone.',
      'Set stream for another message stream than outbound.',
    ],
    lacks: 'at most 10,000 bounces a piece (pieceDays), and the newest 10,000 opens and clicks',
  },
  address: () => 'https://api.postmarkapp.com',
  secrets: { key: 'POSTMARK_SERVER_TOKEN' },
  options: {
    stream: z
      .string()
      .regex(/^[\w-]+$/)
      .optional(),
  },
  signIn: keyIn('x-postmark-server-token'),
  limits: { perSecond: 5 },
  reads: [
    {
      name: 'bounces',
      formats: ['postmark'],
      is: 'bounces',
      pages: ({ client, window }) =>
        byOffset(client, { path: '/bounces', query: within(window) }, 500, 'Bounces', names),
    },
    {
      name: 'suppressions',
      formats: ['postmark-suppressions'],
      is: 'consent',
      ours: true,
      pages: async function* (at) {
        yield await suppressed(at, within(at.window));
      },
    },
    activity('opens', 'Opens', 'Open'),
    activity('clicks', 'Clicks', 'Click'),
  ],
  suppressions: {
    size: 50,
    members: async function* (at) {
      yield (await suppressed(at)).map(({ EmailAddress }) => whoLeft(EmailAddress));
    },
    add: async (at, rows) => {
      const json = { Suppressions: rows.map(({ email }) => ({ EmailAddress: email })) };
      const answer = await at.client.json({ method: 'POST', path: streamOf(at), json });
      return records(answer, 'Suppressions').filter(({ Status }) => Status === 'Failed').length;
    },
    has: async (at, email) => (await suppressed(at, { emailaddress: email })).length > 0,
  },
};
