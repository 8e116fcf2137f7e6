/**
 * The one table that all lists are cut from: a row per contact, with the columns that any list asks for and every fact
 * about events and purchases, each computed once in one pass over the history. The caller creates it once a run:
 * `create or replace table segment_input as …`.
 */

import { ofFacts } from '../../core/facts.ts';
import { columnOf, join, list, name, type Sql, sql } from '../../core/sql.ts';
import { views } from '../../snapshot/views.ts';
import { activityParts } from './activity.ts';
import { textFits } from './compile.ts';
import { type Condition, testsIn } from './condition.ts';
import {
  domainColumn,
  factColumn,
  factsOf,
  type HistoryFact,
  type KindFact,
  mailableColumn,
  type TextFact,
} from './facts.ts';
import { dayOf, earliest, inside } from './when.ts';

/**
 * The query that fills `segment_input` for these conditions (resolved: `Segment.members`), with more columns of
 * contacts where asked. Reads contacts, events, purchases, domains(domain, kind) and the view `unmailable(contact_id,
 * why)`; each only where a condition needs it.
 */
export function segmentInputQuery(conditions: readonly Condition[], asOf: Date, more: readonly string[] = []): Sql {
  const tests = conditions.flatMap((condition) => [...testsIn(condition)]);
  const columns = new Set([...more, ...tests.flatMap((test) => ('column' in test ? [test.column] : []))]);
  columns.delete('contact_id');
  const facts = new Map(tests.flatMap(factsOf).map((fact) => [factColumn(fact), fact]));
  const history = [...facts.values()].filter((fact): fact is HistoryFact => !('column' in fact));
  const ofEvents = history.filter((fact) => fact.types !== undefined);
  const ofPurchases = history.filter((fact) => fact.types === undefined);
  const kinds = [...facts.values()].filter((fact): fact is KindFact => fact.what === 'kind');
  const texts = [...facts.values()].filter((fact): fact is TextFact => fact.what === 'text');
  const textColumns = [...new Set(texts.map(({ column }) => column))];
  const domains = [...new Set(tests.flatMap((test) => (test.test === 'domain' ? [test.column] : [])))];
  const mailable = tests.some((test) => test.test === 'mailable');
  const selected = [
    sql`c.contact_id`,
    ...[...columns].map((column) => sql`c.${name(column)}`),
    ...(mailable ? [sql`${mailableNow} as ${name(mailableColumn)}`] : []),
    ...ofEvents.map((fact) => outer('e', fact)),
    ...ofPurchases.map((fact) => outer('p', fact)),
    ...domains.map((column) => sql`c.${name(domainColumn(column))}`),
    ...texts.map((fact) => columnOf(factColumn(fact), `t${textColumns.indexOf(fact.column)}`)),
    ...kinds.map((fact, i) => sql`(${name(`k${i}`)}.domain is not null) as ${name(factColumn(fact))}`),
  ];
  const joins = [
    ...(mailable ? [unmailableJoin] : []),
    ...(ofEvents.length > 0 ? [eventsJoin(ofEvents, asOf)] : []),
    ...(ofPurchases.length > 0 ? [purchasesJoin(ofPurchases, asOf)] : []),
    ...textColumns.map((column, i) =>
      textJoin(
        column,
        texts.filter((fact) => fact.column === column),
        i,
      ),
    ),
    ...kinds.map(kindJoin),
  ];
  return sql`select ${join(selected, ', ')} from ${contactsWith(domains)} as c${join(joins, '')}`;
}

const mailableNow = sql`
  (u.contact_id is null and address_key(c.email) is not null and coalesce(c.email_status, '') <> 'invalid')`;

const unmailableJoin = sql`
left join (select distinct contact_id from ${views.unmailable}) as u on u.contact_id = c.contact_id`;

/** Contacts, with the domain of an address cut out once for everything that asks for it. */
function contactsWith(domains: readonly string[]): Sql {
  if (domains.length === 0) return sql`contacts`;
  const cut = domains.map((column) => sql`nullif(domain_of(d.${name(column)}), '') as ${name(domainColumn(column))}`);
  return sql`(select d.*, ${join(cut, ', ')} from contacts as d)`;
}

