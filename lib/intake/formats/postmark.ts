import { byPattern, type CsvFormat, type JsonFormat, suppression } from './format.ts';
import { bounce, event, isText, suppressed, text, word } from './json.ts';

/** Postmark's bounce types; what is not named here says nothing of the address. */
const TYPES: Readonly<Record<string, string>> = {
  hardbounce: 'hard',
  bademailaddress: 'hard',
  manuallydeactivated: 'hard',
  softbounce: 'soft',
  transient: 'soft',
  dnserror: 'soft',
  mailboxfull: 'soft',
  blocked: 'block',
  spamnotification: 'block',
  dmarcpolicy: 'block',
  virusnotification: 'block',
  spamcomplaint: 'complaint',
  unsubscribe: 'unsubscribe',
};
const REASONS = { hardbounce: 'hard_bounce', spamcomplaint: 'complaint', manualsuppression: 'unsubscribe' } as const;
const CHANGES: Readonly<Record<string, string>> = {
  hardbounce: 'hard',
  spamcomplaint: 'complaint',
  manualsuppression: 'unsubscribe',
};

const records: JsonFormat = {
  kind: 'json',
  id: 'postmark',
  tool: 'Postmark',
  label: 'Postmark bounces and events',
  page: 'https://postmarkapp.com/developer/api/bounce-api (and the bounce, spam complaint and subscription change webhooks)',
  becomes: 'bounces; opens, clicks and deliveries as events',
  refuses: 'SpamComplaint, Unsubscribe, SubscriptionChange, hard bounces',
  fits: (value) =>
    (isText(value.Type) && (value.BouncedAt !== undefined || value.Email !== undefined)) || isText(value.RecordType),
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
  sample: {
    name: 'postmark.json',
    text: `{"RecordType":"Bounce","ID":1,"Type":"HardBounce","Email":"dead@a.example",\
"BouncedAt":"2026-11-20T10:00:00.39Z","Details":"smtp;550 5.1.1 no such user"}
{"Bounces":[{"ID":2,"Type":"SpamComplaint","Email":"spam@b.example","BouncedAt":"2026-11-20T10:00:00Z"}]}
{"RecordType":"SubscriptionChange","MessageID":"m","Recipient":"gone@c.example",\
"ChangedAt":"2026-11-20T10:00:00Z","SuppressSending":true,"SuppressionReason":"ManualSuppression"}`,
    gives: { refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint', 'gone@c.example': 'unsubscribe' } },
  },
};

const DUMP = 'https://postmarkapp.com/developer/api/suppressions-api';

const dump: JsonFormat = {
  kind: 'json',
  id: 'postmark-suppressions',
  tool: 'Postmark',
  label: "Postmark's suppression dump",
  page: DUMP,
  becomes: 'suppressions',
  refuses: 'every row, by SuppressionReason',
  fits: (value) => isText(value.EmailAddress) && isText(value.SuppressionReason),
  read: (value) => {
    const about = { email: value.EmailAddress, at: value.CreatedAt };
    const reason = REASONS[word(value.SuppressionReason) as keyof typeof REASONS] ?? 'manual';
    return [suppressed('postmark', about, reason, value.Origin)];
  },
  sample: {
    name: 'suppressions-dump.json',
    text:
      '{"Suppressions":[{"EmailAddress":"gone@a.example","SuppressionReason":"ManualSuppression",' +
      '"Origin":"Recipient","CreatedAt":"2026-11-10T10:00:00-05:00"},{"EmailAddress":"dead@b.example",' +
      '"SuppressionReason":"HardBounce","Origin":"Recipient","CreatedAt":"2026-11-10T10:00:00-05:00"}]}',
    gives: { refused: { 'gone@a.example': 'unsubscribe', 'dead@b.example': 'dead' } },
  },
};

const dumpCsv: CsvFormat = {
  ...dump,
  kind: 'csv',
  id: 'postmark-suppressions-csv',
  label: "Postmark's suppressions as CSV",
  fits: ({ cells }) =>
    cells.has('suppressionreason', 'suppression_reason') &&
    cells.has('emailaddress', 'email_address', 'email') &&
    cells.has('origin'),
  feeds: ({ cells }) => [
    suppression('postmark', {
      email: cells.text('emailaddress', 'email_address', 'email'),
      reason: byPattern(
        cells.text('suppressionreason', 'suppression_reason'),
        { complaint: 'complaint', bounce: 'hard_bounce', manual: 'unsubscribe' },
        `'manual'`,
      ),
      at: cells.text('createdat', 'created_at'),
      note: cells.text('origin'),
    }),
  ],
  sample: {
    name: 'suppressions.csv',
    text:
      'EmailAddress,SuppressionReason,Origin,CreatedAt\nspam@a.example,SpamComplaint,Recipient,' +
      '2026-11-10T10:00:00-05:00\ngone@b.example,ManualSuppression,Customer,2026-11-10T10:00:00-05:00\n',
    gives: { refused: { 'spam@a.example': 'complaint', 'gone@b.example': 'unsubscribe' } },
  },
};

export const postmark = [records, dump, dumpCsv];
