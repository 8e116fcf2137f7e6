import { quoteText } from '../../core/sql.ts';
import { listsPeople } from './column-names.ts';
import { type FileHead, suppressionList, type Tool } from './format.ts';
import { bounce, isText, object, reported, suppressed, text, word } from './json.ts';

/** Mailgun calls an e-mail address an address; beside one of another name it is where a person lives. */
const namesByAddress = (file: FileHead): boolean =>
  file.cells.has('address') && !file.cells.has('email', 'email_address', 'contact_id') && !listsPeople(file);

const MEANS: Readonly<Record<string, string>> = {
  opened: 'open',
  clicked: 'click',
  delivered: 'delivered',
  complained: 'complaint',
  unsubscribed: 'unsubscribe',
};

/** Mailgun's own codes for what it does not even try: 605 bounced before, 606 unsubscribed, 607 complained. */
const BEFORE: Readonly<Record<string, string>> = { 605: 'hard', 606: 'unsubscribe', 607: 'complaint' };

export const mailgun: Tool = {
  tool: 'Mailgun',
  page: 'https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/suppressions',
  csv: [
    {
      id: 'mailgun-members',
      label: "a Mailgun mailing list's members",
      page: 'https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/mailing-lists (members.csv)',
      refuses: 'subscribed no',
      fits: (file) => file.hasAll('address', 'subscribed') && !file.cells.has('email', 'email_address', 'contact_id'),
      contacts: { source: 'mailgun', aliases: { address: 'email' } },
    },
    {
      id: 'mailgun-bounces',
      label: "Mailgun's list of bounces",
      becomes: 'bounces',
      fits: (file) => namesByAddress(file) && file.hasAll('error|code'),
      feeds: ({ cells }) => ({
        table: 'bounces',
        columns: {
          provider: quoteText('mailgun'),
          email: cells.text('address'),
          kind: `case when starts_with(${cells.text('code')}, '4') then 'soft' else 'hard' end`,
          code: cells.text('code'),
          detail: cells.text('error'),
          occurred_at: cells.text('created_at'),
        },
      }),
    },
    {
      id: 'mailgun-unsubscribes',
      label: "Mailgun's list of unsubscribes",
      becomes: 'suppressions',
      refuses: 'every row: unsubscribed',
      fits: (file) =>
        namesByAddress(file) && file.hasAll('tags|tag') && file.hasOnly('address', 'tags', 'tag', 'created_at'),
      feeds: suppressionList('mailgun', { email: 'address', reason: 'unsubscribe', at: 'created_at' }),
    },
    {
      id: 'mailgun-complaints',
      label: "Mailgun's list of complaints",
      becomes: 'suppressions',
      refuses: 'every row: a complaint',
      fits: (file) =>
        namesByAddress(file) && file.hasAll('created_at') && file.hasOnly('address', 'created_at', 'count'),
      feeds: suppressionList('mailgun', { email: 'address', reason: 'complaint', at: 'created_at' }),
    },
  ],
  json: [
    {
      id: 'mailgun-events',
      label: 'Mailgun events',
      page: 'https://documentation.mailgun.com/docs/mailgun/user-manual/events/events (and the webhooks from before 2018)',
      becomes: 'bounces; opens, clicks and deliveries as events',
      refuses: 'complained, unsubscribed, permanent failures; failures because of one before',
      fits: (value) => isText(value.recipient) && isText(value.event),
      read: (value) => {
        const about = { id: text(value.id), email: value.recipient, at: value.timestamp };
        const name = word(value.event);
        if (!['failed', 'bounced', 'dropped'].includes(name)) return reported('mailgun', about, name, MEANS);
        const status = object(value['delivery-status']);
        const code = text(status['enhanced-code']) ?? status.code ?? value.code;
        const detail = status.message || status.description || value.error || value.description || value.reason;
        const reason = word(value.reason);
        const named = /^suppress-(bounce|complaint|unsubscribe)$/.exec(name === 'failed' ? reason : '')?.[1];
        const before = (named === 'bounce' ? 'hard' : named) ?? BEFORE[text(code) ?? ''];
        const isHard =
          name === 'failed' ? word(value.severity) === 'permanent' : name === 'bounced' || reason === 'hardfail';
        const kind = before ?? (isHard ? 'hard' : 'soft');
        return [bounce('mailgun', about, kind, { code: before === 'hard' ? '5.1.1' : code, detail })];
      },
    },
    {
      id: 'mailgun-api',
      label: "Mailgun's API lists of suppressions, or of a mailing list's members",
      becomes: 'bounces and suppressions',
      refuses: 'complaints and unsubscribes: every row; members who are not subscribed',
      fits: (value) => isText(value.address) && (isText(value.created_at) || typeof value.subscribed === 'boolean'),
      read: (value) => {
        // A member of a mailing list, which has no time.
        if (value.subscribed === true) return [{ ignored: 'subscribed' }];
        if (value.subscribed === false)
          return [suppressed('mailgun', { email: value.address, at: null }, 'unsubscribe')];
        const about = { email: value.address, at: value.created_at };
        if (value.error !== undefined || value.code !== undefined) {
          const kind = /^4/.test(text(value.code) ?? '') ? 'soft' : 'hard';
          return [bounce('mailgun', about, kind, { code: value.code, detail: value.error })];
        }
        const isComplaint = value.tags === undefined && value.tag === undefined;
        return [suppressed('mailgun', about, isComplaint ? 'complaint' : 'unsubscribe')];
      },
    },
  ],
};
