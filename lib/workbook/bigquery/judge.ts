/**
 * What a fact is to a run, in BigQuery's SQL: its values in our types, the contact that it is about, and why it can't be
 * counted, if it can't. The faults are those of the row check (lib/snapshot/check.ts); of several the first is kept.
 */
import { join, literal, type Sql, sql } from '../../core/sql.ts';
import { type ColumnType, tableOf } from '../../core/tables.ts';
import type { Resolving } from '../remote-table.ts';
import type { SourceTable } from '../store.ts';
import { type Field, fieldIn, fieldsIn, type Outline, queryType, textOf } from './outline.ts';

export interface Facts extends Pick<SourceTable, 'table' | 'headerOf'> {
  readonly outline: Outline;
}

const fieldFor = ({ headerOf, outline }: Facts, column: string): Field | undefined =>
  outline.fields.find(({ name }) => name === headerOf.get(column));

export const NOT_A_NUMBER = 'not a number';

/** Numbers that the table holds as texts: a cell that is none counts as unknown, and is reported. */
export const textNumbers = (facts: Facts): string[] =>
  Object.entries(tableOf(facts.table).columns).flatMap(([column, { type }]) =>
    type === 'number' && fieldFor(facts, column)?.type === 'STRING' ? [column] : [],
  );

/** The text of a number's cell that can't be read. */
export const unreadAt = (place: number): Sql => fieldIn(`_unread_${place}`);

export const timeColumn = ({ table }: Facts): string =>
  Object.entries(tableOf(table).columns).find(([, { type }]) => type === 'time')?.[0] ?? '';

/** A column of ours as BigQuery has it, in our type; NULL where there is none. */
export function columnValue(facts: Facts, column: string, timeZone: string): Sql {
  const type = tableOf(facts.table).columns[column]?.type ?? 'text';
  const field = fieldFor(facts, column);
  if (!field) return sql`cast(null as ${queryType(type)})`;
  const value = fieldIn(field.name ?? '', 't');
  if (type === 'text') {
    const text = sql`nullif(${textOf(field, 't')}, '')`;
    return facts.table === 'events' && column === 'type' ? sql`lower(trim(${text}))` : text;
  }
  if (type === 'time') return momentOf(field, value, timeZone);
  return type === 'number' ? numberOf(value) : sql`safe_cast(${value} as ${queryType(type)})`;
}

/** A text that the engine wrote, in the type of its column. */
export const typedText = (text: Sql, type: ColumnType): Sql => sql`cast(${text} as ${queryType(type)})`;

/** Infinity, and what is not a number, are unknown. */
const numberOf = (value: Sql): Sql =>
  sql`if(abs(safe_cast(${value} as float64)) < 1e300, safe_cast(${value} as float64), null)`;

/** How a text ends that says its own offset: after a time of day. */
const OFFSET = ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$';
/** Beyond these years a moment is a placeholder. */
const [FIRST, LAST] = [new Date('1900-01-01T00:00:00Z'), new Date('2200-01-01T00:00:00Z')];

/** Days and moments without an offset are local. */
const momentOf = (field: Field, value: Sql, timeZone: string): Sql => {
  const moment = castMoment(field, value, timeZone);
  return sql`if(${moment} between ${FIRST} and ${LAST}, ${moment}, null)`;
};

function castMoment({ type }: Field, value: Sql, timeZone: string): Sql {
  if (type === 'TIMESTAMP') return value;
  if (type !== 'STRING') return sql`timestamp(${value}, ${literal(timeZone)})`;
  // Offsets as BigQuery reads them: +01:00, without a space before them.
  const spelled = sql`regexp_replace(regexp_replace(${value}, ' ?(Z|UTC)$', '+00:00'),
    ' ?([+-][0-9]{2}):?([0-9]{2})$', ${'\\1:\\2'})`;
  // A zone needs a time of day before it.
  const local = sql`concat(trim(${value}), if(strpos(${value}, ':') > 0, '', ' 00:00:00'), ${literal(` ${timeZone}`)})`;
  return sql`safe_cast(if(regexp_contains(${value}, ${literal(OFFSET)}), ${spelled}, ${local}) as timestamp)`;
}

/** Texts of moments and numbers that hold something, and that SQL can't read. */
export function unreadRows(facts: Facts, timeZone: string): Sql | null {
  const unread = Object.entries(tableOf(facts.table).columns).flatMap(([column, { type }]) => {
    const field = fieldFor(facts, column);
    if (field?.type !== 'STRING' || (type !== 'time' && type !== 'number')) return [];
    const value = columnValue(facts, column, timeZone);
    return [sql`(trim(${fieldIn(field.name ?? '', 't')}) <> '' and ${value} is null)`];
  });
  return unread.length > 0 ? join(unread, ' or ') : null;
}

