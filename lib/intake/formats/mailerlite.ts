import { status, type Tool } from './format.ts';

export const mailerlite: Tool = {
  tool: 'MailerLite',
  csv: [
    {
      // The columns can be chosen at each export, and are not documented; they are taken from files that people publish.
      id: 'mailerlite',
      label: 'a MailerLite subscriber export',
      page: 'https://developers.mailerlite.com/docs/subscribers.html (status: active, unsubscribed, unconfirmed, bounced, junk)',
      refuses: 'every status but active',
      fits: (file) =>
        file.hasAll('subscriber', 'subscribed|status|opened') ||
        file.hasAll(
          'email',
          'opens|opens_count',
          'clicks|clicks_count',
          'subscribed|subscribed_at|opt_in_date|opted_in_at',
        ),
      contacts: {
        source: 'mailerlite',
        aliases: { subscriber: 'email', name: 'first_name', opt_in_date: 'created_at', date_subscribed: 'created_at' },
        consent: {
          subscriber: 'ignore',
          status: status({ yes: ['active'], no: ['unsubscribed', 'unconfirmed', 'junk'], suppressed: ['bounced'] }),
        },
      },
    },
  ],
};
