import { describe, expect, it } from 'vitest';
import {
  all,
  any,
  band,
  date,
  domainOf,
  event,
  knownAndNot,
  lastEvent,
  memberOf,
  not,
  number,
  purchases,
  spent,
  text,
} from '../../../lib/features/segments/build.ts';
import type { Condition } from '../../../lib/features/segments/condition.ts';
import { checkLists, type ListRule } from '../../../lib/features/segments/lists.ts';

const list = (name: string, where: unknown): ListRule => ({
  name,
  description: `Test list ${name}.`,
  sending: false,
  where: where as Condition,
  examples: { in: [], out: [] },
});
const german = text('country').is('DE');
const problems = (where: unknown): readonly string[] =>
  checkLists([list('Hot', where)], { bands: ['A1', 'D4'] }).wrong[0]?.problems ?? [];

describe('a faulty condition is refused in words that say where, what and what instead', () => {
  it.each<[unknown, string]>([
    [
      text('country').is(''),
      `List "Hot", text(country): a value is blank. Expected some text, such as 'DE'; to ask for unknown values, write isEmpty().`,
    ],
    [
      all(german, any(german, text('city').is('Bonn', ' '))),
      `List "Hot", condition 2.2, text(city): a value is blank.`,
    ],
    [text('country').in([]), `List "Hot", text(country): found []. Expected at least one value, such as 'DE'.`],
    [all(), 'List "Hot": all() is empty. Expected at least one condition in it.'],
    [undefined, `List "Hot": found nothing. Expected a condition, such as text('country').is('DE').`],
    [{ country: 'DE' }, `List "Hot": found {"country":"DE"}. Expected a condition, such as text('country').is('DE').`],
    [
      number('employees').atLeast('5' as never),
      'List "Hot", number(employees): found "5". Expected a number, such as 25.',
    ],
    [number('employees').is(Number.NaN), 'Expected a number, such as 25.'],
    [
      date('created_at').within('90'),
      `List "Hot", date(created_at): found "90". Expected an age such as '90 days', '2 weeks', '6 months' or '1 year'.`,
    ],
    [date('created_at').before('31.01.2026'), `found "31.01.2026". Expected a date such as '2026-01-31'.`],
    [date('created_at').before('2026-02-30'), `found "2026-02-30". Expected a date such as '2026-01-31'.`],
    [event('click', { within: '900 centuries' }), `List "Hot", event(click): found "900 centuries". Expected an age`],
    [event([]), `List "Hot", event(): found []. Expected types of events, such as 'click'.`],
    [event('click', { atleast: 2 } as never), 'List "Hot", event(click): nothing is called "atleast" here.'],
    [purchases({ atLeast: 1, currency: 'euro' }), `found "euro". Expected a currency's three letters, such as 'EUR'.`],
    [{ test: 'number', column: 'employees' }, 'no limit is given. Expected one such as { atLeast: 1 }.'],
    [{ test: 'last', of: ['click'] }, `no time is given. Expected one such as { within: '90 days' }.`],
    [
      domainOf('email').is(' '),
      `List "Hot", domain(email): a value is blank. Expected a domain, such as 'acme.example'`,
    ],
    [text('job_title').matches('(?=a)'), 'Expected a regular expression without look-around and back-references.'],
    [
      text('job_title').matches('vp', '(a'),
      'List "Hot", text(job_title): found "(a". Expected a regular expression without look-around and back-references.',
    ],
    [
      number('employees').between(200, 50),
      'List "Hot", number(employees): no number is between 200 and 50. Expected limits that a number can meet, the smaller one first.',
    ],
    [{ test: 'number', column: 'employees', atLeast: 5, lessThan: 5 }, 'no number is between 5 and 5.'],
    [
      date('created_at').betweenAges('180 days', '90 days'),
      `List "Hot", date(created_at): nothing is older than 180 days and within 90 days. Expected the smaller age first, as in betweenAges('90 days', '180 days').`,
    ],
    [date('created_at').betweenAges('3 months', '3 months'), 'nothing is older than 3 months and within 3 months.'],
    [
      event('click', { after: '2026-02-01', before: '2026-01-01' }),
      'no day is after 2026-02-01 and before 2026-01-01. Expected the earlier day in after.',
    ],
    [event('click', { atLeast: -1 }), 'List "Hot", event(click): found -1. Expected a whole number, such as 3.'],
    [purchases({ moreThan: 1.5 }), 'found 1.5. Expected a whole number, such as 3.'],
    [
      lastEvent('click').within(undefined as never),
      `List "Hot", last(click): found nothing. Expected an age such as '90 days', '2 weeks', '6 months' or '1 year'.`,
    ],
    [number('employees').atLeast(undefined as never), 'found nothing. Expected a number, such as 25.'],
    [purchases({ atLeast: 1, currency: undefined as never }), 'found nothing. Expected a currency'],
    [band('A1', 'Z9'), 'List "Hot", text(score_band): there is no band "Z9". Expected one of A1, D4 (jobs/rules'],
    [
      knownAndNot(event('click') as never),
      'List "Hot": knownAndNot() takes a comparison with a value or a time. Write not() here.',
    ],
    [text('contry').is('DE'), `List "Hot", text(contry): contacts has no column "contry". Did you mean "country"?`],
    [
      text('employees').is('50'),
      `List "Hot", text(employees): the column holds numbers. Write number('employees') instead.`,
    ],
    [
      number('created_at').is(5),
      `List "Hot", number(created_at): the column holds dates. Write date('created_at') instead.`,
    ],
  ])('%j', (where, expected) => {
    expect(problems(where)).toHaveLength(1);
    expect(problems(where)[0]).toContain(expected);
  });

  it('and all faults are reported at once', () => {
    expect(
      problems(all(text('country').is(''), not(text('nowhere_at_all').is('x')), date('created_at').on('?'))),
    ).toHaveLength(3);
    expect(checkLists([{ name: ' ', where: german, colour: 1 }]).wrong[0]?.problems).toHaveLength(5);
  });
});

