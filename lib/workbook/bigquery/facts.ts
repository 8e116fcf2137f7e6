/**
 * Facts that stay in BigQuery. Once a run their table is judged there: whom each fact is about, and which can't be
 * counted, into a table that expires. What jobs ask of it is answered from that table, in BigQuery's own SQL, and only
 * the answers come here.
 */
import { join, literal, type Sql, sql } from '../../core/sql.ts';
import { type ColumnType, tableOf } from '../../core/tables.ts';
import { bigQueryPrelude } from '../../engine/bigquery-prelude.ts';
import type { Answer, RemoteTable, Resolved, Resolving, SourceTable } from '../store.ts';
import type { Job } from './client.ts';
import { type Field, fieldIn, type Outline, tableAt, tableIn, textOf } from './outline.ts';
import { writeText } from './read.ts';
import { STAGED_MS, type Steps } from './steps.ts';

/** Facts that are asked where they are. Bounces come here: each is judged beside the contacts. */
export const STAYING: ReadonlySet<string> = new Set(['events', 'purchases']);

/** Rows at fault that come here, of each reason; the others are counted. */
const SHOWN = 1000;
const QUERY_TYPES: Readonly<Record<ColumnType, Sql>> = {
  text: sql`string`,
  number: sql`float64`,
  date: sql`date`,
  time: sql`timestamp`,
};
const ANSWERS: Readonly<Record<string, Answer['columns'][number]['type']>> = {
  INTEGER: 'whole',
  INT64: 'whole',
  FLOAT: 'number',
  FLOAT64: 'number',
  NUMERIC: 'number',
  BIGNUMERIC: 'number',
  DATE: 'date',
  TIMESTAMP: 'time',
  BOOLEAN: 'truth',
  BOOL: 'truth',
};

type Facts = Pick<SourceTable, 'table' | 'headerOf'>;

