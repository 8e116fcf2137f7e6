import { meanings, people } from './people.ts';

const STATES = meanings({
  active: 'yes',
  confirmed: 'yes',
  cancelled: 'no',
  canceled: 'no',
  inactive: 'no',
  bounced: 'suppressed',
  complained: 'no',
  unconfirmed: 'no',
});

export const kit = [
  people({
    id: 'kit',
    tool: 'Kit',
    label: 'a Kit (ConvertKit) subscriber export',
    page: 'https://developers.kit.com/api-reference/subscribers/list-subscribers (state: active, bounced, cancelled, complained, inactive)',
    refuses: 'cancelled, inactive, bounced, complained under "state" or "status"',
    fits: (file) =>
      file.cells.has('email_address', 'email') &&
      file.cells.has('first_name') &&
      file.cells.has('state') &&
      file.cells.has('created_at') &&
      !file.cells.has('city', 'country', 'zip', 'address', 'last_name'),
    shape: {
      source: 'kit',
      not: ['state'],
      aliases: { id: 'contact_id' },
      consent: { state: { role: 'status', known: STATES } },
    },
    sample: {
      name: 'subscribers.csv',
      text:
        'first_name,email_address,state,created_at,tags\nAnn,here@a.example,active,2026-03-03,\nBen,' +
        'gone@b.example,cancelled,2026-03-03,\n',
      gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
    },
  }),
];
