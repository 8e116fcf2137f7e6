import { type Json, type Reasons, reasonOf, suppressionList, type Tool, wordsFor } from './format.ts';
import { bounce, isText, object, reported, suppressed, text, word } from './json.ts';

/** https://support.sparkpost.com/docs/deliverability/bounce-classification-codes */
const kindOfClass = (bounceClass: string): string => {
  if (bounceClass === '90') return 'unsubscribe';
  if (['10', '30'].includes(bounceClass)) return 'hard';
  return ['23', '25', '50', '51', '52', '53', '54'].includes(bounceClass) ? 'block' : 'soft';
};

/** What is reported of mail that did not arrive, and of what people did. */
const FAILED = wordsFor({ block: ['policy_rejection', 'generation_rejection'], soft: ['delay'] });
const MEANS = wordsFor({
  unsubscribe: ['list_unsubscribe', 'link_unsubscribe'],
  open: ['open', 'initial_open'],
  click: ['click'],
  delivered: ['delivery'],
});

/** The event inside of its envelope: `message_event`, `track_event`, `unsubscribe_event`, … */
const inside = (value: Json): Json => {
  const msys = object(value.msys);
  return value.msys === undefined ? value : object(Object.values(msys)[0]);
};

const REASONS: Reasons = { spam: 'complaint', unsub: 'unsubscribe', bounce: 'hard_bounce' };
const LIST = {
  page: 'https://developers.sparkpost.com/api/suppression-list/',
  becomes: 'suppressions',
  refuses: 'every row, by its source',
};

export const sparkpost: Tool = {
  tool: 'SparkPost',
  json: [
    {
      id: 'sparkpost-events',
      label: 'SparkPost events',
      page: 'https://developers.sparkpost.com/api/webhooks/ and https://developers.sparkpost.com/api/events/',
      becomes: 'bounces; opens, clicks and deliveries as events',
      refuses: 'spam_complaint, list_unsubscribe, link_unsubscribe, bounce classes 10, 30 and 90',
      fits: (value) => value.msys !== undefined || (isText(value.rcpt_to) && isText(value.type)),
      read: (value) => {
        const found = inside(value);
        const type = word(found.type);
        if (type === '') return [{ ignored: 'no event' }];
        const about = { id: text(found.event_id), email: found.rcpt_to, at: found.timestamp };
        const more = { code: found.error_code, detail: found.raw_reason ?? found.reason };
        if (type === 'bounce' || type === 'out_of_band') {
          const bounceClass = text(found.bounce_class) ?? '';
          if (['60', '80', '100'].includes(bounceClass)) return [{ ignored: 'automatic reply' }];
          return [bounce('sparkpost', about, kindOfClass(bounceClass), more)];
        }
        if (type === 'spam_complaint') return [bounce('sparkpost', about, 'complaint', { detail: found.fbtype })];
        if (FAILED[type]) return reported('sparkpost', about, type, FAILED, more);
        return reported('sparkpost', about, type, MEANS, { campaign: found.campaign_id });
      },
    },
    {
      ...LIST,
      id: 'sparkpost-suppressions',
      label: "SparkPost's suppression list",
      fits: (value) => isText(value.recipient) && value.source !== undefined && value.event === undefined,
      read: (value) => {
        const about = { email: value.recipient, at: value.updated ?? value.created };
        return [suppressed('sparkpost', about, reasonOf(word(value.source), REASONS), value.description)];
      },
    },
  ],
  csv: [
    {
      ...LIST,
      id: 'sparkpost-suppressions-csv',
      label: "SparkPost's suppression list as CSV",
      fits: (file) =>
        file.hasAll('recipient|email', 'non_transactional|transactional', 'source|type|description') ||
        file.hasAll('recipient', 'type', 'source', 'description'),
      feeds: suppressionList('sparkpost', {
        email: 'recipient|email',
        reason: ['source|description', REASONS],
        at: 'updated|created',
        note: 'description',
      }),
    },
  ],
};
