/**
 * What mail providers say in JSON, as rows of bounces and events. The provider's own verdict becomes the kind; its code
 * and words stay beside it. A kind of event that says nothing of a person is named as left out, never dropped unseen.
 *
 * Sources: Amazon SES (docs.aws.amazon.com/ses, notification-contents.html, and "event data published to SNS" for opens,
 * clicks and subscriptions); SendGrid (twilio.com/docs/sendgrid/for-developers/tracking-events/event); Mailgun
 * (documentation.mailgun.com, "Event structure"; the `suppress-…` reasons stand only in its examples); Postmark
 * (postmarkapp.com/developer, "Bounce API: bounce types", "Bounce webhook", "Subscription change webhook").
 */

/** A row for a table, as text; or the word for what was left out; or what is wrong with it. */
export type Read =
  | { readonly table: 'bounces' | 'events'; readonly cells: Readonly<Record<string, string | null>> }
  | { readonly ignored: string }
  | { readonly fault: string; readonly column: string };

type Json = Readonly<Record<string, unknown>>;

export type ProviderId = 'ses' | 'sendgrid' | 'mailgun' | 'postmark';

export interface JsonProvider {
  readonly id: ProviderId;
  readonly label: string;
  readonly fits: (value: Json) => boolean;
  readonly read: (value: Json) => Read[];
}

const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const items = (value: unknown): Json[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: unknown): string | null =>
  typeof value === 'string' ? value.trim() || null : typeof value === 'number' ? String(value) : null;
const word = (value: unknown): string => (text(value) ?? '').toLowerCase();

/** Seconds since 1970 as ISO 8601; anything else stays the text that it is. */
function moment(value: unknown): string | null {
  const seconds =
    typeof value === 'number' ? value : /^\d{9,11}(\.\d+)?$/.test(text(value) ?? '') ? Number(value) : null;
  if (seconds === null || !Number.isFinite(seconds) || Math.abs(seconds) > 1e11) return text(value);
  return new Date(Math.round(seconds * 1000)).toISOString();
}

interface Said {
  readonly id: string | null;
  readonly email: unknown;
  readonly at: unknown;
}

const bounce = (
  provider: ProviderId,
  said: Said,
  kind: string,
  more: { code?: unknown; detail?: unknown } = {},
): Read => {
  const id = said.id === null ? null : `${provider}:${said.id}`;
  const [code, detail] = [text(more.code), text(more.detail)];
  return {
    table: 'bounces',
    cells: { bounce_id: id, email: text(said.email), kind, code, detail, provider, occurred_at: moment(said.at) },
  };
};

const event = (provider: ProviderId, said: Said, type: string, campaign: unknown = null): Read => ({
  table: 'events',
  cells: {
    event_id: said.id === null ? null : `${provider}:${said.id}`,
    email: text(said.email),
    type,
    occurred_at: moment(said.at),
    campaign: text(campaign),
  },
});

/** SES's words for a bounce that is our own fault and not the address's. */
const SES_SENDER = new Set(['messagetoolarge', 'contentrejected', 'attachmentrejected']);

function sesBounce(value: Json, kindOf: (type: string, subtype: string) => string): Read[] {
  const found = object(value.bounce);
  const [type, subtype] = [word(found.bounceType), word(found.bounceSubType)];
  return items(found.bouncedRecipients).map((recipient) => {
    const email = text(recipient.emailAddress);
    const id = text(found.feedbackId);
    const said = { id: id && `${id}:${email?.toLowerCase()}`, email, at: found.timestamp };
    const code = recipient.status ?? (subtype === 'mailboxfull' ? '4.2.2' : null);
    return bounce('ses', said, kindOf(type, subtype), {
      code,
      detail: recipient.diagnosticCode ?? found.bounceSubType,
    });
  });
}

const sesKind = (type: string, subtype: string): string => {
  if (SES_SENDER.has(subtype)) return 'block';
  return type === 'permanent' ? 'hard' : type === 'transient' ? 'soft' : '';
};

function sesComplaint(value: Json): Read[] {
  const found = object(value.complaint);
  if (word(found.complaintFeedbackType) === 'not-spam') return [{ ignored: 'complaint taken back (not-spam)' }];
  const id = text(found.feedbackId);
  return items(found.complainedRecipients).map(({ emailAddress }) =>
    bounce('ses', { id: id && `${id}:${word(emailAddress)}`, email: emailAddress, at: found.timestamp }, 'complaint', {
      detail: found.complaintFeedbackType,
    }),
  );
}

function sesEvent(value: Json, type: string, part: Json): Read[] {
  const mail = object(value.mail);
  const to = Array.isArray(part.recipients) ? part.recipients : Array.isArray(mail.destination) ? mail.destination : [];
  return to.map((email: unknown) => {
    const at = part.timestamp ?? mail.timestamp;
    const id = text(mail.messageId);
    return event('ses', { id: id && `${id}:${type}:${word(email)}:${text(at)}`, email, at }, type);
  });
}

/** Who left by SES's own link: everything, or one topic of a list, which says nothing of the others. */
function sesSubscription(value: Json): Read[] {
  const part = object(value.subscription);
  if (object(part.newTopicPreferences).unsubscribeAll !== true) return [{ ignored: 'subscription to one topic' }];
  const mail = object(value.mail);
  const to = Array.isArray(mail.destination) ? mail.destination : [];
  const id = text(mail.messageId);
  return to.map((email: unknown) =>
    bounce('ses', { id: id && `${id}:unsubscribe:${word(email)}`, email, at: part.timestamp }, 'unsubscribe'),
  );
}

