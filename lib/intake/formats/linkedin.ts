import { type Tool, withColumns } from './format.ts';

export const linkedin: Tool = {
  tool: 'LinkedIn',
  csv: [
    {
      id: 'linkedin-connections',
      label: 'LinkedIn connections',
      page: 'https://www.linkedin.com/help/linkedin/answer/a566336',
      becomes: 'contacts (people who connected, which is no consent to a newsletter)',
      fits: withColumns('email_address|email', 'connected_on', 'company|position|url'),
      contacts: { source: 'linkedin', not: ['url'], aliases: { position: 'job_title' } },
    },
    {
      id: 'linkedin-leads',
      label: "LinkedIn's lead gen form export",
      page: 'https://www.linkedin.com/help/lms/answer/a425539',
      refuses: 'a no under a consent question of the form',
      fits: withColumns(
        'email_address|work_email|email',
        'lead_id|form_name|lead_form_id',
        'campaign_name|ad_name|campaign|creative_name|lead_type|test_lead',
      ),
      contacts: {
        source: 'linkedin lead form',
        aliases: { lead_id: 'contact_id', form_submission_date: 'created_at', submitted_at: 'created_at' },
      },
    },
  ],
};
