/**
 * Files of no particular tool, known by what their columns are called: bounces, suppressions, departures, purchases, events.
 */
import { quoteText } from '../../core/sql.ts';
import { consentColumns } from '../../workbook/consent-columns.ts';
import { namesIn } from '../../workbook/headers.ts';
import { address, EVENT, hasOwner, KIND, listsPeople, OWNER, STAYING, WHEN } from './column-names.ts';
import { type FileHead, suppression, type Tool } from './format.ts';
import { kindText } from './report-kind.ts';

const LEFT = new RegExp(
  'unsub|opt[-_ ]?out|abmeld|desinscri|désinscri|desabonn|désabonn|baja|disiscri|uitschrij|afmeld|' +
    'wypis|rezygn|desuscri|left|do[-_ ]?not[-_ ]?(e?mail|contact)',
  'i',
);
const COMPLAINED = /complain|spam[-_ ]?report|abuse|beschwerd|plainte|queja|klacht|reclamo/i;

/** Names of lists of nothing but such people, no matter their columns. */
const LIST_OF_REFUSALS = new RegExp(
  '(?:^|[-_ .])(?:unsubscribe[drs]+|unsubscriptions|opt[-_ ]?outs|complain(?:ts|ers)|' +
    'spam[-_ ]?reports|abmeldungen|abgemeldete)(?:[-_ .]|$)',
  'i',
);

/** A list of people with a column of consent speaks for itself, row by row. */
const speaksByRow = (file: FileHead): boolean => listsPeople(file) && consentColumns(file.headers).length > 0;

const ORDER = namesIn('order_id order order_number order_no invoice invoice_number transaction_id bestellnummer');
const TOTAL = namesIn('amount total revenue price order_total grand_total betrag summe');

const DETAIL = namesIn('detail reason error description message diagnostic diagnostic_code response');
const REPORTS = ['complaint', 'unsubscribe', 'block', 'hard', 'soft'] as const;

export const anyTool: Tool = {
  tool: 'any tool',
  page: 'docs/workbook.md',
  csv: [
    {
      id: 'suppressions',
      label: 'a suppression list',
      becomes: 'suppressions',
      refuses: 'every row that was not released',
      fits: (file) =>
        !listsPeople(file) &&
        hasOwner(file) &&
        (file.cells.has('suppressed_at') ||
          (file.cells.has('unsubscribed_at', 'opted_out_at') && !file.cells.has(...STAYING))),
      feeds: (file) => {
        const { cells } = file;
        return {
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
        };
      },
    },
    {
      id: 'departures',
      label: 'a list of people who left or complained, by its name',
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
        return suppression('import', { email: address(file), reason, at, note: cells.text('reason', 'note') });
      },
    },
    {
      id: 'bounces',
      label: 'a list of bounces',
      becomes: 'bounces',
      refuses: 'complaint and unsubscribe in its kind, in the words of any provider',
      fits: (file) => !listsPeople(file) && hasOwner(file) && file.cells.has(...WHEN) && file.cells.has(...KIND),
      feeds: (file) => {
        const { cells } = file;
        const kind = cells.text(
          'kind',
          'bounce_type',
          'bounce_kind',
          'complaint_type',
          'type',
          'bounce_category',
          'event',
        );
        return {
          table: 'bounces',
          columns: {
            bounce_id: cells.text('bounce_id', 'id'),
            email: address(file),
            kind: `coalesce(${kindText(kind)}, ${kind})`,
            code: cells.text('code', 'status', 'status_code', 'bounce_code', 'smtp_code', 'error_code'),
            detail: cells.text(...DETAIL),
            provider: cells.text('provider'),
            occurred_at: cells.text(...WHEN),
          },
        };
      },
    },
    {
      id: 'purchases',
      label: 'a list of purchases',
      becomes: 'purchases',
      fits: ({ cells }) => cells.has(...ORDER) && cells.has(...TOTAL) && cells.has(...OWNER, 'contact_id'),
      feeds: ({ cells }) => ({
        table: 'purchases',
        columns: {
          order_id: cells.text(...ORDER),
          contact_id: cells.text('contact_id'),
          email: cells.text(...OWNER),
          ordered_at: cells.text('ordered_at', 'order_date', 'paid_at', ...WHEN),
          amount: cells.text(...TOTAL),
          currency: `upper(${cells.text('currency', 'waehrung', 'währung')})`,
        },
      }),
    },
    {
      id: 'events',
      label: 'a list of events',
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
    },
  ],
};
