import { type Tool, withColumns } from './format.ts';

export const zoho: Tool = {
  tool: 'Zoho CRM',
  csv: [
    {
      id: 'zoho',
      label: 'a Zoho CRM export of contacts or leads',
      page: 'https://help.zoho.com/portal/en/kb/crm/data-administration/export-data',
      refuses: '"Email Opt Out", "Unsubscribed Mode", "Unsubscribed Time"',
      fits: withColumns(
        'email',
        'record_id|contact_id|lead_id',
        'email_opt_out|unsubscribed_mode|contact_owner|lead_owner|contact_owner_id',
        'created_time|modified_time|unsubscribed_mode',
      ),
      contacts: {
        source: 'zoho',
        aliases: { lead_id: 'contact_id', account_name: 'company', mailing_street: 'address' },
        consent: { lead_status: 'ignore' },
      },
    },
  ],
};
