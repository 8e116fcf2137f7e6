/**
 * Numbers as people write them, in the engine's SQL: `1,200.50`, `1.234,50 €`, `$1,200`, `1’200`, `(5.00)`, and where a
 * column holds size classes `51-200` (its lower end), `1000+`, `$10M`. What has no certain reading is NULL.
 */
import { quoteText } from '../core/sql.ts';

/** What a column shows of its numbers. */
export interface NumberHabits {
  /** What stands before the decimals, where the column shows it; `unclear` where it shows both. */
  readonly decimal?: '.' | ',' | 'unclear';
  /** It holds size classes, whole numbers: of a range the lower end counts. */
  readonly sizeClass?: true;
}

const CODES = ['US\\$', 'CA\\$', 'AU\\$', 'R\\$', 'zł', 'Kč', 'kr\\.?', 'Ft', 'Fr\\.', 'Rs\\.?'].concat(
  Intl.supportedValuesOf('currency'),
);
const CURRENCY = `(?:\\p{Sc}|(?i:${CODES.join('|')}))`;
const SPACE = '[\\s\\pZ]*';
/** Between thousands in any column. */
const GROUP = `[\\s\\pZ'’]`;

/** Without its currency and with an ASCII sign; an amount in brackets is what went back. */
const bareNumber = (cell: string): string =>
  [
    [`^${SPACE}\\((.*)\\)${SPACE}$`, '-\\1'],
    ['[−–]([0-9])', '-\\1'],
    [`^(-?)${SPACE}${CURRENCY}${SPACE}(-?)`, '\\1\\2'],
    [`${SPACE}${CURRENCY}${SPACE}$`, ''],
    [`^[+]|(?:,-|,–|\\.-)$`, ''],
  ].reduce(
    (text, [from = '', to = '']) => `regexp_replace(${text}, ${quoteText(from)}, ${quoteText(to)})`,
    `trim(${cell})`,
  );

/** SQL for a text that the engine reads as a number, or NULL; `n` is a bare number. */
function plainNumber(n: string, { decimal, sizeClass }: NumberHabits): string {
  const is = (text: string): string => `regexp_full_match(${n}, ${quoteText(text)})`;
  const withPoint = `replace(${n}, ',', '')`;
  const withComma = `replace(replace(${n}, '.', ''), ',', '.')`;
  const commaGroups = decimal === ',' ? withComma : decimal === 'unclear' && !sizeClass ? 'null' : withPoint;
  return `case
    when ${is(`-?[0-9]{1,3}(?:${GROUP}[0-9]{3})+(?:[.,][0-9]+)?`)}
      then replace(regexp_replace(${n}, ${quoteText(GROUP)}, '', 'g'), ',', '.')
    when ${is('-?[0-9]{1,3}(?:,[0-9]{3})+[.][0-9]+')} or ${is('-?[0-9]{1,3}(?:,[0-9]{3}){2,}')}
      or ${is('-?[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:[.][0-9]+)?')} then ${withPoint}
    when ${is('-?[0-9]{1,3}(?:[.][0-9]{3})+,[0-9]+')} or ${is('-?[0-9]{1,3}(?:[.][0-9]{3}){2,}')} then ${withComma}
    when ${is('-?[1-9][0-9]{0,2},[0-9]{3}')} then ${commaGroups}
    when ${is('-?[0-9]+,[0-9]+')} then ${withComma}
    ${decimal === ',' ? `when ${is('-?[1-9][0-9]{0,2}[.][0-9]{3}')} then ${withComma}` : ''}
    when ${is('-?[0-9]*[.]?[0-9]+(?:[eE][+-]?[0-9]+)?')} then ${n} end`;
}

const UNITS = `(?i:k|tsd\\.?|m|mio\\.?|mn|million|millionen|b|bn|mrd\\.?|billion)`;
const AMOUNT = `${CURRENCY}?${SPACE}[0-9][0-9.,'’]*(?:${SPACE}[0-9]{3})*${SPACE}${UNITS}?${SPACE}${CURRENCY}?`;
const PEOPLE = `(?:${SPACE}(?i:employees|people|staff|persons|mitarbeiter|mitarbeitende|beschäftigte|salariés|empleados|dipendenti))?`;

/**
 * The lower end of a size class, with its unit: `$1M-$10M` is `$1M`, `1000+` is `1000`. Other texts stay as they are.
 */
const lowerEnd = (cell: string): string =>
  `regexp_replace(trim(${cell}), ` +
  `${quoteText(`^(${AMOUNT})(?:${SPACE}(?:-|–|—|to|bis|à)${SPACE}${AMOUNT}|${SPACE}[+])?${PEOPLE}$`)}, ` +
  `'\\1')`;

/** The SQL that reads a number; NULL where it has no certain reading. */
export function readNumber(cell: string, habits: NumberHabits): string {
  const finite = (text: string): string =>
    `list_transform([try_cast(${text} as double)], lambda x: case when isfinite(x) then x end)[1]`;
  if (!habits.sizeClass)
    return finite(`list_transform([${bareNumber(cell)}], lambda n: ${plainNumber('n', habits)})[1]`);
  const unit = `lower(regexp_extract(n, ${quoteText(`${UNITS}$`)}))`;
  const times = `case when ${unit} = '' then 1 when ${unit} in ('k', 'tsd', 'tsd.') then 1e3
    when ${unit} in ('b', 'bn', 'mrd', 'mrd.', 'billion') then 1e9 else 1e6 end`;
  const count =
    `try_cast(list_transform([trim(regexp_replace(n, ${quoteText(`${UNITS}$`)}, ''))], lambda m: ` +
    `${plainNumber('m', habits)})[1] as double)`;
  return `list_transform([${bareNumber(lowerEnd(cell))}], lambda n: ${count} * ${times})[1]`;
}

/** SQL conditions by which a column shows what stands before its decimals. */
export const decimalShown = (cell: string): Readonly<Record<'point' | 'comma', string>> => ({
  point: `regexp_matches(${cell}, '[0-9],[0-9]{3}[.][0-9]|[0-9],[0-9]{3},[0-9]{3}|^[^0-9]*[0-9]+[.]([0-9]{1,2}|[0-9]{4,})[^0-9.,]*$')`,
  comma:
    `regexp_matches(${cell}, '[0-9][.][0-9]{3},[0-9]|[0-9][.][0-9]{3}[.][0-9]{3}|^[^0-9]*[0-9]+,([0-9]{1,2}|` +
    `[0-9]{4,})[^0-9.,]*$|^[^0-9]*0,[0-9]+')`,
});