export function remoteTable(steps: Steps, outline: Outline, facts: Facts): RemoteTable {
  const { client } = steps;
  let judged: { readonly table: Sql; readonly asOf: Date; readonly timeZone: string } | null = null;
  const run = (query: Sql, what: string): Promise<Job> => client.query(steps.id('facts'), query, what);
  const rowsOf = async (query: Sql, what: string): Promise<(string | null)[][]> => {
    const rows: (string | null)[][] = [];
    for await (const page of client.pages(await run(query, what), what)) for (const row of page) rows.push([...row]);
    return rows;
  };
  return {
    newPath: () => steps.newPath('parquet'),
    distinct: async (column) => {
      const cell = columnValue(facts, outline, column, 'UTC');
      const rows = await rowsOf(
        sql`select distinct ${cell} as found from ${tableAt(client.place, outline, steps.moment)}`,
        `reading which kinds of ${facts.table} there are`,
      );
      return rows.flatMap(([text]) => text ?? []);
    },
    resolve: async (given) => {
      const refs = await steps.upload(given.refs, ['ref', 'contact_id']);
      const table = tableIn(client.place, steps.stagingName(`judged_${facts.table}`));
      const expires = new Date(Date.now() + STAGED_MS);
      const source = tableAt(client.place, outline, steps.moment);
      const rules = judgedRows(facts, outline, source, tableIn(client.place, refs), given);
      await run(
        sql`create or replace table ${table} cluster by contact_id
          options(expiration_timestamp = timestamp ${literal(expires.toISOString())}) as ${rules}`,
        `finding whom ${facts.table} are about`,
      );
      judged = { table, asOf: given.asOf, timeZone: given.timeZone };
      return report(table);
    },
    answer: async (query) => {
      if (!judged) throw new Error(`${facts.table} were asked before they were resolved`);
      const what = `asking ${facts.table}`;
      const { table, asOf, timeZone } = judged;
      // Only what the query names is read, and billed.
      const isNamed = (column: string): boolean =>
        /(select|,)\s+(\w+\.)?\*/i.test(query.text) || new RegExp(`\\b${column}\\b`).test(query.text);
      const named = Object.keys(tableOf(facts.table).columns).filter(isNamed);
      const columns = (named.length > 0 ? named : tableOf(facts.table).key).map((column) => fieldIn(column));
      const known = sql`${{ text: facts.table, values: [] }} as (select ${join(columns, ', ')} from ${table}
        where _fault is null and ${fieldIn(timeColumn(facts))} <= ${asOf})`;
      const [, rest] = /^\s*with\s([\s\S]*)$/i.exec(query.text) ?? [];
      const whole = rest === undefined ? sql`with ${known} ${query}` : sql`with ${known}, ${{ ...query, text: rest }}`;
      const job = await run(sql`${bigQueryPrelude(query.text, timeZone)}${whole}`, what);
      const fields = await client.fields(job, what);
      const names = fields.map(({ name }) => name ?? '');
      const text = await writeText(client, job, names, steps.newPath(), what);
      return {
        text,
        columns: fields.map(({ name, type }) => ({ name: name ?? '', type: ANSWERS[type ?? ''] ?? 'text' })),
      };
    },
  };

  async function report(table: Sql): Promise<Resolved> {
    const cells = join(
      textNumbers(facts, outline).map(
        (column, i) => sql` union all select _fault, ${column}, 'cell', countif(${unreadAt(i)} is not null)
          from ${table} group by _fault`,
      ),
      '',
    );
    const counted = await rowsOf(
      sql`select _fault, _at, what, cast(n as string) as n from (
        select _fault, _at, 'row' as what, count(*) as n from ${table} group by _fault, _at${cells}
      ) as counts where n > 0 order by what, _fault, _at`,
      `counting ${facts.table}`,
    );
    const faults = counted.flatMap(([reason, column, what, n]) =>
      reason && what === 'row' ? [{ reason, column: column ?? '', rows: Number(n) }] : [],
    );
    const unreadable = counted.flatMap(([reason, column, what, n]) =>
      !reason && what === 'cell' ? [{ reason: NOT_A_NUMBER, column: column ?? '', rows: Number(n) }] : [],
    );
    const [key = ''] = tableOf(facts.table).key;
    const what = `reading ${facts.table} at fault`;
    const atFault = [
      sql`select ${fieldIn(key)}, _at, _value, _fault from ${table} where _fault is not null`,
      ...textNumbers(facts, outline).map(
        (column, i) => sql`select ${fieldIn(key)}, ${column}, ${unreadAt(i)}, ${NOT_A_NUMBER} from ${table}
          where _fault is null and ${unreadAt(i)} is not null`,
      ),
    ];
    const faulty = sql`select coalesce(${fieldIn(key)}, concat('a row without ', ${key})) as row_key, _at, _value, _fault
      from (${join(atFault, ' union all ')}) as at_fault where true
      qualify row_number() over (partition by _fault, _at order by ${fieldIn(key)}) <= ${SHOWN}
      order by _fault, row_key`;
    const headers = ['row_key', 'column', 'value', 'reason'];
    const job = faults.length + unreadable.length > 0 ? await run(faulty, what) : null;
    const text = job
      ? await writeText(client, job, headers, steps.newPath(), what)
      : { path: '', options: '', rows: 0, hash: '', malformed: [] };
    const rows = counted.reduce((sum, [reason, , what, n]) => sum + (reason || what === 'cell' ? 0 : Number(n)), 0);
    return { rows, hash: outline.version, faults, unreadable, faulty: text };
  }
}

const NOT_A_NUMBER = 'not a number';

/** Numbers that the table holds as texts: a cell that is none counts as unknown, and is reported. */
const textNumbers = ({ table, headerOf }: Facts, { fields }: Outline): string[] =>
  Object.entries(tableOf(table).columns).flatMap(([column, { type }]) =>
    type === 'number' && fields.some((field) => field.name === headerOf.get(column) && field.type === 'STRING')
      ? [column]
      : [],
  );

/** The text of a number's cell that can't be read. */
const unreadAt = (place: number): Sql => fieldIn(`_unread_${place}`);

const timeColumn = ({ table }: Facts): string =>
  Object.entries(tableOf(table).columns).find(([, { type }]) => type === 'time')?.[0] ?? '';

/** A column of ours as BigQuery has it, in our type; NULL where there is none. */
function columnValue(facts: Facts, { fields }: Outline, column: string, timeZone: string): Sql {
  const type = tableOf(facts.table).columns[column]?.type ?? 'text';
  const field = fields.find(({ name }) => name === facts.headerOf.get(column));
  if (!field) return sql`cast(null as ${QUERY_TYPES[type]})`;
  const value = fieldIn(field.name ?? '', 't');
  if (type === 'text') {
    const text = sql`nullif(${textOf(field, 't')}, '')`;
    return facts.table === 'events' && column === 'type' ? sql`lower(trim(${text}))` : text;
  }
  if (type === 'time') return momentOf(field, value, timeZone);
  return sql`safe_cast(${value} as ${QUERY_TYPES[type]})`;
}

/** How a text ends that says its own offset. */
const OFFSET = '(Z|[+-][0-9]{2}(:?[0-9]{2})?)$';