/** Patterns asked of the distinct texts of a column: far fewer than contacts. */
function textJoin(column: string, facts: readonly TextFact[], i: number): Sql {
  const alias = name(`t${i}`);
  const fits = facts.map((fact) => sql`${textFits(fact, sql`lowered`, sql`spaced`)} as ${name(factColumn(fact))}`);
  return sql`
left join (
  select value, ${join(fits, ', ')} from (
    select value, lowered, spaced(lowered) as spaced from (
      select d.${name(column)} as value, lower(nullif(trimmed(d.${name(column)}), '')) as lowered
      from contacts as d group by d.${name(column)}
    ) as lower_texts
  ) as texts
) as ${alias} on ${alias}.value = c.${name(column)}`;
}

function kindJoin({ column, kind }: KindFact, i: number): Sql {
  const alias = name(`k${i}`);
  return sql`
left join (select distinct domain from domains
where kind = ${kind}) as ${alias} on ${alias}.domain = c.${name(domainColumn(column))}`;
}

/** A fact as the list sees it: no events is a count of 0, but no first time. */
function outer(side: 'e' | 'p', fact: HistoryFact): Sql {
  const column = name(factColumn(fact));
  const value = sql`${name(side)}.${column}`;
  const isKnown = fact.what === 'count' || fact.what === 'sum';
  return sql`${isKnown ? sql`coalesce(${value}, 0)` : value} as ${column}`;
}

function eventsJoin(facts: readonly HistoryFact[], asOf: Date): Sql {
  const types = [...new Set(facts.flatMap((fact) => fact.types ?? []))].sort();
  const columns = facts.map((fact) =>
    aggregate(fact, [sql`type in ${list(fact.types ?? [])}`], sql`occurred_at`, asOf),
  );
  const summed = (rows: Sql): Sql =>
    sql`select contact_id, ${join(columns, ', ')} from (${rows}) as activity_rows${since(facts, sql`occurred_at`, asOf)}
      group by contact_id`;
  const { events, contacts } = activityParts(types, dayOf(asOf));
  const parts = [
    ...(events ? [sql`select * from ${ofFacts('events', summed(events))} as of_events`] : []),
    ...(contacts ? [summed(contacts)] : []),
  ];
  return sql`
left join (
  select contact_id, ${join(facts.map(together), ', ')}
  from (${join(parts, ' union all ')}) as of_both group by contact_id
) as e on e.contact_id = c.contact_id`;
}

const TOGETHER = { count: 'sum', sum: 'sum', first: 'min', last: 'max' } as const;

/** A fact of several parts of a contact's history, each with its own. */
function together(fact: HistoryFact): Sql {
  const column = name(factColumn(fact));
  return sql`${name(TOGETHER[fact.what])}(${column}) as ${column}`;
}

function purchasesJoin(facts: readonly HistoryFact[], asOf: Date): Sql {
  const columns = facts.map((fact) => {
    const currency = fact.currency === undefined ? [] : [sql`upper(trim(currency)) = ${fact.currency}`];
    return aggregate(fact, currency, sql`ordered_at`, asOf);
  });
  const summed = sql`select contact_id, ${join(columns, ', ')} from purchases${since(facts, sql`ordered_at`, asOf)}
    group by contact_id`;
  return sql`
left join ${ofFacts('purchases', summed)} as p on p.contact_id = c.contact_id`;
}

/** Leaves out what is before all periods that are asked for, where each has a beginning: partitions are pruned by it. */
function since(facts: readonly HistoryFact[], time: Sql, asOf: Date): Sql {
  const from = earliest(
    facts.map(({ when }) => when),
    asOf,
  );
  return from === null ? sql`` : sql` where ${time} >= ${from}`;
}

function aggregate(fact: HistoryFact, conditions: readonly Sql[], time: Sql, asOf: Date): Sql {
  const parts = [...conditions, ...inside(fact.when, asOf, time, true)];
  const counts = parts.length > 0 ? join(parts, ' and ') : sql`true`;
  const column = name(factColumn(fact));
  switch (fact.what) {
    case 'count':
      return sql`countif(${counts}) as ${column}`;
    case 'sum':
      return sql`sum(case when ${counts} then amount else 0 end) as ${column}`;
    default:
      return sql`${name(TOGETHER[fact.what])}(case when ${counts} then ${time} end) as ${column}`;
  }
}
