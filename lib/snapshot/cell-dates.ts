/**
 * Dates as people and tools write them, in the engine's SQL: `05.01.2024`, `1/5/2024 3:04 PM`, `Fri, 05 Jan 2024
 * 03:04:05 +0100`,
 * `Mar 5, 2025`, epochs and sheets' serial numbers. A text is rewritten step by step into one canonical form and read
 * only where the whole of it got there; anything else is NULL. What `01/02/2026` means is decided by the column
 * (cell-evidence.ts) or by the rules.
 *
 * Sources: RFC 2822 3.3 and 4.3 (dates of mail, zones by name), ISO 8601 (basic and extended form), ECMA-262
 * Date.prototype.toString, Unicode CLDR (names of months), Excel for two-digit years (00–29 are 2000–2029).
 */
import { quoteText } from '../core/sql.ts';

/** What stands first in `01/02/2026`. */
export type DateOrder = 'DD/MM/YYYY' | 'MM/DD/YYYY';

/** Words for the months in English, German, French, Spanish, Italian, Dutch, Portuguese and Polish, long and short. */
const MONTHS: readonly string[] = [
  'january|jan|januar|jänner|janvier|janv|enero|ene|gennaio|gen|januari|janeiro|stycznia|styczeń|sty',
  'february|feb|februar|février|févr|febrero|febbraio|februari|fevereiro|fev|lutego|luty|lut',
  'march|mar|märz|mär|mrz|mars|marzo|maart|mrt|março|marca|marzec',
  'april|apr|avril|avr|abril|abr|aprile|kwietnia|kwiecień|kwi',
  'may|mai|mayo|maggio|mag|mei|maio|maja|maj',
  'june|jun|juni|juin|junio|giugno|giu|junho|czerwca|czerwiec|cze',
  'july|jul|juli|juillet|juil|julio|luglio|lug|julho|lipca|lipiec|lip',
  'august|aug|août|agosto|ago|augustus|sierpnia|sierpień|sie',
  'september|sept|sep|septembre|septiembre|settembre|set|setembro|września|wrzesień|wrz',
  'october|oct|oktober|okt|octobre|octubre|ottobre|ott|outubro|out|października|październik|paź',
  'november|nov|novembre|noviembre|novembro|listopada|listopad|lis',
  'december|dec|dezember|dez|décembre|déc|diciembre|dic|dicembre|dezembro|grudnia|grudzień|gru',
];

const WEEKDAYS =
  'mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs?|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|montag|dienstag|mittwoch|' +
  'donnerstag|freitag|samstag|sonnabend|sonntag|mo|di|mi|do|fr|sa|so|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|' +
  'martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica';

/** Hours from UTC of the zones that RFC 2822 names, and of Central Europe's. */
const ZONES: Readonly<Record<string, string>> = {
  est: '-05:00',
  'edt|cdst': '-04:00',
  cst: '-06:00',
  cdt: '-05:00',
  mst: '-07:00',
  mdt: '-06:00',
  pst: '-08:00',
  pdt: '-07:00',
  'cet|mez': '+01:00',
  'cest|mesz': '+02:00',
};

type Step = readonly [pattern: string, replacement: string];

const rewrite = (cell: string, steps: readonly Step[]): string =>
  steps.reduce(
    (text, [pattern, replacement]) => `regexp_replace(${text}, ${quoteText(pattern)}, ${quoteText(replacement)})`,
    cell,
  );

const DAY = '(0?[1-9]|[12][0-9]|3[01])';
const MONTH = '(0?[1-9]|1[0-2])';
/** A separator of numbers that leaves open whether the day or the month stands first. */
const SLASH = '[/-]';
/** A year of four digits as the last of three groups, and what ends it. */
const YEAR = '([0-9]{4})($|[^0-9])';

/** Two steps for one form with a year of two digits, which the third group holds: 00–29 are 2000–2029. */
const shortYear = (pattern: string, day: string, month: string): Step[] =>
  [
    ['[0-2][0-9]', '20'],
    ['[3-9][0-9]', '19'],
  ].map(([digits = '', century = '']) => [`^${pattern}(${digits})( |$)`, `${century}\\3-${month}-${day}\\4`] as const);

/** A slashed date whose parts have one order. */
const slashed = (first: string, second: string, day: string, month: string): Step[] => [
  [`^${first}${SLASH}${second}${SLASH}${YEAR}`, `\\3-${month}-${day}\\4`],
  ...shortYear(`${first}${SLASH}${second}${SLASH}`, day, month),
];

/** The numbers of months, as days and months are written. */
const TO_TWELVE = Array.from({ length: 12 }, (_, i) => `0?${i + 1}`);

