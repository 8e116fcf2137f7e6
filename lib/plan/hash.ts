/**
 * A plan's hash: of what it would change and nothing else. Not of the order of rows, the store, the run or the clock; a
 * time that is the run's as-of counts as the word "as-of", so that a plan shown at ten can be approved at three.
 */
import { createHash } from 'node:crypto';
import type { Engine } from '../core/engine.ts';
import { columnOf, join, name, sql } from '../core/sql.ts';
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
 * The hash of an empty plan that a guard stopped: there, what a person lets through is what the guards found (so many
 * rows fewer in a table), not the other contents of the tables.
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
    const cell = columnOf(column);
    const value =
      types.get(column) === 'time'
        ? sql`case when ${cell} = ${asOf} then 'as-of' else cast(${cell} as varchar) end`
        : cell;
    return [value, name(`before_${column}`), name(`set_${column}`)];
  });
  const all = [sql`op`, ...tableOf(diff.table).key.map((key) => columnOf(key)), ...cells];
  // Two sums of 64-bit hashes: rows in any order give the same digest.
  const { digest } = await engine.row(
    sql`select cast(sum(h) as varchar) || '/' || cast(sum(hash(h, 'again')) as varchar) as digest
      from (select hash(${join(all, ', ')}) as h from ${name(diff.name)})`,
  );
  return { columns, digest: String(digest) };
}
