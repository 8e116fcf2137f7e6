import { quoteText } from '../../core/sql.ts';
import { listsPeople } from './column-names.ts';
import { type CsvFormat, type FileHead, type JsonFormat, report, suppression } from './format.ts';
import { bounce, event, isText, object, suppressed, text, word } from './json.ts';
import { people } from './people.ts';

const IMPORTS = 'https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/suppressions';

/** Mailgun calls an e-mail address an address; beside one of another name it is where somebody lives. */
const namesByAddress = (file: FileHead): boolean =>
  file.cells.has('address') && !file.cells.has('email', 'email_address', 'contact_id') && !listsPeople(file);

const csv = { kind: 'csv', tool: 'Mailgun', page: IMPORTS } as const;

const bounces: CsvFormat = {
  ...csv,
  id: 'mailgun-bounces',
  label: "Mailgun's list of bounces",
  becomes: 'bounces',
  refuses: '–',
  fits: (file) => namesByAddress(file) && file.cells.has('error', 'code'),
  feeds: ({ cells }) => [
    report('mailgun', {
      email: cells.text('address'),
      kind: `case when starts_with(${cells.text('code')}, '4') then 'soft' else 'hard' end`,
      code: cells.text('code'),
      detail: cells.text('error'),
      occurred_at: cells.text('created_at'),
    }),
  ],
  sample: {
    name: 'bounces.csv',
    text: 'address,code,error,created_at\ndead@a.example,550,550 5.1.1 no such user,"Fri, 20 Nov 2026 10:00:00 UTC"\n',
    gives: { refused: { 'dead@a.example': 'dead' } },
  },
};

const unsubscribes: CsvFormat = {
  ...csv,
  id: 'mailgun-unsubscribes',
  label: "Mailgun's list of unsubscribes",
  becomes: 'suppressions',
  refuses: 'every row: unsubscribed',
  fits: (file) =>
    namesByAddress(file) && file.cells.has('tags', 'tag') && file.hasOnly('address', 'tags', 'tag', 'created_at'),
  feeds: ({ cells }) => [
    suppression('mailgun', {
      email: cells.text('address'),
      reason: quoteText('unsubscribe'),
      at: cells.text('created_at'),
    }),
  ],
  sample: {
    name: 'unsubscribes.csv',
    text: 'address,tags,created_at\ngone@a.example,*,"Fri, 20 Nov 2026 10:00:00 UTC"\n',
    gives: { refused: { 'gone@a.example': 'unsubscribe' } },
  },
};

const complaints: CsvFormat = {
  ...csv,
  id: 'mailgun-complaints',
  label: "Mailgun's list of complaints",
  becomes: 'suppressions',
  refuses: 'every row: a complaint',
  fits: (file) => namesByAddress(file) && file.hasAll('created_at') && file.hasOnly('address', 'created_at', 'count'),
  feeds: ({ cells }) => [
    suppression('mailgun', {
      email: cells.text('address'),
      reason: quoteText('complaint'),
      at: cells.text('created_at'),
    }),
  ],
  sample: {
    name: 'complaints.csv',
    text: 'address,created_at\nspam@a.example,"Fri, 20 Nov 2026 10:00:00 UTC"\n',
    gives: { refused: { 'spam@a.example': 'complaint' } },
  },
};

const EVENTS: Readonly<Record<string, string>> = { opened: 'open', clicked: 'click', delivered: 'delivered' };

/** Mailgun's own codes for what it does not even try: 605 bounced before, 606 unsubscribed, 607 complained. */
const BEFORE: Readonly<Record<string, string>> = { 605: 'hard', 606: 'unsubscribe', 607: 'complaint' };

