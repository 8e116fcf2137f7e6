import { type Tool, withColumns } from './format.ts';

export const ghost: Tool = {
  tool: 'Ghost',
  csv: [
    {
      id: 'ghost',
      label: 'a Ghost member export',
      page: 'https://ghost.org/help/export-members/ (columns: core/server/services/members/exporter)',
      refuses: 'subscribed_to_emails false, deleted_at',
      fits: withColumns('email', 'subscribed_to_emails', 'complimentary_plan|stripe_customer_id|labels|tiers'),
      contacts: { source: 'ghost', aliases: { id: 'contact_id' }, consent: { deleted_at: { role: 'refuses' } } },
    },
  ],
};
