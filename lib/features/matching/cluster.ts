/**
 * From scored pairs to clusters: records that hang together by likely pairs, then average linkage inside each such group.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { averageLinkage, type Link } from './linkage.ts';
import { readRows } from './read-rows.ts';

/** Groups up to this size are always completed; larger ones, the smaller first, while all their pairs together stay below the limit. */
const alwaysCompleted = 40;
const mostCompletedPairs = 300_000;

/** Makes `match_groups(record, part)`: connected components over `match_scored` from `least` on; `part` is the lowest record. */
export async function connect(db: DuckDBConnection, least: number): Promise<void> {
  await db.run(`create or replace temp table match_edges as
    select l, r from match_scored where probability >= ${least} and l <> r
    union all select r, l from match_scored where probability >= ${least} and l <> r`);
  await db.run(
    'create or replace temp table match_groups as select l as record, least(l, min(r)) as part from match_edges group by l',
  );
  for (;;) {
    // Every record takes the lowest part among its own and its neighbours', then the part of that part: paths halve.
    await db.run(`create or replace temp table match_next as
      select g.record, least(g.part, min(n.part)) as part from match_groups g join match_edges e on e.l = g.record
      join match_groups n on n.record = e.r group by g.record, g.part`);
    await db.run(`create or replace temp table match_jumped as
      select n.record, p.part from match_next n join match_next p on p.record = n.part`);
    const [row] = await readRows<{ moved: boolean }>(
      db,
      'select count(*) > 0 as moved from match_jumped j join match_groups g using (record) where j.part <> g.part',
    );
    await db.run('create or replace temp table match_groups as select * from match_jumped');
    if (!row?.moved) break;
  }
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
  let links: (Link & { apart: boolean })[] = [];
  const settle = (): void => {
    const apart = new Set(links.filter((link) => link.apart).map(({ l, r }) => `${l} ${r}`));
    const clusters = averageLinkage(links, least, apart.size === 0 ? undefined : (l, r) => apart.has(`${l} ${r}`));
    for (const [record, cluster] of clusters) {
      appender.appendInteger(record);
      appender.appendInteger(cluster);
      appender.endRow();
    }
    links = [];
  };
  for await (const chunk of result.yieldRowsJs()) {
    for (const [group, l, r, probability, kept] of chunk as [number, number, number, number, boolean][]) {
      if (group !== part) settle();
      part = group;
      links.push({ l, r, probability, apart: kept });
    }
  }
  settle();
  appender.closeSync();
}
