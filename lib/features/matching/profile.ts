/** Looks at a table of text columns and says what each holds, which are compared, and which are left out and why. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from '../../core/sql.ts';
import { birthParts } from './birth-parts.ts';
import { isMissingWord, type Looked } from './column-counts.ts';
import { type ColumnCounts, columnKinds, type Verdict } from './column-kinds.ts';
import { headerHint } from './headers.ts';
import { type Compared, type Kind, placeKinds } from './kinds.ts';
import { findRepetitions } from './made-of.ts';
import { readRows } from './read-rows.ts';
import type { MatchingRules } from './rules.ts';
import type { DateOrder } from './values.ts';

export interface Ignored {
  column: string;
  reason: string;
}

export interface Profile {
  compared: Compared[];
  dateOrders: ReadonlyMap<string, DateOrder>;
  /** Columns with a generation suffix (Jr, Sr, III) of their own. */
  suffixes: readonly string[];
  /** Columns in which a word such as "NA" stands for a missing value. */
  withMissingWords: ReadonlySet<string>;
  ignored: Ignored[];
  /** Whether the rows are people; else they are companies, shops or other things with a name. */
  people: boolean;
}

/** Columns compared at most: a pattern holds three bits for each. */
const mostCompared = 16;

/** Important first, for tables with more columns than a pattern holds. */
const order: readonly string[] = (
  'email phone given surname fullname date code middle year street ' +
  'postcode locality housenumber company url region authors text category'
).split(' ');

/** SQL for a column's cell, NULL where it is empty or holds a word that means so in this column. */
export function cellSql(profile: Pick<Profile, 'withMissingWords'>, name: string): string {
  const cell = `nullif(trim(${quoted(name)}), '')`;
  return profile.withMissingWords.has(name) ? `case when not ${isMissingWord(cell)} then ${cell} end` : cell;
}

/** 13/04/1990 can only be day first; where nothing decides, day first, as in most of the world. */
async function dateOrder(db: DuckDBConnection, column: string): Promise<DateOrder> {
  const part = (n: number): string =>
    `try_cast(regexp_extract(${quoted(column)}, '^ *([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{4}', ${n}) as integer)`;
  const [row] = await readRows<{ first: number; second: number }>(
    db,
    `select count(case when ${part(1)} > 12 then 1 end)::integer as first, count(case when ${part(2)} > 12 ` +
      'then 1 end)::integer as second from match_sample',
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

/** One person has one of these: the principal name, birth dates, and codes whose header says that they identify. */
function markPersonal(compared: Compared[]): void {
  const fullest = (kind: Kind): Compared | undefined =>
    compared.filter((column) => column.kind === kind).sort((a, b) => b.filled - a.filled)[0];
  const given = fullest('given');
  for (const column of compared) {
    if (column.kind === 'given' && column !== given) column.kind = 'middle';
    column.personal = column.kind === 'date' || (column.kind === 'code' && headerHint(column.name) === 'identifier');
  }
  const principal = given ?? fullest('fullname');
  if (principal) principal.personal = true;
}

/** The `most` columns that say most, in the order of the table. */
function mostTelling(compared: readonly Compared[], most: number): Compared[] {
  const filled = Math.max(1, ...compared.map((column) => column.filled));
  const worth = (column: Compared): number => order.indexOf(column.kind) - column.filled / filled / 1000;
  const kept = new Set([...compared].sort((a, b) => worth(a) - worth(b)).slice(0, most));
  return compared.filter((each) => kept.has(each));
}

/** Columns held against one another for repetitions: every one against every other, so not all of hundreds. */
const mostHeld = 32;

/** Keeps the columns that say most where there are more than a pattern holds. */
function fewEnough(compared: readonly Compared[], ignored: Ignored[]): Compared[] {
  const kept = mostTelling(compared, mostCompared);
  const reason = `is one too many: ${mostCompared} columns that say more are compared`;
  for (const column of compared) if (!kept.includes(column)) ignored.push({ column: column.name, reason });
  return kept;
}

/** Columns by verdict: those to compare, those left out, and suffixes. Parts of a birth date become one column. */
function sortOut(counts: readonly ColumnCounts[], verdicts: readonly Verdict[], rules: MatchingRules) {
  const ignored: Ignored[] = [];
  const compared: Compared[] = [];
  const suffixes: string[] = [];
  const parts = birthParts(counts, verdicts, rules.columns);
  for (const [index, verdict] of verdicts.entries()) {
    const c = counts[index];
    if (!c) continue;
    const { name, filled, distinct } = c;
    if (parts && index === parts.year) {
      const names = parts.columns.map((part) => counts[part]?.name ?? '');
      compared.push({ name: names.join(' + '), kind: 'date', filled, distinct: distinct * 12, parts: names });
    } else if (parts?.columns.includes(index)) continue;
    else if (verdict.kind) compared.push({ name, kind: verdict.kind, filled, distinct });
    else if (verdict.role === 'suffix') suffixes.push(name);
    else {
      const small = `holds small numbers (a ${verdict.role} without a year)`;
      ignored.push({ column: name, reason: verdict.role ? small : verdict.ignored });
    }
  }
  return { compared, ignored, suffixes };
}

/** Profiles the columns that were looked at (`lookAt`), but those in `gone`. The row's own id must not be among them. */
export async function profileTable(
  db: DuckDBConnection,
  { counts: looked, withMissingWords }: Looked,
  gone: ReadonlySet<string>,
  rules: MatchingRules,
): Promise<Profile> {
  const all = looked.filter(({ name }) => !gone.has(name));
  const first = sortOut(all, columnKinds(all, rules.columns), rules);
  const repetitions = await findRepetitions(db, mostTelling(first.compared, mostHeld), withMissingWords);
  const repeated = new Set(repetitions.map(({ column }) => column));
  // What the others hold is judged as if the repetitions had never been there.
  const counts = all.filter(({ name }) => !repeated.has(name));
  const verdicts = columnKinds(counts, rules.columns);
  const { compared: found, ignored, suffixes } = sortOut(counts, verdicts, rules);
  for (const { column, reason } of repetitions) ignored.push({ column, reason });
  const compared = fewEnough(found, ignored);
  markPersonal(compared);
  pairUp(compared);
  hangPlaces(compared);
  const dateOrders = new Map<string, DateOrder>();
  for (const { name, kind, parts } of compared)
    if (kind === 'date' && !parts) dateOrders.set(name, await dateOrder(db, name));
  const people =
    compared.some(({ kind }) => ['given', 'surname', 'date'].includes(kind)) ||
    counts.some((c, index) => verdicts[index]?.kind === 'fullname' && c.knownGiven > 0.1);
  if (!people) for (const column of compared) if (['fullname', 'year'].includes(column.kind)) column.things = true;
  return { compared, dateOrders, suffixes, withMissingWords, ignored, people };
}
