import { byPattern, type CsvFormat, type JsonFormat, suppression } from './format.ts';
import { bounce, event, isText, object, suppressed, text, word } from './json.ts';

const KINDS: Readonly<Record<string, string>> = {
  hard_bounce: 'hard',
  soft_bounce: 'soft',
  deferral: 'soft',
  spam: 'complaint',
  unsub: 'unsubscribe',
};
const EVENTS: Readonly<Record<string, string>> = { open: 'open', click: 'click', delivered: 'delivered' };
const REASONS = { 'hard[-_ ]?bounce': 'hard_bounce', spam: 'complaint', unsub: 'unsubscribe', invalid: 'invalid' };

const reasonOf = (reason: unknown): 'hard_bounce' | 'complaint' | 'unsubscribe' | 'invalid' | 'manual' => {
  const found = Object.entries(REASONS).find(([pattern]) => new RegExp(pattern).test(word(reason)));
  return (found?.[1] ?? 'manual') as ReturnType<typeof reasonOf>;
};

const webhook: JsonFormat = {
  kind: 'json',
  id: 'mandrill-events',
  tool: 'Mandrill',
  label: 'Mandrill (Mailchimp Transactional) webhooks',
  page: 'https://mailchimp.com/developer/transactional/docs/webhooks/',
  becomes: 'bounces; opens, clicks and deliveries as events',
  refuses: 'spam, unsub, hard_bounce; sync events that add to the denylist',
  fits: (value) =>
    (isText(value.event) && typeof value.msg === 'object') ||
    (isText(value.action) && typeof value.reject === 'object'),
  read: (value) => {
    if (typeof value.reject === 'object') {
      const reject = object(value.reject);
      if (word(value.action) !== 'add') return [{ ignored: `denylist: ${word(value.action)}` }];
      return [
        suppressed(
          'mandrill',
          { email: reject.email, at: reject.created_at ?? value.ts },
          reasonOf(reject.reason),
          reject.detail,
        ),
      ];
    }
    const msg = object(value.msg);
    const name = word(value.event);
    const id = text(value._id) ?? text(msg._id);
    const about = { id: id && `${id}:${name}:${text(value.ts) ?? ''}`, email: msg.email, at: value.ts };
    const kind = KINDS[name];
    if (kind) return [bounce('mandrill', about, kind, { detail: msg.diag ?? msg.bounce_description })];
    if (name === 'reject') return [{ ignored: 'rejected by Mandrill: export its denylist' }];
    const type = EVENTS[name];
    return type ? [event('mandrill', about, type)] : [{ ignored: name }];
  },
  sample: {
    name: 'mandrill.json',
    text: `[{"event":"hard_bounce","ts":1795168800,"_id":"m1","msg":{"email":"dead@a.example",\
"diag":"smtp;550 5.1.1 no such user","bounce_description":"bad_mailbox"}},
{"event":"spam","ts":1795168800,"_id":"m2","msg":{"email":"spam@b.example"}},
{"event":"unsub","ts":1795168800,"_id":"m3","msg":{"email":"gone@c.example"}},
{"type":"blacklist","action":"add","ts":1795168800,"reject":{"reason":"unsub","email":"list@d.example",\
"created_at":"2026-11-01 10:00:00"}}]`,
    gives: {
      refused: {
        'dead@a.example': 'dead',
        'spam@b.example': 'complaint',
        'gone@c.example': 'unsubscribe',
        'list@d.example': 'unsubscribe',
      },
    },
  },
};

const PAGE = 'https://mailchimp.com/developer/transactional/api/allowlists-and-denylists/ (rejects/list)';

const denylist: JsonFormat = {
  kind: 'json',
  id: 'mandrill-denylist',
  tool: 'Mandrill',
  label: "Mandrill's rejection denylist",
  page: PAGE,
  becomes: 'suppressions',
  refuses: 'every row that has not expired, by its reason; soft bounces are ignored',
  fits: (value) => isText(value.email) && isText(value.reason) && value.expired !== undefined,
  read: (value) => {
    if (value.expired === true) return [{ ignored: 'expired' }];
    if (/soft/.test(word(value.reason))) return [{ ignored: 'soft bounce' }];
    return [
      suppressed(
        'mandrill',
        { email: value.email, at: value.last_event_at ?? value.created_at },
        reasonOf(value.reason),
        value.detail,
      ),
    ];
  },
  sample: {
    name: 'rejects.json',
    text:
      '[{"email":"spam@a.example","reason":"spam","detail":"","created_at":"2026-11-01 10:00:00",' +
      '"last_event_at":"2026-11-01 10:00:00","expires_at":null,"expired":false},{"email":"dead@b.example",' +
      '"reason":"hard-bounce","created_at":"2026-11-01 10:00:00","expired":false}]',
    gives: { refused: { 'spam@a.example': 'complaint', 'dead@b.example': 'dead' } },
  },
};

const csv: CsvFormat = {
  ...denylist,
  kind: 'csv',
  id: 'mandrill-denylist-csv',
  label: "Mandrill's rejection denylist as CSV",
  fits: ({ cells }) =>
    cells.has('email') && cells.has('reason') && cells.has('expires_at', 'expired', 'last_event_at', 'last_event'),
  feeds: ({ cells }) => [
    suppression(
      'mandrill',
      {
        email: cells.text('email'),
        reason: byPattern(cells.text('reason'), REASONS, `'manual'`),
        at: cells.text('last_event_at', 'last_event', 'created_at', 'created'),
        note: cells.text('detail'),
      },
      `case when lower(${cells.text('expired')}) in ('true', 'yes', '1') then 'expired' when ` +
        `regexp_matches(lower(${cells.text('reason')}), 'soft') then 'soft bounce' end`,
    ),
  ],
  sample: {
    name: 'denylist.csv',
    text:
      'Email,Reason,Detail,Created At,Last Event At,Expires At,Expired\ngone@a.example,unsub,,2026-11-01 ' +
      '10:00:00,2026-11-01 10:00:00,,false\nold@b.example,hard-bounce,,2026-01-01 10:00:00,2026-01-01 10:00:00,' +
      '2026-02-01,true\n',
    gives: { refused: { 'gone@a.example': 'unsubscribe' }, mailable: ['old@b.example'] },
  },
};

export const mandrill = [webhook, denylist, csv];
