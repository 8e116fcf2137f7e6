import { type Json, type Read, suppressionList, type Tool, withColumns } from './format.ts';
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

const LIST = {
  page: 'https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ListSuppressedDestinations.html',
  becomes: 'suppressions',
  refuses: 'every row: COMPLAINT or BOUNCE',
};

export const ses: Tool = {
  tool: 'Amazon SES',
  json: [
    {
      id: 'ses',
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
    },
    {
      ...LIST,
      id: 'ses-suppression-list',
      label: "Amazon SES's account suppression list",
      fits: (value) => isText(value.EmailAddress) && isText(value.Reason) && value.LastUpdateTime !== undefined,
      read: ({ EmailAddress: email, LastUpdateTime: at, Reason }) => [
        suppressed('ses', { email, at }, word(Reason) === 'complaint' ? 'complaint' : 'hard_bounce'),
      ],
    },
  ],
  csv: [
    {
      ...LIST,
      id: 'ses-suppression-csv',
      label: "Amazon SES's account suppression list as CSV",
      fits: withColumns('emailaddress|email_address', 'reason', 'lastupdatetime|last_update_time'),
      feeds: suppressionList('ses', {
        email: 'emailaddress|email_address',
        reason: ['reason', { complaint: 'complaint', bounce: 'hard_bounce' }],
        at: 'lastupdatetime|last_update_time',
      }),
    },
  ],
};