/** Slashed dates that have one meaning: a part above 12, or a day that is also the month's number. */
const certainSlashed: readonly Step[] = [
  ...slashed('(1[3-9]|2[0-9]|3[01])', MONTH, '\\1', '\\2'),
  ...slashed(MONTH, '(1[3-9]|2[0-9]|3[01])', '\\2', '\\1'),
  ...TO_TWELVE.map((n): Step => [`^(${n})${SLASH}(${n})${SLASH}${YEAR}`, '\\3-\\1-\\2\\4']),
];

const monthWords: readonly Step[] = MONTHS.map((words, i) => [
  `(^|[^\\pL])(?:${words})(?:\\.|([^\\pL])|$)`,
  `\\1m${String(i + 1).padStart(2, '0')}\\2`,
]);

const namedMonths: readonly Step[] = [
  [`^${DAY}(?:st|nd|rd|th)?\\.?[ /.-]*(?:of |de )?m([0-9]{2})[ /.,-]*(?:de |del )?${YEAR}`, '\\3-\\2-\\1\\4'],
  [`^m([0-9]{2})[ /.-]*${DAY}(?:st|nd|rd|th)?(?:, ?| |/|-)${YEAR}`, '\\3-\\1-\\2\\4'],
  [`^m([0-9]{2}) ${DAY} ([0-9:]{4,8}) ([0-9]{4})$`, '\\4-\\1-\\2 \\3'],
  [`^([0-9]{4})[ /-]m([0-9]{2})[ /-]${DAY}`, '\\1-\\2-\\3'],
  ...shortYear(`${DAY}\\.?[ /-]m([0-9]{2})[ /-]`, '\\1', '\\2'),
];

const numericDates: readonly Step[] = [
  ['^([0-9]{4})([01][0-9])([0-3][0-9])$', '\\1-\\2-\\3'],
  ['^([0-9]{4})([01][0-9])([0-3][0-9])t([0-9]{2})([0-9]{2})([0-9]{2})(z?)$', '\\1-\\2-\\3 \\4:\\5:\\6\\7'],
  ['^([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})', '\\1-\\2-\\3'],
  [`^${DAY}\\. ?${MONTH}\\. ?${YEAR}`, '\\3-\\2-\\1\\4'],
  ...shortYear(`${DAY}\\. ?${MONTH}\\. ?`, '\\1', '\\2'),
];

/** `3:04 p.m.` as `3:04 pm`. */
const halfDay: Step = ['([0-9]) ?([ap])\\.? ?m\\.?', '\\1 \\2m'];

/** Zones by name as their offset. */
const zoneNames: readonly Step[] = Object.entries(ZONES).map(([names, offset]) => [
  `([0-9m]) ?(?:${names})$`,
  `\\1${offset}`,
]);

/** Steps for the hour and the offset. */
const clocks: readonly Step[] = [
  ['^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:t|,? (?:at |um )?)([0-9])', '\\1 \\2'],
  ['(:[0-9]{2}),([0-9]+)', '\\1.\\2'],
  halfDay,
  ['^([0-9-]+ [0-9]{1,2}) ([ap]m)', '\\1:00 \\2'],
  ['([0-9m]) ?(?:utc|gmt)([+-])', '\\1\\2'],
  ['([0-9m]) ?(?:utc|gmt|ut|z)$', '\\1+00:00'],
  ['(:[0-9]{2}(?:\\.[0-9]+)?(?: [ap]m)?) ?([+-][0-9]{2})$', '\\1\\2:00'],
  ['(:[0-9]{2}(?:\\.[0-9]+)?(?: [ap]m)?) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'],
];

const CANONICAL =
  '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?( [ap]m)?([+-][0-9]{2}:[0-9]{2})?)?';

/** The condition that a slashed date does not show which part is the day. */
const undecided = (text: string): string => {
  const { 'DD/MM/YYYY': day, 'MM/DD/YYYY': month } = orderShown(text);
  const alike = TO_TWELVE.map((n) => `${n}${SLASH}${n}`).join('|');
  return `${isSlashed(text)} and not (${day} or ${month} or regexp_matches(${text}, '^(?:${alike})${SLASH}[0-9]'))`;
};

/**
 * `Y-M-D`, `Y-M-D H:M:S`, with ` am` or ` pm` and an offset where the cell has them; other texts come out as they may.
 * Most dates have no word in them: only where one stands are words looked for.
 */
function canonical(cell: string, order: DateOrder | undefined): string {
  const ordered = order === 'DD/MM/YYYY' ? slashed(DAY, MONTH, '\\1', '\\2') : slashed(MONTH, DAY, '\\2', '\\1');
  const numbers = [...numericDates, ...certainSlashed, ...(order === undefined ? [] : ordered), ...clocks];
  const words = [
    [' ?\\([^)]*\\)$', ''],
    [' ?uhr$', ''],
    [`^(?:${WEEKDAYS})(?:[.,]+ ?| )`, ''],
    ...monthWords,
    ...namedMonths,
    halfDay,
    ...zoneNames,
  ] as const;
  const spaced = `trim(regexp_replace(lower(${cell}), '[\\s\\pZ]+', ' ', 'g'))`;
  const open = order === undefined ? `when ${undecided('s')} then null` : '';
  const withoutWords = `case ${open} when regexp_matches(s, '\\pL{3}') then ${rewrite('s', words)} else s end`;
  return `list_transform([${spaced}], lambda s: ${rewrite(withoutWords, numbers)})[1]`;
}

