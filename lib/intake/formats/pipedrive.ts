import { meanings, people } from './people.ts';

const MARKETING = meanings({
  subscribed: 'yes',
  unsubscribed: 'no',
  'no consent': 'no',
  no_consent: 'no',
  archived: 'no',
  bounced: 'suppressed',
});
const status = { role: 'status', known: MARKETING, empty: 'no' } as const;

export const pipedrive = [
  people({
    id: 'pipedrive',
    tool: 'Pipedrive',
    label: 'a Pipedrive export of people',
    page: 'https://support.pipedrive.com/en/article/exporting-data-from-pipedrive (marketing status: …/article/marketing-status)',
    refuses: '"Marketing status" no consent, unsubscribed, bounced, archived and empty',
    fits: ({ cells }) =>
      cells.has('person_email', 'person_email_work') ||
      (cells.has('email', 'email_work') &&
        cells.has('marketing_status') &&
        cells.has('organization', 'owner', 'open_deals')),
    shape: {
      source: 'pipedrive',
      aliases: {
        person_email: 'email',
        person_email_work: 'email',
        email_work: 'email',
        person_id: 'contact_id',
        person_first_name: 'first_name',
        person_last_name: 'last_name',
        person_phone: 'phone',
        person_phone_work: 'phone',
        person_organization: 'company',
        person_job_title: 'job_title',
        person_created: 'created_at',
        person_person_created: 'created_at',
      },
      consent: { person_marketing_status: status, marketing_status: status },
    },
    sample: {
      name: 'people.csv',
      text: `Person - ID,Person - First name,Person - Last name,Person - Organization,Person - Email,Person - Marketing status
pd-1,Ann,Ash,Sample Inc,here@a.example,Subscribed
pd-2,Ben,Birch,Sample Inc,gone@b.example,Unsubscribed
pd-3,Cat,Cole,Sample Inc,none@c.example,No consent
`,
      gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status', 'none@c.example': 'status' } },
    },
  }),
];
