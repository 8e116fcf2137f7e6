import { quoteText } from '../../core/sql.ts';
import type { Feed } from '../../workbook/recognised.ts';
import { NONE } from './cells.ts';
import { type CsvFormat, type FileHead, type JsonFormat, suppression } from './format.ts';
import { event, isText, suppressed, text, word } from './json.ts';

/** The columns of the files are not documented; they are taken from files of 2013 to 2026 that people publish. */
const PAGE = 'https://mailchimp.com/help/view-export-contacts/';
const ADDRESS = ['email_address', 'email'] as const;
const AUDIENCE = ['optin_time', 'member_rating', 'leid', 'euid'] as const;

const csv = { kind: 'csv', tool: 'Mailchimp', page: PAGE } as const;
const hasAddress = ({ cells }: FileHead): boolean => cells.has(...ADDRESS);

/** Mailchimp counts abuse reports among those who unsubscribed, and says so as their reason. */
const left = ({ cells, name }: FileHead): Feed => {
  const reason = cells.text('unsub_reason');
  const why = `case when regexp_matches(lower(coalesce(${reason}, '')), 'abuse|spam') then 'complaint' else 'unsubscribe' end`;
  const at = cells.text('unsub_time');
  const all = /unsub/i.test(name);
  return suppression(
    'mailchimp',
    { email: cells.text(...ADDRESS), reason: why, at, note: reason },
    all ? undefined : `case when ${cells.text('unsub_time')} is null then '' end`,
  );
};

const cleaned = ({ cells, name }: FileHead): Feed =>
  suppression(
    'mailchimp',
    {
      email: cells.text(...ADDRESS),
      reason: quoteText('hard_bounce'),
      at: cells.text('clean_time'),
      note: quoteText('cleaned by Mailchimp'),
    },
    /clean/i.test(name) ? undefined : `case when ${cells.text('clean_time')} is null then '' end`,
  );

const isAudience = (file: FileHead): boolean => hasAddress(file) && file.cells.has(...AUDIENCE);
/** A file of those who left: by its name, or because it has nothing else of an audience. */
const isOf = (file: FileHead, time: string, name: RegExp): boolean =>
  hasAddress(file) && file.cells.has(time) && (name.test(file.name) || !file.cells.has('optin_time', 'member_rating'));

const unsubscribedFile: CsvFormat = {
  ...csv,
  id: 'mailchimp-unsubscribed',
  label: "Mailchimp's file of unsubscribed contacts",
  becomes: 'suppressions',
  refuses: 'every row; UNSUB_REASON says which are complaints',
  fits: (file) => isOf(file, 'unsub_time', /unsub/i),
  feeds: (file) => [left(file)],
  sample: {
    name: 'unsubscribed_email_audience_export_1a2b3c.csv',
    text: `Email Address,First Name,Last Name,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,LEID,EUID
gone@a.example,Ann,Ash,2025-03-01 09:00:00,News,NORMAL,1,a1
spam@b.example,Ben,Birch,2025-03-01 09:30:00,News,ABUSE,2,b2
`,
    gives: { refused: { 'gone@a.example': 'unsubscribe', 'spam@b.example': 'complaint' } },
  },
};

const cleanedFile: CsvFormat = {
  ...csv,
  id: 'mailchimp-cleaned',
  label: "Mailchimp's file of cleaned contacts",
  becomes: 'suppressions',
  refuses: 'every row: the address is dead',
  fits: (file) => isOf(file, 'clean_time', /clean/i),
  feeds: (file) => [cleaned(file)],
  sample: {
    name: 'cleaned_email_audience_export_1a2b3c.csv',
    text: 'Email Address,First Name,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID,EUID\ndead@a.example,Dea,2025-03-02 09:00:00,News,3,c3\n',
    gives: { refused: { 'dead@a.example': 'dead' } },
  },
};

const audience: CsvFormat = {
  ...csv,
  id: 'mailchimp',
  label: 'a Mailchimp audience export',
  becomes: 'contacts; rows with UNSUB_TIME or CLEAN_TIME are suppressions too',
  refuses: 'the whole file "nonsubscribed_…"; UNSUB_TIME, CLEAN_TIME, UNSUB, STATUS',
  fits: isAudience,
  contacts: (file) => ({
    source: 'mailchimp',
    ...(/^non-?_?subscribed/i.test(file.name) ? { neverAgreed: true as const } : { agreed: true as const }),
  }),
  feeds: (file) => [
    ...(file.cells.text('unsub_time') === NONE ? [] : [left(file)]),
    ...(file.cells.text('clean_time') === NONE ? [] : [cleaned(file)]),
  ],
  sample: {
    name: 'subscribed_email_audience_export_1a2b3c.csv',
    text: `Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,LAST_CHANGED,LEID,EUID,TAGS,UNSUB_TIME
here@a.example,Ann,Ash,2,2025-01-05 10:00:00,192.0.2.1,2025-02-01 11:00:00,101,a1,"""vip""",
gone@b.example,Ben,Birch,2,2025-01-05 10:00:00,192.0.2.1,2025-02-01 11:00:00,102,b2,,2025-05-06 07:08:09
`,
    gives: { mailable: ['here@a.example'], refused: { 'gone@b.example': 'unsubscribe' } },
  },
};

const neverSubscribed: CsvFormat = {
  ...audience,
  id: 'mailchimp-nonsubscribed',
  label: "Mailchimp's file of contacts who never subscribed",
  becomes: 'contacts who may not be mailed',
  refuses: 'every row: they never agreed',
  fits: (file) => isAudience(file) && /^non-?_?subscribed/i.test(file.name),
  sample: {
    name: 'nonsubscribed_email_audience_export_1a2b3c.csv',
    text: `Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,LEID,EUID
never@a.example,Non,Ash,2,2025-01-02 03:04:05,1,a
`,
    gives: { refused: { 'never@a.example': 'status' } },
  },
};

/** members of a list by the Marketing API: who left, was cleaned or never confirmed. */
const members: JsonFormat = {
  kind: 'json',
  id: 'mailchimp-api',
  tool: 'Mailchimp',
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
  sample: {
    name: 'members.json',
    text:
      '{"members":[{"email_address":"gone@a.example","unique_email_id":"x","status":"unsubscribed",' +
      '"last_changed":"2026-11-01T10:00:00+00:00","list_id":"l1"},{"email_address":"dead@b.example",' +
      '"unique_email_id":"y","status":"cleaned","last_changed":"2026-11-01T10:00:00+00:00","list_id":"l1"}]}',
    gives: { refused: { 'gone@a.example': 'unsubscribe', 'dead@b.example': 'dead' } },
  },
};

export const mailchimp = [neverSubscribed, unsubscribedFile, cleanedFile, audience, members];
