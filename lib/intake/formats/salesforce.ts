import { people } from './people.ts';

export const salesforce = [
  people({
    id: 'salesforce',
    tool: 'Salesforce',
    label: 'a Salesforce report or export of contacts or leads',
    page: 'https://help.salesforce.com/s/articleView?id=sf.reports_export.htm; object Contact: HasOptedOutOfEmail',
    becomes: 'contacts; the lines below the rows of a report are ignored',
    refuses: '"Email Opt Out", HasOptedOutOfEmail, "Email Bounced Date"',
    fits: ({ cells }) =>
      cells.has('email') &&
      // HubSpot has an owner and a lead status too.
      !cells.has('record_id', 'marketing_contact_status', 'lifecycle_stage') &&
      (cells.has('hasoptedoutofemail', 'emailbounceddate') ||
        (cells.has('account_name', 'lead_source', 'contact_owner', 'lead_owner') &&
          cells.has('email_opt_out', 'mailing_city', 'mailing_street', 'lead_status'))),
    shape: {
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
    sample: {
      name: 'report1700000000000.csv',
      text: `"First Name","Last Name","Account Name","Email","Email Opt Out","Mailing City"
"Ann","Ash","Sample Inc","here@a.example","0","Oslo"
"Ben","Birch","Sample Inc","gone@b.example","1","Oslo"
`,
      gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
    },
  }),
];
