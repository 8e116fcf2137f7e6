/** The CDNOW sample, grouped as the engine groups it: read in place, never copied. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HeldOut } from '../../lib/value/choose.ts';
import type { Spending } from '../../lib/value/gamma-gamma.ts';

const folder = process.env.NIGHTSHIFT_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const sampleFile = `${folder}/lifetime-value/cdnow_sample.txt`;

export interface CdnowSample {
  readonly heldOut: HeldOut;
  readonly spending: Spending;
}

const END = Date.UTC(1997, 8, 30) / 86_400_000;

/** Histories and spending up to 1997-09-30, and the orders of the 39 weeks after; undefined where the data isn't there. */
export function cdnowSample(): CdnowSample | undefined {
  if (!existsSync(sampleFile)) return undefined;
  const days = new Map<string, Map<number, number>>();
  for (const line of readFileSync(sampleFile, 'utf8').trim().split('\n')) {
    const [, customer = '', date = '', , amount = '0'] = line.trim().split(/\s+/);
    const day = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6))) / 86_400_000;
    const bought = days.get(customer) ?? new Map<number, number>();
    days.set(customer, bought.set(day, (bought.get(day) ?? 0) + Number(amount)));
  }
  const customers = [...days.values()].map((bought) => {
    const before = [...bought.keys()].filter((day) => day <= END).sort((a, b) => a - b);
    const [first = 0, last = 0] = [before[0], before.at(-1)];
    const spend = before.slice(1).reduce((sum, day) => sum + (bought.get(day) ?? 0), 0);
    return { history: [before.length - 1, last - first, END - first, bought.size - before.length], spend };
  });
  const repeat = customers.filter(({ history, spend }) => (history[0] ?? 0) > 0 && spend > 0);
  return {
    heldOut: grouped(customers.map(({ history }) => history)),
    spending: {
      frequency: Float64Array.from(repeat, ({ history }) => history[0] ?? 0),
      spend: Float64Array.from(repeat, ({ spend }) => spend),
      customers: new Float64Array(repeat.length).fill(1),
    },
  };
}

function grouped(histories: readonly number[][]): HeldOut {
  const counts = new Map<string, number>();
  for (const history of histories) counts.set(history.join(), (counts.get(history.join()) ?? 0) + 1);
  const rows = [...counts].map(([key, count]) => [...key.split(',').map(Number), count]);
  rows.sort((a, b) => a.map((value, i) => value - (b[i] ?? 0)).find((difference) => difference !== 0) ?? 0);
  const column = (i: number, unit = 1) => Float64Array.from(rows, (row) => (row[i] ?? 0) / unit);
  return { frequency: column(0), recency: column(1, 7), age: column(2, 7), orders: column(3), customers: column(4) };
}
