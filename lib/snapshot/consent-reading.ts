/**
 * Reads what the columns of a list of people say of consent, before anything else is decided about them. A column is
 * read where all of its values are understood; where they are not, it throws a question, with the one line of rules
 * that answers it. Of columns that disagree the most restrictive counts. It changes nothing.
 */

import type { Engine } from '../core/engine.ts';
import { quoteText, raw, sql } from '../core/sql.ts';
import type { ConsentRules } from '../core/workbook-rules.ts';
import type { ConsentColumn } from '../workbook/consent-columns.ts';
import { ConsentQuestion } from '../workbook/consent-question.ts';
import {
  type ConsentMeaning,
  isConsentWord,
  isEmptyWord,
  isPlainRefusal,
  isYesOrNo,
  meaningOf,
  PLAIN_REFUSAL,
  plainWord,
} from '../workbook/consent-words.ts';
import type { ConsentHeaders } from '../workbook/contact-cells.ts';
import { findColumns, normalHeader } from '../workbook/headers.ts';
import { otherLine } from './other-lines.ts';

/** What was read of a column, in rows. */
export interface ConsentCount {
  readonly header: string;
  readonly yes: number;
  readonly no: number;
}

export interface ConsentReading {
  /**
   * The columns that were read, and the SQL over their cells that is `unsubscribed`, `suppressed`, `subscribed` or
   * NULL.
   */
  readonly counts: readonly ConsentCount[];
  readonly status: string | null;
  /** Places of the columns that were read. */
  readonly places: ReadonlySet<number>;
  /** Places of columns that are called like one of ours and hold something else. */
  readonly others: ReadonlySet<number>;
  /** Rows in which one column says yes and another no. */
  readonly disagree: number;
}

/** More different values than these are no answers to a question about consent. */
const MOST_VALUES = 200;
/** The most values that a question shows. */
const MOST_SHOWN = 12;
/** Columns of ours that hold a text of anybody's: what is written there by way of exception is no list of answers. */
const FREE_TEXT = ['first_name', 'last_name', 'company', 'job_title'];
const EMPTY = '(empty)';
const DATE = '(a date)';

const CELL = (place: number): string => `filled(c${place})`;
/** Dates, times and offsets in any of the usual orders. */
const LOOKS_LIKE_DATE =
  `'[0-9]{1,4}[-./ ][0-9A-Za-z]{1,9}[-./, ]+[0-9]{1,4}([T ,]+.*)?|[A-Za-z]{3,9},? [0-9A-Za-z]{1,9},? ` +
  `.*[0-9]{4}.*|[0-9]{10}([0-9]{3})?'`;

interface Value {
  readonly text: string;
  readonly n: number;
  readonly meaning: ConsentMeaning | null;
}

/** Makes a table of a select over the file's cells c0, c1, … */
export type Select = (statement: (scan: string) => string) => Promise<unknown>;

/**
 * @param headers the file's, by which its lines that are no rows are known
 * @param select how the file's cells are got at
 * @param rules the team's answers: header → values, or 'ignore'
 * @throws ConsentQuestion
 */