const ses: JsonProvider = {
  id: 'ses',
  label: 'Amazon SES notifications',
  fits: (value) =>
    ['notificationType', 'eventType'].some((each) => text(value[each]) !== null) && typeof value.mail === 'object',
  read: (value) => {
    const type = word(value.notificationType ?? value.eventType);
    if (type === 'bounce') return sesBounce(value, sesKind);
    if (type === 'complaint') return sesComplaint(value);
    if (type === 'subscription') return sesSubscription(value);
    if (type === 'delivery') return sesEvent(value, 'delivered', object(value.delivery));
    if (type === 'open' || type === 'click') return sesEvent(value, type, object(value[type]));
    return [{ ignored: type || 'no type' }];
  },
};

/** Why SendGrid did not even try, as the fault that it had seen before. */
const SENDGRID_DROPPED: readonly [pattern: RegExp, kind: string][] = [
  [/^spam report/i, 'complaint'],
  [/^unsubscribed/i, 'unsubscribe'],
  // "Invalid SMTPAPI header" is the sender's own mistake.
  [/^bounced|^invalid$/i, 'hard'],
];

const sendgrid: JsonProvider = {
  id: 'sendgrid',
  label: 'SendGrid event webhook',
  fits: (value) => text(value.email) !== null && text(value.event) !== null && value.timestamp !== undefined,
  read: (value) => {
    const said = { id: text(value.sg_event_id), email: value.email, at: value.timestamp };
    const more = { code: value.status, detail: value.reason };
    const name = word(value.event);
    switch (name) {
      case 'bounce':
      case 'blocked':
        return [
          bounce('sendgrid', said, word(value.type) === 'blocked' || name === 'blocked' ? 'block' : 'hard', more),
        ];
      case 'dropped': {
        const kind = SENDGRID_DROPPED.find(([pattern]) => pattern.test(text(value.reason) ?? ''))?.[1];
        return kind ? [bounce('sendgrid', said, kind, more)] : [{ ignored: 'dropped for a reason of the message' }];
      }
      case 'deferred':
        return [bounce('sendgrid', said, 'soft', { code: value.status, detail: value.response ?? value.reason })];
      case 'spamreport':
        return [bounce('sendgrid', said, 'complaint')];
      case 'unsubscribe':
      case 'group_unsubscribe':
        return [bounce('sendgrid', said, 'unsubscribe')];
      case 'open':
      case 'click':
      case 'delivered':
        return [event('sendgrid', said, name)];
      default:
        return [{ ignored: name }];
    }
  },
};

const MAILGUN_EVENTS: Readonly<Record<string, string>> = { opened: 'open', clicked: 'click', delivered: 'delivered' };

const mailgun: JsonProvider = {
  id: 'mailgun',
  label: 'Mailgun events',
  fits: (value) => text(value.recipient) !== null && text(value.event) !== null,
  read: (value) => {
    const said = { id: text(value.id), email: value.recipient, at: value.timestamp };
    const name = word(value.event);
    const status = object(value['delivery-status']);
    const enhanced = text(status['enhanced-code']);
    const more = { code: enhanced ?? status.code, detail: status.message || status.description || value.reason };
    if (name === 'failed') {
      const before = /^suppress-(bounce|complaint|unsubscribe)$/.exec(word(value.reason))?.[1];
      const kind = before === 'bounce' ? 'hard' : (before ?? (word(value.severity) === 'permanent' ? 'hard' : 'soft'));
      return [bounce('mailgun', said, kind, more)];
    }
    if (name === 'complained') return [bounce('mailgun', said, 'complaint')];
    if (name === 'unsubscribed') return [bounce('mailgun', said, 'unsubscribe')];
    const type = MAILGUN_EVENTS[name];
    return type ? [event('mailgun', said, type)] : [{ ignored: name }];
  },
};

/** Postmark's bounce types; what is not named here says nothing of the address. */
const POSTMARK: Readonly<Record<string, string>> = {
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

const postmark: JsonProvider = {
  id: 'postmark',
  label: 'Postmark bounces and events',
  fits: (value) =>
    (text(value.Type) !== null && (value.BouncedAt !== undefined || value.Email !== undefined)) ||
    text(value.RecordType) !== null,
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
    const type = changes ? POSTMARK_CHANGES[word(value.SuppressionReason)] : POSTMARK[word(value.Type)];
    if (!type) return [{ ignored: word(value.Type) || record }];
    const id = text(value.ID) ?? (changes ? text(value.MessageID) : null);
    const said = { id: id && (changes ? `change:${id}` : id), email, at: value.BouncedAt ?? value.ChangedAt };
    const code = word(value.Type) === 'mailboxfull' ? '4.2.2' : null;
    return [bounce('postmark', said, type, { code, detail: value.Details ?? value.Description })];
  },
};

const POSTMARK_CHANGES: Readonly<Record<string, string>> = {
  hardbounce: 'hard',
  spamcomplaint: 'complaint',
  manualsuppression: 'unsubscribe',
};

const providers: readonly JsonProvider[] = [ses, postmark, mailgun, sendgrid];

/** Takes the wrapping off: SNS envelopes, API pages, webhook bodies. An object without any is its own only content. */
export function unwrap(value: Json): Json[] {
  if (word(value.Type) === 'notification' && typeof value.Message === 'string') {
    try {
      return [object(JSON.parse(value.Message))];
    } catch {
      return [{}];
    }
  }
  for (const page of [value.items, value.Bounces, value.Records, value.events]) {
    if (Array.isArray(page)) return items(page).flatMap(unwrap);
  }
  if (typeof value['event-data'] === 'object') return [object(value['event-data'])];
  if (typeof value.Sns === 'object') return unwrap(object(value.Sns));
  return [value];
}

/** Whose words these are; null where nobody's that we know. */
export const providerOf = (value: Json): JsonProvider | null => providers.find((each) => each.fits(value)) ?? null;
