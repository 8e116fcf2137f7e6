import { type Tool, withColumns } from './format.ts';

export const calendly: Tool = {
  tool: 'Calendly',
  csv: [
    {
      id: 'calendly',
      label: 'a Calendly export of events',
      page: 'https://calendly.com/help/how-to-export-your-meeting-data (columns from files that people publish)',
      becomes: 'contacts: the invitees',
      refuses: 'a no under "Invitee accepted marketing emails" or a consent question',
      fits: withColumns('invitee_email'),
      contacts: {
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
    },
  ],
};
