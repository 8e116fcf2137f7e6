import { type Tool, withColumns } from './format.ts';

export const eventbrite: Tool = {
  tool: 'Eventbrite',
  csv: [
    {
      id: 'eventbrite',
      label: 'an Eventbrite attendee export',
      page: 'https://www.eventbrite.com/help/en-us/articles/692742/how-to-run-an-attendee-report/',
      becomes: 'contacts; each attendee is an event "registered" or "attended"',
      refuses: 'a no under a consent question of the order form',
      fits: withColumns(
        'email|attendee_email',
        'order|order_id|order_no',
        'ticket_type|attendee|attendee_status|event_name',
      ),
      contacts: {
        source: 'eventbrite',
        aliases: { attendee_email: 'email', order_date: 'created_at' },
        consent: { attendee_status: 'ignore', order_status: 'ignore' },
      },
      feeds: ({ cells }) => {
        const status = cells.text('attendee_status', 'checked_in');
        const email = cells.text('email', 'attendee_email');
        return {
          table: 'events',
          columns: {
            event_id:
              `'eventbrite:' || coalesce(${cells.text('attendee', 'attendee_id', 'barcode')}, ` +
              `${cells.text('order', 'order_id', 'order_no')} || ':' || lower(${email}))`,
            email,
            type: `case when lower(${status}) in ('checked in', 'yes', 'true') then 'attended' else 'registered' end`,
            occurred_at: cells.text('order_date', 'event_start_date'),
            campaign: cells.text('event_name'),
          },
          ignore:
            `case when regexp_matches(lower(coalesce(${status}, '')), 'not attending|deleted|cancel|refund') then ` +
            `'not attending' end`,
        };
      },
    },
  ],
};
