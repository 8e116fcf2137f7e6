import { type Tool, withColumns } from './format.ts';

export const substack: Tool = {
  tool: 'Substack',
  csv: [
    {
      id: 'substack',
      label: 'a Substack subscriber export',
      page: 'https://support.substack.com/hc/en-us/articles/360037489912',
      refuses: 'email_disabled',
      fits: withColumns('email', 'active_subscription|email_disabled', 'expiry|plan|email_disabled|first_payment_at'),
      contacts: {
        source: 'substack',
        consent: { active_subscription: 'ignore', email_disabled: { role: 'refuses' } },
      },
    },
  ],
};
