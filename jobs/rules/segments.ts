/**
 * The lists that the night shift keeps, each with the people it is for. Change them here, in a pull request; no job
 * needs to change. The words are explained in docs/segments.md.
 *
 * A list marked `sending` never holds anybody who may not be mailed (unsubscribed, suppressed, no valid address),
 * with any rule. The examples are tests: made-up people who must be on the list, and who must not. An
 * example starts as a subscribed contact with a valid address, and `clicks: ['12 days ago']` means just that.
 */

import {
  all,
  any,
  band,
  date,
  domainOf,
  event,
  eventNames,
  knownAndNot,
  type ListRule,
  lastEvent,
  memberOf,
  not,
  purchases,
  text,
} from 'nightshift';
import { scoring } from './scoring.ts';

/**
 * What counts as activity, for lists, archive and enrichment alike. Opens don't: machines open mail since 2021.
 * `last_activity_at` is the contact's column of that name, which people or another tool keep; without it here, it
 * counts nowhere. The types count under all their names in ./scoring.ts.
 */
export const activity = eventNames(scoring, [
  'last_activity_at',
  'demo_request',
  'contact_request',
  'attended',
  'gated_content',
  'pricing_page',
  'registered',
  'download',
  'conference',
  'click',
  'subscribe',
  'product_use',
]);

/** Whoever signed up or wrote to us so recently was not quiet, even without a click yet. */
const newcomer = date('created_at').within('90 days');

export const lists: readonly ListRule[] = [
  {
    name: 'Newsletter',
    description: 'Every contact that may be mailed and is not inactive.',
    sending: true,
    where: any(lastEvent(activity).within('180 days'), date('created_at').within('180 days'), memberOf('Customers')),
    examples: {
      in: [
        { clicks: ['12 days ago'] },
        { created_at: '3 days ago' },
        { purchases: [{ amount: 20, at: '900 days ago' }] },
      ],
      out: [
        { clicks: ['181 days ago'], created_at: '3 years ago' },
        { clicks: ['12 days ago'], status: 'unsubscribed' },
        { clicks: ['12 days ago'], status: 'suppressed' },
        { clicks: ['12 days ago'], email_status: 'invalid' },
      ],
    },
  },
  {
    name: 'Engaged, last 90 days',
    description: 'Active in the last 90 days: mail first, and often.',
    sending: true,
    where: event(activity, { atLeast: 1, within: '90 days' }),
    examples: {
      in: [
        { clicks: ['12 days ago'] },
        { clicks: ['90 days ago'] },
        { events: [{ type: 'attended', at: '1 week ago' }] },
      ],
      out: [
        { clicks: ['91 days ago'] },
        { events: [{ type: 'open', at: '1 day ago' }] },
        { clicks: ['12 days ago'], email: null },
      ],
    },
  },
  {
    name: 'Cooling, inactive 90 to 180 days',
    description: 'Last activity 90 to 180 days ago: fewer mails, better ones.',
    sending: true,
    where: all(lastEvent(activity).betweenAges('90 days', '180 days'), not(newcomer)),
    examples: {
      in: [{ clicks: ['91 days ago'] }, { clicks: ['180 days ago', '300 days ago'], created_at: '2 years ago' }],
      out: [{ clicks: ['90 days ago'] }, { clicks: ['120 days ago', '2 days ago'] }, { clicks: ['181 days ago'] }, {}],
    },
  },
  {
    name: 'Re-engagement, inactive 180+ days',
    description: 'No activity for 180 days, or none ever: asked once whether they still want mail.',
    sending: true,
    where: all(
      not(lastEvent(activity).within('180 days')),
      date('created_at').olderThan('180 days'),
      not(memberOf('Customers')),
    ),
    examples: {
      in: [{ clicks: ['181 days ago'], created_at: '2 years ago' }, { created_at: '200 days ago' }],
      out: [
        { clicks: ['180 days ago'], created_at: '2 years ago' },
        { created_at: '100 days ago' },
        { created_at: '2 years ago', purchases: [{ amount: 20, at: '400 days ago' }] },
        { created_at: '2 years ago', status: 'unsubscribed' },
        {},
      ],
    },
  },
  {
    name: 'Last chance before the archive',
    description: 'No activity for two years: archived in a month, unless they become active.',
    sending: true,
    where: text('archive_note').is('inactive'),
    examples: { in: [{ archive_note: 'inactive' }], out: [{ archive_note: 'inactive', status: 'unsubscribed' }, {}] },
  },
  {
    name: 'Hot leads',
    description: 'A good fit, engaged and not a customer yet: for sales to call.',
    sending: true,
    where: all(band('A1', 'A2', 'B1', 'B2'), not(memberOf('Customers'))),
    examples: {
      in: [{ score_band: 'A1' }, { score_band: 'B2', lifecycle_stage: 'lead' }],
      out: [
        { score_band: 'C1' },
        { score_band: 'A3' },
        { score_band: 'A1', lifecycle_stage: 'Customer' },
        { score_band: 'A1', status: 'suppressed' },
        {},
      ],
    },
  },
  {
    name: 'Customers',
    description: 'Contacts with a purchase or the stage customer, mailable or not.',
    sending: false,
    where: any(purchases({ atLeast: 1 }), text('lifecycle_stage').is('customer', 'evangelist')),
    examples: {
      in: [
        { purchases: [{ amount: 49, at: '2 years ago' }] },
        { lifecycle_stage: 'Customer' },
        { lifecycle_stage: 'customer', status: 'unsubscribed' },
      ],
      out: [{ lifecycle_stage: 'lead' }, {}],
    },
  },
  {
    name: 'Business leads',
    description: 'Reachable at a company address, not a customer and not just free mail: for account-based campaigns.',
    sending: true,
    where: all(
      knownAndNot(domainOf('email').isKind('free-mail')),
      not(domainOf('email').isKind('disposable')),
      not(memberOf('Customers')),
    ),
    examples: {
      in: [{ email: 'ada@acme.example' }],
      out: [
        { email: 'ada@gmail.com' },
        { email: 'ada@throwaway.example' },
        { email: 'ada@acme.example', lifecycle_stage: 'customer' },
      ],
    },
  },
  {
    name: 'No marketing consent (for audiences)',
    description: 'Unsubscribed or suppressed: to leave out of advertising audiences. Never to be mailed.',
    sending: false,
    where: text('status').is('unsubscribed', 'suppressed'),
    examples: {
      in: [{ status: 'unsubscribed' }, { status: 'suppressed', email_status: 'invalid' }],
      out: [{ status: 'subscribed' }, { status: null }],
    },
  },
];
