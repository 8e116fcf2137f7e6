import { people } from './people.ts';

export const googleContacts = [
  people({
    id: 'google-contacts',
    tool: 'Google Contacts',
    label: 'a Google Contacts export',
    page: 'https://support.google.com/contacts/answer/7199294',
    refuses: '–',
    fits: ({ cells }) =>
      cells.has('e_mail_1_value') && cells.has('given_name', 'first_name', 'e_mail_1_label', 'e_mail_1_type'),
    shape: {
      source: 'google contacts',
      aliases: {
        organization_name: 'company',
        organization_title: 'job_title',
        address_1_city: 'city',
        address_1_country: 'country',
      },
    },
    sample: {
      name: 'contacts.csv',
      text: `First Name,Middle Name,Last Name,Organization Name,Organization Title,Birthday,Notes,Labels,\
E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value
Ann,,Ash,Sample Inc,CEO,,,* myContacts,* Work,here@a.example,Mobile,+47 555 01 001
`,
      gives: { mailable: ['here@a.example'] },
    },
  }),
];
