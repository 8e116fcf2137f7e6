import * as z from 'zod';
import { byOffset, object, seconds } from './pages.ts';
import { bearer, type Source, type Vendor } from './vendor.ts';

const source = (name: string, path: string, is: Source['is']): Source => ({
  name,
  formats: ['sendgrid-api'],
  is,
  pages: ({ client, window }) =>
    byOffset(
      client,
      {
        path: `/v3/suppression/${path}`,
        query: { start_time: seconds(window.from), end_time: seconds(window.to) },
      },
      500,
    ),
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
    standing: async function* ({ client }) {
      for await (const page of byOffset(client, { path: '/v3/suppression/unsubscribes' }, 500))
        yield page.map(({ email }) => ({ email: String(email), status: 'left' as const }));
    },
    add: async ({ client }, rows) => {
      const recipients = rows.map(({ email }) => email);
      await client.json({
        method: 'POST',
        path: '/v3/asm/suppressions/global',
        json: { recipient_emails: recipients },
      });
    },
    has: async ({ client }, email) =>
      object(await client.json({ path: `/v3/asm/suppressions/global/${encodeURIComponent(email)}` }))
        .recipient_email !== undefined,
  },
};
