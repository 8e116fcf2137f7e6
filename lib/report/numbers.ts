/** Numbers as the page shows them. A count of people or of their rows under 5 is never shown exactly. */

/** Counts below this could name a person. */
const FEW = 5;

/** A count of runs, days or files. */
export const count = (n: number): string => Math.round(n).toLocaleString('en-US');

/** A count of people or of their rows: 0, "<5", or the number. */
export const people = (n: number): string => (n > 0 && n < FEW ? `<${FEW}` : count(n));

/** A change of such a count: "+120", "−<5", "±0". */
export function peopleChange(n: number): string {
  if (n === 0) return '±0';
  return `${n > 0 ? '+' : '−'}${people(Math.abs(n))}`;
}

/** How a count by label changed since; a dash where nothing is known of then. */
export const changeSince = (then: Readonly<Record<string, number>> | null, label: string, n: number): string =>
  then ? peopleChange(n - (then[label] ?? 0)) : '–';

/** Counts by label, the largest first. */
export const byCount = (counts: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(counts).sort(([, a], [, b]) => b - a);

/** The sum of counts by label. */
export const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, n) => sum + n, 0);

/** Where a chart draws a count: every count from 1 to 4 at one height. */
export const drawn = (n: number): number => (n > 0 && n < FEW ? FEW - 1 : n);

export const percent = (share: number, digits = 2): string => `${(share * 100).toFixed(digits)} %`;

/** A rate as a share; where fewer than 5 people stand behind it, the rate of 4 of them. */
export function rateOf(part: number, rate: number, whole: number): { readonly value: number; readonly few: boolean } {
  const few = part > 0 && part < FEW;
  return { value: few && whole > 0 ? Math.min(1, (FEW - 1) / whole) : rate, few };
}

export function seconds(s: number): string {
  if (s < 1) return 'under 1 s';
  return s < 90 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
}

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const;

/** "23 Nov 2026". */
export const dayText = (day: string): string =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', { ...DAY, timeZone: 'UTC' });

/** "23 Nov 2026, 04:17" in a time zone. */
export const momentText = (moment: Date, timeZone: string): string =>
  moment.toLocaleString('en-GB', { ...DAY, hour: '2-digit', minute: '2-digit', timeZone });

export const median = (values: readonly number[]): number | null => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
};
