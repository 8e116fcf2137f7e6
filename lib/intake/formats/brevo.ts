import { dayFirst } from './cells.ts';
import { byPattern, type CsvFormat, type Json, type JsonFormat, suppression } from './format.ts';
import { bounce, event, isText, object, suppressed, text, word } from './json.ts';
import { meanings, people } from './people.ts';

/** The category's words and numbers. */
const OPT_IN = meanings({ yes: 'yes', no: 'no', 1: 'yes', 2: 'no', true: 'yes', false: 'no' });

const contacts = people({
  id: 'brevo',
  tool: 'Brevo',
  label: 'a Brevo contact export',
  page: 'https://help.brevo.com/hc/en-us/articles/209499265 (columns from files that people publish)',
  refuses: 'EMAIL_BLACKLISTED, DOUBLE_OPT-IN',
  fits: ({ cells }) => cells.has('email') && cells.has('email_blacklisted', 'email_blocklisted'),
  shape: {
    source: 'brevo',
    dayFirst: true,
    // Who never confirmed by a link has an empty cell; EMAIL_BLACKLISTED says who wants no mail.
    consent: { double_opt_in: { role: 'agrees', known: OPT_IN }, opt_in: { role: 'agrees', known: OPT_IN } },
    aliases: { added_time: 'created_at', modified_time: 'updated_at', sms: 'phone' },
  },
  sample: {
    name: 'brevo-contacts.csv',
    text: `CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;SMS;EMAIL_BLACKLISTED;SMS_BLACKLISTED;ADDED_TIME
brevo-1;gone@a.example;Ann;Ash;;true;false;2026-11-01 10:00:00
brevo-2;here@b.example;Ben;Birch;;false;true;05-11-2026 10:00:00
`,
    gives: { mailable: ['here@b.example'], refused: { 'gone@a.example': 'status' } },
  },
});

const REASONS = { bounce: 'hard_bounce', 'spam|complain': 'complaint', unsub: 'unsubscribe' };

const blocklist: CsvFormat = {
  kind: 'csv',
  id: 'brevo-blocklist',
  tool: 'Brevo',
  label: "Brevo's list of blocked contacts",
  page: 'https://developers.brevo.com/reference/get-transac-blocked-contacts',
  becomes: 'suppressions',
  refuses: 'every row, by Reason',
  fits: (file) => file.hasAll('email', 'reason', 'date') && file.cells.has('sender', 'sender_email', 'senders'),
  feeds: ({ cells }) => [
    suppression('brevo', {
      email: cells.text('email'),
      reason: byPattern(cells.text('reason'), REASONS, `'manual'`),
      at: dayFirst(cells.text('date')),
      note: cells.text('reason'),
    }),
  ],
  sample: {
    name: 'brevo-blocklist.csv',
    text: `Email,Reason,Sender,Date
dead@a.example,Hard Bounce,news@our.example.com,2026-11-20 10:00:00
gone@b.example,Unsubscribed via email,news@our.example.com,20-11-2026 10:00:00
`,
    gives: { refused: { 'dead@a.example': 'dead', 'gone@b.example': 'unsubscribe' } },
  },
};

const KINDS: Readonly<Record<string, string>> = {
  hardbounce: 'hard',
  hardbounces: 'hard',
  invalidemail: 'hard',
  invalid: 'hard',
  softbounce: 'soft',
  softbounces: 'soft',
  deferred: 'soft',
  blocked: 'block',
  error: 'block',
  spam: 'complaint',
  complaint: 'complaint',
  unsubscribed: 'unsubscribe',
  unsubscribe: 'unsubscribe',
};
const EVENTS: Readonly<Record<string, string>> = {
  click: 'click',
  clicks: 'click',
  clicked: 'click',
  opened: 'open',
  open: 'open',
  uniqueopened: 'open',
  delivered: 'delivered',
};

