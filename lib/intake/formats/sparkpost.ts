import { byPattern, type CsvFormat, type Json, type JsonFormat, suppression } from './format.ts';
import { bounce, event, isText, object, suppressed, text, word } from './json.ts';

/** https://support.sparkpost.com/docs/deliverability/bounce-classification-codes */
const kindOfClass = (bounceClass: string): string => {
  if (bounceClass === '90') return 'unsubscribe';
  if (['10', '30'].includes(bounceClass)) return 'hard';
  return ['23', '25', '50', '51', '52', '53', '54'].includes(bounceClass) ? 'block' : 'soft';
};

const EVENTS: Readonly<Record<string, string>> = {
  open: 'open',
  initial_open: 'open',
  click: 'click',
  delivery: 'delivered',
};

/** The event inside of its envelope: `message_event`, `track_event`, `unsubscribe_event`, … */
const inside = (value: Json): Json => {
  const msys = object(value.msys);
  return value.msys === undefined ? value : object(Object.values(msys)[0]);
};

const webhook: JsonFormat = {
  kind: 'json',
  id: 'sparkpost-events',
  tool: 'SparkPost',
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
    switch (type) {
      case 'bounce':
      case 'out_of_band': {
        const bounceClass = text(found.bounce_class) ?? '';
        if (['60', '80', '100'].includes(bounceClass)) return [{ ignored: 'automatic reply' }];
        return [bounce('sparkpost', about, kindOfClass(bounceClass), more)];
      }
      case 'policy_rejection':
      case 'generation_rejection':
        return [bounce('sparkpost', about, 'block', more)];
      case 'delay':
        return [bounce('sparkpost', about, 'soft', more)];
      case 'spam_complaint':
        return [bounce('sparkpost', about, 'complaint', { detail: found.fbtype })];
      case 'list_unsubscribe':
      case 'link_unsubscribe':
        return [bounce('sparkpost', about, 'unsubscribe')];
      default: {
        const name = EVENTS[type];
        return name ? [event('sparkpost', about, name, found.campaign_id)] : [{ ignored: type }];
      }
    }
  },
  sample: {
    name: 'sparkpost.json',
    text: `[{"msys":{"message_event":{"type":"bounce","bounce_class":"10","rcpt_to":"dead@a.example",\
"raw_reason":"550 5.1.1 no such user","error_code":"550","timestamp":"1795168800","event_id":"1"}}},
{"msys":{"unsubscribe_event":{"type":"list_unsubscribe","rcpt_to":"gone@b.example","timestamp":"1795168800","event_id":"2"}}},
{"msys":{"message_event":{"type":"spam_complaint","rcpt_to":"spam@c.example","timestamp":"1795168800","event_id":"3"}}}]`,
    gives: { refused: { 'dead@a.example': 'dead', 'gone@b.example': 'unsubscribe', 'spam@c.example': 'complaint' } },
  },
};

const PAGE = 'https://developers.sparkpost.com/api/suppression-list/';

const list: JsonFormat = {
  kind: 'json',
  id: 'sparkpost-suppressions',
  tool: 'SparkPost',
  label: "SparkPost's suppression list",
  page: PAGE,
  becomes: 'suppressions',
  refuses: 'every row, by its source',
  fits: (value) => isText(value.recipient) && value.source !== undefined && value.event === undefined,
  read: (value) => {
    const source = word(value.source);
    const reason = /spam/.test(source)
      ? 'complaint'
      : /unsub/.test(source)
        ? 'unsubscribe'
        : /bounce/.test(source)
          ? 'hard_bounce'
          : 'manual';
    return [
      suppressed(
        'sparkpost',
        { email: value.recipient, at: value.updated ?? value.created },
        reason,
        value.description,
      ),
    ];
  },
  sample: {
    name: 'suppression-list.json',
    text:
      '{"results":[{"recipient":"spam@a.example","type":"non_transactional","source":"Spam Complaint",' +
      '"description":"MAIL FROM","created":"2026-11-01T10:00:00+00:00","updated":"2026-11-01T10:00:00+00:00"},' +
      '{"recipient":"dead@b.example","type":"transactional","source":"Bounce Rule","description":"550 no such ' +
      'user","updated":"2026-11-01T10:00:00+00:00"}]}',
    gives: { refused: { 'spam@a.example': 'complaint', 'dead@b.example': 'dead' } },
  },
};

const csv: CsvFormat = {
  ...list,
  kind: 'csv',
  id: 'sparkpost-suppressions-csv',
  label: "SparkPost's suppression list as CSV",
  fits: ({ cells }) =>
    cells.has('recipient', 'email') &&
    ((cells.has('non_transactional', 'transactional') && cells.has('source', 'type', 'description')) ||
      (cells.has('recipient') && cells.has('type') && cells.has('source') && cells.has('description'))),
  feeds: ({ cells }) => [
    suppression('sparkpost', {
      email: cells.text('recipient', 'email'),
      reason: byPattern(
        cells.text('source', 'description'),
        { spam: 'complaint', unsub: 'unsubscribe', bounce: 'hard_bounce' },
        `'manual'`,
      ),
      at: cells.text('updated', 'created'),
      note: cells.text('description'),
    }),
  ],
  sample: {
    name: 'suppression-list.csv',
    text:
      'recipient,transactional,non_transactional,source,description,updated\ngone@a.example,false,true,List ' +
      'Unsubscribe,,2026-11-01T10:00:00Z\nadded@b.example,true,true,Manually Added,,2026-11-01T10:00:00Z\n',
    gives: { refused: { 'gone@a.example': 'unsubscribe', 'added@b.example': 'unsubscribe' } },
  },
};

export const sparkpost = [webhook, list, csv];
