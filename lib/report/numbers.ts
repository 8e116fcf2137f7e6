/** Numbers as the page shows them. A count of people or of their rows under 5 is never shown exactly. */

/** Counts below this could name a person. */
const FEW = 5;

const plain = (n: number): string => Math.round(n).toLocaleString('en-US');

/** A count of people or of their rows: 0, "<5", or the number. */
export const people = (n: number): string => (n > 0 && n < FEW ? `<${FEW}` : plain(n));

/** A change of such a count: "+120", "−<5", "±0". */
export function peopleChange(n: number): string {
  if (n === 0) return '±0';
  return `${n > 0 ? '+' : '−'}${people(Math.abs(n))}`;
}

/** Where a chart draws a count: every count from 1 to 4 at one height. */
export const drawn = (n: number): number => (n > 0 && n < FEW ? FEW - 1 : n);

/** A count of runs, days or files. */
export const count = plain;

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

/** "23 Nov 2026". */
export const dayText = (day: string): string =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });

/** "23 Nov 2026, 04:17" in a time zone. */
export const momentText = (moment: Date, timeZone: string): string =>
  moment.toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  });

export const median = (values: readonly number[]): number | null => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
};
