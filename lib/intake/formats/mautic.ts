import { type Tool, withColumns } from './format.ts';

export const mautic: Tool = {
  tool: 'Mautic',
  csv: [
    {
      id: 'mautic',
      label: 'a Mautic contact export',
      page:
        'https://docs.mautic.org/en/latest/contacts/manage_contacts.html (doNotContact: 0 contactable, 1 ' +
        'unsubscribed, 2 bounced, 3 manual)',
      refuses: 'donotcontact, doNotEmail',
      fits: withColumns(
        'email',
        'donotcontact|do_not_contact|donotemail|preferred_profile_image|date_identified',
        'firstname|id|points',
      ),
      contacts: { source: 'mautic', aliases: { id: 'contact_id', date_identified: 'created_at' } },
    },
  ],
};
