/**
 * The CDNOW data set as histories and purchases, read in place from the folder of public data; it is never copied. Tests that
 * need it are skipped where it isn't there ("skipped: no data").
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HeldOut } from '../../../lib/features/value/choose.ts';

const folder = process.env.NIGHTSHIFT_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const sample = `${folder}/lifetime-value/cdnow_sample.txt`;

export const noData = !existsSync(sample);

export interface Purchase {
  readonly customer: string;
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly amount: number;
}

/** The purchases of the 2,357 customers that papers use. */
export function cdnowPurchases(): Purchase[] {
  const rows = readFileSync(sample, 'utf8').trim().split('\n');
  return rows.map((row) => {
    const [, customer = '', date = '', , amount = ''] = row.trim().split(/\s+/);
    return { customer, day: date.replace(/^(....)(..)(..)$/, '$1-$2-$3'), amount: Number(amount) };
  });
}

/** Histories up to 1997-09-30 and the orders in the 39 weeks after, grouped as history.ts groups them. */
export function cdnowHeldOut(): HeldOut {
  const end = dayNumber('1997-09-30');
  const days = new Map<string, Set<number>>();
  for (const { customer, day } of cdnowPurchases()) {
    days.set(customer, (days.get(customer) ?? new Set()).add(dayNumber(day)));
  }
  const groups = new Map<string, number>();
  for (const all of days.values()) {
    const before = [...all].filter((day) => day <= end);
    const [first, last] = [Math.min(...before), Math.max(...before)];
    const later = [...all].filter((day) => day > end && day <= end + 39 * 7).length;
    const key = [before.length - 1, last - first, end - first, later].join();
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  const rows = [...groups].map(([key, customers]) => [...key.split(',').map(Number), customers]);
  rows.sort((a, b) => a.map((value, i) => value - (b[i] ?? 0)).find((difference) => difference !== 0) ?? 0);
  const column = (i: number, scale = 1) => Float64Array.from(rows, (row) => (row[i] ?? 0) / scale);
  return { frequency: column(0), recency: column(1, 7), age: column(2, 7), orders: column(3), customers: column(4) };
}

const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 86_400_000;