export async function readConsent(
  engine: Engine,
  { label, headers }: { readonly label: string; readonly headers: readonly string[] },
  select: Select,
  { columns, silent }: ConsentHeaders,
  rules: ConsentRules = {},
): Promise<ConsentReading> {
  const answers = new Map(Object.entries(rules).map(([header, answer]) => [normalHeader(header), answer]));
  const asked = columns.filter(({ header }) => answers.get(normalHeader(header)) !== 'ignore');
  if (asked.length + silent.length === 0) return NOTHING_READ;
  const cells = asked.map(({ place }) => `${CELL(place)} as c${place}, `).join('');
  await select(
    (scan) =>
      `create or replace temp table consent_cells as select ${cells}${plainRefusals(silent)} as refusals,
        ${otherLine(headers)} as other from ${scan}`,
  );
  await engine.run(sql`delete from consent_cells where other is not null`);
  const named = await namedByValues(engine, headers, silent);
  if (named.length > 0) {
    const rest = silent.filter((place) => !named.some((column) => column.place === place));
    return readConsent(engine, { label, headers }, select, { columns: [...columns, ...named], silent: rest }, rules);
  }
  const read: { column: ConsentColumn; values: Value[] }[] = [];
  const others = new Set<number>();
  for (const column of asked) {
    const answer = answers.get(normalHeader(column.header));
    const values = await valuesOf(engine, column, answer === 'ignore' ? undefined : answer);
    if (isOurEmailStatus(column, values)) continue;
    if (saysNothing(column, values)) {
      if (isNamedStatus(column) && values.some(({ text }) => text !== '')) others.add(column.place);
      continue;
    }
    const open = unanswered(column, values);
    if (open.length > 0) throw new ConsentQuestion(question(label, column, values, open));
    read.push({ column, values });
  }
  const verdicts = read.map(({ column, values }) => verdictOf(column, values));
  const disagree =
    verdicts.length > 1 ? await engine.number(raw(`select count(*) from consent_cells where ${differ(verdicts)}`)) : 0;
  await engine.run(sql`drop table consent_cells`);
  const total = (values: readonly Value[], ...of: readonly ConsentMeaning[]): number =>
    values.reduce((sum, { n, meaning }) => sum + (meaning !== null && of.includes(meaning) ? n : 0), 0);
  return {
    counts: read.map(({ column, values }) => ({
      header: column.header,
      yes: total(values, 'yes'),
      no: total(values, 'no', 'suppressed'),
    })),
    status: verdicts.length > 0 ? strictest(verdicts) : null,
    others,
    places: new Set(read.map(({ column }) => column.place)),
    disagree,
  };
}

const NOTHING_READ: ConsentReading = {
  counts: [],
  status: null,
  places: new Set(),
  others: new Set(),
  disagree: 0,
};

/** What `isPlainRefusal` takes, and longer texts: a pattern that counts letters takes the engine long to build. */
const MAY_REFUSE = PLAIN_REFUSAL.replaceAll(/\{0,\d+\}/g, '*');

/** SQL: the cells of those places in a row where one of them may refuse mail by itself. */
function plainRefusals(places: readonly number[]): string {
  if (places.length === 0) return 'cast(null as varchar)';
  const texts = places.map((place) => `coalesce(c${place}, '')`).join(', ');
  const cells = `lower(concat_ws(chr(31), ${places.map((place) => `c${place}`).join(', ')}))`;
  const refusal = quoteText(`(?:^|\\x1f)${MAY_REFUSE}(?:\\x1f|$)`);
  return `case when regexp_matches(${cells}, ${refusal}) then lower(concat_ws(chr(31), ${texts})) end`;
}

/** Of these places the columns that are about consent, by what stands in them. */
async function namedByValues(
  engine: Engine,
  headers: readonly string[],
  places: readonly number[],
): Promise<ConsentColumn[]> {
  if (places.length === 0) return [];
  const rows = await engine.rows(sql`select distinct refusals from consent_cells where refusals is not null`);
  const refusing = new Set<number>();
  for (const { refusals } of rows)
    for (const [i, text] of String(refusals).split('\x1f').entries())
      if (isPlainRefusal(text)) refusing.add(places[i] ?? -1);
  return [...refusing].map((place) => ({ place, header: headers[place] ?? '', role: 'agrees', byValues: true }));
}

/** list-cleaning's own column, with no word but its own. */
const isOurEmailStatus = ({ header }: ConsentColumn, values: readonly Value[]): boolean =>
  normalHeader(header) === 'email_status' &&
  values.every(({ text }) => ['', 'valid', 'risky', 'invalid'].includes(text));

/**
 * A column that may be about something else is, unless one of its values is a word of consent by itself, or all of
 * them answer a question of consent.
 */
function saysNothing({ role, isLoose }: ConsentColumn, values: readonly Value[]): boolean {
  if (!isLoose && role !== 'address') return false;
  if (values.some(({ text }) => isConsentWord(text))) return false;
  const filled = values.filter(({ text }) => !isEmptyWord(text));
  if (filled.length === 0 || role === 'status' || role === 'address') return true;
  return !filled.every(({ text, meaning }) => (role === 'agrees' ? isAnswer(meaning) : isYesOrNo(text)));
}

