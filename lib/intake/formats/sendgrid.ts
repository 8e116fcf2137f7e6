import { quoteText } from '../../core/sql.ts';
import { listsPeople } from './column-names.ts';
import { type CsvFormat, type FileHead, type JsonFormat, report, suppression } from './format.ts';
import { bounce, event, isText, suppressed, text, word } from './json.ts';

const SUPPRESSIONS = 'https://www.twilio.com/docs/sendgrid/ui/sending-email/index-suppressions';

const byStatus = (status: string, reason: string): string =>
  `case when starts_with(coalesce(${status}, ${reason}), '4') then 'soft' else 'hard' end`;
const isBlocks = (name: string): boolean => /block/i.test(name);

const bounces: CsvFormat = {
  kind: 'csv',
  id: 'sendgrid-bounces',
  tool: 'SendGrid',
  label: "SendGrid's list of bounces or blocks",
  page: `${SUPPRESSIONS} (Bounces, Blocks)`,
  becomes: 'bounces; blocks by the name of the file',
  refuses: '–',
  fits: (file) =>
    !listsPeople(file) && file.hasAll('email', 'created', 'reason', 'status') && !file.cells.has('kind', 'type'),
  feeds: ({ cells, name }) => {
    const [status, reason] = [cells.text('status'), cells.text('reason')];
    return [
      report('sendgrid', {
        email: cells.text('email'),
        kind: isBlocks(name) ? quoteText('block') : byStatus(status, reason),
        code: status,
        detail: reason,
        occurred_at: cells.text('created'),
      }),
    ];
  },
  sample: {
    name: 'suppression_bounces.csv',
    text: `status,reason,email,created
5.1.1,550 5.1.1 no such user,dead@a.example,1795168800
4.2.2,452 4.2.2 mailbox full,full@b.example,1795168800
`,
    gives: { refused: { 'dead@a.example': 'dead' }, bounces: { 'full@b.example': 'soft' } },
  },
};

const withoutAge = { kind: 'csv', tool: 'SendGrid', page: SUPPRESSIONS } as const;
const isExactly = (file: FileHead, ...headers: string[]): boolean =>
  file.hasAll(...headers) && file.hasOnly(...headers);

const spamReports: CsvFormat = {
  ...withoutAge,
  id: 'sendgrid-spam-reports',
  label: "SendGrid's list of spam reports",
  becomes: 'suppressions',
  refuses: 'every row: a complaint',
  fits: (file) => isExactly(file, 'ip', 'email', 'created'),
  feeds: ({ cells }) => [
    suppression('sendgrid', {
      email: cells.text('email'),
      reason: quoteText('complaint'),
      at: cells.text('created'),
    }),
  ],
  sample: {
    name: 'suppression_spam_reports.csv',
    text: 'ip,email,created\n192.0.2.1,spam@a.example,1795168800\n',
    gives: { refused: { 'spam@a.example': 'complaint' } },
  },
};

const unsubscribes: CsvFormat = {
  ...withoutAge,
  id: 'sendgrid-unsubscribes',
  label: "SendGrid's list of unsubscribes, of all mail or of a group",
  becomes: 'suppressions',
  refuses: 'every row: unsubscribed',
  fits: (file) =>
    file.hasAll('email', 'created') &&
    file.hasOnly('email', 'created', 'group_id', 'group_name', 'asm_group_id', 'group') &&
    (/unsub|suppress|asm/i.test(file.name) || file.cells.has('group_id', 'asm_group_id')),
  feeds: ({ cells }) => [
    suppression('sendgrid', {
      email: cells.text('email'),
      reason: quoteText('unsubscribe'),
      at: cells.text('created'),
      note: cells.text('group_name', 'group'),
    }),
  ],
  sample: {
    name: 'suppression_unsubscribes.csv',
    text: 'email,created\ngone@a.example,1795168800\n',
    gives: { refused: { 'gone@a.example': 'unsubscribe' } },
  },
};

const invalidEmails: CsvFormat = {
  ...withoutAge,
  id: 'sendgrid-invalid-emails',
  label: "SendGrid's list of invalid addresses",
  becomes: 'suppressions',
  refuses: 'every row: the address is dead',
  fits: (file) => isExactly(file, 'reason', 'email', 'created'),
  feeds: ({ cells }) => [
    suppression('sendgrid', {
      email: cells.text('email'),
      reason: quoteText('invalid'),
      at: cells.text('created'),
      note: cells.text('reason'),
    }),
  ],
  sample: {
    name: 'suppression_invalid_emails.csv',
    text: 'reason,email,created\nMail domain mentioned in email address is unknown,no@a.example,1795168800\n',
    gives: { refused: { 'no@a.example': 'dead' } },
  },
};

/** Why SendGrid did not even try, as the fault that it had seen before. */
const DROPPED: readonly [pattern: RegExp, kind: string][] = [
  [/^spam report/i, 'complaint'],
  [/^unsubscribed/i, 'unsubscribe'],
  // "Invalid SMTPAPI header" is the sender's own mistake.
  [/^bounced|^invalid$/i, 'hard'],
];

