import { people } from './people.ts';

export const mautic = [
  people({
    id: 'mautic',
    tool: 'Mautic',
    label: 'a Mautic contact export',
    page:
      'https://docs.mautic.org/en/latest/contacts/manage_contacts.html (doNotContact: 0 contactable, 1 ' +
      'unsubscribed, 2 bounced, 3 manual)',
    refuses: 'donotcontact, doNotEmail',
    fits: ({ cells }) =>
      cells.has('email') &&
      cells.has('donotcontact', 'do_not_contact', 'donotemail', 'preferred_profile_image', 'date_identified') &&
      cells.has('firstname', 'id', 'points'),
    shape: { source: 'mautic', aliases: { id: 'contact_id', date_identified: 'created_at' } },
    sample: {
      name: 'contacts_export.csv',
      text:
        'id,firstname,lastname,email,points,donotcontact\nmautic-1,Ann,Ash,gone@a.example,0,1\nmautic-2,Ben,' +
        'Birch,here@b.example,5,0\nmautic-3,Cat,Cole,dead@c.example,5,2\n',
      gives: { mailable: ['here@b.example'], refused: { 'gone@a.example': 'status', 'dead@c.example': 'status' } },
    },
  }),
];
