import { people } from './people.ts';

export const calendly = [
  people({
    id: 'calendly',
    tool: 'Calendly',
    label: 'a Calendly export of events',
    page: 'https://calendly.com/help/how-to-export-your-meeting-data (columns from files that people publish)',
    becomes: 'contacts: the invitees',
    refuses: 'a no under "Invitee accepted marketing emails" or a consent question',
    fits: ({ cells }) => cells.has('invitee_email'),
    shape: {
      source: 'calendly',
      aliases: {
        invitee_email: 'email',
        invitee_first_name: 'first_name',
        invitee_last_name: 'last_name',
        text_reminder_number: 'phone',
      },
      // The host's, and the meeting's.
      not: ['user_email', 'user_name', 'location', 'event_created_date_time'],
      consent: { canceled: 'ignore', marked_as_no_show: 'ignore' },
    },
    sample: {
      name: 'events-export.csv',
      text: `User Name,User Email,Invitee Name,Invitee First Name,Invitee Last Name,Invitee Email,\
Invitee accepted marketing emails,Event Type Name,Start Date & Time,Event Created Date & Time,Canceled
Host,host@z.example,Ada Byron,,,here@a.example,Yes,Intro,2026-10-01 10:00,2026-09-20 09:00,false
Host,host@z.example,Bob Curie,,,gone@b.example,No,Intro,2026-10-02 10:00,2026-09-21 09:00,true
`,
      gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
    },
  }),
];
