/**
 * How a cell of each kind becomes the value that is compared: SQL expressions, one per kind, that give NULL for what
 * means nothing. It judges no pair, and knows no column but the one it is given.
 */
import type { Kind } from './kinds.ts';
import { months } from './months.ts';

/** Values that people and forms put where they know nothing, after `plain`. */
export const placeholders = (
  'n a,none,null,nil,unknown,undefined,test,tests,testing,test test,tester,tbd,tba,xxx,xx,x,asdf,qwerty,no name,noname,not provided,' +
  'not available,not applicable,not given,dummy,anonymous,anon,foo,bar,foo bar,keine,keine angabe,unbekannt,inconnu,' +
  'sin datos,desconocido,sconosciuto,onbekend,na na,no email,no phone,blank,empty,missing,do not use,delete,deleted,' +
  'not known,no last name,no first name,sin nombre,sans nom,ohne,ohne angabe,k a,s n,ninguno,aucun,nessuno,brak,geen,ingen,yok,' +
  'lorem ipsum,john doe,jane doe,max mustermann,mustermann,first name,last name,your name,name,nan,нет,неизвестно'
).split(',');

/** A constant of this program for SQL; values of a table never come here. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Lower case, no accents, words apart by one blank; letters of every script stay. */
export function plain(x: string): string {
  const letters = `replace(replace(lower(strip_accents(nfc_normalize(${x}))), 'ß', 'ss'), 'ł', 'l')`;
  return `trim(regexp_replace(translate(${letters}, '''’‘\`´', ''), '[^\\p{L}\\p{N}\\p{M}]+', ' ', 'g'))`;
}

const withoutWords = (x: string, words: string): string =>
  `trim(regexp_replace(' ' || ${x} || ' ', '\\b(${words.split(' ').join('|')})\\b', ' ', 'g'))`;

const oneBlank = (x: string): string => `regexp_replace(trim(${x}), ' +', ' ', 'g')`;

const titles = 'mr mrs ms miss dr prof herr frau mme mlle sr sra senor senora sig dott ing mag';
const companyForms =
  'inc incorporated corp corporation co company ltd limited llc llp plc gmbh ag kg ohg ug sa sarl sas spa srl bv nv ab oy as aps the';

const streetWords = (
  'street st,road rd,avenue ave,av ave,drive dr,place pl,court ct,crescent cres,circuit cct,close cl,lane ln,' +
  'boulevard blvd,square sq,terrace tce,parade pde,highway hwy,strasse str,apartment apt,north n,south s,east e,west w'
).split(',');

function shortStreet(x: string): string {
  const swapped = streetWords.reduce(
    (sql, words) => `replace(${sql}, ' ${words.replace(' ', " ', ' ")} ')`,
    `' ' || ${x} || ' '`,
  );
  return `replace(trim(${swapped}), 'strasse', 'str')`;
}

const digits = (x: string): string => `regexp_replace(${x}, '[^0-9]', '', 'g')`;

/** A phone number's last nine digits, so that a trunk zero and a country code make no difference. */
function phone(x: string): string {
  const number = digits(`regexp_replace(lower(${x}), '(x|ext|extension|#).*$', '')`);
  const empty =
    `length(${number}) < 6 or regexp_full_match(${number}, ` +
    `'(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)|0?123456(7(8(90?)?)?)?|.*(5{7}|0{6}|9{7})')`;
  return `case when ${empty} then null else right(${number}, 9) end`;
}

/** The order of the parts in a column of dates such as 03/04/1990. */
export type DateOrder = 'day first' | 'month first';

/** The names of months, for columns that may hold the month alone. */
export const monthWords: readonly string[] = [...months.keys()];

const monthMap = `map {${[...months].map(([name, digits]) => `${literal(name)}: ${literal(digits)}`).join(', ')}}`;
/** Two digits of the month that `x`, a word or a number, stands for; NULL where it is none. */
const monthSql = (x: string): string =>
  `case when regexp_matches(${x}, '[^0-9. ]') then ${monthMap}[${plain(x)}] else ` +
  `lpad(try_cast(try_cast(${x} as double) as integer)::varchar, 2, '0') end`;

