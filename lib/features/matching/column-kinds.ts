/**
 * What each column of an unknown table holds: content first, then its header. Decides kinds from counts that profile.ts
 * made, and reads no cell itself.
 */
import type { Hint } from './header-words.ts';
import { headerHint, headerWords, isTitle } from './headers.ts';
import type { ColumnRole, Kind } from './kinds.ts';

/** Counts over the rows looked at; shares are of the cells with a value. */
export interface ColumnCounts {
  name: string;
  /** Cells with a value, and different values among them, in the rows looked at. */
  filled: number;
  distinct: number;
  /** Whether no value stands twice in the whole table (looked at only where it may matter). */
  unique: boolean;
  length: number;
  words: number;
  /** Values with a blank inside. */
  blanks: number;
  email: number;
  url: number;
  date: number;
  /** Times of day other than midnight. */
  clock: number;
  phone: number;
  digits: number;
  number: number;
  /** Values that hold a digit. */
  numeral: number;
  letters: number;
  /** Values that are a year (four digits, from 1850 on), a number from 1 to 12, a number from 1 to 31. */
  year: number;
  month: number;
  day: number;
  /** Years in the values, tenth and ninetieth of a hundred; null where none holds a year. */
  yearFrom: number | null;
  yearTo: number | null;
  /** Values that start or end with a number and have words. */
  numbered: number;
  streetWord: number;
  companyWord: number;
  knownGiven: number;
}

export type Verdict =
  | { kind: Kind; role?: undefined; ignored?: undefined }
  | { role: 'month' | 'day' | 'suffix'; kind?: undefined; ignored?: undefined }
  | { ignored: string; kind?: undefined; role?: undefined };

const skip = (ignored: string): Verdict => ({ ignored });
const as = (kind: Kind): Verdict => ({ kind });
const fewGroups = skip('holds few different values under a header that names no group of people');
const aboutRecord = skip('is about the record, not about the person');

/** Dates of birth spread over decades; dates on which records were made or something was bought do not. */
const spreadOfBirths = 20;
const latestFirstBirth = 1990;

/** Whether the years in a column without a telling header look like years of birth. */
const likeBirths = ({ yearFrom, yearTo }: ColumnCounts): boolean =>
  yearFrom !== null && yearTo !== null && yearTo - yearFrom >= spreadOfBirths && yearFrom < latestFirstBirth;

const isYear = (c: ColumnCounts): boolean => c.year >= 0.9 && c.distinct > 1;
const isMonth = (c: ColumnCounts): boolean => c.month >= 0.97 && c.distinct >= Math.min(6, c.filled / 3);
const isDay = (c: ColumnCounts): boolean => c.day >= 0.97 && c.distinct >= Math.min(13, c.filled / 3);
/** A column with so few values among so many rows names no one. */
const isGroup = (c: ColumnCounts): boolean => c.filled >= 100 && c.distinct <= 12 && c.distinct / c.filled < 0.1;

/** What content alone makes certain, no matter what the header says. */
function byContent(c: ColumnCounts, hint: Hint | undefined): Verdict | undefined {
  if (c.email >= 0.7) return as('email');
  if (hint === 'answer') return skip('holds the result of an earlier matching');
  if (hint === 'record') return aboutRecord;
  if (c.clock >= 0.5) return skip('is a time stamp of the record');
  if (c.date >= 0.7 && hint !== 'phone' && hint !== 'postcode') {
    return hint === 'birth' || hint === 'day' || hint === 'year' || likeBirths(c)
      ? as('date')
      : skip('holds dates that are no dates of birth');
  }
  if (c.url >= 0.8) return as('url');
  return undefined;
}

/** Parts of a date of birth. A year alone is compared; months and days only count beside a year (profile.ts). */
function byPart(c: ColumnCounts, hint: Hint | undefined): Verdict | undefined {
  const named = hint === 'birth' || hint === 'year' || hint === 'month' || hint === 'day';
  if (hint !== undefined && !named && hint !== 'locality' && hint !== 'number') return undefined;
  if (isYear(c) && (named || likeBirths(c))) return as('year');
  if (hint !== 'day' && isMonth(c)) return { role: 'month' };
  return isDay(c) ? { role: 'day' } : undefined;
}

function byHint(c: ColumnCounts, hint: Hint | undefined): Verdict | undefined {
  // A list of one family or of few first names still holds names of people.
  if (hint && ['company', 'street'].includes(hint) && isGroup(c)) return as('category');
  switch (hint) {
    case 'birth':
      return c.date >= 0.3 ? as('date') : undefined;
    case 'suffix':
      return c.number < 0.5 ? { role: 'suffix' } : undefined;
    case 'phone':
      return c.digits + c.phone > 0.5 ? as('phone') : undefined;
    case 'email':
    case 'url':
      return c.words < 1.5 ? as(hint) : undefined;
    case 'given':
    case 'middle':
    case 'surname':
    case 'company':
    case 'locality':
    case 'region':
      return c.number < 0.5 ? as(hint) : undefined;
    case 'maiden':
      return c.number >= 0.5 ? undefined : as(c.words >= 1.7 ? 'fullname' : 'surname');
    case 'street':
      return as(c.number > 0.8 ? 'housenumber' : 'street');
    case 'category':
      if (c.number <= 0.5 && c.words >= 3 && c.distinct > 50) return as('text');
      return c.number > 0.5 && c.distinct > 200 ? undefined : as('category');
    case 'postcode':
      return c.numeral >= 0.5 && c.distinct > 2 ? as('postcode') : undefined;
    case 'housenumber':
      return c.numeral >= 0.5 ? as('housenumber') : undefined;
    case 'text':
    case 'authors':
      return as(hint);
    case 'identifier':
      return c.words > 1.5 || c.distinct <= 12 ? undefined : as('code');
    case 'rowid':
      return c.words > 1.5 ? undefined : numberOfRecord(c);
    case 'number':
      return c.words > 1.5 || c.numeral < 0.5 || c.distinct <= 50 ? undefined : as('code');
    case 'title':
      return as(c.words >= 2 ? 'fullname' : 'category');
    case 'name':
      return c.number > 0.5 ? undefined : as('fullname');
    default:
      return undefined;
  }
}

