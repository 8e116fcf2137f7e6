import { quoteText } from '../../core/sql.ts';
import { listsPeople } from './column-names.ts';
import { type FileHead, suppressionList, type Tool } from './format.ts';
import { bounce, isText, reported, suppressed, text, word } from './json.ts';

const SUPPRESSIONS = 'https://www.twilio.com/docs/sendgrid/ui/sending-email/index-suppressions';

const isBlocks = (name: string): boolean => /block/i.test(name);
const isExactly = (file: FileHead, ...headers: string[]): boolean =>
  file.hasAll(...headers) && file.hasOnly(...headers);

/** Why SendGrid did not even try, as the fault that it had seen before. */
const DROPPED: readonly [pattern: RegExp, kind: string][] = [
  [/^spam report/i, 'complaint'],
  [/^unsubscribed/i, 'unsubscribe'],
  // "Invalid SMTPAPI header" is the sender's own mistake.
  [/^bounced|^invalid$/i, 'hard'],
];

const MEANS: Readonly<Record<string, string>> = {
  spamreport: 'complaint',
  unsubscribe: 'unsubscribe',
  group_unsubscribe: 'unsubscribe',
  open: 'open',
  click: 'click',
  delivered: 'delivered',
};

export const sendgrid: Tool = {
  tool: 'SendGrid',
  page: SUPPRESSIONS,
  csv: [
    {
      id: 'sendgrid-bounces',
      label: "SendGrid's list of bounces or blocks",
      page: `${SUPPRESSIONS} (Bounces, Blocks)`,
      becomes: 'bounces; blocks by the name of the file',
      fits: (file) =>
        !listsPeople(file) && file.hasAll('email', 'created', 'reason', 'status') && !file.cells.has('kind', 'type'),
      feeds: ({ cells, name }) => {
        const [status, reason] = [cells.text('status'), cells.text('reason')];
        const byStatus = `case when starts_with(coalesce(${status}, ${reason}), '4') then 'soft' else 'hard' end`;
        return {
          table: 'bounces',
          columns: {
            provider: quoteText('sendgrid'),
            email: cells.text('email'),
            kind: isBlocks(name) ? quoteText('block') : byStatus,
            code: status,
            detail: reason,
            occurred_at: cells.text('created'),
          },
        };
      },
    },
    {
      id: 'sendgrid-spam-reports',
      label: "SendGrid's list of spam reports",
      becomes: 'suppressions',
      refuses: 'every row: a complaint',
      fits: (file) => isExactly(file, 'ip', 'email', 'created'),
      feeds: suppressionList('sendgrid', { email: 'email', reason: 'complaint', at: 'created' }),
    },
    {
      id: 'sendgrid-unsubscribes',
      label: "SendGrid's list of unsubscribes, of all mail or of a group",
      becomes: 'suppressions',
      refuses: 'every row: unsubscribed',
      fits: (file) =>
        file.hasAll('email', 'created') &&
        file.hasOnly('email', 'created', 'group_id', 'group_name', 'asm_group_id', 'group') &&
        (/unsub|suppress|asm/i.test(file.name) || file.cells.has('group_id', 'asm_group_id')),
      feeds: suppressionList('sendgrid', {
        email: 'email',
        reason: 'unsubscribe',
        at: 'created',
        note: 'group_name|group',
      }),
    },
    {
      id: 'sendgrid-invalid-emails',
      label: "SendGrid's list of invalid addresses",
      becomes: 'suppressions',
      refuses: 'every row: the address is dead',
      fits: (file) => isExactly(file, 'reason', 'email', 'created'),
      feeds: suppressionList('sendgrid', { email: 'email', reason: 'invalid', at: 'created', note: 'reason' }),
    },
  ],
  json: [
    {
      id: 'sendgrid-events',
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
        const { status: code, reason: detail } = value;
        const name = word(value.event);
        switch (name) {
          case 'bounce':
          case 'blocked': {
            const kind = word(value.type) === 'blocked' || name === 'blocked' ? 'block' : 'hard';
            return [bounce('sendgrid', about, kind, { code, detail })];
          }
          case 'dropped': {
            const kind = DROPPED.find(([pattern]) => pattern.test(text(detail) ?? ''))?.[1];
            if (!kind) return [{ ignored: 'dropped for a reason of the message' }];
            // SendGrid writes 5.0.0 beside "Bounced Address": it had the address's own fault before, no matter what that was.
            return [bounce('sendgrid', about, kind, { code: kind === 'hard' ? '5.1.1' : code, detail })];
          }
          case 'deferred':
            return [bounce('sendgrid', about, 'soft', { code, detail: value.response ?? detail })];
          default:
            return reported('sendgrid', about, name, MEANS);
        }
      },
    },
    {
      // Bounces and blocks have a status, invalid addresses a reason, spam reports an IP address.
      id: 'sendgrid-api',
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
    },
  ],
};
