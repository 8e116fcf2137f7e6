/**
 * Counts over the cells of every column, on a bounded number of rows that are chosen by what they hold and never by
 * their order. It judges nothing; column-kinds.ts does.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from '../../core/sql.ts';
import type { ColumnCounts } from './column-kinds.ts';
import { nicknames } from './nicknames.ts';
import { readRows } from './read-rows.ts';
import { literal, monthWords, plain } from './values.ts';

/** Rows looked at: enough to tell kinds apart, few enough for any table. */
const rowsLookedAt = 5_000;
/** Rows of them whose cells are read: shares need fewer rows than counts of different values. */
const rowsRead = 2_000;

/**
 * Words that mean "missing" where they fill many rows, and are a value where they stand now and then: a surname is Na.
 */
const missingWords =
  'na,n a,unk,ka,k a,k.a.,sn,s ' +
  'n,ninguno,ninguna,aucun,aucune,brak,nessuno,nenhum,geen,ingen,inget,yok,nd,n ' +
  'd,nc,-,--,.,?,x,none,null,nil,nan,nat';
const missingList = missingWords.split(',').map(literal).join(', ');
/** Share of the filled rows of a column from which on such a word means "missing". */
const missingShare = 0.03;

/** SQL that is true where cell `x` holds such a word. */
export const isMissingWord = (x: string): string =>
  `lower(trim(replace(replace(${x}, '/', ' '), '.', ''))) in (${missingList})`;

const streetWord =
  '(street|st|road|rd|avenue|ave|drive|lane|place|court|crescent|circuit|blvd|boulevard|strasse|str|' +
  'weg|platz|gasse|allee|rue|calle|via|rua|straat|ulica|ул)';
const companyWord =
  '(inc|corp|corporation|ltd|limited|llc|llp|plc|gmbh|ag|kg|sarl|sas|srl|spa|bv|nv|ab|oy|group|holding|holdings|gruppe)';

const [yearDigits, monthDigits, dayDigits] = ['(1[5-9]|20)[0-9]{2}', '(0?[1-9]|1[0-2])', '(0?[1-9]|[12][0-9]|3[01])'];
const datePattern = `^ *(${[
  `${yearDigits}[-/. ]?${monthDigits}[-/. ]?${dayDigits}([T ]00:00(:00)?(\\.0+)?Z?)?`,
  `${dayDigits}[-/. ]+${dayDigits}[-/. ]+(${yearDigits}|[0-9]{2})`,
  `${dayDigits}[ .-]+(de )?\\p{L}{3}\\p{L}*\\.?[ -]+(de )?${yearDigits}`,
  `\\p{L}{3}\\p{L}*\\.? ${dayDigits},? ${yearDigits}`,
  `${yearDigits}年${monthDigits}月${dayDigits}日`,
].join('|')}) *$`;

/** SQL for the cells of `table` that hold something, as (name, x): all columns at once, for a query of its own for each costs more. */
const cellsOf = (table: string, columns: readonly string[]): string =>
  `(select name, x from (unpivot ${table} on ${columns.map(quoted).join(', ')} into name name value x) where trim(x) <> '')`;

/** What each column's cells look like. */
function shapesSql(columns: readonly string[]): string {
  const share = (pattern: string, x = 'x'): string =>
    `avg(case when regexp_matches(${x}, ${literal(pattern)}) then 1 else 0 end)::double`;
  const years = `try_cast(nullif(regexp_extract(x, '${yearDigits}'), '') as integer)`;
  return `select name, coalesce(avg(length(x)), 0)::double as length,
    coalesce(avg(len(string_split(trim(p), ' '))), 0)::double as words, ${share('[^ ] [^ ]')} as blanks,
    ${share('^ *(mailto:)?[^@ ]+@[^@ ]+$')} as email,
      ${share('^(https?://|www\\.)|^[a-z0-9-]+(\\.[a-z0-9-]+)*\\.[a-z]{2,8}(/.*)?$', 'lower(x)')} as url,
    ${share(datePattern)} as date, ${share('[0-9][T ][0-9]{1,2}:[0-9]{2}')} - ${share('[0-9][T ]00:00')} as clock,
    ${share('^[+(0-9][0-9 ()./-]{5,}[0-9]$')} - ${share('^[0-9.]+$')} as phone, ${share('^[0-9]+$')} as digits,
    ${share('^[-+]?[0-9][0-9.,]*$')} as number, ${share('[0-9]')} as numeral, ${share("^[\\p{L}\\p{M} .,''&’-]+$")} as letters,
    ${share('^ *[(\\[]?(1[89]|20)[0-9]{2}[a-z]?[)\\].,;: ]*(\\.0)?$')} as year,
    avg(case when regexp_matches(x, '^ *(0?[1-9]|1[0-2])(\\.0)? *$')
      or p in (${monthWords.map(literal).join(', ')}) then 1 else 0 end)::double as month,
    ${share('^ *(0?[1-9]|[12][0-9]|3[01])(\\.0)? *$')} as day,
    quantile_disc(${years}, 0.1)::integer as "yearFrom", quantile_disc(${years}, 0.9)::integer as "yearTo",
    ${share('^[0-9]+[a-z]?[ ,]+.*\\p{L}|\\p{L}.* [0-9]+[a-z]?$', 'p')} as numbered,
    ${share(`\\b${streetWord}\\b|strasse`, 'p')} as "streetWord", ${share(`\\b${companyWord}\\b`, 'p')} as "companyWord",
    coalesce(avg(case when split_part(p, ' ', 1) in (select form from match_nicknames) then 1 else 0 end), 0)::double as "knownGiven"
    from (select name, x, ${plain('x')} as p from ${cellsOf(`(from match_sample limit ${rowsRead})`, columns)}
      where not ${isMissingWord('x')})
    group by name`;
}

