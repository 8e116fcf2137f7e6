import { quoteText } from '../../core/sql.ts';
import type { Feed } from '../../workbook/recognised.ts';
import { type FileHead, suppression, type Tool } from './format.ts';
import { event, isText, suppressed, text, word } from './json.ts';

const ADDRESS = ['email_address', 'email'] as const;
const AUDIENCE = ['optin_time', 'member_rating', 'leid', 'euid'] as const;

/** Of a file that is not called like one of them all, the rows without the time are none. */
const unless = (all: boolean, time: string): string | undefined =>
  all ? undefined : `case when ${time} is null then '' end`;

/** Mailchimp counts abuse reports among those who unsubscribed, and says so as their reason. */
const left = ({ cells, name }: FileHead): Feed => {
  const [note, at] = [cells.text('unsub_reason'), cells.text('unsub_time')];
  const reason = `case when regexp_matches(lower(coalesce(${note}, '')), 'abuse|spam') then 'complaint' else 'unsubscribe' end`;
  return suppression('mailchimp', { email: cells.text(...ADDRESS), reason, at, note }, unless(/unsub/i.test(name), at));
};

const cleaned = ({ cells, name }: FileHead): Feed => {
  const [at, note] = [cells.text('clean_time'), quoteText('cleaned by Mailchimp')];
  const columns = { email: cells.text(...ADDRESS), reason: quoteText('hard_bounce'), at, note };
  return suppression('mailchimp', columns, unless(/clean/i.test(name), at));
};

const isAudience = ({ cells }: FileHead): boolean => cells.has(...ADDRESS) && cells.has(...AUDIENCE);
/** A file of those who left: by its name, or because it has nothing else of an audience. */
const isOf = ({ cells, name }: FileHead, time: string, called: RegExp): boolean =>
  cells.has(...ADDRESS) && cells.has(time) && (called.test(name) || !cells.has('optin_time', 'member_rating'));

const leftOrCleaned = (file: FileHead): Feed[] => [
  ...(file.cells.has('unsub_time') ? [left(file)] : []),
  ...(file.cells.has('clean_time') ? [cleaned(file)] : []),
];

export const mailchimp: Tool = {
  tool: 'Mailchimp',
  // The columns of the files are not documented; they are taken from files of 2013 to 2026 that people publish.
  page: 'https://mailchimp.com/help/view-export-contacts/',
  csv: [
    {
      id: 'mailchimp-nonsubscribed',
      label: "Mailchimp's file of contacts who never subscribed",
      becomes: 'contacts who may not be mailed',
      refuses: 'every row: they never agreed',
      fits: (file) => isAudience(file) && /^non-?_?subscribed/i.test(file.name),
      contacts: { source: 'mailchimp', neverAgreed: true },
      feeds: leftOrCleaned,
    },
    {
      id: 'mailchimp-unsubscribed',
      label: "Mailchimp's file of unsubscribed contacts",
      becomes: 'suppressions',
      refuses: 'every row; UNSUB_REASON says which are complaints',
      fits: (file) => isOf(file, 'unsub_time', /unsub/i),
      feeds: left,
    },
    {
      id: 'mailchimp-cleaned',
      label: "Mailchimp's file of cleaned contacts",
      becomes: 'suppressions',
      refuses: 'every row: the address is dead',
      fits: (file) => isOf(file, 'clean_time', /clean/i),
      feeds: cleaned,
    },
    {
      id: 'mailchimp',
      label: 'a Mailchimp audience export',
      becomes: 'contacts; rows with UNSUB_TIME or CLEAN_TIME are suppressions too',
      refuses: 'the whole file "nonsubscribed_…"; UNSUB_TIME, CLEAN_TIME, UNSUB, STATUS',
      fits: isAudience,
      contacts: { source: 'mailchimp', agreed: true },
      feeds: leftOrCleaned,
    },
  ],
  json: [
    {
      // Members of a list by the Marketing API: who left, was cleaned or never confirmed.
      id: 'mailchimp-api',
      label: "Mailchimp's API list of members",
      page: 'https://mailchimp.com/developer/marketing/api/list-members/ (status) and abuse reports',
      becomes: 'suppressions; an opt-in (timestamp_opt) by a form (timestamp_signup) is a sign-up event',
      refuses: 'unsubscribed, cleaned, pending, archived, transactional; abuse reports',
      fits: (value) =>
        isText(value.email_address) &&
        (value.list_id !== undefined || value.unique_email_id !== undefined || value.email_id !== undefined),
      read: (value) => {
        const status = word(value.status);
        const about = { email: value.email_address, at: value.date ?? value.last_changed ?? value.timestamp };
        if (status === 'subscribed') {
          // Without the moment of a form's sign-up a team or a tool added the address: no person signed up by that.
          if (!text(value.timestamp_signup)) return [{ ignored: 'added, not signed up' }];
          const at = text(value.timestamp_opt);
          const id = `${text(value.unique_email_id) ?? word(value.email_address)}:subscribe:${at}`;
          return at ? [event('mailchimp', { ...about, id, at }, 'subscribe')] : [{ ignored: 'subscribed' }];
        }
        if (status === 'cleaned') return [suppressed('mailchimp', about, 'hard_bounce', 'cleaned by Mailchimp')];
        if (status === '' && value.campaign_id !== undefined && value.date !== undefined)
          return [suppressed('mailchimp', about, 'complaint')];
        return [suppressed('mailchimp', about, 'unsubscribe', text(value.unsubscribe_reason) ?? status)];
      },
    },
  ],
};