const webhook: JsonFormat = {
  kind: 'json',
  id: 'brevo-events',
  tool: 'Brevo',
  label: 'Brevo webhooks',
  page: 'https://developers.brevo.com/docs/transactional-webhooks (and marketing webhooks)',
  becomes: 'bounces; opens, clicks and deliveries as events',
  refuses: 'spam, unsubscribed, hard_bounce, invalid_email',
  fits: (value) =>
    isText(value.email) &&
    isText(value.event) &&
    ['ts_epoch', 'ts_event', 'message-id', 'messageId', 'date', 'date_event', 'camp_id'].some(
      (each) => value[each] !== undefined,
    ),
  read: (value) => {
    const name = word(value.event).replace(/[^a-z]/g, '');
    const at = value.ts_epoch ?? value.ts_event ?? value.ts ?? value.date;
    const message = text(value['message-id'] ?? value.messageId);
    const about = { id: message && `${message}:${name}:${word(value.email)}`, email: value.email, at };
    const kind = KINDS[name];
    if (kind) return [bounce('brevo', about, kind, { detail: value.reason })];
    const type = EVENTS[name];
    return type ? [event('brevo', about, type, value.tag)] : [{ ignored: name }];
  },
  sample: {
    name: 'brevo.json',
    text: `[{"event":"hard_bounce","email":"dead@a.example","id":1,"ts_event":1795168800,"message-id":"<x>",\
"reason":"550 5.1.1 no such user"},
{"event":"spam","email":"spam@b.example","ts_epoch":1795168800000},
{"event":"unsubscribed","email":"gone@c.example","ts_epoch":1795168800000}]`,
    gives: { refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint', 'gone@c.example': 'unsubscribe' } },
  },
};

const api: JsonFormat = {
  kind: 'json',
  id: 'brevo-blocked-api',
  tool: 'Brevo',
  label: "Brevo's API list of blocked contacts",
  page: 'https://developers.brevo.com/reference/get-transac-blocked-contacts',
  becomes: 'suppressions',
  refuses: 'every row, by its reason',
  fits: (value) => isText(value.email) && value.blockedAt !== undefined,
  read: (value) => {
    const code = word(object(value.reason).code ?? value.reason);
    const reason = /bounce/.test(code)
      ? 'hard_bounce'
      : /spam/.test(code)
        ? 'complaint'
        : /unsub/.test(code)
          ? 'unsubscribe'
          : 'manual';
    return [suppressed('brevo', { email: value.email, at: value.blockedAt }, reason, object(value.reason).message)];
  },
  sample: {
    name: 'blocked-contacts.json',
    text:
      '{"contacts":[{"email":"spam@a.example","senderEmail":"news@our.example.com",' +
      '"reason":{"code":"contactFlaggedAsSpam","message":"Contact flagged as spam"},' +
      '"blockedAt":"2026-11-01T10:00:00Z"},{"email":"gone@b.example","reason":{"code":"unsubscribedViaEmail"},' +
      '"blockedAt":"2026-11-01T10:00:00Z"}]}',
    gives: { refused: { 'spam@a.example': 'complaint', 'gone@b.example': 'unsubscribe' } },
  },
};

const someOf = (list: unknown): boolean => Array.isArray(list) && list.length > 0;
const leftEveryList = ({ listIds, listUnsubscribed }: Json): boolean => someOf(listUnsubscribed) && !someOf(listIds);

const apiContacts: JsonFormat = {
  kind: 'json',
  id: 'brevo-contacts-api',
  tool: 'Brevo',
  label: "Brevo's API contacts",
  page: 'https://developers.brevo.com/reference/get-contacts',
  becomes: 'suppressions; contacts themselves are not read',
  refuses: 'emailBlacklisted; listUnsubscribed of who is in no list any more',
  fits: (value) => isText(value.email) && typeof value.emailBlacklisted === 'boolean',
  read: (value) =>
    value.emailBlacklisted === true || leftEveryList(value)
      ? [suppressed('brevo', { email: value.email, at: value.modifiedAt }, 'unsubscribe')]
      : [{ ignored: 'not blocklisted' }],
  sample: {
    name: 'brevo-contacts.json',
    text:
      '{"contacts":[{"id":1,"email":"gone@a.example","emailBlacklisted":true,' +
      '"modifiedAt":"2026-11-01T10:00:00Z"},{"id":2,"email":"here@b.example","emailBlacklisted":false,' +
      '"modifiedAt":"2026-11-01T10:00:00Z"}]}',
    gives: { refused: { 'gone@a.example': 'unsubscribe' }, mailable: ['here@b.example'] },
  },
};

export const brevo = [contacts, blocklist, webhook, api, apiContacts];