describe('only the list that is wrong is held', () => {
  const names = (rules: unknown[]) => {
    const { segments, wrong } = checkLists(rules);
    return { good: segments.map(({ name }) => name), wrong: wrong.map(({ name }) => name) };
  };

  it('and those that ask for it', () => {
    const rules = [list('a', memberOf('b')), list('b', text('x').is('y')), list('c', german), list('d', memberOf('c'))];
    expect(names(rules)).toEqual({ good: ['c', 'd'], wrong: ['a', 'b'] });
    expect(checkLists(rules).wrong[0]?.problems).toEqual(['List "a" asks for the list "b", which is held.']);
  });

  it('a circle is named, and holds no list outside of it', () => {
    const rules = [
      list('a', any(german, memberOf('b'))),
      list('b', not(memberOf('c'))),
      list('c', memberOf('a')),
      list('outside', memberOf('b')),
      list('self', memberOf('self')),
      list('fine', german),
    ];
    expect(names(rules)).toEqual({ good: ['fine'], wrong: ['a', 'b', 'c', 'outside', 'self'] });
    const [first, , , outside, self] = checkLists(rules).wrong;
    expect(first?.problems).toEqual([
      'List "a" asks for itself in a circle: "a" → "b" → "c" → "a". Take one memberOf() out.',
    ]);
    expect(outside?.problems).toEqual(['List "outside" asks for the list "b", which is held.']);
    expect(self?.problems).toEqual([
      'List "self" asks for itself in a circle: "self" → "self". Take one memberOf() out.',
    ]);
  });

  it('a list that does not exist is named, with the nearest', () => {
    const { wrong } = checkLists([list('a', memberOf('Custommers')), list('Customers', german)]);
    expect(wrong).toEqual([
      {
        name: 'a',
        problems: ['List "a" asks for the list "Custommers", which does not exist. Did you mean "Customers"?'],
      },
    ]);
  });

  it('two lists of one name are both held', () => {
    expect(names([list('a', german), list('a', german), list('b', german)])).toEqual({ good: ['b'], wrong: ['a'] });
  });
});

it('lists come after those that they ask for', () => {
  const { segments } = checkLists([list('c', memberOf('b')), list('b', memberOf('a')), list('a', german)]);
  expect(segments.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

it('a column that only the workbook has may be asked for, however its header is written', () => {
  const where = all(text('Member-Rating').is('5'), lastEvent('click').within('1 year'));
  expect(checkLists([list('a', where)]).wrong).toHaveLength(1);
  const { segments, wrong } = checkLists([list('a', where)], {
    columns: new Map([['member_rating', 'member_rating']]),
  });
  expect(wrong).toEqual([]);
  expect(segments[0]?.where).toMatchObject({ all: [{ column: 'member_rating' }, {}] });
});

it('limits that can be met are accepted', () => {
  const fine = [
    number('employees').between(50, 50),
    date('created_at').betweenAges('3 months', '90 days'),
    purchases({ moreThan: 0, lessThan: 2 }),
    event('click', { after: '2026-01-01', before: '2026-01-03' }),
    spent({ atLeast: -5 }),
    band('a1 '),
  ];
  expect(fine.flatMap(problems)).toEqual([]);
});
