import { describe, expect, it } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import { tables } from '../../../lib/core/tables.ts';
import * as words from '../../../lib/features/segments/build.ts';
import type { Condition } from '../../../lib/features/segments/condition.ts';
import { segmentInputQuery } from '../../../lib/features/segments/input.ts';
import { checkLists, type ListRule, membershipQuery } from '../../../lib/features/segments/lists.ts';
import { engineWith, type Layout } from '../../support/engine-tables.ts';
import { Dialect, parse } from '../../support/polyglot.ts';

const { all, any, date, domainOf, event, firstEvent, firstPurchase, knownAndNot, lastEvent, lastPurchase } = words;
const { mailable, memberOf, not, number, purchases, spent, text } = words;

const asOf = new Date('2026-11-22T12:00:00Z');
const list = (name: string, where: Condition, sending = false): ListRule => ({
  name,
  description: `Test list ${name}.`,
  sending,
  where,
  examples: { in: [], out: [] },
});

/** Who is on each list, in order of contact_id, with all statements parsed as BigQuery too. */
async function members(layout: Layout, rules: readonly ListRule[]): Promise<Record<string, string>> {
  const known = new Set([...Object.keys(tables.contacts.columns), ...(layout.contacts ?? []).flatMap(Object.keys)]);
  const { segments, wrong } = checkLists(rules, { columns: new Map([...known].map((column) => [column, column])) });
  expect(wrong).toEqual([]);
  const engine = await engineWith(layout);
  try {
    const input = segmentInputQuery(
      segments.map((segment) => segment.members),
      asOf,
    );
    expectShared(input.text);
    await engine.run(sql`create table segment_input as ${input}`);
    const found: Record<string, string> = {};
    for (const segment of segments) {
      const query = membershipQuery(segment, asOf);
      expectShared(query.text);
      const rows = await engine.rows(sql`select contact_id from (${query}) as q order by contact_id`);
      found[segment.name] = rows.map((row) => row.contact_id).join(' ');
    }
    return found;
  } finally {
    engine.close();
  }
}

