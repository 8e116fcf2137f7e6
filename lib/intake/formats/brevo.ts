import { dayFirst } from './cells.ts';
import {
  type Json,
  meanings,
  type Reasons,
  reasonIn,
  reasonOf,
  suppression,
  type Tool,
  withColumns,
  wordsFor,
} from './format.ts';
import { isText, object, reported, suppressed, text, word } from './json.ts';

/** The category's words and numbers. */
const OPT_IN = meanings({ yes: ['yes', '1', 'true'], no: ['no', '2', 'false'] });

const REASONS: Reasons = { bounce: 'hard_bounce', 'spam|complain': 'complaint', unsub: 'unsubscribe' };

const MEANS = wordsFor({
  hard: ['hardbounce', 'hardbounces', 'invalidemail', 'invalid'],
  soft: ['softbounce', 'softbounces', 'deferred'],
  block: ['blocked', 'error'],
  complaint: ['spam', 'complaint'],
  unsubscribe: ['unsubscribed', 'unsubscribe'],
  click: ['click', 'clicks', 'clicked'],
  open: ['opened', 'open', 'uniqueopened'],
  delivered: ['delivered'],
});

const someOf = (list: unknown): boolean => Array.isArray(list) && list.length > 0;
const leftEveryList = ({ listIds, listUnsubscribed }: Json): boolean => someOf(listUnsubscribed) && !someOf(listIds);

export const brevo: Tool = {
  tool: 'Brevo',
  csv: [
    {
      id: 'brevo',
      label: 'a Brevo contact export',
      page: 'https://help.brevo.com/hc/en-us/articles/209499265 (columns from files that people publish)',
      refuses: 'EMAIL_BLACKLISTED, DOUBLE_OPT-IN',
      fits: withColumns('email', 'email_blacklisted|email_blocklisted'),
      contacts: {
        source: 'brevo',
        dayFirst: true,
        // Who never confirmed by a link has an empty cell; EMAIL_BLACKLISTED says who wants no mail.
        consent: { double_opt_in: { role: 'agrees', known: OPT_IN }, opt_in: { role: 'agrees', known: OPT_IN } },
        aliases: { added_time: 'created_at', modified_time: 'updated_at', sms: 'phone' },
      },
    },
    {
      id: 'brevo-blocklist',
      label: "Brevo's list of blocked contacts",
      page: 'https://developers.brevo.com/reference/get-transac-blocked-contacts',
      becomes: 'suppressions',
      refuses: 'every row, by Reason',
      fits: withColumns('email', 'reason', 'date', 'sender|sender_email|senders'),
      feeds: ({ cells }) =>
        suppression('brevo', {
          email: cells.text('email'),
          reason: reasonIn(cells.text('reason'), REASONS),
          at: dayFirst(cells.text('date')),
          note: cells.text('reason'),
        }),
    },
  ],
  json: [
    {
      id: 'brevo-events',
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
        return reported('brevo', about, name, MEANS, { detail: value.reason, campaign: value.tag });
      },
    },
    {
      id: 'brevo-blocked-api',
      label: "Brevo's API list of blocked contacts",
      page: 'https://developers.brevo.com/reference/get-transac-blocked-contacts',
      becomes: 'suppressions',
      refuses: 'every row, by its reason',
      fits: (value) => isText(value.email) && value.blockedAt !== undefined,
      read: ({ email, blockedAt: at, reason }) => {
        const code = word(object(reason).code ?? reason);
        return [suppressed('brevo', { email, at }, reasonOf(code, REASONS), object(reason).message)];
      },
    },
    {
      id: 'brevo-contacts-api',
      label: "Brevo's API contacts",
      page: 'https://developers.brevo.com/reference/get-contacts',
      becomes: 'suppressions; contacts themselves are not read',
      refuses: 'emailBlacklisted; listUnsubscribed of who is in no list any more',
      fits: (value) => isText(value.email) && typeof value.emailBlacklisted === 'boolean',
      read: (value) =>
        value.emailBlacklisted === true || leftEveryList(value)
          ? [suppressed('brevo', { email: value.email, at: value.modifiedAt }, 'unsubscribe')]
          : [{ ignored: 'not blocklisted' }],
    },
  ],
};