/** Called like a status of ours; a "State" that says nothing of consent is a region. */
const isNamedStatus = ({ role, header }: ConsentColumn): boolean =>
  role === 'address' || normalHeader(header) === 'status';

const isAnswer = (meaning: ConsentMeaning | null): boolean => meaning !== null && meaning !== 'nothing';

type Answer = Exclude<ConsentRules[string], 'ignore'>;

async function valuesOf(engine: Engine, column: ConsentColumn, answer: Answer | undefined): Promise<Value[]> {
  const cell = `c${column.place}`;
  const found = (where: string, most = `limit ${MOST_VALUES + 1}`) =>
    engine.rows(
      raw(`select case when ${cell} is null then '' when regexp_full_match(${cell}, ${LOOKS_LIKE_DATE})
        then ${quoteText(DATE)} else lower(${cell}) end as text, count(*) as n
      from consent_cells where ${where} group by 1 order by 2 desc, 1 ${most}`),
    );
  let rows = await found('true');
  const given = [...(answer?.yes ?? []), ...(answer?.no ?? [])].map((value) => quoteText(value.trim().toLowerCase()));
  // Of notes, tags and names only what refuses by itself counts, and what the team named.
  const isMixed =
    column.byValues === true &&
    !answer?.yes?.length &&
    (rows.length > MOST_SHOWN ||
      FREE_TEXT.includes(findColumns('contacts', [column.header]).keys().next().value ?? ''));
  if (isMixed) {
    const refuses = `regexp_full_match(lower(${cell}), ${quoteText(PLAIN_REFUSAL)})`;
    rows = await found(
      given.length > 0 ? `${refuses} or is_one_of(lower(${cell}), [${given.join(', ')}])` : refuses,
      '',
    );
  }
  const answered = new Map<string, ConsentMeaning>([
    ...(answer?.yes ?? []).map((value): [string, ConsentMeaning] => [value.trim().toLowerCase(), 'yes']),
    ...(answer?.no ?? []).map((value): [string, ConsentMeaning] => [value.trim().toLowerCase(), 'no']),
  ]);
  return rows.map((row) => {
    const text = String(row.text);
    const n = Number(row.n);
    const given = answered.get(text);
    if (given) return { text, n, meaning: given };
    const meaning = meaningUnder(column, text, isMixed ? 0 : rows.length);
    if (column.byValues !== true) return { text, n, meaning };
    if (isPlainRefusal(text)) return { text, n, meaning: meaning === 'suppressed' ? meaning : 'no' };
    return { text, n, meaning: isMixed ? 'nothing' : meaning };
  });
}

function meaningUnder({ role, known, empty }: ConsentColumn, text: string, different: number): ConsentMeaning | null {
  if (text === '') return empty ?? 'nothing';
  const given = known?.get(plainWord(text));
  if (given) return given;
  // A refusal's date is a refusal; an agreement's date says nothing against it.
  if (text === DATE) return role === 'refuses' ? 'no' : role === 'bounced' ? 'suppressed' : 'nothing';
  if (different > MOST_VALUES && role !== 'refuses') return null;
  return meaningOf(text, role);
}

/** The values that a person has to answer for. A box that is only ever ticked leaves open what an empty one means. */
function unanswered({ role, known }: ConsentColumn, values: readonly Value[]): Value[] {
  const open = values.filter(({ meaning }) => meaning === null);
  const blank = values.find(({ text }) => isEmptyWord(text));
  const says = (wanted: ConsentMeaning): boolean =>
    values.some(({ meaning, text }) => meaning === wanted && !isEmptyWord(text));
  const onlyTicked = role === 'agrees' && known === undefined && says('yes') && !says('no') && !says('suppressed');
  return open.length === 0 && blank?.meaning === 'nothing' && onlyTicked ? [blank] : open;
}

/** Values are shown only where they are answers to a question, and never where they may be about a person. */
const isShowable = (text: string): boolean => text.length <= 40 && !/@|\d{5}/.test(text);

