/**
 * Looks at a table of text columns and says what each holds, which are compared, and which are left out and why.
 * It looks at no more than a fixed number of rows, chosen by what they hold and never by their order.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from '../../core/sql.ts';
import { type ColumnCounts, columnKinds } from './column-kinds.ts';
import { type Compared, type Kind, placeKinds } from './kinds.ts';
import { nicknames } from './nicknames.ts';
import { readRows } from './read-rows.ts';
import type { MatchingRules } from './rules.ts';
import { type DateOrder, literal, plain } from './values.ts';

export interface Profile {
  compared: Compared[];
  dateOrders: ReadonlyMap<string, DateOrder>;
  ignored: { column: string; reason: string }[];
  /** Whether the rows are people; else they are companies, shops or other things with a name. */
  people: boolean;
}

/** Rows looked at: enough to tell kinds apart, few enough for any table. */
const rowsLookedAt = 5_000;
/** Columns compared at most: a pattern holds three bits for each. */
const mostCompared = 16;

const streetWord =
  '(street|st|road|rd|avenue|ave|drive|lane|place|court|crescent|circuit|blvd|boulevard|strasse|str|weg|platz|gasse|allee|rue|calle|via|rua|straat|ulica|ул)';
const companyWord =
  '(inc|corp|corporation|ltd|limited|llc|llp|plc|gmbh|ag|kg|sarl|sas|srl|spa|bv|nv|ab|oy|group|holding|holdings|gruppe)';

/** Important first, for tables with more columns than a pattern holds. */
const order: readonly Kind[] = [
  'email',
  'phone',
  'given',
  'surname',
  'fullname',
  'date',
  'code',
  'street',
  'postcode',
  'locality',
  'housenumber',
  'company',
  'url',
  'region',
  'text',
  'category',
];

/** What each column's cells look like, all columns at once: a query of its own for each would cost more than the cells. */
function countsSql(table: string, columns: readonly string[]): string {
  const share = (pattern: string, x = 'x'): string =>
    `avg(case when regexp_matches(${x}, ${literal(pattern)}) then 1 else 0 end)::double`;
  const ymd =
    '^ *((1[89]|20)[0-9]{2}[-/. ]?(0?[1-9]|1[0-2])[-/. ]?(0?[1-9]|[12][0-9]|3[01])|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](1[89]|20)[0-9]{2}|[0-9]{1,2}[ -]\\p{L}{3,9}[ -][0-9]{4}|\\p{L}{3,9} [0-9]{1,2}, [0-9]{4}) *$';
  return `select name, count(*)::integer as filled, count(distinct x)::integer as "distinct", false as "unique",
    coalesce(avg(length(x)), 0)::double as length, coalesce(avg(len(string_split(trim(p), ' '))), 0)::double as words, ${share('[^ ] [^ ]')} as blanks,
    ${share('^ *(mailto:)?[^@ ]+@[^@ ]+$')} as email, ${share('^(https?://|www\\.)|^[a-z0-9-]+(\\.[a-z0-9-]+)*\\.[a-z]{2,8}(/.*)?$', 'lower(x)')} as url,
    ${share(ymd)} as date, ${share('[0-9][T ][0-9]{1,2}:[0-9]{2}')} as clock,
    ${share('^[+(0-9][0-9 ()./-]{5,}[0-9]$')} - ${share('^[0-9.]+$')} as phone, ${share('^[0-9]+$')} as digits,
    ${share('^[-+]?[0-9][0-9.,]*$')} as number, ${share("^[\\p{L}\\p{M} .,''&’-]+$")} as letters,
    ${share('^[0-9]+[a-z]?[ ,]+.*\\p{L}|\\p{L}.* [0-9]+[a-z]?$', 'p')} as numbered,
    ${share(`\\b${streetWord}\\b|strasse|stra`.replace('|stra', ''), 'p')} as streetWord, ${share(`\\b${companyWord}\\b`, 'p')} as companyWord,
    coalesce(avg(case when split_part(p, ' ', 1) in (select form from match_nicknames) then 1 else 0 end), 0)::double as knownGiven
    from (select name, x, ${plain('x')} as p from (unpivot ${quoted(table)} on ${columns.map(quoted).join(', ')} into name name value x) where trim(x) <> '')
    group by name`;
}

/** A column without a single filled cell. */
const nothing: Omit<ColumnCounts, 'name'> = {
  ...{ filled: 0, distinct: 0, unique: false, length: 0, words: 0, blanks: 0, email: 0, url: 0, date: 0, clock: 0 },
  ...{ phone: 0, digits: 0, number: 0, letters: 0, numbered: 0, streetWord: 0, companyWord: 0, knownGiven: 0 },
};

/** Loads the nicknames, which normalising and comparing look up. */
export async function loadNicknames(db: DuckDBConnection): Promise<void> {
  const rows = [...nicknames].map(([form, root]) => `(${literal(form)}, ${literal(root)})`).join(', ');
  await db.run(`create or replace temp table match_nicknames as select * from (values ${rows}) t(form, root)`);
}

