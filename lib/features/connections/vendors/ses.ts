import * as z from 'zod';
import { awsSignature, encoded } from './aws-signature.ts';
import { byCursor, iso, object } from './pages.ts';
import { type At, type Vendor, whoLeft } from './vendor.ts';

const ADDRESSES = '/v2/email/suppression/addresses';

const list = (at: At, query: Readonly<Record<string, string>> = {}) =>
  byCursor(
    at.client,
    { path: ADDRESSES, query: { PageSize: 1000, ...query } },
    'NextToken',
    (answer) => object(answer).SuppressedDestinationSummaries ?? [],
    'NextToken',
  );

export const ses: Vendor = {
  id: 'ses',
  label: 'Amazon SES',
  guide: {
    page: 'https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ListSuppressedDestinations.html',
    rights:
      'ses:ListSuppressedDestinations, ses:GetSuppressedDestination; for suppress: true also ses:PutSuppressedDestination',
    steps: [
      'IAM → Users → Create user, without access to the console; give it a policy of the actions above and no other.',
      'Its Security credentials → Create access key: set both parts as secrets, and region.',
    ],
    lacks: 'bounces and opens come by SNS or EventBridge alone: import them; who unsubscribed is added as COMPLAINT',
  },
  address: ({ region }) => `https://email.${region}.amazonaws.com`,
  secrets: { id: 'AWS_SES_ACCESS_KEY_ID', key: 'AWS_SES_SECRET_ACCESS_KEY' },
  options: { region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/) },
  signIn: ({ id = '', key = '' }, { region = '' }) => awsSignature({ id, key, region, service: 'ses' }),
  limits: { perSecond: 5 },
  reads: [
    {
      name: 'suppressed',
      formats: ['ses-suppression-list'],
      is: 'consent',
      ours: true,
      pages: (at) => list(at, { StartDate: iso(at.window.from), EndDate: iso(at.window.to) }),
    },
  ],
  suppressions: {
    size: 100,
    members: async function* (at) {
      for await (const page of list(at)) yield page.map(({ EmailAddress }) => whoLeft(EmailAddress));
    },
    add: async ({ client }, rows) => {
      for (const { email, reason } of rows) {
        const dead = ['hard_bounce', 'soft_bounces', 'invalid'].includes(reason);
        const json = { EmailAddress: email, Reason: dead ? 'BOUNCE' : 'COMPLAINT' };
        await client.json({ method: 'PUT', path: ADDRESSES, json });
      }
    },
    has: async ({ client }, email) =>
      (await client.ask({ path: `${ADDRESSES}/${encoded(email)}`, expects: [404] })).status === 200,
  },
};