const webhook: JsonFormat = {
  kind: 'json',
  id: 'sendgrid-events',
  tool: 'SendGrid',
  label: 'SendGrid event webhook',
  page: 'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event',
  becomes: 'bounces; opens, clicks and deliveries as events',
  refuses: 'spamreport, unsubscribe, group_unsubscribe, and dropped for one of them',
  fits: (value) =>
    isText(value.email) &&
    isText(value.event) &&
    value.timestamp !== undefined &&
    (value.sg_event_id !== undefined || value.ts_epoch === undefined) &&
    value.time === undefined,
  read: (value) => {
    const about = { id: text(value.sg_event_id), email: value.email, at: value.timestamp };
    const more = { code: value.status, detail: value.reason };
    const name = word(value.event);
    switch (name) {
      case 'bounce':
      case 'blocked':
        return [
          bounce('sendgrid', about, word(value.type) === 'blocked' || name === 'blocked' ? 'block' : 'hard', more),
        ];
      case 'dropped': {
        const kind = DROPPED.find(([pattern]) => pattern.test(text(value.reason) ?? ''))?.[1];
        if (!kind) return [{ ignored: 'dropped for a reason of the message' }];
        // SendGrid writes 5.0.0 beside "Bounced Address": it had the address's own fault before, whatever that was.
        return [bounce('sendgrid', about, kind, kind === 'hard' ? { code: '5.1.1', detail: value.reason } : more)];
      }
      case 'deferred':
        return [bounce('sendgrid', about, 'soft', { code: value.status, detail: value.response ?? value.reason })];
      case 'spamreport':
        return [bounce('sendgrid', about, 'complaint')];
      case 'unsubscribe':
      case 'group_unsubscribe':
        return [bounce('sendgrid', about, 'unsubscribe')];
      case 'open':
      case 'click':
      case 'delivered':
        return [event('sendgrid', about, name)];
      default:
        return [{ ignored: name }];
    }
  },
  sample: {
    name: 'sendgrid.json',
    text: `[{"email":"dead@a.example","timestamp":1795168800,"event":"bounce","type":"bounce","status":"5.1.1",\
"reason":"550 5.1.1 no such user","sg_event_id":"x1"},
{"email":"spam@b.example","timestamp":1795168800,"event":"spamreport","sg_event_id":"x2"},
{"email":"gone@c.example","timestamp":1795168800,"event":"group_unsubscribe","asm_group_id":10,"sg_event_id":"x3"},
{"email":"drop@d.example","timestamp":1795168800,"event":"dropped","reason":"Bounced Address","status":"5.0.0","sg_event_id":"x4"},
{"email":"here@e.example","timestamp":1795168800,"event":"click","sg_event_id":"x5"}]`,
    gives: {
      refused: {
        'dead@a.example': 'dead',
        'spam@b.example': 'complaint',
        'gone@c.example': 'unsubscribe',
        'drop@d.example': 'dead',
      },
      events: { 'here@e.example': 'click' },
      mailable: ['here@e.example'],
    },
  },
};

/** The API's lists: bounces and blocks have a status, invalid addresses a reason, spam reports an IP address. */
const api: JsonFormat = {
  kind: 'json',
  id: 'sendgrid-api',
  tool: 'SendGrid',
  label: "SendGrid's API lists of suppressions",
  page: 'https://www.twilio.com/docs/sendgrid/api-reference/bounces-api (and blocks, spam reports, invalid e-mails, suppressions)',
  becomes: 'bounces and suppressions',
  refuses: 'spam reports, unsubscribes, invalid addresses',
  fits: (value) =>
    isText(value.email) &&
    (typeof value.created === 'number' || (typeof value.created_at === 'number' && value.group_id !== undefined)),
  read: (value, name = '') => {
    const about = { email: value.email, at: value.created ?? value.created_at };
    // A bounce or a block may be without a status; its reason then decides.
    if (isText(value.status) || /bounces|blocks/.test(name)) {
      const kind = isBlocks(name) ? 'block' : /^4/.test(text(value.status) ?? '') ? 'soft' : 'hard';
      return [bounce('sendgrid', about, kind, { code: value.status, detail: value.reason })];
    }
    if (isText(value.reason)) return [suppressed('sendgrid', about, 'invalid', value.reason)];
    if (value.ip !== undefined) return [suppressed('sendgrid', about, 'complaint')];
    return [suppressed('sendgrid', about, 'unsubscribe', value.group_name)];
  },
  sample: {
    name: 'spam_reports.json',
    text: `[{"created":1795168800,"email":"spam@a.example","ip":"192.0.2.1"},
{"created":1795168800,"email":"gone@b.example"},
{"created":1795168800,"email":"dead@c.example","reason":"550 5.1.1 no such user","status":"5.1.1"}]`,
    gives: { refused: { 'spam@a.example': 'complaint', 'gone@b.example': 'unsubscribe', 'dead@c.example': 'dead' } },
  },
};

export const sendgrid = [bounces, spamReports, unsubscribes, invalidEmails, webhook, api];