/** A date as YYYYMMDD, where its form is known; else the digits that are there. */
function date(x: string, order: DateOrder): string {
  const [day, month] = order === 'day first' ? [1, 2] : [2, 1];
  const parts = `regexp_extract(${x}, '^ *([0-9]{1,2})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{2,5})`;
  const short = `case when length(${parts}', 3)) > 2 then '' when ${parts}', 3) > '30' then '19' else '20' end`;
  const numeric = `${short} || ${parts}', 3) || lpad(${parts}', ${month}), 2, '0') || lpad(${parts}', ${day}), 2, '0')`;
  const year = `regexp_extract(${x}, '^ *([0-9]{4})[-/. 年]+([0-9]{1,2})[-/. 月]+([0-9]{1,2})`;
  const iso = `${year}', 1) || lpad(${year}', 2), 2, '0') || lpad(${year}', 3), 2, '0')`;
  const word = `regexp_extract(${plain(x)}, '(\\p{L}{3,})', 1)`;
  const words =
    `regexp_extract(${x}, '([0-9]{4}) *$', 1) || ${monthMap}[${word}] || lpad(regexp_extract(${x}, ` +
    `'(^|[^0-9])([0-9]{1,2})([^0-9]|$)', 2), 2, '0')`;
  const value = `case when regexp_matches(${x}, '^ *[0-9]{4}[-/. 年]') then ${iso}
    when regexp_matches(${x}, '^ *[0-9]{1,2}[-/. ]+[0-9]{1,2}[-/. ]+[0-9]{2,5}') then ${numeric}
    when regexp_matches(${x}, '\\p{L}{3}') then coalesce(${words}, nullif(${digits(x)}, '')) else nullif(${digits(x)}, '') end`;
  // One call instead of a chain of nullif, each of which would repeat the whole expression and take long to plan.
  return `regexp_replace(${value}, '^(19000101|00010101|99991231|00000000)$', '')`;
}

/** SQL for a date as YYYYMMDD from cells with its parts; 00 where a month or a day is not known. */
export function dateOfPartsSql(year: string, month: string, day: string | undefined): string {
  // A slip may have made a year that no person was born in: it still counts as a year.
  const four = `regexp_extract(${year}, '([0-9]{4})', 1)`;
  const two = (sql: string): string => `coalesce(${sql}, '00')`;
  return `case when ${four} <> '' then ${four} || ${two(monthSql(month))} || ${day ? two(monthSql(day)) : "'00'"} end`;
}

/** Suffixes that tell a generation, at the end of a name, by what they mean. A name that is nothing else keeps it. */
const generations: readonly (readonly [string, string])[] = [
  [
    'jr',
    'jr|jnr|jun|junr|junior|filho|fils|hijo|figlio|syn|d j|d y|yr|ml|mladsi|mlodszy|mladi|ifj|der jungere|der juengere|' +
      'the younger|le jeune|cadet|il giovane|de jonge|den yngre|nuorempi|sohn|младшии|младший|мл',
  ],
  [
    'sr',
    'sr|snr|sen|senr|senior|pai|pere|padre|d a|d ae|starsi|starszy|stariji|der altere|der aeltere|the elder|l aine|aine|' +
      'laine|il vecchio|de oude|den aldre|vanhempi|vater|старшии|старший|ст',
  ],
  ['2', 'ii|2nd|the second|neto|nieto|segundo|sobrinho'],
  ['3', 'iii|3rd|the third'],
  ['4', 'iv|4th|the fourth'],
  ['5', 'v|5th'],
  ['6', 'vi|6th'],
];
/** Suffixes that are also names ("Amartya Sen"): they count behind two names, or in a column with the surname alone. */
const alsoNames =
  '(sen|jun|neto|nieto|filho|hijo|syn|ml|pai|padre|pere|cadet|segundo|sohn|vater|sobrinho|laine|aine|mladi|v|vi)';

const anySuffix = generations.map(([, forms]) => forms).join('|');

