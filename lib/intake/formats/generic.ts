/**
 * Files of no particular tool, known by what their columns are called: bounces, suppressions, departures, purchases, events.
 */
import { quoteText } from '../../core/sql.ts';
import { consentColumns } from '../../workbook/consent-columns.ts';
import { address, EVENT, hasOwner, KIND, listsPeople, OWNER, STAYING, WHEN } from './column-names.ts';
import { type CsvFormat, type FileHead, suppression } from './format.ts';
import { kindText } from './report-kind.ts';

const page = 'docs/workbook.md';
const tool = 'any tool';

const bounces: CsvFormat = {
  kind: 'csv',
  id: 'bounces',
  tool,
  label: 'a list of bounces',
  page,
  becomes: 'bounces',
  refuses: 'complaint and unsubscribe in its kind, in the words of any provider',
  fits: (file) => !listsPeople(file) && hasOwner(file) && file.cells.has(...WHEN) && file.cells.has(...KIND),
  feeds: (file) => {
    const { cells } = file;
    const kind = cells.text('kind', 'bounce_type', 'bounce_kind', 'complaint_type', 'type', 'bounce_category', 'event');
    return [
      {
        table: 'bounces',
        columns: {
          bounce_id: cells.text('bounce_id', 'id'),
          email: address(file),
          kind: `coalesce(${kindText(kind)}, ${kind})`,
          code: cells.text('code', 'status', 'status_code', 'bounce_code', 'smtp_code', 'error_code'),
          detail: cells.text(
            'detail',
            'reason',
            'error',
            'description',
            'message',
            'diagnostic',
            'diagnostic_code',
            'response',
          ),
          provider: cells.text('provider'),
          occurred_at: cells.text(...WHEN),
        },
      },
    ];
  },
  sample: {
    name: 'reports.csv',
    text: `email,kind,occurred_at
spam@a.example,spam,2026-11-20T10:00:00Z
unsub@b.example,list_unsubscribe,2026-11-20T10:00:00Z
dated@c.example,Marked as spam,some day
full@d.example,soft,2026-11-20T10:00:00Z
`,
    gives: {
      refused: { 'spam@a.example': 'complaint', 'unsub@b.example': 'unsubscribe', 'dated@c.example': 'complaint' },
      bounces: { 'full@d.example': 'soft' },
    },
  },
};

const suppressions: CsvFormat = {
  kind: 'csv',
  id: 'suppressions',
  tool,
  label: 'a suppression list',
  page,
  becomes: 'suppressions',
  refuses: 'every row that was not released',
  fits: (file) =>
    !listsPeople(file) &&
    hasOwner(file) &&
    (file.cells.has('suppressed_at') ||
      (file.cells.has('unsubscribed_at', 'opted_out_at') && !file.cells.has(...STAYING))),
  feeds: (file) => {
    const { cells } = file;
    return [
      {
        table: 'suppressions',
        columns: {
          email: address(file),
          scope: `case when lower(${cells.text('scope')}) = 'address' then 'address' else 'person' end`,
          reason: `coalesce(${cells.text('reason')}, ${quoteText(cells.has('suppressed_at') ? 'manual' : 'unsubscribe')})`,
          suppressed_at: cells.text('suppressed_at', 'unsubscribed_at', 'opted_out_at'),
          source: `coalesce(${cells.text('source')}, 'import')`,
          note: cells.text('note'),
        },
        // A row that a person has released is no suppression.
        ignore: `case when ${cells.text('released_at')} is not null then 'released' end`,
      },
    ];
  },
  sample: {
    name: 'do-not-mail.csv',
    text: `email,scope,reason,suppressed_at,released_at
gone@a.example,person,unsubscribe,2026-11-01T10:00:00Z,
back@b.example,person,unsubscribe,2026-10-01T10:00:00Z,2026-10-05T10:00:00Z
`,
    gives: { refused: { 'gone@a.example': 'unsubscribe' }, mailable: ['back@b.example'] },
  },
};

const LEFT = new RegExp(
  'unsub|opt[-_ ]?out|abmeld|desinscri|désinscri|desabonn|désabonn|baja|disiscri|uitschrij|afmeld|' +
    'wypis|rezygn|desuscri|left|do[-_ ]?not[-_ ]?(e?mail|contact)',
  'i',
);
const COMPLAINED = /complain|spam[-_ ]?report|abuse|beschwerd|plainte|queja|klacht|reclamo/i;

/** Names of lists of nothing but such people, whatever their columns. */
const LIST_OF_REFUSALS = new RegExp(
  '(?:^|[-_ .])(?:unsubscribe[drs]+|unsubscriptions|opt[-_ ]?outs|complain(?:ts|ers)|' +
    'spam[-_ ]?reports|abmeldungen|abgemeldete)(?:[-_ .]|$)',
  'i',
);

/** A list of people with a column of consent speaks for itself, row by row. */
const speaksByRow = (file: FileHead): boolean => listsPeople(file) && consentColumns(file.headers).length > 0;

