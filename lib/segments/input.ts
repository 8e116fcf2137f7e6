/**
 * The one table that all lists are cut from: a row per contact, with the columns that any list asks for and every fact
 * about events and purchases, each computed once in one pass over the history. The caller creates it once a run:
 * `create or replace table segment_input as …`.
 */

import { join, list, name, raw, type Sql, sql } from '../engine/sql.ts';
import type { Condition } from './condition.ts';
import { testsIn } from './condition.ts';
import { type Fact, factColumn, factsOf, mailableColumn } from './facts.ts';
import { inside } from './when.ts';

/** The name under which membership queries expect the table. */
export const segmentInput = 'segment_input';

/**
 * The query that fills `segment_input` for these conditions (resolved: `Segment.members`). Reads contacts, events,
 * purchases and the view `unmailable(contact_id, why)`; each only where a condition needs it.
 */
export function segmentInputQuery(conditions: readonly Condition[], asOf: Date): Sql {
  const tests = conditions.flatMap((condition) => [...testsIn(condition)]);
  const columns = new Set(tests.flatMap((test) => ('column' in test ? [test.column] : [])));
  columns.delete('contact_id');
  const facts = new Map(tests.flatMap(factsOf).map((fact) => [factColumn(fact), fact]));
  const ofEvents = [...facts.values()].filter((fact) => fact.types !== undefined);
  const ofPurchases = [...facts.values()].filter((fact) => fact.types === undefined);
  const mailable = tests.some((test) => test.test === 'mailable');
  const selected = [
    sql`c.contact_id`,
    ...[...columns].map((column) => sql`c.${name(column)}`),
    ...(mailable ? [sql`${mailableNow} as ${name(mailableColumn)}`] : []),
    ...ofEvents.map((fact) => outer('e', fact)),
    ...ofPurchases.map((fact) => outer('p', fact)),
  ];
  return sql`
select ${join(selected, ', ')}
from contacts as c${mailable ? unmailableJoin : raw('')}${ofEvents.length > 0 ? eventsJoin(ofEvents, asOf) : raw('')}${
    ofPurchases.length > 0 ? purchasesJoin(ofPurchases, asOf) : raw('')
  }`;
}

const mailableNow = raw(
  `(u.contact_id is null and address_key(c.email) is not null and coalesce(c.email_status, '') <> 'invalid')`,
);

const unmailableJoin = raw(`
left join (select distinct contact_id from unmailable) as u on u.contact_id = c.contact_id`);

/** A fact as the list sees it: no events is a count of 0, but no first time. */
function outer(side: 'e' | 'p', fact: Fact): Sql {
  const column = name(factColumn(fact));
  const value = sql`${raw(side)}.${column}`;
  return fact.what === 'count' || fact.what === 'sum'
    ? sql`coalesce(${value}, 0) as ${column}`
    : sql`${value} as ${column}`;
}

function eventsJoin(facts: readonly Fact[], asOf: Date): Sql {
  const types = [...new Set(facts.flatMap((fact) => fact.types ?? []))].sort();
  const columns = facts.map((fact) =>
    aggregate(fact, [sql`type in ${list(fact.types ?? [])}`], raw('occurred_at'), asOf),
  );
  return sql`
left join (
  select contact_id, ${join(columns, ', ')}
  from events where type in ${list(types)} group by contact_id
) as e on e.contact_id = c.contact_id`;
}

function purchasesJoin(facts: readonly Fact[], asOf: Date): Sql {
  const columns = facts.map((fact) => {
    const currency = fact.currency === undefined ? [] : [sql`upper(trim(currency)) = ${fact.currency}`];
    return aggregate(fact, currency, raw('ordered_at'), asOf);
  });
  return sql`
left join (
  select contact_id, ${join(columns, ', ')}
  from purchases group by contact_id
) as p on p.contact_id = c.contact_id`;
}

function aggregate(fact: Fact, conditions: readonly Sql[], time: Sql, asOf: Date): Sql {
  const parts = [...conditions, ...inside(fact.when, asOf, time, true)];
  const counts = parts.length > 0 ? join(parts, ' and ') : raw('true');
  const column = name(factColumn(fact));
  switch (fact.what) {
    case 'count':
      return sql`countif(${counts}) as ${column}`;
    case 'sum':
      return sql`sum(case when ${counts} then amount else 0 end) as ${column}`;
    case 'first':
      return sql`min(case when ${counts} then ${time} end) as ${column}`;
    case 'last':
      return sql`max(case when ${counts} then ${time} end) as ${column}`;
  }
}