/** SQL for the generation in a name `plainName` (`plain` has been applied), '' where it holds none. */
export function generationSql(plainName: string, kind: Kind): string {
  const end = `regexp_extract(${plainName}, ' (${anySuffix})$', 1)`;
  const cases = generations.map(([is, forms]) => `when regexp_full_match(${end}, '${forms}') then '${is}'`);
  const name = `regexp_full_match(${plainName}, '[^ ]+ ${alsoNames}')`;
  return `case when ${end} = '' ${kind === 'fullname' ? `or ${name}` : ''} then '' ${cases.join(' ')} else '' end`;
}

/** SQL for the generation in a cell that holds a suffix alone. */
export const generationOfSuffixSql = (cell: string): string => generationSql(`'x ' || ${plain(cell)}`, 'surname');

/** A name without its generation. */
function withoutGeneration(plainName: string, kind: Kind): string {
  const without = `regexp_replace(${plainName}, ' (${anySuffix})$', '')`;
  return kind === 'fullname'
    ? `case when regexp_full_match(${plainName}, '[^ ]+ ${alsoNames}') then ${plainName} else ${without} end`
    : without;
}

/** "Smith, Robert" as "Robert Smith"; a comma before a suffix or a title turns nothing. */
function turned(x: string): string {
  const after = `regexp_extract(${x}, '^[^,]+, *([^,]+)$', 1)`;
  return (
    `case when ${after} <> '' and not regexp_full_match(lower(trim(${after})), ` +
    `'(${anySuffix.replaceAll(' ', '.?')}|jr\\.|sr\\.|md|phd|mba|esq)') then regexp_replace(${x}, '^([^,]+), ` +
    `*([^,]+)$', '\\2 \\1') else ${x} end`
  );
}

/** The surnames of several people in the order of the alphabet: the last written-out word between two separators. */
function authors(x: string): string {
  const unhyphened = `regexp_replace(lower(${x}), '(\\p{L})-+ *', '\\1', 'g')`;
  const names = `string_split_regex(${unhyphened}, '[,;&/]|\\b(and|und|et|con|with|eds?|al|jr|sr)\\b')`;
  const written = `trim(regexp_replace(' ' || ${plain('name')} || ' ', '( (\\p{L}|[0-9]+))+ ', ' ', 'g'))`;
  const surnames = `list_transform(${names}, name -> split_part(${written}, ' ', -1))`;
  return `array_to_string(list_sort(list_distinct(list_filter(${surnames}, name -> name <> ''))), ' ')`;
}

/** SQL for the compared value of cell `x` (SQL that gives text). Placeholders are dropped by the caller. */
export function valueSql(kind: Kind, x: string, order: DateOrder): string {
  const base = plain(x);
  switch (kind) {
    case 'email':
      return (
        `case when contains(${x}, '@') then regexp_replace(regexp_replace(lower(trim(${x})), '^mailto:', ''), ` +
        `'\\+[^@]*@', '@') else ${base} end`
      );
    case 'phone':
      return phone(x);
    case 'date':
      return date(x, order);
    case 'fullname':
      return oneBlank(withoutWords(withoutWords(withoutGeneration(plain(turned(x)), kind), titles), companyForms));
    case 'company':
      return oneBlank(withoutWords(base, companyForms));
    case 'street':
      return shortStreet(base);
    case 'year':
      return `nullif(regexp_extract(${x}, '([0-9]{4})', 1), '')`;
    case 'housenumber':
    case 'postcode':
    case 'code':
      return `replace(${base}, ' ', '')`;
    case 'url':
      return `rtrim(regexp_replace(lower(trim(${x})), '^(https?://)?(www\\.)?', ''), '/')`;
    case 'authors':
      return authors(x);
    case 'given':
    case 'middle':
    case 'surname':
      return oneBlank(withoutWords(withoutGeneration(base, kind), titles));
    default:
      return base;
  }
}

/** Consonants of the first word, alike sounds as one, so that most slips of the pen give the same code. */
export function soundSql(x: string): string {
  const first = `split_part(${x}, ' ', 1)`;
  return `left(${first}, 1) || left(translate(substr(${first}, 2), 'bpfvkcqgjszxdtmnlraeiouyhw', 'bbbbkkkkksssttnnlr'), 4)`;
}