/** A list of addresses whose file name says what they have in common. */
const departures: CsvFormat = {
  kind: 'csv',
  id: 'departures',
  tool,
  label: 'a list of people who left or complained, by its name',
  page,
  becomes: 'suppressions',
  refuses: 'every row: the file is called unsubscribed, opt-out, complaints and the like',
  fits: (file) =>
    hasOwner(file) &&
    !file.cells.has(...KIND, 'status') &&
    (LEFT.test(file.name) || COMPLAINED.test(file.name)) &&
    (!speaksByRow(file) || LIST_OF_REFUSALS.test(file.name)),
  feeds: (file) => {
    const { cells, name } = file;
    const reason = quoteText(COMPLAINED.test(name) ? 'complaint' : 'unsubscribe');
    const at = cells.text('unsubscribed_at', 'unsubscribe_date', 'opted_out_at', ...WHEN);
    return [suppression('import', { email: address(file), reason, at, note: cells.text('reason', 'note') })];
  },
  sample: {
    name: 'newsletter-unsubscribes.csv',
    text: `Email,First Name,Date
gone@a.example,Ann,2026-11-01 10:00
some@b.example,Ben,someday
`,
    gives: { refused: { 'gone@a.example': 'unsubscribe', 'some@b.example': 'unsubscribe' } },
  },
};

const ORDER = [
  'order_id',
  'order',
  'order_number',
  'order_no',
  'invoice',
  'invoice_number',
  'transaction_id',
  'bestellnummer',
] as const;
const TOTAL = ['amount', 'total', 'revenue', 'price', 'order_total', 'grand_total', 'betrag', 'summe'] as const;

const purchases: CsvFormat = {
  kind: 'csv',
  id: 'purchases',
  tool,
  label: 'a list of purchases',
  page,
  becomes: 'purchases',
  refuses: '–',
  fits: ({ cells }) => cells.has(...ORDER) && cells.has(...TOTAL) && cells.has(...OWNER, 'contact_id'),
  feeds: ({ cells }) => [
    {
      table: 'purchases',
      columns: {
        order_id: cells.text(...ORDER),
        contact_id: cells.text('contact_id'),
        email: cells.text(...OWNER),
        ordered_at: cells.text('ordered_at', 'order_date', 'paid_at', ...WHEN),
        amount: cells.text(...TOTAL),
        currency: `upper(${cells.text('currency', 'waehrung', 'währung')})`,
      },
    },
  ],
  sample: {
    name: 'orders.csv',
    text: `order_id,email,order_date,amount,currency
A-1,ann@a.example,2026-11-01,"1,040.50",EUR
`,
    gives: { purchases: { 'A-1': '1040.5' } },
  },
};

const REPORTS = ['complaint', 'unsubscribe', 'block', 'hard', 'soft'] as const;

const events: CsvFormat = {
  kind: 'csv',
  id: 'events',
  tool,
  label: 'a list of events',
  page,
  becomes: 'events; unsubscribes, complaints and bounces among them are bounces',
  refuses: 'unsubscribe, spam report and the like as an event',
  fits: (file) =>
    !listsPeople(file) &&
    (hasOwner(file) || file.cells.has('contact_id')) &&
    file.cells.has(...WHEN) &&
    file.cells.has(...EVENT) &&
    !/suppress|(?:block|black|deny)[-_ ]?list|opt(?:ed)?[-_ ]?out|do[-_ ]?not|dnc/i.test(file.name),
  feeds: (file) => {
    const { cells } = file;
    const type = cells.text('type', 'event_type', 'event', 'event_name', 'activity', 'activity_type', 'action');
    const kind = kindText(type, REPORTS);
    return [
      {
        table: 'events',
        columns: {
          event_id: cells.text('event_id', 'id'),
          contact_id: cells.text('contact_id'),
          email: address(file),
          type: `lower(${type})`,
          occurred_at: cells.text(...WHEN),
          value: cells.text('value'),
          campaign: cells.text('campaign', 'campaign_name'),
        },
        ignore: `case when ${kind} is not null then '' end`,
      },
      {
        table: 'bounces',
        columns: {
          email: address(file),
          contact_id: cells.text('contact_id'),
          kind,
          code: cells.text('code', 'status_code', 'bounce_code'),
          detail: cells.text('reason', 'detail', 'error', 'response', 'description'),
          occurred_at: cells.text(...WHEN),
        },
        ignore: `case when ${kind} is null then '' end`,
      },
    ];
  },
  sample: {
    name: 'activity.csv',
    text: `email,event,timestamp,reason
left@a.example,group_unsubscribe,2026-11-20T10:00:00Z,
spam@b.example,spamreport,2026-11-20T10:00:00Z,
dead@c.example,bounce,2026-11-20T10:00:00Z,550 5.1.1 no such user
click@d.example,Click,2026-11-20T10:00:00Z,
`,
    gives: {
      refused: { 'left@a.example': 'unsubscribe', 'spam@b.example': 'complaint', 'dead@c.example': 'dead' },
      events: { 'click@d.example': 'click' },
      mailable: ['click@d.example'],
    },
  },
};

export const genericFormats = [suppressions, departures, bounces, purchases, events];