/** A column without a single filled cell. */
const nothing: Omit<ColumnCounts, 'name'> = {
  ...{ filled: 0, distinct: 0, unique: false, length: 0, words: 0, blanks: 0, email: 0, url: 0, date: 0, clock: 0 },
  ...{ phone: 0, digits: 0, number: 0, numeral: 0, letters: 0, numbered: 0, streetWord: 0, companyWord: 0 },
  ...{ knownGiven: 0, year: 0, month: 0, day: 0, yearFrom: null, yearTo: null },
};

export interface Looked {
  counts: ColumnCounts[];
  /** Columns in which a word such as "NA" stands for a missing value. */
  withMissingWords: ReadonlySet<string>;
}

/**
 * Makes the sample `match_sample` of `table` and counts what its columns' cells look like, in the columns' order; and
 * `match_nicknames`, which normalising and comparing look up.
 */
export async function lookAt(db: DuckDBConnection, table: string, columns: readonly string[]): Promise<Looked> {
  const forms = [...nicknames].map(([form, root]) => `(${literal(form)}, ${literal(root)})`).join(', ');
  await db.run(`create or replace temp table match_nicknames as select * from (values ${forms}) t(form, root)`);
  if (columns.length === 0) return { counts: [], withMissingWords: new Set() };
  const content = `concat_ws(chr(31), ${columns.map((name) => `coalesce(${quoted(name)}, '')`).join(', ')})`;
  // Exact copies of a row, its number included, change nothing of what a column is.
  const rows = `(select distinct ${columns.map(quoted).join(', ')} from ${quoted(table)})`;
  await db.run(
    `create or replace temp table match_sample as select * from ${rows}
     order by hash(${content}), ${content} limit ${rowsLookedAt}`,
  );
  const [counted, shapes] = [await countCells(db, columns), new Map<string, Partial<ColumnCounts>>()];
  for (const shape of await readRows<ColumnCounts>(db, shapesSql(columns))) shapes.set(shape.name, shape);
  const counts = columns.map((name): ColumnCounts => {
    const cells = counted.get(name);
    return { ...nothing, ...shapes.get(name), name, filled: cells?.filled ?? 0, distinct: cells?.distinct ?? 0 };
  });
  const repeats = counts.filter((each) => each.filled > 1 && each.distinct === each.filled);
  if (repeats.length > 0) {
    const tests = repeats.map(
      ({ name }, nth) =>
        `count(distinct nullif(trim(${quoted(name)}), '')) = count(nullif(trim(${quoted(name)}), '')) as u${nth}`,
    );
    const [row] = await readRows<Record<string, boolean>>(db, `select ${tests.join(', ')} from ${rows}`);
    for (const [nth, c] of repeats.entries()) c.unique = row?.[`u${nth}`] ?? false;
  }
  const withMissingWords = [...counted.values()].filter(
    ({ filled, missing }) => missing >= Math.max(3, missingShare * (filled + missing)),
  );
  return { counts, withMissingWords: new Set(withMissingWords.map(({ name }) => name)) };
}

/** Cells of the sample with a value, different values among them, and cells with a word that may mean "missing". */
interface CellCounts {
  name: string;
  filled: number;
  distinct: number;
  missing: number;
}

async function countCells(db: DuckDBConnection, columns: readonly string[]): Promise<Map<string, CellCounts>> {
  const rows = await readRows<CellCounts>(
    db,
    `select name, sum(case when missing then 0 else n end)::integer as filled,
       count(case when not missing then 1 end)::integer as "distinct",
       sum(case when missing then n else 0 end)::integer as missing
     from (select name, x, count(*) as n, ${isMissingWord('x')} as missing
       from ${cellsOf('match_sample', columns)} group by name, x) group by name`,
  );
  return new Map(rows.map((row) => [row.name, row]));
}
