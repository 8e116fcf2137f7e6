/**
 * Compares pairs of records: their pattern of levels, and for each story how common the values are that agree by chance in it.
 * It gives no probability; that is the model's.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Compared, type Kind, levelNumber, type Story, sharedIn } from './kinds.ts';
import { levelsOf, levelsSql, patternSql } from './levels.ts';
import { readRows } from './read-rows.ts';
import { t } from './record-columns.ts';

/** Whether a column's values agree only by chance in a story, so that the commonness of a value counts. */
export const byChance = ({ kind }: Compared, story: Story): boolean =>
  story !== 'same' && (sharedIn[kind][story] ?? 0) === 0;

/** Levels of a place on which what it is within agrees by itself. */
export const withinLevels = (kind: Kind): number[] =>
  (['same', 'near'] as const).map((level) => levelNumber(kind, level)).filter((level) => level > 0);

/** SQL that makes `into(l, r, pattern, rare_STORY…)` from the pairs in `pairs(l, r)`. */
export function compareSql(compared: readonly Compared[], stories: readonly Story[], pairs: string): string {
  const rare = stories
    .filter((story) => story !== 'same')
    .map((story) => {
      const terms = compared.flatMap((column, index) => {
        if (!byChance(column, story)) return [];
        const { parent: at } = column;
        const parent =
          at === undefined ? '' : ` and l${at} not in (${withinLevels(compared[at]?.kind ?? 'text').join(', ')})`;
        return [`case when l${index} = 1${parent} then t${index} else 0 end`];
      });
      return `(${terms.length === 0 ? '0' : terms.join(' + ')})::float as rare_${story}`;
    });
  const joined = `${pairs} p join match_records a on a.record = p.l join match_records b on b.record = p.r`;
  const rarities = compared.map((_, index) => `a.${t(index)} as ${t(index)}`);
  return (
    `select l, r, ${[`${patternSql(compared)} as pattern`, ...rare].join(', ')} from ` +
    `(${levelsSql(compared, joined, ['p.l', 'p.r', ...rarities])})`
  );
}

export interface PatternCount {
  pattern: bigint;
  levels: number[];
  pairs: number;
}

/** Patterns of a compared table with how often each occurs, in a fixed order. */
export async function countPatterns(db: DuckDBConnection, table: string, columns: number): Promise<PatternCount[]> {
  const rows = await readRows<{ pattern: bigint; pairs: number }>(
    db,
    `select pattern, count(*)::double as pairs from ${table} group by pattern order by pattern`,
  );
  return rows.map(({ pattern, pairs }) => ({ pattern, pairs, levels: levelsOf(pattern, columns) }));
}
