import { status, type Tool, withColumns } from './format.ts';

export const beehiiv: Tool = {
  tool: 'beehiiv',
  csv: [
    {
      id: 'beehiiv',
      label: 'a beehiiv subscriber export',
      page: 'https://developers.beehiiv.com/api-reference/subscriptions/index (status)',
      refuses: 'every status but active',
      fits: withColumns('email', 'status', 'subscription_tier|subscription_premium_tier_names|referral_code|premium'),
      contacts: {
        source: 'beehiiv',
        aliases: { id: 'contact_id', created: 'created_at' },
        consent: {
          status: status({
            yes: ['active'],
            no: ['inactive', 'pending', 'validating', 'needs_attention', 'paused'],
            suppressed: ['invalid'],
          }),
          subscription_tier: 'ignore',
          subscription_premium_tier_names: 'ignore',
        },
      },
    },
  ],
};