/** Dotted and slashed dates as most of them are written: the engine reads these itself, in a tenth of the time. */
function commonDate(cell: string, order: DateOrder | undefined): string {
  const slashedForms = order === undefined ? [] : [order === 'DD/MM/YYYY' ? '%d/%m/%Y' : '%m/%d/%Y'];
  const dates = [...slashedForms, '%d.%m.%Y'];
  const clocks12 = ['', ' %H:%M', ' %H:%M:%S', ' %I:%M %p', ' %I:%M:%S %p'];
  const forms = dates.flatMap((date) => clocks12.map((clock) => quoteText(`${date}${clock}`)));
  const read = `try_strptime(${cell}, [${forms.join(', ')}])`;
  // A year of two digits is the first century's to the engine, and words such as "epoch" have a meaning of their own.
  const fits = `${cell} >= '0' and ${cell} < ':' and ${cell} ${order === undefined ? `like '%.%.%'` : `similar to '[0-9]+[./].*'`}`;
  return `case when ${fits} and ${read} >= timestamp '1900-01-01' then ${read} end`;
}

const OFFSET = `'[+-][0-9]{2}:[0-9]{2}$'`;
const TWELVE = `['%Y-%m-%d %I:%M %p', '%Y-%m-%d %I:%M:%S %p']`;

/** A sheet's serial number: days since 1899-12-30. Only those of 1920 to 2119 are taken for dates. */
export const serialOf = (cell: string): string =>
  `case when try_cast(${cell} as double) between 7306 and 80000
    then timestamp '1899-12-30' + to_milliseconds(cast(round(try_cast(${cell} as double) * 86400000) as bigint)) end`;

/** Seconds (9 or 10 digits) or milliseconds (12 or 13) since 1970, in UTC. */
const epochOf = (cell: string): string =>
  `case when regexp_full_match(${cell}, '[0-9]{9,10}([.][0-9]+)?')
      then make_timestamp(cast(round(cast(${cell} as double) * 1000) as bigint) * 1000)
    when regexp_full_match(${cell}, '[0-9]{12,13}') then make_timestamp(cast(${cell} as bigint) * 1000) end`;

/**
 * The SQL that reads any date that has a certain meaning, as a timestamp; NULL for all others.
 * @param order what stands first in a slashed date; left out, only those with one meaning are read
 * @param local makes of a timestamp without an offset the one in UTC
 * @param isDay the calendar day as it is written is wanted, so that its offset does not count
 */
export function readDate(
  cell: string,
  order: DateOrder | undefined,
  local: (stamp: string) => string,
  isDay = false,
): string {
  const text = canonical(cell, order);
  const clock = `regexp_replace(d, ${OFFSET}, '')`;
  const stamp = `case when ends_with(${clock}, 'm') then try_strptime(${clock}, ${TWELVE}) else try_cast(${clock} as timestamp) end`;
  const offset = `regexp_extract(d, ${OFFSET})`;
  const minutes = `cast(substr(${offset}, 1, 3) as integer) * 60 + cast(substr(${offset}, 1, 1) || substr(${offset}, 5) as integer)`;
  const zoned = isDay
    ? stamp
    : `case when ${offset} <> '' then ${stamp} - to_minutes(${minutes}) else ${local(stamp)} end`;
  // A list of one, so that the text that took so many steps is worked out once.
  const written = `list_transform([${text}], lambda d: case when regexp_full_match(d, '${CANONICAL}') then ${zoned} end)[1]`;
  return `coalesce(${local(commonDate(cell, order))}, ${epochOf(cell)}, ${local(serialOf(cell))}, ${written})`;
}

/** SQL conditions by which a column shows what stands first in its slashed dates. */
export const orderShown = (cell: string): Readonly<Record<DateOrder, string>> => ({
  'DD/MM/YYYY': `regexp_matches(${cell}, '^ *(1[3-9]|2[0-9]|3[01])${SLASH}${MONTH}${SLASH}[0-9]{2}')`,
  'MM/DD/YYYY': `regexp_matches(${cell}, '^ *${MONTH}${SLASH}(1[3-9]|2[0-9]|3[01])${SLASH}[0-9]{2}')`,
});

/** The SQL condition that a cell is a slashed date, in either order. */
export const isSlashed = (cell: string): string =>
  `regexp_matches(${cell}, '^ *[0-9]{1,2}${SLASH}[0-9]{1,2}${SLASH}[0-9]{2}([0-9]{2})?($|[ ,])')`;
