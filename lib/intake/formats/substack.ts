import { people } from './people.ts';

export const substack = [
  people({
    id: 'substack',
    tool: 'Substack',
    label: 'a Substack subscriber export',
    page: 'https://support.substack.com/hc/en-us/articles/360037489912',
    refuses: 'email_disabled',
    fits: ({ cells }) =>
      cells.has('email') &&
      cells.has('active_subscription', 'email_disabled') &&
      cells.has('expiry', 'plan', 'email_disabled', 'first_payment_at'),
    shape: {
      source: 'substack',
      consent: { active_subscription: 'ignore', email_disabled: { role: 'refuses' } },
    },
    sample: {
      name: 'email_list.ourletter.csv',
      text: `email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at
here@a.example,false,,other,false,2026-01-01T10:00:00.000Z,
gone@b.example,true,2027-01-01T10:00:00.000Z,monthly,true,2026-01-01T10:00:00.000Z,
`,
      gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
    },
  }),
];