function question(
  label: string,
  { header, byValues }: ConsentColumn,
  values: readonly Value[],
  open: readonly Value[],
): string {
  const mayShow = byValues !== true && values.length <= MOST_SHOWN && values.every(({ text }) => isShowable(text));
  const shown = (text: string): string => (text === '' ? EMPTY : text);
  const found = mayShow
    ? values.map(({ text, n }) => `${shown(text)}: ${n}`).join(', ')
    : `${values.length > MOST_VALUES ? `more than ${MOST_VALUES}` : values.length} different values`;
  const quoted = (of: readonly Value[]): string =>
    of.map(({ text }) => JSON.stringify(text).replaceAll('"', "'")).join(', ');
  const of = (...meanings: readonly (ConsentMeaning | null)[]): Value[] =>
    values.filter(({ meaning, text }) => meanings.includes(meaning) && text !== '');
  const name = JSON.stringify(header).replaceAll('"', "'");
  const answer = mayShow
    ? `consent: { ${name}: { yes: [${quoted(of('yes'))}], no: [${quoted([...new Set([...of('no', 'suppressed'), ...open])])}] } }`
    : `consent: { ${name}: { yes: [...], no: [...] } }`;
  return (
    `${label}: the column "${header}" may say who wants no mail, and is not understood (${found}). Nothing ` +
    `was done. Say in jobs/rules/workbook.ts which of its values mean yes and which no: ${answer}; or, if it ` +
    `has nothing to do with mail, consent: { ${name}: 'ignore' }.`
  );
}

/** The SQL of what one column says of a row. */
function verdictOf(column: ConsentColumn, values: readonly Value[]): Verdict {
  const cell = CELL(column.place);
  const branch = (meaning: ConsentMeaning): string => {
    const own = values.filter((value) => value.meaning === meaning && value.text !== '' && value.text !== DATE);
    const parts: string[] = [];
    if (own.length > 0) parts.push(`is_one_of(lower(${cell}), [${own.map(({ text }) => quoteText(text)).join(', ')}])`);
    if (values.some((value) => value.text === DATE && value.meaning === meaning)) {
      parts.push(`regexp_full_match(${cell}, ${LOOKS_LIKE_DATE})`);
    }
    if (values.some((value) => value.text === '' && value.meaning === meaning && meaning !== 'nothing')) {
      parts.push(`${cell} is null`);
    }
    return parts.length > 0 ? `coalesce(${parts.join(' or ')}, false)` : 'false';
  };
  // Of more values than are looked at, each of a refusal's is a refusal.
  const isBeyond = column.byValues !== true && values.length > MOST_VALUES;
  const beyond = isBeyond ? `(${cell} is not null and not ${branch('nothing')})` : 'false';
  return {
    isStatus: column.role === 'status' || column.role === 'address',
    no: isBeyond ? beyond : branch('no'),
    suppressed: branch('suppressed'),
    yes: branch('yes'),
  };
}

interface Verdict {
  /** Its yes is the status "subscribed"; of another column it says nothing against mail. */
  readonly isStatus: boolean;
  readonly no: string;
  readonly suppressed: string;
  readonly yes: string;
}

const some = (conditions: readonly string[]): string => `(${conditions.join(' or ')})`;

const strictest = (verdicts: readonly Verdict[]): string =>
  `case when ${some(verdicts.map(({ no }) => no))} then 'unsubscribed'
    when ${some(verdicts.map(({ suppressed }) => suppressed))} then 'suppressed' ${subscribed(verdicts)} end`;

const subscribed = (verdicts: readonly Verdict[]): string => {
  const yes = verdicts.filter(({ isStatus }) => isStatus).map((verdict) => verdict.yes);
  return yes.length > 0 ? `when ${some(yes)} then 'subscribed'` : '';
};

const differ = (verdicts: readonly Verdict[]): string =>
  `${some(verdicts.flatMap(({ no, suppressed }) => [no, suppressed]))} and ${some(verdicts.map(({ yes }) => yes))}`;