/** A record's own number says nothing of a person, unless many records share one: then it may be a customer's. */
function numberOfRecord(c: ColumnCounts): Verdict | undefined {
  if (c.distinct >= 0.97 * c.filled) return skip('is the number of the record');
  return c.distinct <= 50 ? undefined : as('code');
}

/** What is left: the shape of the values is all there is. */
function byShape(c: ColumnCounts): Verdict {
  if (c.phone >= 0.7) return as('phone');
  if (isGroup(c)) return fewGroups;
  if (c.streetWord + c.numbered >= 0.6 && c.words >= 1.8) return as('street');
  if (c.companyWord >= 0.25) return as('company');
  const varied = c.distinct / c.filled;
  if (c.number >= 0.8) {
    if (c.digits >= 0.95 && c.length >= 4.5 && varied > 0.2) return as('code');
    return c.distinct <= 50 ? fewGroups : skip('holds quantities');
  }
  if (c.length > 60 || c.words > 7) return as('text');
  if (c.letters >= 0.8) {
    if (c.distinct <= 12 && varied < 0.2) return fewGroups;
    if (c.words >= 1.7 && c.words <= 4 && varied > 0.3) return as('fullname');
    return as(c.knownGiven >= 0.2 ? 'given' : 'locality');
  }
  if (c.words < 1.3 && c.letters < 0.3) return as('code');
  return c.distinct <= 50 && varied < 0.5 ? fewGroups : as('text');
}

function isRowId(c: ColumnCounts, kind: Kind): boolean {
  return (
    c.unique &&
    c.filled > 1 &&
    c.blanks < 0.1 &&
    ['code', 'category', 'housenumber', 'postcode', 'text', 'authors'].includes(kind)
  );
}
/** Settles what one column can't know: which of several names is which. */
function together(counts: readonly ColumnCounts[], verdicts: Verdict[], taken: ReadonlySet<number>): void {
  const open = (index: number): boolean => !taken.has(index);
  const has = (kind: Kind): boolean => verdicts.some((verdict) => verdict.kind === kind);
  for (const [index, c] of counts.entries()) {
    if (!open(index) || verdicts[index]?.kind !== 'fullname') continue;
    if (has('given') && !has('surname') && c.words < 1.5) verdicts[index] = as('surname');
    else if (has('surname') && !has('given') && c.words < 1.5) verdicts[index] = as('given');
  }
  const unnamed = (index: number): boolean => headerHint(counts[index]?.name ?? '') === undefined;
  const most = (kind: Kind, candidates: number[]): void => {
    const best = candidates.sort((a, b) => (counts[b]?.distinct ?? 0) - (counts[a]?.distinct ?? 0))[0];
    if (best !== undefined) verdicts[best] = as(kind);
  };
  const words = counts
    .map((_, index) => index)
    .filter((i) => open(i) && unnamed(i) && verdicts[i]?.kind === 'locality');
  if (has('given') && !has('surname') && !has('fullname')) most('surname', words);
  const person = has('given') || has('surname') || has('fullname');
  if (!person && has('company'))
    verdicts.forEach((v, i) => {
      if (v.kind === 'company' && open(i)) verdicts[i] = as('fullname');
    });
  else if (!person) most('fullname', words);
  const title = (index: number): boolean => isTitle({ name: counts[index]?.name ?? '', kind: verdicts[index]?.kind });
  if (has('given') || has('surname') || !verdicts.some((_, index) => title(index))) return;
  // A work does not live anywhere: what looks like an address or a name is its pages, its publisher.
  for (const [index, { kind }] of verdicts.entries())
    if (kind && ['street', 'locality', 'fullname'].includes(kind) && open(index) && !title(index))
      verdicts[index] = as('text');
}

/** The verdict on every column, in order; `fixed` is what the rules say, by header. */
export function columnKinds(counts: readonly ColumnCounts[], fixed: Readonly<Record<string, ColumnRole>>): Verdict[] {
  const byHeader = new Map(Object.entries(fixed).map(([header, kind]) => [headerWords(header), kind]));
  const taken = new Set<number>();
  const verdicts = counts.map((c, index): Verdict => {
    const rule = byHeader.get(headerWords(c.name));
    if (rule) taken.add(index);
    if (rule === 'ignore') return skip('is left out by the rules');
    if (c.filled === 0) return skip('is empty');
    if (rule === 'month' || rule === 'day' || rule === 'suffix') return { role: rule };
    if (rule) return as(rule);
    const hint = headerHint(c.name);
    if (hint === 'suffix' && c.number < 0.5) return { role: 'suffix' };
    if (c.distinct < 2) return skip('has one value in every row');
    const verdict = byContent(c, hint) ?? byPart(c, hint) ?? byHint(c, hint) ?? byShape(c);
    return verdict.kind && isRowId(c, verdict.kind) ? skip('differs in every row, like a row number') : verdict;
  });
  together(counts, verdicts, taken);
  return verdicts;
}
