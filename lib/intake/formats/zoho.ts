import { people } from './people.ts';

export const zoho = [
  people({
    id: 'zoho',
    tool: 'Zoho CRM',
    label: 'a Zoho CRM export of contacts or leads',
    page: 'https://help.zoho.com/portal/en/kb/crm/data-administration/export-data',
    refuses: '"Email Opt Out", "Unsubscribed Mode", "Unsubscribed Time"',
    fits: ({ cells }) =>
      cells.has('email') &&
      cells.has('record_id', 'contact_id', 'lead_id') &&
      cells.has('email_opt_out', 'unsubscribed_mode', 'contact_owner', 'lead_owner', 'contact_owner_id') &&
      cells.has('created_time', 'modified_time', 'unsubscribed_mode'),
    shape: {
      source: 'zoho',
      aliases: { lead_id: 'contact_id', account_name: 'company', mailing_street: 'address' },
      consent: { lead_status: 'ignore' },
    },
    sample: {
      name: 'Contacts_001.csv',
      text: `Record Id,Contact Owner,First Name,Last Name,Account Name,Email,Email Opt Out,Created Time,Unsubscribed Mode
zcrm_1,Kim,Ann,Ash,Sample Inc,here@a.example,false,2026-01-01 10:00:00,
zcrm_2,Kim,Ben,Birch,Sample Inc,gone@b.example,true,2026-01-01 10:00:00,
zcrm_3,Kim,Cat,Cole,Sample Inc,left@c.example,false,2026-01-01 10:00:00,Consent form
`,
      gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status', 'left@c.example': 'status' } },
    },
  }),
];
