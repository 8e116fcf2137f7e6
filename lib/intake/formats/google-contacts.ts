import { type Tool, withColumns } from './format.ts';

export const googleContacts: Tool = {
  tool: 'Google Contacts',
  csv: [
    {
      id: 'google-contacts',
      label: 'a Google Contacts export',
      page: 'https://support.google.com/contacts/answer/7199294',
      fits: withColumns('e_mail_1_value', 'given_name|first_name|e_mail_1_label|e_mail_1_type'),
      contacts: {
        source: 'google contacts',
        aliases: {
          organization_name: 'company',
          organization_title: 'job_title',
          address_1_city: 'city',
          address_1_country: 'country',
        },
      },
    },
  ],
};
