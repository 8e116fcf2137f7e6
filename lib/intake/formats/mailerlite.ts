import type { CsvFormat } from './format.ts';
import { meanings, people } from './people.ts';

/** The columns can be chosen at each export, and are not documented; they are taken from files that people publish. */
const subscribers: CsvFormat = people({
  id: 'mailerlite',
  tool: 'MailerLite',
  label: 'a MailerLite subscriber export',
  page: 'https://developers.mailerlite.com/docs/subscribers.html (status: active, unsubscribed, unconfirmed, bounced, junk)',
  refuses: 'every status but active',
  fits: ({ cells }) =>
    (cells.has('subscriber') && cells.has('subscribed', 'status', 'opened')) ||
    (cells.has('email') &&
      cells.has('opens', 'opens_count') &&
      cells.has('clicks', 'clicks_count') &&
      cells.has('subscribed', 'subscribed_at', 'opt_in_date', 'opted_in_at')),
  shape: {
    source: 'mailerlite',
    aliases: { subscriber: 'email', name: 'first_name', opt_in_date: 'created_at', date_subscribed: 'created_at' },
    consent: {
      subscriber: 'ignore',
      status: {
        role: 'status',
        known: meanings({ active: 'yes', unsubscribed: 'no', unconfirmed: 'no', junk: 'no', bounced: 'suppressed' }),
      },
    },
  },
  sample: {
    name: 'mailerlite-subscribers.csv',
    text: `Subscriber,Name,Last name,Opened,Clicked,Subscribed,Location,Status
here@a.example,Ann,Ash,3,1,2024-01-02 10:00:00,Oslo,Active
gone@b.example,Ben,Birch,0,0,2024-01-02 10:00:00,,Unsubscribed
junk@c.example,Cat,Cole,0,0,2024-01-02 10:00:00,,Junk
`,
    gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status', 'junk@c.example': 'status' } },
  },
});

export const mailerlite = [subscribers];
