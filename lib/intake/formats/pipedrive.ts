import { status, type Tool } from './format.ts';

const MARKETING = {
  ...status({
    yes: ['subscribed'],
    no: ['unsubscribed', 'no consent', 'no_consent', 'archived'],
    suppressed: ['bounced'],
  }),
  empty: 'no',
} as const;

export const pipedrive: Tool = {
  tool: 'Pipedrive',
  csv: [
    {
      id: 'pipedrive',
      label: 'a Pipedrive export of people',
      page: 'https://support.pipedrive.com/en/article/exporting-data-from-pipedrive (marketing status: …/article/marketing-status)',
      refuses: '"Marketing status" no consent, unsubscribed, bounced, archived and empty',
      fits: (file) =>
        file.hasAll('person_email|person_email_work') ||
        file.hasAll('email|email_work', 'marketing_status', 'organization|owner|open_deals'),
      contacts: {
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
        consent: { person_marketing_status: MARKETING, marketing_status: MARKETING },
      },
    },
  ],
};
