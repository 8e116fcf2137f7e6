/** What is usual for a connection: a feed that suddenly brings ten times as much, or nothing, is an alarm. */
import type { Engine } from '../../core/engine.ts';
import type { Metrics } from '../../core/prepare.ts';
import { join, name, sql } from '../../core/sql.ts';
import type { Fetched } from './fetch.ts';

/** A fetch's share in what is usual from then on. */
const WEIGHT = 0.2;
/** Fewer facts a day than these have no usual number. */
const LEAST_USUAL = 20;

/** What was usual by the last run's metrics. */
export const rates = (earlier: Metrics | null): Record<string, number> =>
  Object.fromEntries(
    Object.entries((earlier?.usual ?? {}) as Record<string, unknown>).map(([name, rate]) => [name, Number(rate)]),
  );

/**
 * How many facts each file has, by its number, once it is read: a record that says nothing new, or that stands for a
 * suppression of our own, is none.
 */
export async function factsByFile(engine: Engine, tables: readonly string[]): Promise<ReadonlyMap<number, number>> {
  const all = tables.map((table) => sql`select file from ${name(`incoming_${table}`)}`);
  const rows = await engine.rows(sql`select file, count(*) as n from (${join(all, ' union all ')}) as f group by file`);
  return new Map(rows.map(({ file, n }) => [Number(file), Number(n)]));
}

/**
 * How many times its usual number of new facts a day a connection gave, and what is wrong with it. Sets what is usual
 * from now on.
 */
export function newsOf(
  { name, until, fault, days }: Fetched,
  fresh: number,
  usual: Record<string, number>,
): { readonly times: number; readonly warning?: string } {
  const perDay = fresh / Math.max(1, days);
  const before = usual[name];
  const times = before === undefined ? 0 : Math.ceil(perDay / Math.max(before, LEAST_USUAL));
  if (fault !== null) {
    const stale = `facts ${until ? `until ${minute(until)}` : 'were never fetched'}`;
    return { times, warning: `${name} could not be fetched: ${fault}; ${stale}` };
  }
  usual[name] = before === undefined ? perDay : before * (1 - WEIGHT) + perDay * WEIGHT;
  if (before === undefined || before < LEAST_USUAL || fresh > 0) return { times };
  return { times, warning: `${name} gave no new facts, where ${Math.round(before)} a day are usual: check its feed` };
}

/** `2026-11-26 18:40`. */
export const minute = (moment: Date): string => moment.toISOString().slice(0, 16).replace('T', ' ');
