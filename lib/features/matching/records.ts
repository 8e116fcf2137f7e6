/**
 * From rows to records: normalised values, exact copies as one record, and how common each value is.
 * Records are numbered by what they hold (a digest), so nothing after this depends on the order of the rows.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from '../../core/sql.ts';
import { isTitle } from './headers.ts';
import type { Compared, Kind } from './kinds.ts';
import { cellSql, type Profile } from './profile.ts';
import { readRows } from './read-rows.ts';
import { firstNameSql, hasWords, m, r, s, several, sh, t, v, w, wt, x } from './record-columns.ts';
import type { MatchingRules } from './rules.ts';
import {
  dateOfPartsSql,
  generationOfSuffixSql,
  generationSql,
  literal,
  placeholders,
  plain,
  soundSql,
  valueSql,
} from './values.ts';

/** Kinds whose short values ("na", "x") are values. */
const keepsShort: readonly Kind[] = ['housenumber', 'region', 'category', 'date', 'year', 'phone'];

async function loadPlaceholders(db: DuckDBConnection, rules: MatchingRules): Promise<void> {
  await db.run(
    'create or replace temp table match_placeholders as select * from (values ' +
      `${placeholders.map((p) => `(${literal(p)})`).join(', ')}) t(word)`,
  );
  for (const word of rules.placeholders) await db.run(`insert into match_placeholders select ${plain('$1')}`, [word]);
}

/** What is compared beside the value itself: sorted words, digits of an address, the mailbox before the @. */
function derivedSql(kind: Kind, value: string): string {
  switch (kind) {
    case 'company':
    case 'text':
      return `array_to_string(list_sort(string_split(${value}, ' ')), ' ')`;
    case 'street':
      return `regexp_replace(${value}, '[^0-9]+', ' ', 'g')`;
    case 'email':
      return `split_part(${value}, '@', 1)`;
    default:
      return 'null::varchar';
  }
}

/** Names by the roots of their nicknames: "bob smith" and "smith, robert" are both "robert smith". */
async function deriveNames(db: DuckDBConnection, compared: readonly Compared[]): Promise<void> {
  for (const [index, { kind }] of compared.entries()) {
    if (kind !== 'given' && kind !== 'fullname') continue;
    await db.run(`create or replace temp table match_roots as
      select name, string_agg(coalesce(root, word), ' ' order by coalesce(root, word), word) as roots
      from (select name, unnest(string_split(name, ' ')) as word from (select distinct ${v(index)} as name
        from match_records where ${v(index)} is not null))
      left join match_nicknames on form = word group by name`);
    await db.run(`update match_records set ${x(index)} = roots from match_roots where name = ${v(index)}`);
  }
}

/** Letters of a word that are compared, so that an ending or a slip near it makes no other word. */
const stemLetters = 6;

/**
 * The words of texts as numbers whose last three digits are the word's weight (the logarithm of how rare it is, Spärck
 * Jones 1972), their weight in all, and the rarest word that stands in several texts.
 */
async function deriveWords(db: DuckDBConnection, compared: readonly Compared[]): Promise<void> {
  for (const [index, column] of compared.entries()) {
    if (!hasWords(column)) continue;
    await db.run(`update match_records set ${w(index)} = codes, ${wt(index)} = total, ${r(index)} = rarest from (
      with texts as (select distinct ${v(index)} as text from match_records where ${v(index)} is not null),
      words as (select distinct text, left(unnest(string_split(text, ' ')), ${stemLetters}) as word from texts),
      counted as (select text, word, count(*) over (partition by word) as n from words),
      weighed as (select *, least(999, 1 + round(100 * ln((select count(*) from texts) / n)))::bigint as weight from counted)
      select text, list((hash(word) % 1000000007)::bigint * 1000 + weight) as codes, sum(weight)::integer as total,
        arg_min(word, (n, word)) filter (where n > 1) as rarest
      from weighed group by text) where text = ${v(index)}`);
  }
}

/** SQL for the year of a work: where its cell has none, the year that stands beside its title, publisher or place. */
function yearOfWork(profile: Profile, cell: string): string {
  const beside = profile.compared
    .filter((column) => column.kind === 'text' || isTitle(column))
    .map(({ name }) => `regexp_extract(${cellSql(profile, name)}, '(^|[^0-9-])((19|20)[0-9]{2})([^0-9-]|$)', 2)`);
  return `concat_ws(' ', ${[cell, ...beside].join(', ')})`;
}

/** SQL for a column's value before placeholders are dropped. */
function comparedSql(profile: Profile, { name, kind, parts, things }: Compared): string {
  if (parts) {
    const [year = '', month = '', day] = parts.map((part) => cellSql(profile, part));
    return dateOfPartsSql(year, month, day);
  }
  const cell = cellSql(profile, name);
  const ofWork = kind === 'year' && things && profile.compared.some(isTitle);
  return valueSql(kind, ofWork ? yearOfWork(profile, cell) : cell, profile.dateOrders.get(name) ?? 'day first');
}

