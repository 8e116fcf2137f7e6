/** Why a contact is not on a list: each condition of the list, its value for the contact, and whether it held. */
import { integer, join, name, type Sql, sql } from '../../core/sql.ts';
import { columnType, compile } from './compile.ts';
import type { Condition, Test } from './condition.ts';
import { conditionLines } from './describe.ts';
import { domainColumn, factColumn, factsOf } from './facts.ts';
import { placed, type Segment } from './lists.ts';

/** What a test looks at, as text; a moment as its day. */
function shownValue(test: Test | undefined): Sql {
  if (test === undefined || test.test === 'mailable' || test.test === 'list') return sql`cast(null as string)`;
  if (test.test === 'domain') return sql`cast(c.${name(domainColumn(test.column))} as string)`;
  if ('column' in test) {
    const cell = sql`c.${name(test.column)}`;
    return columnType(test.column) === 'time' ? sql`cast(local_day(${cell}) as string)` : sql`cast(${cell} as string)`;
  }
  const [fact] = factsOf(test);
  if (!fact) return sql`cast(null as string)`;
  const value = sql`c.${name(factColumn(fact))}`;
  return test.test === 'first' || test.test === 'last'
    ? sql`cast(local_day(${value}) as string)`
    : sql`cast(${value} as string)`;
}

/**
 * Rows (list, held, condition, value) for a contact and the lists that it is not on, in the order of the rules; a
 * group's parts are indented below it. Reads the table `segment_input` (see input.ts). Expects lists that are checked.
 */
export function whyNotQuery(segments: readonly Segment[], asOf: Date, contactId: string): Sql {
  const lists = new Map(segments.map(({ name, members }) => [name, members]));
  const rows = segments.flatMap(({ name: list, where, members, sending }, place) => {
    const whole: Condition = sending
      ? { all: [{ test: 'mailable' }, ...('all' in where ? where.all : [where])] }
      : where;
    return conditionLines(whole).map(
      ({ depth, text, condition, test }, line) => sql`
        select ${integer(place)} as place, ${integer(line)} as line, ${list} as list,
          case when ${compile(placed(condition, lists), asOf)} then 'yes' else 'no' end as held,
          ${`${'  '.repeat(depth)}${text}`} as condition, ${shownValue(test)} as value
        from segment_input c where c.contact_id = ${contactId} and not ${compile(members, asOf)}`,
    );
  });
  if (rows.length === 0)
    return sql`select '' as list, '' as held, '' as condition, '' as value from segment_input where false`;
  return sql`select list, held, condition, value from (${join(rows, ' union all ')}) as answers order by place, line`;
}
