import { byPattern, type CsvFormat, type Json, type JsonFormat, type Read, suppression } from './format.ts';
import { bounce, event, isText, items, object, suppressed, text, word } from './json.ts';

/** SES's words for a bounce that is our own fault and not the address's. */
const SENDERS_FAULT = new Set(['messagetoolarge', 'contentrejected', 'attachmentrejected']);

const kindOf = (type: string, subtype: string): string => {
  if (SENDERS_FAULT.has(subtype)) return 'block';
  // Undetermined says that SES could not tell: the code decides.
  return type === 'permanent' ? 'hard' : 'soft';
};

function bounced(value: Json): Read[] {
  const found = object(value.bounce);
  const [type, subtype] = [word(found.bounceType), word(found.bounceSubType)];
  return items(found.bouncedRecipients).map((recipient) => {
    const email = text(recipient.emailAddress);
    const id = text(found.feedbackId);
    const about = { id: id && `${id}:${email?.toLowerCase()}`, email, at: found.timestamp };
    const code = recipient.status ?? (subtype === 'mailboxfull' ? '4.2.2' : null);
    const detail = recipient.diagnosticCode ?? found.bounceSubType;
    return bounce('ses', about, kindOf(type, subtype), { code, detail });
  });
}

function complained(value: Json): Read[] {
  const found = object(value.complaint);
  if (word(found.complaintFeedbackType) === 'not-spam') return [{ ignored: 'complaint taken back (not-spam)' }];
  const id = text(found.feedbackId);
  return items(found.complainedRecipients).map(({ emailAddress }) =>
    bounce('ses', { id: id && `${id}:${word(emailAddress)}`, email: emailAddress, at: found.timestamp }, 'complaint', {
      detail: found.complaintFeedbackType,
    }),
  );
}

const destinations = (value: Json): unknown[] => {
  const { destination } = object(value.mail);
  return Array.isArray(destination) ? destination : [];
};

function happened(value: Json, type: string, part: Json): Read[] {
  const mail = object(value.mail);
  const to = Array.isArray(part.recipients) ? part.recipients : destinations(value);
  return to.map((email: unknown) => {
    const at = part.timestamp ?? mail.timestamp;
    const id = text(mail.messageId);
    return event('ses', { id: id && `${id}:${type}:${word(email)}:${text(at)}`, email, at }, type);
  });
}

/** Who left by SES's own link: everything, or one topic of a list, which says nothing of the others. */
function unsubscribed(value: Json): Read[] {
  const part = object(value.subscription);
  if (object(part.newTopicPreferences).unsubscribeAll !== true) return [{ ignored: 'subscription to one topic' }];
  const id = text(object(value.mail).messageId);
  return destinations(value).map((email) =>
    bounce('ses', { id: id && `${id}:unsubscribe:${word(email)}`, email, at: part.timestamp }, 'unsubscribe'),
  );
}

const notifications: JsonFormat = {
  kind: 'json',
  id: 'ses',
  tool: 'Amazon SES',
  label: 'Amazon SES notifications',
  page: 'https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html (raw, or by SNS, SQS, Lambda, EventBridge)',
  becomes: 'bounces; opens, clicks and deliveries as events',
  refuses: 'Complaint, Subscription with unsubscribeAll, permanent bounces',
  fits: (value) =>
    ['notificationType', 'eventType'].some((each) => isText(value[each])) && typeof value.mail === 'object',
  read: (value) => {
    const type = word(value.notificationType ?? value.eventType);
    if (type === 'bounce') return bounced(value);
    if (type === 'complaint') return complained(value);
    if (type === 'subscription') return unsubscribed(value);
    if (type === 'delivery') return happened(value, 'delivered', object(value.delivery));
    if (type === 'open' || type === 'click') return happened(value, type, object(value[type]));
    return [{ ignored: type || 'no type' }];
  },
  sample: {
    name: 'ses.json',
    text: `{"version":"0","detail-type":"Email Bounced","source":"aws.ses","detail":{"eventType":"Bounce",\
"bounce":{"bounceType":"Permanent","bounceSubType":"General",\
"bouncedRecipients":[{"emailAddress":"dead@a.example","status":"5.1.1",\
"diagnosticCode":"smtp; 550 5.1.1 user unknown"}],"timestamp":"2026-11-20T10:00:00.000Z","feedbackId":"f1"},\
"mail":{"timestamp":"2026-11-20T10:00:00.000Z","messageId":"m1","destination":["dead@a.example"]}}}
{"Type":"Notification","Message":"{\\"notificationType\\":\\"Complaint\\",\
\\"complaint\\":{\\"complainedRecipients\\":[{\\"emailAddress\\":\\"spam@b.example\\"}],\
\\"timestamp\\":\\"2026-11-20T10:00:00.000Z\\",\\"feedbackId\\":\\"f2\\"},\\"mail\\":{\\"messageId\\":\\"m2\\"}}"}
{"eventType":"Click","mail":{"messageId":"m3","destination":["here@c.example"],\
"timestamp":"2026-11-20T09:00:00Z"},"click":{"timestamp":"2026-11-20T10:00:00Z"}}`,
    gives: {
      refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint' },
      events: { 'here@c.example': 'click' },
      mailable: ['here@c.example'],
    },
  },
};

const LIST_PAGE = 'https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ListSuppressedDestinations.html';

const accountList: JsonFormat = {
  kind: 'json',
  id: 'ses-suppression-list',
  tool: 'Amazon SES',
  label: "Amazon SES's account suppression list",
  page: LIST_PAGE,
  becomes: 'suppressions',
  refuses: 'every row: COMPLAINT or BOUNCE',
  fits: (value) => isText(value.EmailAddress) && isText(value.Reason) && value.LastUpdateTime !== undefined,
  read: (value) => {
    const about = { email: value.EmailAddress, at: value.LastUpdateTime };
    return [suppressed('ses', about, word(value.Reason) === 'complaint' ? 'complaint' : 'hard_bounce')];
  },
  sample: {
    name: 'suppressed-destinations.json',
    text:
      '{"SuppressedDestinationSummaries":[{"EmailAddress":"dead@a.example","Reason":"BOUNCE",' +
      '"LastUpdateTime":"2026-11-01T10:00:00.000000+00:00"},{"EmailAddress":"spam@b.example",' +
      '"Reason":"COMPLAINT","LastUpdateTime":"2026-11-01T10:00:00.000000+00:00"}]}',
    gives: { refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint' } },
  },
};

const accountListCsv: CsvFormat = {
  ...accountList,
  kind: 'csv',
  id: 'ses-suppression-csv',
  label: "Amazon SES's account suppression list as CSV",
  fits: (file) =>
    file.cells.has('emailaddress', 'email_address') &&
    file.cells.has('reason') &&
    file.cells.has('lastupdatetime', 'last_update_time'),
  feeds: ({ cells }) => [
    suppression('ses', {
      email: cells.text('emailaddress', 'email_address'),
      reason: byPattern(cells.text('reason'), { complaint: 'complaint', bounce: 'hard_bounce' }, `'manual'`),
      at: cells.text('lastupdatetime', 'last_update_time'),
    }),
  ],
  sample: {
    name: 'ses-suppression.csv',
    text: 'EmailAddress,Reason,LastUpdateTime\nspam@a.example,COMPLAINT,2026-11-01T10:00:00Z\ndead@b.example,BOUNCE,2026-11-01T10:00:00Z\n',
    gives: { refused: { 'spam@a.example': 'complaint', 'dead@b.example': 'dead' } },
  },
};

export const ses = [notifications, accountList, accountListCsv];
