import { type Tool, withColumns } from './format.ts';

export const metaLeads: Tool = {
  tool: 'Meta',
  csv: [
    {
      id: 'meta-leads',
      label: "Meta's lead ads export",
      page: 'https://www.facebook.com/business/help/1526849907600163',
      refuses: 'a no under a consent question of the form',
      fits: withColumns('email|work_email', 'form_id|form_name', 'ad_id|adset_id|is_organic|platform'),
      contacts: {
        source: 'meta lead ads',
        not: ['platform'],
        aliases: { id: 'contact_id', created_time: 'created_at', work_email: 'email' },
        consent: { lead_status: 'ignore' },
      },
    },
  ],
};
