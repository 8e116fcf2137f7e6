/** Finds the columns that hold year, month and day of one birth date, in any order and under any headers. */
import type { ColumnCounts, Verdict } from './column-kinds.ts';
import { headerHint, headerWords } from './headers.ts';
import type { ColumnRole } from './kinds.ts';

export interface BirthParts {
  /** Place of the column with the year among all columns. */
  year: number;
  /** Places of year, month and, where there is one, day. */
  columns: readonly number[];
}

/** The parts among columns with `verdicts`, or undefined where a year or a month is missing. `fixed` is what the rules say. */
export function birthParts(
  counts: readonly ColumnCounts[],
  verdicts: readonly Verdict[],
  fixed: Readonly<Record<string, ColumnRole>>,
): BirthParts | undefined {
  const rules = new Map(Object.entries(fixed).map(([header, role]) => [headerWords(header), role]));
  const places = [...verdicts.keys()];
  const ruled = (place: number): boolean => rules.has(headerWords(counts[place]?.name ?? ''));
  const hinted = (place: number, hint: string): boolean => headerHint(counts[place]?.name ?? '') === hint;
  /** The best of several: what the rules say, what the header says, then the nearest. */
  const nearest = (to: number, hint: string, among: readonly number[]): number | undefined =>
    [...among].sort(
      (a, b) =>
        Number(ruled(b)) - Number(ruled(a)) ||
        Number(hinted(b, hint)) - Number(hinted(a, hint)) ||
        Math.abs(a - to) - Math.abs(b - to),
    )[0];
  const year = nearest(
    0,
    'year',
    places.filter((place) => {
      const kind = verdicts[place]?.kind;
      return kind === 'year' || (kind === 'date' && (counts[place]?.year ?? 0) >= 0.9);
    }),
  );
  if (year === undefined) return undefined;
  const small = places.filter((place) => verdicts[place]?.role === 'month' || verdicts[place]?.role === 'day');
  const month = nearest(
    year,
    'month',
    small.filter((place) => verdicts[place]?.role === 'month'),
  );
  if (month === undefined) return undefined;
  const day = nearest(
    month,
    'day',
    small.filter((place) => place !== month && ((counts[place]?.day ?? 0) >= 0.97 || ruled(place))),
  );
  return { year, columns: day === undefined ? [year, month] : [year, month, day] };
}
