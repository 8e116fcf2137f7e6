import * as z from 'zod';
import type { Client } from '../../http/index.ts';
import { byOffset, object, seconds } from './pages.ts';
import { bearer, type Source, type Vendor, whoLeft } from './vendor.ts';

const listed = (client: Client, path: string, query = {}) =>
  byOffset(client, { path: `/v3/suppression/${path}`, query }, 500);

const source = (name: string, path: string, is: Source['is']): Source => ({
  name,
  formats: ['sendgrid-api'],
  is,
  pages: ({ client, window }) =>
    listed(client, path, { start_time: seconds(window.from), end_time: seconds(window.to) }),
});

export const sendgrid: Vendor = {
  id: 'sendgrid',
  label: 'SendGrid',
  guide: {
    page: 'https://www.twilio.com/docs/sendgrid/api-reference/suppressions-suppressions',
    rights: 'Suppressions: read; to add suppressions also Unsubscribe Groups and Suppressions: full access',
    steps: [
      'Settings → API Keys → Create API Key → Restricted Access.',
      'Set "Suppressions" to Read Access; for suppress: true to Full Access. Leave all else at No Access.',
    ],
    lacks: 'opens and clicks: the API has them only with the Email Activity add-on; import the event webhook instead',
  },
  address: ({ region }) => (region === 'eu' ? 'https://api.eu.sendgrid.com' : 'https://api.sendgrid.com'),
  secrets: { key: 'SENDGRID_API_KEY' },
  options: { region: z.enum(['global', 'eu']).optional() },
  signIn: bearer,
  limits: { perSecond: 10 },
  reads: [
    source('bounces', 'bounces', 'bounces'),
    source('blocks', 'blocks', 'bounces'),
    source('invalid-emails', 'invalid_emails', 'consent'),
    source('spam-reports', 'spam_reports', 'consent'),
    { ...source('unsubscribes', 'unsubscribes', 'consent'), ours: true },
    {
      name: 'groups',
      formats: ['sendgrid-api'],
      is: 'consent',
      whole: true,
      pages: async function* ({ client }) {
        yield await client.json({ path: '/v3/asm/suppressions' });
      },
    },
  ],
  suppressions: {
    size: 500,
    members: async function* ({ client }) {
      for await (const page of listed(client, 'unsubscribes')) yield page.map(({ email }) => whoLeft(email));
    },
    add: async ({ client }, rows) => {
      const json = { recipient_emails: rows.map(({ email }) => email) };
      await client.json({ method: 'POST', path: '/v3/asm/suppressions/global', json });
    },
    has: async ({ client }, email) => {
      const path = `/v3/asm/suppressions/global/${encodeURIComponent(email)}`;
      return object(await client.json({ path })).recipient_email !== undefined;
    },
  },
};
