import { meanings, people } from './people.ts';

export const activecampaign = [
  people({
    id: 'activecampaign',
    tool: 'ActiveCampaign',
    label: 'an ActiveCampaign contact export',
    page: 'https://help.activecampaign.com/hc/en-us/articles/220709307 (statuses: Active, Unconfirmed, Unsubscribed, Bounced)',
    refuses: 'Unsubscribed, Unconfirmed, Bounced; a date under "Unsubscribe Date" or "Bounced Date"',
    fits: ({ cells }) =>
      cells.has('email') &&
      cells.has('unsubscribe_date', 'unsubscription_date', 'bounced_count', 'bounced_date', 'unsub_date') &&
      cells.has('status', 'contact_id'),
    shape: {
      source: 'activecampaign',
      consent: {
        status: {
          role: 'status',
          known: meanings({ active: 'yes', unconfirmed: 'no', unsubscribed: 'no', bounced: 'suppressed' }),
        },
      },
    },
    sample: {
      name: 'activecampaign.csv',
      text: `Contact ID,Email,First Name,Last Name,Phone,Date Created,Status,Unsubscription Date,Bounced Date
ac-1,gone@a.example,Ann,Ash,,2026-01-01 10:00:00,Unsubscribed,2026-11-01 10:00:00,
ac-2,dead@b.example,Ben,Birch,,2026-01-01 10:00:00,Bounced,,2026-11-01 10:00:00
ac-3,here@c.example,Cat,Cole,,2026-01-01 10:00:00,Active,,
ac-4,never@d.example,Dan,Dorn,,2026-01-01 10:00:00,Unconfirmed,,
`,
      gives: {
        mailable: ['here@c.example'],
        refused: { 'gone@a.example': 'status', 'dead@b.example': 'status', 'never@d.example': 'status' },
      },
    },
  }),
];
