/**
 * The same work by us and by Python's lifetimes, on the same customers one by one: fit BG/NBD and Gamma-Gamma, and
 * foretell orders, the chance of being a customer and the value of an order for each. Both are timed inside their
 * process, without loading anything, in processor time, so that other work on the machine says nothing; ours counts
 * customers with equal histories together first, and that is timed too.
 */
import { bgNbd } from '../../lib/features/value/beta-geometric.ts';
import { estimate } from '../../lib/features/value/estimate.ts';
import { fitOrderValue } from '../../lib/features/value/gamma-gamma.ts';
import { fitModel, type Histories } from '../../lib/features/value/model.ts';
import type { CdnowSample } from './cdnow.ts';
import { byLifetimes, type Timed } from './lifetimes.ts';

const ROUNDS = 3;
/** Many, because the first ones are only being compiled. */
const RUNS_A_ROUND = 151;

/** Prints both, and how many times faster ours is: medians over rounds in turn. */
export function sideBySide({ customers, weeks }: CdnowSample): void {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const theirs = byLifetimes(customers, weeks);
    return theirs && { theirs, ours: byUs(customers, weeks) };
  }).filter((round) => round !== undefined);
  if (rounds.length < ROUNDS) {
    console.log('Python lifetimes: skipped: not installed');
    return;
  }
  const ours = together(rounds.map((round) => round.ours));
  const theirs = together(rounds.map((round) => round.theirs));
  const row = (by: string, { orders, value, orderTotal, valueTotal }: Timed) => ({
    by,
    'BG/NBD, ms': median(orders).toFixed(2),
    'Gamma-Gamma, ms': median(value).toFixed(2),
    'orders foretold': orderTotal.toFixed(1),
    'sum of order values': valueTotal.toFixed(0),
  });
  console.table([row('nightshift', ours), row('lifetimes', theirs)]);
  const [orders, value] = [median(theirs.orders) / median(ours.orders), median(theirs.value) / median(ours.value)];
  console.log(
    `Fit and prediction, medians of processor time: BG/NBD ${orders.toFixed(1)} times faster, Gamma-Gamma ${value.toFixed(1)} times.`,
  );
}

function together(rounds: readonly Timed[]): Timed {
  const { orderTotal = Number.NaN, valueTotal = Number.NaN } = rounds[0] ?? {};
  const all = { orders: rounds.flatMap(({ orders }) => orders), value: rounds.flatMap(({ value }) => value) };
  return { ...all, orderTotal, valueTotal };
}

/** Customers one by one, as a data frame would hold them. */
export type Customers = Omit<Histories, 'customers'> & { readonly spend: Float64Array };

function byUs(all: Customers, weeks: number): Timed {
  let orderTotal = 0;
  let valueTotal = 0;
  const orders = timed(() => {
    const { groups, groupOf } = grouped(all);
    const fitted = fitModel(bgNbd, groups);
    const horizon = { horizonWeeks: weeks, discountRate: 0 };
    const { expectedOrders } = estimate(fitted.forecast, groups, horizon);
    orderTotal = groupOf.reduce((sum, group) => sum + (expectedOrders[group] ?? 0), 0);
  });
  const value = timed(() => {
    const repeat = all.spend.map((spend, i) => ((all.frequency[i] ?? 0) > 0 && spend > 0 ? 1 : 0));
    const kept = (column: Float64Array) => column.filter((_, i) => repeat[i] === 1);
    const customers = kept(repeat);
    const { p, q, v } = fitOrderValue({ frequency: kept(all.frequency), spend: kept(all.spend), customers });
    const expected = all.frequency.map((x, i) => (p * (v + (all.spend[i] ?? 0))) / (p * x + q - 1));
    valueTotal = expected.reduce((sum, value) => sum + value, 0);
  });
  return { orders, value, orderTotal, valueTotal };
}

/** Days are whole numbers below this. */
const MOST_DAYS = 4096;

/** Groups of equal histories, sorted, and for each customer the group. */
function grouped({ frequency, recency, age }: Customers): { groups: Histories; groupOf: Uint32Array } {
  const days = (weeks = 0): number => Math.round(weeks * 7);
  const keys = frequency.map((x, i) => (x * MOST_DAYS + days(recency[i])) * MOST_DAYS + days(age[i]));
  const distinct = keys.toSorted().filter((key, i, sorted) => key !== sorted[i - 1]);
  const groupOf = Uint32Array.from(keys, (key) => rank(distinct, key));
  const customers = new Float64Array(distinct.length);
  for (const group of groupOf) customers[group] = (customers[group] ?? 0) + 1;
  const groups = {
    frequency: distinct.map((key) => Math.floor(key / MOST_DAYS ** 2)),
    recency: distinct.map((key) => (Math.floor(key / MOST_DAYS) % MOST_DAYS) / 7),
    age: distinct.map((key) => (key % MOST_DAYS) / 7),
    customers,
  };
  return { groups, groupOf };
}

function rank(sorted: Float64Array, key: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function timed(work: () => void): number[] {
  return Array.from({ length: RUNS_A_ROUND }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
}

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