async function lookAt(db: DuckDBConnection, table: string, columns: readonly string[]): Promise<ColumnCounts[]> {
  const content = `concat_ws(chr(31), ${columns.map((name) => `coalesce(${quoted(name)}, '')`).join(', ')})`;
  // Exact copies of a row, its number included, change nothing of what a column is.
  const rows = `(select distinct ${columns.map(quoted).join(', ')} from ${quoted(table)})`;
  await db.run(
    `create or replace temp table match_sample as select * from ${rows}
     order by hash(${content}), ${content} limit ${rowsLookedAt}`,
  );
  const found = new Map(
    (await readRows<ColumnCounts>(db, countsSql('match_sample', columns))).map((row) => [row.name, row]),
  );
  const counts = columns.map((name) => found.get(name) ?? { ...nothing, name });
  for (const c of counts.filter((each) => each.filled > 1 && each.distinct === each.filled)) {
    const [row] = await readRows<{ yes: boolean }>(
      db,
      `select count(distinct ${quoted(c.name)}) = count(*) as yes from ${rows} where trim(${quoted(c.name)}) <> ''`,
    );
    c.unique = row?.yes ?? false;
  }
  return counts;
}

/** 13/04/1990 can only be day first; where nothing decides, day first, as in most of the world. */
async function dateOrder(db: DuckDBConnection, column: string): Promise<DateOrder> {
  const part = (n: number): string =>
    `try_cast(regexp_extract(${quoted(column)}, '^ *([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{4}', ${n}) as integer)`;
  const [row] = await readRows<{ first: number; second: number }>(
    db,
    `select count(case when ${part(1)} > 12 then 1 end)::integer as first, count(case when ${part(2)} > 12 then 1 end)::integer as second from match_sample`,
  );
  return row && row.second > row.first ? 'month first' : 'day first';
}

/** Partners take each other's values by mistake: given name and surname, two streets, two phones, two addresses. */
function pairUp(compared: Compared[]): void {
  const find = (kind: Kind, after = -1): number =>
    compared.findIndex((column, index) => index > after && column.kind === kind);
  const link = (a: number, b: number): void => {
    const [one, other] = [compared[a], compared[b]];
    if (one && other && a !== b) [one.partner, other.partner] = [b, a];
  };
  link(find('given'), find('surname'));
  for (const kind of ['street', 'phone', 'locality'] as const) link(find(kind), find(kind, find(kind)));
}

/** A place within a place agrees by itself: each place column hangs on the next more varied one. */
function hangPlaces(compared: Compared[]): void {
  const chain = (member: (kind: Kind) => boolean): void => {
    const places = compared.map((column, index) => ({ column, index })).filter(({ column }) => member(column.kind));
    places.sort((a, b) => b.column.distinct - a.column.distinct || a.index - b.index);
    for (const [nth, { column }] of places.entries()) {
      const parent = places[nth - 1];
      if (parent) column.parent = parent.index;
    }
  };
  chain((kind) => placeKinds.includes(kind) && kind !== 'housenumber');
  chain((kind) => kind === 'company' || kind === 'url');
}

/** Profiles `columns` of `table`. The row's own id must not be among them. */
export async function profileTable(
  db: DuckDBConnection,
  table: string,
  columns: readonly string[],
  rules: MatchingRules,
): Promise<Profile> {
  await loadNicknames(db);
  const counts = columns.length === 0 ? [] : await lookAt(db, table, columns);
  const verdicts = columnKinds(counts, rules.columns);
  const ignored: Profile['ignored'] = [];
  let compared: Compared[] = [];
  for (const [index, verdict] of verdicts.entries()) {
    const c = counts[index];
    if (!c) continue;
    if (verdict.kind) compared.push({ name: c.name, kind: verdict.kind, filled: c.filled, distinct: c.distinct });
    else ignored.push({ column: c.name, reason: verdict.ignored });
  }
  if (compared.length > mostCompared) {
    const worth = (column: Compared): number =>
      order.indexOf(column.kind) - column.filled / (counts[0]?.filled ?? 1) / 1000;
    const kept = new Set([...compared].sort((a, b) => worth(a) - worth(b)).slice(0, mostCompared));
    for (const column of compared.filter((each) => !kept.has(each))) {
      ignored.push({
        column: column.name,
        reason: `is one too many: ${mostCompared} columns that say more are compared`,
      });
    }
    compared = compared.filter((each) => kept.has(each));
  }
  pairUp(compared);
  hangPlaces(compared);
  const dateOrders = new Map<string, DateOrder>();
  for (const { name, kind } of compared) if (kind === 'date') dateOrders.set(name, await dateOrder(db, name));
  const people =
    compared.some(({ kind }) => ['given', 'surname', 'date'].includes(kind)) ||
    counts.some((c, index) => verdicts[index]?.kind === 'fullname' && c.knownGiven > 0.1);
  if (!people) for (const column of compared) if (column.kind === 'fullname') column.things = true;
  return { compared, dateOrders, ignored, people };
}
