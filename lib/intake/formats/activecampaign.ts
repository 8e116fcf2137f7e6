import { status, type Tool, withColumns } from './format.ts';

export const activecampaign: Tool = {
  tool: 'ActiveCampaign',
  csv: [
    {
      id: 'activecampaign',
      label: 'an ActiveCampaign contact export',
      page: 'https://help.activecampaign.com/hc/en-us/articles/220709307 (statuses: Active, Unconfirmed, Unsubscribed, Bounced)',
      refuses: 'Unsubscribed, Unconfirmed, Bounced; a date under "Unsubscribe Date" or "Bounced Date"',
      fits: withColumns(
        'email',
        'unsubscribe_date|unsubscription_date|bounced_count|bounced_date|unsub_date',
        'status|contact_id',
      ),
      contacts: {
        source: 'activecampaign',
        consent: { status: status({ yes: ['active'], no: ['unconfirmed', 'unsubscribed'], suppressed: ['bounced'] }) },
      },
    },
  ],
};
