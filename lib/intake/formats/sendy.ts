import { status, type Tool } from './format.ts';

export const sendy: Tool = {
  tool: 'Sendy',
  csv: [
    {
      id: 'sendy',
      label: 'a Sendy subscriber export',
      page: 'https://sendy.co/api (subscription status: Subscribed, Unsubscribed, Unconfirmed, Bounced, Soft bounced, Complained)',
      refuses: 'Unsubscribed, Unconfirmed, Bounced, "Marked as spam"',
      fits: (file) =>
        file.hasAll('name', 'email', 'status', 'last_activity|joined|date_joined|timestamp') &&
        file.headers.length < 12,
      contacts: {
        source: 'sendy',
        consent: {
          status: status({
            yes: ['subscribed'],
            no: ['unconfirmed', 'unsubscribed', 'marked as spam'],
            suppressed: ['bounced'],
            nothing: ['soft bounced'],
          }),
        },
      },
    },
  ],
};
