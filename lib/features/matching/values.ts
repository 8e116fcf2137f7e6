/**
 * How a cell of each kind becomes the value that is compared: SQL expressions, one per kind, that give NULL for what
 * means nothing. It judges no pair, and knows no column but the one it is given.
 */
import type { Kind } from './kinds.ts';

/** Values that people and forms put where they know nothing, after `plain`. */
export const placeholders = (
  'n a,none,null,nil,unknown,undefined,test,tests,testing,test test,tester,tbd,tba,xxx,xx,x,asdf,qwerty,no name,noname,not provided,' +
  'not available,not applicable,not given,dummy,anonymous,anon,foo,bar,foo bar,keine,keine angabe,unbekannt,inconnu,' +
  'sin datos,desconocido,sconosciuto,onbekend,na na,no email,no phone,blank,empty,missing,do not use,delete,deleted,' +
  'lorem ipsum,john doe,jane doe,max mustermann,mustermann,first name,last name,your name,name,nan,нет,неизвестно'
).split(',');

/** A constant of this program for SQL; values of a table never come here. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Lower case, no accents, words apart by one blank; letters of every script stay. */
export function plain(x: string): string {
  const letters = `replace(lower(strip_accents(nfc_normalize(${x}))), 'ß', 'ss')`;
  return `trim(regexp_replace(translate(${letters}, '''’‘\`´', ''), '[^\\p{L}\\p{N}\\p{M}]+', ' ', 'g'))`;
}

const withoutWords = (x: string, words: string): string =>
  `trim(regexp_replace(' ' || ${x} || ' ', '\\b(${words.split(' ').join('|')})\\b', ' ', 'g'))`;

const oneBlank = (x: string): string => `regexp_replace(trim(${x}), ' +', ' ', 'g')`;

const titles = 'mr mrs ms miss dr prof herr frau mme mlle sr sra senor senora sig dott ing mag';
const companyForms =
  'inc incorporated corp corporation co company ltd limited llc llp plc gmbh ag kg ohg ug sa sarl sas spa srl bv nv ab oy as aps the';

const streetWords: readonly (readonly [string, string])[] = [
  ['street', 'st'],
  ['road', 'rd'],
  ['avenue', 'ave'],
  ['av', 'ave'],
  ['drive', 'dr'],
  ['place', 'pl'],
  ['court', 'ct'],
  ['crescent', 'cres'],
  ['circuit', 'cct'],
  ['close', 'cl'],
  ['lane', 'ln'],
  ['boulevard', 'blvd'],
  ['square', 'sq'],
  ['terrace', 'tce'],
  ['parade', 'pde'],
  ['highway', 'hwy'],
  ['strasse', 'str'],
  ['apartment', 'apt'],
  ['north', 'n'],
  ['south', 's'],
  ['east', 'e'],
  ['west', 'w'],
];

function shortStreet(x: string): string {
  const swapped = streetWords.reduce(
    (sql, [long, short]) => `replace(${sql}, ' ${long} ', ' ${short} ')`,
    `' ' || ${x} || ' '`,
  );
  return `replace(trim(${swapped}), 'strasse', 'str')`;
}

const digits = (x: string): string => `regexp_replace(${x}, '[^0-9]', '', 'g')`;

/** A phone number's last nine digits, so that a trunk zero and a country code make no difference. */
function phone(x: string): string {
  const number = digits(`regexp_replace(lower(${x}), '(x|ext|extension|#).*$', '')`);
  const empty = `length(${number}) < 6 or regexp_full_match(${number}, '(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)|0?123456(7(8(90?)?)?)?|.*(5{7}|0{6}|9{7})')`;
  return `case when ${empty} then null else right(${number}, 9) end`;
}

/** The order of the parts in a column of dates such as 03/04/1990. */
export type DateOrder = 'day first' | 'month first';

/** A date as YYYYMMDD, where its form is known; else the digits that are there. */
function date(x: string, order: DateOrder): string {
  const [day, month] = order === 'day first' ? [1, 2] : [2, 1];
  const parts = `regexp_extract(${x}, '^ *([0-9]{1,2})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{2,5})`;
  const short = `case when length(${parts}', 3)) > 2 then '' when ${parts}', 3) > '30' then '19' else '20' end`;
  const numeric = `${short} || ${parts}', 3) || lpad(${parts}', ${month}), 2, '0') || lpad(${parts}', ${day}), 2, '0')`;
  const year = `regexp_extract(${x}, '^ *([0-9]{4})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{1,2})`;
  const iso = `${year}', 1) || lpad(${year}', 2), 2, '0') || lpad(${year}', 3), 2, '0')`;
  const words = `strftime(try_strptime(trim(${x}), ['%d %B %Y', '%d %b %Y', '%B %d, %Y', '%b %d, %Y', '%d-%b-%Y']), '%Y%m%d')`;
  const value = `case when regexp_matches(${x}, '^ *[0-9]{4}[-/. ]') then ${iso}
    when regexp_matches(${x}, '^ *[0-9]{1,2}[-/. ]+[0-9]{1,2}[-/. ]+[0-9]{2,5}') then ${numeric}
    when regexp_matches(${x}, '\\p{L}') then coalesce(${words}, nullif(${digits(x)}, '')) else nullif(${digits(x)}, '') end`;
  return ['', '19000101', '00010101', '99991231', '00000000'].reduce((sql, none) => `nullif(${sql}, '${none}')`, value);
}

/** SQL for the compared value of cell `x` (SQL that gives text). Placeholders are dropped by the caller. */
export function valueSql(kind: Kind, x: string, order: DateOrder): string {
  const base = plain(x);
  switch (kind) {
    case 'email':
      return `case when contains(${x}, '@') then regexp_replace(regexp_replace(lower(trim(${x})), '^mailto:', ''), '\\+[^@]*@', '@') else ${base} end`;
    case 'phone':
      return phone(x);
    case 'date':
      return date(x, order);
    case 'fullname':
      return oneBlank(withoutWords(withoutWords(base, titles), companyForms));
    case 'company':
      return oneBlank(withoutWords(base, companyForms));
    case 'street':
      return shortStreet(base);
    case 'housenumber':
    case 'postcode':
    case 'code':
      return `replace(${base}, ' ', '')`;
    case 'url':
      return `rtrim(regexp_replace(lower(trim(${x})), '^(https?://)?(www\\.)?', ''), '/')`;
    case 'given':
    case 'surname':
      return oneBlank(withoutWords(base, titles));
    default:
      return base;
  }
}

/** Consonants of the first word, alike sounds as one, so that most slips of the pen give the same code. */
export function soundSql(x: string): string {
  const first = `split_part(${x}, ' ', 1)`;
  return `left(${first}, 1) || left(translate(substr(${first}, 2), 'bpfvkcqgjszxdtmnlraeiouyhw', 'bbbbkkkkksssttnnlr'), 4)`;
}
