import { meanings, people } from './people.ts';

const STATUS = meanings({
  subscribed: 'yes',
  unconfirmed: 'no',
  unsubscribed: 'no',
  bounced: 'suppressed',
  'soft bounced': 'nothing',
  'marked as spam': 'no',
});

export const sendy = [
  people({
    id: 'sendy',
    tool: 'Sendy',
    label: 'a Sendy subscriber export',
    page: 'https://sendy.co/api (subscription status: Subscribed, Unsubscribed, Unconfirmed, Bounced, Soft bounced, Complained)',
    refuses: 'Unsubscribed, Unconfirmed, Bounced, "Marked as spam"',
    fits: (file) =>
      file.hasAll('name', 'email', 'status') &&
      file.cells.has('last_activity', 'joined', 'date_joined', 'timestamp') &&
      file.headers.length < 12,
    shape: { source: 'sendy', consent: { status: { role: 'status', known: STATUS } } },
    sample: {
      name: 'sendy.csv',
      text:
        'Name,Email,Last activity,Status\nAda Byron,here@a.example,2026-11-01 10:00,Subscribed\nBob Curie,' +
        'spam@b.example,2026-11-01 10:00,Marked as spam\nEve Dirac,dead@c.example,2026-11-01 10:00,Bounced\n',
      gives: { mailable: ['here@a.example'], refused: { 'spam@b.example': 'status', 'dead@c.example': 'status' } },
    },
  }),
];
