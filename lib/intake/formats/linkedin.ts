import { people } from './people.ts';

const connections = people({
  id: 'linkedin-connections',
  tool: 'LinkedIn',
  label: 'LinkedIn connections',
  page: 'https://www.linkedin.com/help/linkedin/answer/a566336',
  becomes: 'contacts (people who connected, which is no consent to a newsletter)',
  refuses: '–',
  fits: (file) =>
    file.cells.has('email_address', 'email') &&
    file.cells.has('connected_on') &&
    file.cells.has('company', 'position', 'url'),
  shape: { source: 'linkedin', not: ['url'], aliases: { position: 'job_title' } },
  sample: {
    name: 'Connections.csv',
    text:
      'First Name,Last Name,URL,Email Address,Company,Position,Connected On\nAnn,Ash,' +
      'https://www.linkedin.com/in/ann,here@a.example,Sample Inc,CEO,05 Jan 2024\n',
    gives: { mailable: ['here@a.example'] },
  },
});

const leads = people({
  id: 'linkedin-leads',
  tool: 'LinkedIn',
  label: "LinkedIn's lead gen form export",
  page: 'https://www.linkedin.com/help/lms/answer/a425539',
  refuses: 'a no under a consent question of the form',
  fits: ({ cells }) =>
    cells.has('email_address', 'work_email', 'email') &&
    cells.has('lead_id', 'form_name', 'lead_form_id') &&
    cells.has('campaign_name', 'ad_name', 'campaign', 'creative_name', 'lead_type', 'test_lead'),
  shape: {
    source: 'linkedin lead form',
    aliases: { lead_id: 'contact_id', form_submission_date: 'created_at', submitted_at: 'created_at' },
  },
  sample: {
    name: 'leads.csv',
    text: `Lead ID,Campaign name,Form name,Created at,First name,Last name,Work email,Company name,Job title,\
I agree to receive marketing emails
ln-1,Spring,Whitepaper,2026-11-01T10:00:00Z,Ann,Ash,here@a.example,Sample Inc,CEO,Yes
ln-2,Spring,Whitepaper,2026-11-01T10:00:00Z,Ben,Birch,no@b.example,Sample Inc,CTO,No
`,
    gives: { mailable: ['here@a.example'], refused: { 'no@b.example': 'status' } },
  },
});

export const linkedin = [connections, leads];
