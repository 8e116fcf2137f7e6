import { quoteText } from '../../core/sql.ts';
import { people } from './people.ts';

export const eventbrite = [
  people({
    id: 'eventbrite',
    tool: 'Eventbrite',
    label: 'an Eventbrite attendee export',
    page: 'https://www.eventbrite.com/help/en-us/articles/692742/how-to-run-an-attendee-report/',
    becomes: 'contacts; each attendee is an event "registered" or "attended"',
    refuses: 'a no under a consent question of the order form',
    fits: ({ cells }) =>
      cells.has('email', 'attendee_email') &&
      cells.has('order', 'order_id', 'order_no') &&
      cells.has('ticket_type', 'attendee', 'attendee_status', 'event_name'),
    shape: {
      source: 'eventbrite',
      aliases: { attendee_email: 'email', order_date: 'created_at' },
      consent: { attendee_status: 'ignore', order_status: 'ignore' },
    },
    feeds: ({ cells }) => {
      const status = cells.text('attendee_status', 'checked_in');
      return [
        {
          table: 'events',
          columns: {
            event_id:
              `'eventbrite:' || coalesce(${cells.text('attendee', 'attendee_id', 'barcode')}, ` +
              `${cells.text('order', 'order_id', 'order_no')} || ':' || ` +
              `lower(${cells.text('email', 'attendee_email')}))`,
            email: cells.text('email', 'attendee_email'),
            type: `case when lower(${status}) in ('checked in', 'yes', 'true') then 'attended' else ${quoteText('registered')} end`,
            occurred_at: cells.text('order_date', 'event_start_date'),
            campaign: cells.text('event_name'),
          },
          ignore:
            `case when regexp_matches(lower(coalesce(${status}, '')), 'not attending|deleted|cancel|refund') then ` +
            `'not attending' end`,
        },
      ];
    },
    sample: {
      name: 'report-2026-11-20.csv',
      text: `Order #,Order Date,First Name,Last Name,Email,Quantity,Ticket Type,Attendee #,Event Name,Attendee Status
900001,2026-11-01 10:00:00,Ann,Ash,here@a.example,1,General,800001,Launch,Attending
900002,2026-11-01 10:00:00,Ben,Birch,came@b.example,1,General,800002,Launch,Checked In
`,
      gives: {
        mailable: ['here@a.example', 'came@b.example'],
        events: { 'here@a.example': 'registered', 'came@b.example': 'attended' },
      },
    },
  }),
];
