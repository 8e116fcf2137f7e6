import { type Reasons, reasonOf, suppressionList, type Tool, withColumns, wordsFor } from './format.ts';
import { bounce, event, isText, suppressed, text, word } from './json.ts';

/** Postmark's bounce types; what is not named here says nothing of the address. */
const TYPES = wordsFor({
  hard: ['hardbounce', 'bademailaddress', 'manuallydeactivated'],
  soft: ['softbounce', 'transient', 'dnserror', 'mailboxfull'],
  block: ['blocked', 'spamnotification', 'dmarcpolicy', 'virusnotification'],
  complaint: ['spamcomplaint'],
  unsubscribe: ['unsubscribe'],
});
const CHANGES = wordsFor({ hard: ['hardbounce'], complaint: ['spamcomplaint'], unsubscribe: ['manualsuppression'] });

const REASONS: Reasons = { complaint: 'complaint', bounce: 'hard_bounce', manual: 'unsubscribe' };
/** Those of the API, word for word: any other is a person's no. */
const DUMPED: Reasons = {
  '^spamcomplaint$': 'complaint',
  '^hardbounce$': 'hard_bounce',
  '^manualsuppression$': 'unsubscribe',
};
const DUMP = {
  page: 'https://postmarkapp.com/developer/api/suppressions-api',
  becomes: 'suppressions',
  refuses: 'every row, by SuppressionReason',
};

export const postmark: Tool = {
  tool: 'Postmark',
  json: [
    {
      id: 'postmark',
      label: 'Postmark bounces and events',
      page: 'https://postmarkapp.com/developer/api/bounce-api (and the bounce, spam complaint and subscription change webhooks)',
      becomes: 'bounces; opens, clicks and deliveries as events',
      refuses: 'SpamComplaint, Unsubscribe, SubscriptionChange, hard bounces',
      fits: (value) =>
        (isText(value.Type) && (value.BouncedAt !== undefined || value.Email !== undefined)) ||
        isText(value.RecordType),
      read: (value) => {
        const record = word(value.RecordType);
        const email = value.Email ?? value.Recipient;
        if (record === 'open' || record === 'click' || record === 'delivery') {
          const at = value.ReceivedAt ?? value.DeliveredAt;
          const id = text(value.MessageID);
          const type = record === 'delivery' ? 'delivered' : record;
          return [event('postmark', { id: id && `${id}:${record}:${text(at)}`, email, at }, type, value.Tag)];
        }
        const changes = record === 'subscriptionchange';
        if (changes && value.SuppressSending !== true) return [{ ignored: 'subscription taken up again' }];
        const type = changes ? CHANGES[word(value.SuppressionReason)] : TYPES[word(value.Type)];
        // Postmark sends an address that it made inactive no more mail, no matter what came back last.
        const isDead = value.Inactive === true && type !== 'complaint' && type !== 'unsubscribe';
        if (!type && !isDead) return [{ ignored: word(value.Type) || record }];
        const id = text(value.ID) ?? (changes ? text(value.MessageID) : null);
        const about = { id: id && (changes ? `change:${id}` : id), email, at: value.BouncedAt ?? value.ChangedAt };
        const detail = value.Details ?? value.Description;
        if (!type || isDead) return [bounce('postmark', about, 'hard', { code: '5.1.1', detail })];
        return [bounce('postmark', about, type, { code: word(value.Type) === 'mailboxfull' ? '4.2.2' : null, detail })];
      },
    },
    {
      ...DUMP,
      id: 'postmark-suppressions',
      label: "Postmark's suppression dump",
      fits: (value) => isText(value.EmailAddress) && isText(value.SuppressionReason),
      read: ({ EmailAddress: email, CreatedAt: at, SuppressionReason, Origin }) => [
        suppressed('postmark', { email, at }, reasonOf(word(SuppressionReason), DUMPED), Origin),
      ],
    },
  ],
  csv: [
    {
      ...DUMP,
      id: 'postmark-suppressions-csv',
      label: "Postmark's suppressions as CSV",
      fits: withColumns('suppressionreason|suppression_reason', 'emailaddress|email_address|email', 'origin'),
      feeds: suppressionList('postmark', {
        email: 'emailaddress|email_address|email',
        reason: ['suppressionreason|suppression_reason', REASONS],
        at: 'createdat|created_at',
        note: 'origin',
      }),
    },
  ],
};
