import { people } from './people.ts';

export const metaLeads = [
  people({
    id: 'meta-leads',
    tool: 'Meta',
    label: "Meta's lead ads export",
    page: 'https://www.facebook.com/business/help/1526849907600163',
    refuses: 'a no under a consent question of the form',
    fits: ({ cells }) =>
      cells.has('email', 'work_email') &&
      cells.has('form_id', 'form_name') &&
      cells.has('ad_id', 'adset_id', 'is_organic', 'platform'),
    shape: {
      source: 'meta lead ads',
      not: ['platform'],
      aliases: { id: 'contact_id', created_time: 'created_at', work_email: 'email' },
      consent: { lead_status: 'ignore' },
    },
    sample: {
      name: 'leads.csv',
      text: `id,created_time,ad_id,ad_name,adset_id,campaign_id,campaign_name,form_id,form_name,is_organic,\
platform,full_name,email,phone_number
l:ma1,2026-11-01T10:00:00-05:00,ag:1,Ad,as:1,c:1,Spring,f:1,Form,false,fb,Ada Byron,here@a.example,p:+4755501001
`,
      gives: { mailable: ['here@a.example'] },
    },
  }),
];