/** Days and moments without an offset are local. */
const momentOf = ({ type }: Field, value: Sql, timeZone: string): Sql => {
  if (type === 'TIMESTAMP') return value;
  if (type !== 'STRING') return sql`timestamp(${value}, ${literal(timeZone)})`;
  if (timeZone === 'UTC') return sql`safe_cast(${value} as timestamp)`;
  const local = sql`concat(${value}, ${literal(` ${timeZone}`)})`;
  return sql`safe_cast(if(regexp_contains(${value}, ${literal(OFFSET)}), ${value}, ${local}) as timestamp)`;
};

/**
 * A row is a fact with the contact that it is about and, where it can't be counted, `_fault`, the column `_at` and its
 * `_value`: the same faults that the row check of other workbooks finds.
 */
function judgedRows(facts: Facts, outline: Outline, source: Sql, refs: Sql, given: Resolving): Sql {
  const { key, columns } = tableOf(facts.table);
  const [keyColumn = ''] = key;
  const time = fieldIn(timeColumn(facts), 'k');
  const names = Object.keys(columns);
  const typed = names.map(
    (column) => sql`${columnValue(facts, outline, column, given.timeZone)} as ${fieldIn(column)}`,
  );
  const numbers = textNumbers(facts, outline);
  const unread = numbers.map((column, i) => {
    const cell = fieldIn(facts.headerOf.get(column) ?? '', 't');
    return sql`, if(safe_cast(${cell} as float64) is null, nullif(trim(${cell}), ''), null) as ${unreadAt(i)}`;
  });
  const passed = numbers.map((_, i) => sql`, s.${unreadAt(i)}`);
  const last = numbers.map((_, i) => sql`, ${unreadAt(i)}`);
  const kept = names.map((column) =>
    column === 'contact_id' ? sql`coalesce(i.contact_id, a.contact_id) as contact_id` : fieldIn(column, 's'),
  );
  const field = outline.fields.find(({ name }) => name === facts.headerOf.get(timeColumn(facts)));
  const written = field ? textOf(field, 't') : sql`cast(null as string)`;
  const cases: readonly (readonly [Sql, string, string, Sql])[] = [
    [sql`k.${fieldIn(keyColumn)} is null`, 'missing', keyColumn, sql`''`],
    [sql`${time} is null and k._written is null`, 'missing', timeColumn(facts), sql`''`],
    [sql`${time} is null`, 'not a date', timeColumn(facts), sql`k._written`],
    [sql`${time} > ${given.futureAfter}`, 'in the future', timeColumn(facts), sql`k._written`],
    [sql`k.contact_id is null and k._waits`, 'its contact is in quarantine', 'contact_id', sql`k._named`],
    [sql`k.contact_id is null`, 'unknown contact', 'contact_id', sql`k._named`],
  ];
  const pick = (of: (each: (typeof cases)[number]) => Sql, more: Sql): Sql =>
    sql`case ${join(
      cases.map((each) => sql`when ${each[0]} then ${of(each)}`),
      ' ',
    )} ${more} end`;
  const order = names.map((column) => fieldIn(column));
  return sql`with source as (
  select ${join(typed, ', ')}, ${written} as _written${join(unread, '')} from ${source}
), known as (
  select ${join(kept, ', ')}, s._written${join(passed, '')}, coalesce(s.contact_id, s.email, '') as _named,
    i.ref is not null or a.ref is not null as _waits
  from source as s left join ${refs} as i on i.ref = s.contact_id
    left join ${refs} as a on a.ref = concat('@', lower(trim(s.email)))
  where coalesce(s.${fieldIn(keyColumn)}, s._written, s.contact_id, s.email) is not null
), judged as (
  select k.*, ${pick(([, reason]) => sql`${reason}`, sql``)} as _first, ${pick(
    ([, , column]) => sql`${column}`,
    sql`else ${keyColumn}`,
  )} as _place, ${pick(([, , , value]) => value, sql`else k.${fieldIn(keyColumn)}`)} as _cell
  from known as k
), numbered as (
  select *, row_number() over (partition by ${fieldIn(keyColumn)}, _first is null order by ${join(order, ', ')}) as _nth
  from judged
)
select ${join(order, ', ')}, case when _first is not null then _first when _nth > 1 then 'duplicate key' end as _fault,
  case when _first is not null or _nth > 1 then _place end as _at,
  case when _first is not null or _nth > 1 then substr(_cell, 1, 500) end as _value${join(last, '')}
from numbered`;
}
