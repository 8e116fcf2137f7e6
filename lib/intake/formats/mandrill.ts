import { type Reasons, reasonIn, reasonOf, suppression, type Tool, withColumns, wordsFor } from './format.ts';
import { isText, object, reported, suppressed, text, word } from './json.ts';

const MEANS = wordsFor({
  hard: ['hard_bounce'],
  soft: ['soft_bounce', 'deferral'],
  ...{ complaint: ['spam'], unsubscribe: ['unsub'], open: ['open'], click: ['click'], delivered: ['delivered'] },
});
const REASONS: Reasons = {
  'hard[-_ ]?bounce': 'hard_bounce',
  spam: 'complaint',
  unsub: 'unsubscribe',
  invalid: 'invalid',
};

const DENYLIST = {
  page: 'https://mailchimp.com/developer/transactional/api/allowlists-and-denylists/ (rejects/list)',
  becomes: 'suppressions',
  refuses: 'every row that has not expired, by its reason; soft bounces are ignored',
};

export const mandrill: Tool = {
  tool: 'Mandrill',
  json: [
    {
      id: 'mandrill-events',
      label: 'Mandrill (Mailchimp Transactional) webhooks',
      page: 'https://mailchimp.com/developer/transactional/docs/webhooks/',
      becomes: 'bounces; opens, clicks and deliveries as events',
      refuses: 'spam, unsub, hard_bounce; sync events that add to the denylist',
      fits: (value) =>
        (isText(value.event) && typeof value.msg === 'object') ||
        (isText(value.action) && typeof value.reject === 'object'),
      read: (value) => {
        if (typeof value.reject === 'object') {
          const { email, created_at, reason, detail } = object(value.reject);
          if (word(value.action) !== 'add') return [{ ignored: `denylist: ${word(value.action)}` }];
          const about = { email, at: created_at ?? value.ts };
          return [suppressed('mandrill', about, reasonOf(word(reason), REASONS), detail)];
        }
        const msg = object(value.msg);
        const name = word(value.event);
        if (name === 'reject') return [{ ignored: 'rejected by Mandrill: export its denylist' }];
        const id = text(value._id) ?? text(msg._id);
        const about = { id: id && `${id}:${name}:${text(value.ts) ?? ''}`, email: msg.email, at: value.ts };
        return reported('mandrill', about, name, MEANS, { detail: msg.diag ?? msg.bounce_description });
      },
    },
    {
      ...DENYLIST,
      id: 'mandrill-denylist',
      label: "Mandrill's rejection denylist",
      fits: (value) => isText(value.email) && isText(value.reason) && value.expired !== undefined,
      read: (value) => {
        if (value.expired === true) return [{ ignored: 'expired' }];
        const reason = word(value.reason);
        if (/soft/.test(reason)) return [{ ignored: 'soft bounce' }];
        const about = { email: value.email, at: value.last_event_at ?? value.created_at };
        return [suppressed('mandrill', about, reasonOf(reason, REASONS), value.detail)];
      },
    },
  ],
  csv: [
    {
      ...DENYLIST,
      id: 'mandrill-denylist-csv',
      label: "Mandrill's rejection denylist as CSV",
      fits: withColumns('email', 'reason', 'expires_at|expired|last_event_at|last_event'),
      feeds: ({ cells }) =>
        suppression(
          'mandrill',
          {
            email: cells.text('email'),
            reason: reasonIn(cells.text('reason'), REASONS),
            at: cells.text('last_event_at', 'last_event', 'created_at', 'created'),
            note: cells.text('detail'),
          },
          `case when lower(${cells.text('expired')}) in ('true', 'yes', '1') then 'expired' when ` +
            `regexp_matches(lower(${cells.text('reason')}), 'soft') then 'soft bounce' end`,
        ),
    },
  ],
};