/** Why a row (k) can't be counted, where `when` holds for it, and which value of it is shown. */
type Fault = readonly [when: Sql, reason: string, column: string, value: Sql];

/** Of several the first counts. */
function faultsOf(facts: Facts, futureAfter: Date): readonly Fault[] {
  const { key, columns } = tableOf(facts.table);
  const [id = '', at] = [key[0], timeColumn(facts)];
  const [empty, written, named, moment] = [sql`''`, sql`k._written`, sql`k._named`, fieldIn(at, 'k')];
  const whom: readonly Fault[] =
    'contact_id' in columns
      ? [
          [sql`k.contact_id is null and k._waits`, 'its contact is in quarantine', 'contact_id', named],
          [sql`k.contact_id is null`, 'unknown contact', 'contact_id', named],
        ]
      : [[sql`k.email is null`, 'missing', 'email', empty]];
  return [
    [sql`${fieldIn(id, 'k')} is null`, 'missing', id, empty],
    [sql`${moment} is null and ${written} is null`, 'missing', at, empty],
    [sql`${moment} is null`, 'not a date', at, written],
    [sql`${moment} > ${futureAfter}`, 'in the future', at, written],
    ...whom,
  ];
}

/** The rows of `source` (s) with the contact of each, by the table of contacts' names; bounces name an address alone. */
const knownRows = (key: Sql, refs: Sql | null): Sql =>
  refs === null
    ? sql`select s.* from source as s where coalesce(${key}, s._written, s.email) is not null`
    : sql`select s.* replace (coalesce(i.contact_id, a.contact_id) as contact_id),
    coalesce(s.contact_id, s.email, '') as _named, i.ref is not null or a.ref is not null as _waits
  from source as s left join ${refs} as i on i.ref = s.contact_id
    left join ${refs} as a on a.ref = concat('@', lower(trim(s.email)))
  where coalesce(${key}, s._written, s.contact_id, s.email) is not null`;

/**
 * A row is a fact with the contact that it is about and, where it can't be counted, `_fault`, the column `_at` and its
 * `_value`: the same faults that the row check of other workbooks finds.
 * @param refs the table of contacts' names; null where facts name no contact
 */
export function judgedRows(facts: Facts, source: Sql, refs: Sql | null, given: Resolving): Sql {
  const { key, columns } = tableOf(facts.table);
  const id = key[0] ?? '';
  const names = Object.keys(columns);
  const cells = fieldsIn(names);
  const typed = names.map((name) => sql`${columnValue(facts, name, given.timeZone)} as ${fieldIn(name)}`);
  const numbers = textNumbers(facts);
  const unread = numbers.map((column, i) => {
    const cell = fieldIn(facts.headerOf.get(column) ?? '', 't');
    return sql`, if(${numberOf(cell)} is null, nullif(trim(${cell}), ''), null) as ${unreadAt(i)}`;
  });
  const kept = numbers.map((_, i) => sql`, ${unreadAt(i)}`);
  const field = fieldFor(facts, timeColumn(facts));
  const written = field ? textOf(field, 't') : sql`cast(null as string)`;
  const faults = faultsOf(facts, given.futureAfter);
  const pick = (of: (fault: Fault) => Sql, orElse: Sql): Sql => {
    const cases = faults.map((fault) => sql`when ${fault[0]} then ${of(fault)}`);
    return sql`case ${join(cases, ' ')} ${orElse} end`;
  };
  return sql`with source as (
  select ${join(typed, ', ')}, ${written} as _written${join(unread, '')} from ${source}
), known as (
  ${knownRows(fieldIn(id, 's'), refs)}
), judged as (
  select k.*, ${pick(([, reason]) => sql`${reason}`, sql``)} as _first,
    ${pick(([, , column]) => sql`${column}`, sql`else ${id}`)} as _place,
    ${pick(([, , , value]) => value, sql`else ${fieldIn(id, 'k')}`)} as _cell
  from known as k
), numbered as (
  select *, row_number() over (partition by ${fieldIn(id)}, _first is null order by ${cells}) as _nth from judged
)
select ${cells}, case when _first is not null then _first when _nth > 1 then 'duplicate key' end as _fault,
  case when _first is not null or _nth > 1 then _place end as _at,
  case when _first is not null or _nth > 1 then substr(_cell, 1, 500) end as _value${join(kept, '')}
from numbered`;
}