const events: JsonFormat = {
  kind: 'json',
  id: 'mailgun-events',
  tool: 'Mailgun',
  label: 'Mailgun events',
  page: 'https://documentation.mailgun.com/docs/mailgun/user-manual/events/events (and the webhooks from before 2018)',
  becomes: 'bounces; opens, clicks and deliveries as events',
  refuses: 'complained, unsubscribed, permanent failures; failures because of one before',
  fits: (value) => isText(value.recipient) && isText(value.event),
  read: (value) => {
    const about = { id: text(value.id), email: value.recipient, at: value.timestamp };
    const name = word(value.event);
    const status = object(value['delivery-status']);
    const enhanced = text(status['enhanced-code']);
    const code = enhanced ?? status.code ?? value.code;
    const detail = status.message || status.description || value.error || value.description || value.reason;
    const before = BEFORE[text(code) ?? ''];
    if (name === 'failed') {
      const suppressedBefore = /^suppress-(bounce|complaint|unsubscribe)$/.exec(word(value.reason))?.[1];
      const said = suppressedBefore === 'bounce' ? 'hard' : suppressedBefore;
      const kind = said ?? before ?? (word(value.severity) === 'permanent' ? 'hard' : 'soft');
      return [
        bounce(
          'mailgun',
          about,
          kind,
          said === 'hard' || before === 'hard' ? { code: '5.1.1', detail } : { code, detail },
        ),
      ];
    }
    if (name === 'bounced' || name === 'dropped') {
      const kind = before ?? (name === 'bounced' || word(value.reason) === 'hardfail' ? 'hard' : 'soft');
      return [bounce('mailgun', about, kind, before === 'hard' ? { code: '5.1.1', detail } : { code, detail })];
    }
    if (name === 'complained') return [bounce('mailgun', about, 'complaint')];
    if (name === 'unsubscribed') return [bounce('mailgun', about, 'unsubscribe')];
    const type = EVENTS[name];
    return type ? [event('mailgun', about, type)] : [{ ignored: name }];
  },
  sample: {
    name: 'mailgun.json',
    text: `{"signature":{"token":"t"},"event-data":{"event":"failed","severity":"permanent","id":"g1",\
"timestamp":1795168800.5,"recipient":"dead@a.example","delivery-status":{"code":550,\
"message":"5.1.1 no such user","enhanced-code":"5.1.1"}}}
{"event":"dropped","code":"607","reason":"hardfail",\
"description":"Not delivering to a user who marked your messages as spam","recipient":"spam@b.example",\
"timestamp":"1795168800"}
{"event":"unsubscribed","recipient":"gone@c.example","timestamp":1795168800,"id":"g3"}`,
    gives: { refused: { 'dead@a.example': 'dead', 'spam@b.example': 'complaint', 'gone@c.example': 'unsubscribe' } },
  },
};

const api: JsonFormat = {
  kind: 'json',
  id: 'mailgun-api',
  tool: 'Mailgun',
  label: "Mailgun's API lists of suppressions, or of a mailing list's members",
  page: IMPORTS,
  becomes: 'bounces and suppressions',
  refuses: 'complaints and unsubscribes: every row; members who are not subscribed',
  fits: (value) => isText(value.address) && (isText(value.created_at) || typeof value.subscribed === 'boolean'),
  read: (value) => {
    // A member of a mailing list, which has no time.
    if (value.subscribed === true) return [{ ignored: 'subscribed' }];
    if (value.subscribed === false) return [suppressed('mailgun', { email: value.address, at: null }, 'unsubscribe')];
    const about = { email: value.address, at: value.created_at };
    if (value.error !== undefined || value.code !== undefined) {
      const kind = /^4/.test(text(value.code) ?? '') ? 'soft' : 'hard';
      return [bounce('mailgun', about, kind, { code: value.code, detail: value.error })];
    }
    return [
      suppressed('mailgun', about, value.tags === undefined && value.tag === undefined ? 'complaint' : 'unsubscribe'),
    ];
  },
  sample: {
    name: 'complaints.json',
    text:
      '{"items":[{"address":"spam@a.example","created_at":"Fri, 20 Nov 2026 10:00:00 UTC"},' +
      '{"address":"gone@b.example","tags":["*"],"created_at":"Fri, 20 Nov 2026 10:00:00 UTC"},' +
      '{"address":"left@c.example","name":"Cat","subscribed":false,"vars":{}}],' +
      '"paging":{"next":"x"}}',
    gives: {
      refused: { 'spam@a.example': 'complaint', 'gone@b.example': 'unsubscribe', 'left@c.example': 'unsubscribe' },
    },
  },
};

const members = people({
  id: 'mailgun-members',
  tool: 'Mailgun',
  label: "a Mailgun mailing list's members",
  page: 'https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/mailing-lists (members.csv)',
  refuses: 'subscribed no',
  fits: (file) => file.hasAll('address', 'subscribed') && !file.cells.has('email', 'email_address', 'contact_id'),
  shape: { source: 'mailgun', aliases: { address: 'email' } },
  sample: {
    name: 'members.csv',
    text: 'address,name,subscribed,vars\nhere@a.example,Ada Byron,yes,{}\ngone@b.example,Bob Curie,no,{}\n',
    gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'status' } },
  },
});

export const mailgun = [members, bounces, unsubscribes, complaints, events, api];
