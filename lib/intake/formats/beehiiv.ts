import { meanings, people } from './people.ts';

const STATUS = meanings({
  active: 'yes',
  inactive: 'no',
  invalid: 'suppressed',
  pending: 'no',
  validating: 'no',
  needs_attention: 'no',
  paused: 'no',
});

export const beehiiv = [
  people({
    id: 'beehiiv',
    tool: 'beehiiv',
    label: 'a beehiiv subscriber export',
    page: 'https://developers.beehiiv.com/api-reference/subscriptions/index (status)',
    refuses: 'every status but active',
    fits: ({ cells }) =>
      cells.has('email') &&
      cells.has('status') &&
      cells.has('subscription_tier', 'subscription_premium_tier_names', 'referral_code', 'premium'),
    shape: {
      source: 'beehiiv',
      aliases: { id: 'contact_id', created: 'created_at' },
      consent: {
        status: { role: 'status', known: STATUS },
        subscription_tier: 'ignore',
        subscription_premium_tier_names: 'ignore',
      },
    },
    sample: {
      name: 'subscribers_export.csv',
      text:
        'email,status,created_at,subscription_tier,utm_source\nhere@a.example,active,2026-01-01T10:00:00Z,free,' +
        'x\ngone@b.example,inactive,2026-01-01T10:00:00Z,free,x\nwait@c.example,pending,2026-01-01T10:00:00Z,' +
        'free,x\n',
      gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status', 'wait@c.example': 'status' } },
    },
  }),
];