function expectShared(text: string): void {
  const parsed = parse(text, Dialect.BigQuery);
  expect(parsed.success, `${parsed.error}\n${text}`).toBe(true);
  expect(text).not.toMatch(/::|\bfilter\s*\(|\bvarchar\b|\bdouble\b|\binterval\b|\b(?:anti|semi) join\b/i);
}

const of = async (layout: Layout, where: Condition): Promise<string> =>
  (await members(layout, [list('one', where)])).one ?? 'no answer';

/** A test for each condition, all of them asked of one engine: whom it finds, in order. */
function finds(layout: Layout, cases: readonly (readonly [string, Condition])[]): void {
  let found: Promise<Record<string, string>> | undefined;
  it.each(cases.map(([expected, where], i) => [expected, `${i}`, where] as const))(
    'finds "%s"',
    async (expected, i) => {
      found ??= members(
        layout,
        cases.map(([, where], n) => list(`${n}`, where)),
      );
      expect((await found)[i]).toBe(expected);
    },
  );
}

describe('text', () => {
  const contacts = [
    { contact_id: 'a', country: ' de ', job_title: 'Head of Marketing', group: 'VIP' },
    { contact_id: 'b', country: 'AT', job_title: 'International sales (interim)' },
    { contact_id: 'c', country: null, job_title: '   ' },
    { contact_id: 'd', country: 'US', job_title: 'Élève, R&D 2nd' },
  ];
  finds({ contacts }, [
    ['a', text('country').is('DE')],
    ['a b', text('Country').in(['DE', ' at '])],
    ['b c d', text('country').isNot('DE')],
    ['b d', knownAndNot(text('country').is('DE'))],
    ['a', text('job_title').contains('MARKET')],
    ['b c d', text('job_title').doesNotContain('market')],
    ['a', text('job_title').startsWith('head')],
    ['b', text('job_title').endsWith('(interim)')],
    ['', text('job_title').hasWord('intern', 'market')],
    ['a', text('job_title').hasWord('intern', 'head of')],
    ['d', text('job_title').hasWord('élève')],
    ['d', text('job_title').hasWord('r&d')],
    ['', text('job_title').hasWord('nd', 'élèv', 'lève')],
    ['a b', text('job_title').matches('^(Head|Inter)')],
    ['c', text('job_title').isEmpty()],
    ['a b d', text('job_title').isNotEmpty()],
    ['a', text('group').is('vip')],
    ['a d', all(text('country').in(['DE', 'US', 'AT']), not(any(text('country').is('AT'))))],
  ]);
});

describe('words in any case and script, with anything between them', () => {
  const contacts = [
    { contact_id: 'a', job_title: 'CEO·Founder—Geschäftsführung' },
    { contact_id: 'b', job_title: 'Ceo\u00a0Founder，役員 取締役会' },
    { contact_id: 'c', job_title: 'ΔΙΕΥΘΥΝΤΉΣ Πωλήσεων' },
  ];
  finds({ contacts }, [
    ['a b', text('job_title').hasWord('CEO')],
    ['a', text('job_title').hasWord('ceo·founder')],
    ['', text('job_title').hasWord('ceo founder')],
    ['a', text('job_title').hasWord('GESCHÄFTSFÜHRUNG')],
    ['b', text('job_title').hasWord('役員')],
    ['c', text('job_title').hasWord('διευθυντής')],
    ['c', text('job_title').hasWord('ΔΙΕΥΘΥΝΤΉΣ')],
    ['', text('job_title').hasWord('founde', 'geschäfts', '取締役', 'führung')],
  ]);
});

describe('numbers and domains', () => {
  const contacts = [
    { contact_id: 'a', employees: 0, seats: '12.5', email: 'a@Acme.Example' },
    { contact_id: 'b', employees: 50, seats: 'many', email: 'b@gmail.com' },
    { contact_id: 'c', employees: null, seats: null, email: null },
  ];
  const domains = [{ domain: 'gmail.com', kind: 'free-mail' }];
  finds({ contacts, domains }, [
    ['a', number('employees').lessThan(50)],
    ['a b', number('employees').between(0, 50)],
    ['b', number('employees').moreThan(0)],
    ['b c', number('employees').isNot(0)],
    ['c', number('employees').isEmpty()],
    ['a', number('seats').atLeast(12.5)],
    ['b c', not(number('seats').atLeast(12.5))],
    ['a', domainOf('email').is('acme.EXAMPLE')],
    ['b', domainOf('email').isKind('free-mail')],
    ['a c', not(domainOf('email').isKind('free-mail'))],
    ['a', knownAndNot(domainOf('email').isKind('free-mail'))],
  ]);
});

describe('times', () => {
  const contacts = [
    { contact_id: 'a', created_at: '2026-11-22 23:00:00', birth_date: '1990-02-28' },
    { contact_id: 'b', created_at: '2026-08-24 00:00:00', birth_date: '2026-11-21' },
    { contact_id: 'c', created_at: '2026-08-23 23:59:59', renewal: '2026-11-23' },
    { contact_id: 'd', created_at: '2026-05-22 00:00:00', renewal: 'soon' },
    { contact_id: 'e', created_at: null },
  ];
  finds({ contacts }, [
    ['a b', date('created_at').within('90 days')],
    ['c d', date('created_at').olderThan('90 days')],
    ['c', date('created_at').betweenAges('90 days', '180 days')],
    ['a b c d', date('created_at').within('6 months')],
    ['d', date('created_at').before('2026-08-23')],
    ['a b', date('created_at').after('2026-08-23')],
    ['c', date('created_at').on('2026-08-23')],
    ['b', date('birth_date').within('1 day')],
    ['a', date('birth_date').before('2026-01-01')],
    ['', date('renewal').within('1 week')],
    ['c', date('renewal').on('2026-11-23')],
    ['a b e', not(date('created_at').olderThan('90 days'))],
  ]);

  it('are days of the time zone of the workbook, not of UTC', async () => {
    const events = [
      { event_id: '1', contact_id: 'a', type: 'click', occurred_at: '2026-11-20 22:30:00' },
      { event_id: '2', contact_id: 'b', type: 'click', occurred_at: '2026-11-20 23:30:00' },
    ];
    const where = event('click', { on: '2026-11-21' });
    expect(await of({ contacts, events }, where)).toBe('');
    expect(await of({ contacts, events, timeZone: 'Europe/Berlin' }, where)).toBe('b');
  });
});

describe('what happened', () => {
  const contacts = ['a', 'b', 'c'].map((contact_id) => ({ contact_id }));
  const click = (contact_id: string, day: string, type = 'click') => ({
    event_id: `${contact_id}${day}`,
    contact_id,
    type,
    occurred_at: `${day} 08:00:00`,
  });
  const events = [
    click('a', '2026-11-10'),
    click('a', '2026-11-11'),
    click('b', '2026-06-01'),
    click('b', '2026-11-20', 'open'),
  ];
  const order = (contact_id: string, amount: number, currency: string, day: string) => ({
    order_id: `${contact_id}${day}`,
    contact_id,
    amount,
    currency,
    ordered_at: `${day} 08:00:00`,
  });
  const bought = [
    order('a', 10, 'EUR', '2026-11-01'),
    order('b', 400, 'EUR', '2025-01-01'),
    order('b', 200, 'USD', '2026-10-01'),
  ];
  finds({ contacts, events, purchases: bought }, [
    ['a', event('click', { atLeast: 2, within: '90 days' })],
    ['a b', event('click')],
    ['a b', event(' Click')],
    ['b c', event('click', { atMost: 0, within: '90 days' })],
    ['a b', event(['click', 'open'], { atLeast: 2 })],
    ['b', lastEvent('click').olderThan('90 days')],
    ['b c', not(lastEvent('click').within('90 days'))],
    ['b', knownAndNot(lastEvent('click').within('90 days'))],
    ['a', firstEvent('click').after('2026-11-09')],
    ['b', lastEvent(['open', 'click']).on('2026-11-20')],
    ['b', purchases({ atLeast: 2 })],
    ['a b', purchases({ is: 1, within: '12 months' })],
    ['b', spent({ atLeast: 400, currency: 'EUR' })],
    ['', spent({ atLeast: 400, within: '12 months' })],
    ['c', spent({ is: 0 })],
    ['a', lastPurchase().within('30 days')],
    ['b', firstPurchase().olderThan('1 year')],
  ]);
});

describe('lists', () => {
  const contacts = [
    { contact_id: 'a', email: 'a@example.com', country: 'DE' },
    { contact_id: 'b', email: 'b@example.com', country: 'DE', status: 'unsubscribed' },
    { contact_id: 'c', email: 'c@example.com', country: 'DE', email_status: 'invalid' },
    { contact_id: 'd', email: ' ', country: 'DE' },
    { contact_id: 'e', email: 'E@example.com', country: 'DE', status: 'subscribed' },
    { contact_id: 'f', email: 'f@example.com' },
  ];
  const suppressions = [{ email: 'e@example.com', reason: 'complaint' }];

  it('for sending never hold a contact who may not be mailed, however the rule reads', async () => {
    const german = text('country').is('DE');
    const found = await members({ contacts, suppressions }, [
      list('sending', any(german, not(mailable())), true),
      list('on purpose', german),
      list('nested', memberOf('on purpose'), true),
    ]);
    expect(found).toEqual({ sending: 'a', 'on purpose': 'a b c d e', nested: 'a' });
  });

  it('can ask for other lists, in any order', async () => {
    const found = await members({ contacts }, [
      list('rest', all(not(memberOf('german and mailable')), not(memberOf('german')))),
      list('german and mailable', all(memberOf('german'), mailable())),
      list('german', text('country').is('DE')),
    ]);
    expect(found).toEqual({ german: 'a b c d e', 'german and mailable': 'a e', rest: 'f' });
  });
});
