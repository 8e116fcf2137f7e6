import { status, type Tool } from './format.ts';

export const kit: Tool = {
  tool: 'Kit',
  csv: [
    {
      id: 'kit',
      label: 'a Kit (ConvertKit) subscriber export',
      page:
        'https://developers.kit.com/api-reference/subscribers/list-subscribers ' +
        '(state: active, bounced, cancelled, complained, inactive)',
      refuses: 'cancelled, inactive, bounced, complained under "state" or "status"',
      fits: (file) =>
        file.hasAll('email_address|email', 'first_name', 'state', 'created_at') &&
        !file.cells.has('city', 'country', 'zip', 'address', 'last_name'),
      contacts: {
        source: 'kit',
        not: ['state'],
        aliases: { id: 'contact_id' },
        consent: {
          state: status({
            yes: ['active', 'confirmed'],
            no: ['cancelled', 'canceled', 'inactive', 'complained', 'unconfirmed'],
            suppressed: ['bounced'],
          }),
        },
      },
    },
  ],
};
