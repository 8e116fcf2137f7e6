import { people } from './people.ts';

export const ghost = [
  people({
    id: 'ghost',
    tool: 'Ghost',
    label: 'a Ghost member export',
    page: 'https://ghost.org/help/export-members/ (columns: core/server/services/members/exporter)',
    refuses: 'subscribed_to_emails false, deleted_at',
    fits: ({ cells }) =>
      cells.has('email') &&
      cells.has('subscribed_to_emails') &&
      cells.has('complimentary_plan', 'stripe_customer_id', 'labels', 'tiers'),
    shape: { source: 'ghost', aliases: { id: 'contact_id' }, consent: { deleted_at: { role: 'refuses' } } },
    sample: {
      name: 'members.2026-11-20.csv',
      text: `id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers
gh-1,here@a.example,Ada Byron,,true,false,,2024-01-15T10:00:00.000Z,,,
gh-2,gone@b.example,Bob Curie,,false,false,,2024-01-15T10:00:00.000Z,,,
`,
      gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
    },
  }),
];
