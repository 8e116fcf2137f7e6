/**
 * From scored pairs to clusters: records that hang together by likely pairs, then average linkage inside each such group.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { averageLinkage, type Link } from './linkage.ts';

/** Groups up to this size are always completed; larger ones, the smaller first, while all their pairs together stay below the limit. */
const alwaysCompleted = 40;
const mostCompletedPairs = 300_000;

/**
 * Makes `match_groups(record, part)`: what hangs together by pairs of `match_scored` from `least` on; `part` is the lowest
 * record. Returns whether three records and more hang together anywhere. A forest of records (Tarjan 1975): the engine
 * would need a statement for each step along a chain.
 */
export async function connect(db: DuckDBConnection, least: number): Promise<boolean> {
  const parents = new Map<number, number>();
  const rootOf = (record: number): number => {
    let root = record;
    for (let parent = parents.get(root) ?? root; parent !== root; parent = parents.get(root) ?? root) {
      const above = parents.get(parent) ?? parent;
      parents.set(root, above);
      root = above;
    }
    return root;
  };
  const result = await db.stream(`select l, r from match_scored where probability >= ${least} and l <> r`);
  for await (const chunk of result.yieldRowsJs()) {
    for (const [l, r] of chunk as [number, number][]) {
      const [a, b] = [rootOf(l), rootOf(r)];
      parents.set(Math.max(a, b), Math.min(a, b));
      parents.set(Math.min(a, b), Math.min(a, b));
    }
  }
  await db.run('create or replace temp table match_groups (record integer, part integer)');
  const appender = await db.createAppender('match_groups', undefined, 'temp');
  let groups = 0;
  for (const record of parents.keys()) {
    const part = rootOf(record);
    if (part === record) groups++;
    appender.appendInteger(record);
    appender.appendInteger(part);
    appender.endRow();
  }
  appender.closeSync();
  return parents.size > 2 * groups;
}

/** Pairs within groups of three and more that were never compared, as SQL giving l, r. Those of groups too large count as no match. */
export const missingPairsSql = `(select a.record as l, b.record as r
  from match_groups a join match_groups b on a.part = b.part and a.record < b.record
  join (
    select part from (
      select part, n, sum(n * (n - 1) / 2) over (order by n, part) as pairs
      from (select part, count(*) as n from match_groups group by part having count(*) >= 3))
    where n <= ${alwaysCompleted} or pairs <= ${mostCompletedPairs}
  ) g on g.part = a.part
  left join match_scored s on s.l = a.record and s.r = b.record where s.l is null)`;

/** Makes `match_assigned(record, cluster)`, `cluster` being the lowest record; records alone are not in it. */
export async function assignClusters(db: DuckDBConnection, least: number): Promise<void> {
  await db.run(`create or replace temp table match_assigned as
    select record, part as cluster from match_groups where part in (select part from match_groups group by part having count(*) = 2)`);
  const result = await db.stream(`select g.part, s.l, s.r, s.probability, s.apart from match_scored s
    join match_groups g on g.record = s.l join match_groups h on h.record = s.r and h.part = g.part
    where s.l <> s.r and g.part not in (select cluster from match_assigned) order by g.part, s.l, s.r`);
  const appender = await db.createAppender('match_assigned', undefined, 'temp');
  let part = -1;
  let links: Link[] = [];
  const settle = (): void => {
    for (const [record, cluster] of averageLinkage(links, least)) {
      appender.appendInteger(record);
      appender.appendInteger(cluster);
      appender.endRow();
    }
    links = [];
  };
  for await (const chunk of result.yieldRowsJs()) {
    for (const [group, l, r, probability, apart] of chunk as [number, number, number, number, boolean][]) {
      if (group !== part) settle();
      part = group;
      links.push({ l, r, probability, apart });
    }
  }
  settle();
  appender.closeSync();
}
