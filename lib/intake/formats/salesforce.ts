import type { Tool } from './format.ts';

export const salesforce: Tool = {
  tool: 'Salesforce',
  csv: [
    {
      id: 'salesforce',
      label: 'a Salesforce report or export of contacts or leads',
      page: 'https://help.salesforce.com/s/articleView?id=sf.reports_export.htm; object Contact: HasOptedOutOfEmail',
      becomes: 'contacts; the lines below the rows of a report are ignored',
      refuses: '"Email Opt Out", HasOptedOutOfEmail, "Email Bounced Date"',
      fits: (file) =>
        // HubSpot has an owner and a lead status too.
        !file.cells.has('record_id', 'marketing_contact_status', 'lifecycle_stage') &&
        (file.hasAll('email', 'hasoptedoutofemail|emailbounceddate') ||
          file.hasAll(
            'email',
            'account_name|lead_source|contact_owner|lead_owner',
            'email_opt_out|mailing_city|mailing_street|lead_status',
          )),
      contacts: {
        source: 'salesforce',
        aliases: {
          id: 'contact_id',
          account_name: 'company',
          company_account: 'company',
          createddate: 'created_at',
          mailingcity: 'city',
          mailingcountry: 'country',
        },
        consent: { lead_status: 'ignore', hasoptedoutoffax: 'ignore', donotcall: 'ignore' },
        not: ['status'],
      },
    },
  ],
};