/** SQL for a row's generation suffix: of a column of its own, else at the end of a name. */
function suffixSql(profile: Profile): string {
  const own = profile.suffixes.map((name) => generationOfSuffixSql(cellSql(profile, name)));
  const inNames = profile.compared.flatMap(({ name, kind, things }) =>
    (kind === 'given' || kind === 'surname' || kind === 'fullname') && !things
      ? [generationSql(plain(cellSql(profile, name)), kind)]
      : [],
  );
  const all = [...own, ...inNames].map((sql) => `nullif(${sql}, '')`);
  return all.length === 0 ? "''" : `coalesce(${[...all, "''"].join(', ')})`;
}

/**
 * Makes `match_rows(row_id, record)` and `match_records(record, digest, copies, gen, v…, x…, t…)` from `source(row_id, …)`.
 * Returns the number of records, and whether any of them stands for several rows.
 */
export async function buildRecords(
  db: DuckDBConnection,
  source: string,
  profile: Profile,
  rules: MatchingRules,
): Promise<{ records: number; copied: boolean }> {
  await loadPlaceholders(db, rules);
  const { compared } = profile;
  const values = compared.map((column, index) => `${comparedSql(profile, column)} as ${v(index)}`);
  const cleaned = compared.map(({ kind }, index) =>
    keepsShort.includes(kind)
      ? `nullif(${v(index)}, '') as ${v(index)}`
      : `case when ${v(index)} not in (select word from match_placeholders) then nullif(${v(index)}, '') end as ${v(index)}`,
  );
  const names = compared.map((_, index) => v(index));
  const content =
    names.length === 0 ? "''" : `concat_ws(chr(31), ${names.map((n) => `coalesce(${n}, '')`).join(', ')})`;
  await db.run(`create or replace temp table match_values as
    select *, md5(${content} || chr(31) || gen) as digest from (
      select ${['row_id', 'gen', ...cleaned].join(', ')}
        from (select ${['row_id', `${suffixSql(profile)} as gen`, ...values].join(', ')} from ${quoted(source)}))`);
  const first = [...names, 'gen'].map((name) => `first(${name}) as ${name}`);
  await db.run(`create or replace temp table match_distinct as
    select ${['digest', 'count(*)::integer as copies', ...first].join(', ')} from match_values group by digest`);
  await addShares(db, compared);
  await db.run(`create or replace temp table match_rows as
    select row_id, record from match_values join match_records using (digest)`);
  await db.run('drop table match_values');
  await db.run('drop view match_who');
  await db.run('drop table match_distinct');
  await deriveNames(db, compared);
  await deriveWords(db, compared);
  const [row] = await readRows<{ records: number; copied: boolean }>(
    db,
    'select count(*)::integer as records, coalesce(max(copies) > 1, false) as copied from match_records',
  );
  return row ?? { records: 0, copied: false };
}

/**
 * In a small table a value that one pair alone holds would seem common. Of so many people in the world at large, two
 * have the same by chance, at most.
 */
const atLarge: Partial<Record<Kind, number>> = {
  email: 10_000,
  phone: 10_000,
  code: 10_000,
  date: 5000,
  surname: 1000,
  fullname: 1000,
  street: 1000,
};

/** Kinds whose values may be of one person or of several. */
const mayBeShared = (kind: Kind): boolean => kind === 'email' || kind === 'phone' || kind === 'code';

/** Numbers the records by digest, with the share of records that hold each value. */
async function addShares(db: DuckDBConnection, compared: readonly Compared[]): Promise<void> {
  const columns = compared.flatMap((column, index) => {
    const { kind } = column;
    return [
      `d.${v(index)}`,
      `${derivedSql(kind, `d.${v(index)}`)} as ${x(index)}`,
      `ln(case when f${index}.n > 2 then f${index}.n / count(*) over () else 2 / greatest(count(*) over (), ` +
        `${atLarge[kind] ?? 0}) end)::float as ${t(index)}`,
      `f${index}.n::integer as n${index}`,
      ...(mayBeShared(kind)
        ? [
            `coalesce(f${index}.people > 1, false) as ${sh(index)}`,
            `coalesce(f${index}.named > 1, false) as ${several(index)}`,
          ]
        : []),
      ...(kind === 'email' ? [`regexp_replace(d.${v(index)}, '[^0-9]+', '', 'g') as ${m(index)}`] : []),
      ...(kind === 'given' || kind === 'surname' ? [`${soundSql(`d.${v(index)}`)} as ${s(index)}`] : []),
      ...(hasWords(column)
        ? [`null::bigint[] as ${w(index)}`, `0 as ${wt(index)}`, `null::varchar as ${r(index)}`]
        : []),
    ];
  });
  const joins = compared.map(
    ({ kind }, i) =>
      `left join (select ${v(i)}, count(*) as ` +
      `n${mayBeShared(kind) ? ", count(distinct coalesce(who, '')) as people, count(distinct who) as named" : ''} ` +
      `from match_who where ${v(i)} is not null group by ${v(i)}) f${i} on f${i}.${v(i)} = d.${v(i)}`,
  );
  await db.run(`create or replace temp view match_who as
    select d.*, coalesce(root, ${firstNameSql(compared, 'd')}) as who from match_distinct d
    left join match_nicknames on form = ${firstNameSql(compared, 'd')}`);
  await db.run(`create or replace temp table match_records as
    select ${['(row_number() over (order by d.digest) - 1)::integer as record', 'd.digest', 'd.copies', 'd.gen', ...columns].join(', ')}
    from match_distinct d ${joins.join('\n    ')}`);
}
