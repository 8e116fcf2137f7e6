import { status, type Tool, withColumns } from './format.ts';
import { bounce, isText, items, suppressed, text, word } from './json.ts';

export const listmonk: Tool = {
  tool: 'listmonk',
  csv: [
    {
      id: 'listmonk',
      label: 'a listmonk subscriber export',
      page: 'https://listmonk.app/docs/querying-and-segmentation/ and https://listmonk.app/docs/apis/subscribers/ (status)',
      refuses: 'disabled, blocklisted',
      fits: withColumns('uuid', 'email', 'status', 'attributes|attribs|name'),
      contacts: {
        source: 'listmonk',
        aliases: { uuid: 'contact_id' },
        consent: { status: status({ yes: ['enabled'], no: ['disabled', 'blocklisted'] }) },
      },
    },
  ],
  json: [
    {
      id: 'listmonk-bounces',
      label: "listmonk's API list of bounces",
      page: 'https://listmonk.app/docs/apis/bounces/',
      becomes: 'bounces',
      refuses: 'complaint, hard',
      fits: (value) =>
        isText(value.email) && isText(value.type) && value.subscriber_uuid !== undefined && value.source !== undefined,
      // Its words are hard, soft and complaint, as ours.
      read: ({ id, email, created_at: at, type }) => [bounce('listmonk', { id: text(id), email, at }, word(type))],
    },
    {
      id: 'listmonk-api',
      label: "listmonk's API list of subscribers",
      page: 'https://listmonk.app/docs/apis/subscribers/',
      becomes: 'suppressions; who is enabled is ignored',
      refuses: 'disabled, blocklisted; unsubscribed from every list',
      fits: (value) => isText(value.email) && isText(value.uuid) && isText(value.status) && value.attribs !== undefined,
      read: (value) => {
        const lists = items(value.lists).map(({ subscription_status }) => word(subscription_status));
        const left =
          word(value.status) !== 'enabled' || (lists.length > 0 && lists.every((each) => each === 'unsubscribed'));
        return left
          ? [suppressed('listmonk', { email: value.email, at: value.updated_at }, 'unsubscribe', value.status)]
          : [{ ignored: 'subscribed' }];
      },
    },
  ],
};
