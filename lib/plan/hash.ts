/**
 * A plan's hash: of what it would change and nothing else. Not of the order of rows, the store, the run or the
 * clock; a time that is the run's as-of counts as the word "as-of", so that a plan shown at ten can be approved at three.
 */
import { createHash } from 'node:crypto';
import type { Engine } from '../core/engine.ts';
import { quoteName, raw, sql } from '../core/sql.ts';
import { tableOf } from '../core/tables.ts';
import { type Diff, isEmpty } from './plan.ts';

/** `sha256:` and 64 hex digits, over each change's table, columns, counts and the sum of its rows' hashes. */
export async function planHash(engine: Engine, job: string, diffs: readonly Diff[], asOf: Date): Promise<string> {
  const parts: unknown[] = [];
  for (const diff of diffs) {
    if (isEmpty(diff)) continue;
    const { columns, digest } = await digestOf(engine, diff, asOf);
    parts.push([diff.table, columns, diff.counts, digest]);
  }
  return hashOf([job, parts]);
}

/**
 * The hash of an empty plan that a guard stopped: there, what a person lets through is what the guards found (so many rows fewer
 * in a table), whatever else stands in the tables.
 */
export const emptyPlanHash = (
  job: string,
  stopped: readonly { readonly guard: string; readonly found: number }[],
): string => hashOf([job, [], stopped.map(({ guard, found }) => [guard, found])]);

const hashOf = (content: unknown): string =>
  `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`;

async function digestOf(engine: Engine, diff: Diff, asOf: Date): Promise<{ columns: string[]; digest: string }> {
  const columns = diff.sets.map((set) => set.name).sort();
  const types = new Map(diff.sets.map((set) => [set.name, set.type]));
  const cells = columns.flatMap((column) => {
    const name = quoteName(column);
    const value =
      types.get(column) === 'time'
        ? sql`case when ${raw(name)} = ${asOf} then 'as-of' else cast(${raw(name)} as varchar) end`
        : raw(name);
    return [value, raw(`before_${column}`), raw(`set_${column}`)];
  });
  const all = [raw('op'), ...tableOf(diff.table).key.map((key) => raw(quoteName(key))), ...cells];
  const list = all.map((each) => each.text).join(', ');
  const values = all.flatMap((each) => [...each.values]);
  // Two sums of 64-bit hashes: rows in any order give the same digest.
  const { digest } = await engine.row({
    text: `select cast(sum(h) as varchar) || '/' || cast(sum(hash(h, 'again')) as varchar) as digest from (select hash(${list}) as h from ${diff.name})`,
    values,
  });
  return { columns, digest: String(digest) };
}
