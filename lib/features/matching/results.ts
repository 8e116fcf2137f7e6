/** What the matching leaves in the engine: `match_clusters` and `match_pairs`, and the counts over both. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from '../../core/sql.ts';
import { certainSql, conflictSql, enoughSql, notAskedSql, smallSql } from './certain.ts';
import { compareSql } from './compare.ts';
import { evidenceSql, levelsFromPattern, plainEvidenceSql } from './evidence.ts';
import type { Compared } from './kinds.ts';
import { readRows } from './read-rows.ts';
import type { MatchingRules } from './rules.ts';

/** Makes `match_clusters(id, cluster_id, probability)`; a row's probability is that of its best pair in the cluster, 0 alone. */
export async function writeClusters(db: DuckDBConnection, likely: number): Promise<void> {
  await db.run(`create or replace temp table match_best as
    select record, max(probability) as probability from (
      select unnest([l, r]) as record, probability, a.cluster = b.cluster as one from match_scored s
        join match_assigned a on a.record = s.l join match_assigned b on b.record = s.r where l <> r
      union all select l, probability, true from match_scored where l = r and probability >= ${likely})
    where one group by record`);
  await db.run(`create or replace temp table match_placed as
    select row_id, record, nth, coalesce(cluster, record) as cluster, nth = 1 or coalesce(s.probability, 0) >= ${likely} as together
    from (select *, row_number() over (partition by record order by length(row_id), row_id) as nth from match_rows)
    left join match_assigned using (record)
    left join match_scored s on s.l = record and s.r = record`);
  await db.run(`create or replace table match_clusters as
    select p.row_id as id, 'c' || left(m.digest, 16) || case when together then '' else '-' || nth end as cluster_id,
      case when together then coalesce(b.probability, 0) else 0 end as probability
    from match_placed p join match_records m on m.record = p.cluster left join match_best b on b.record = p.record`);
}

/**
 * Makes `match_pairs(left_id, right_id, probability, evidence, reading, certain, conflict, askable)`; copies of a row stand with the first
 * of them. A cluster with a conflict anywhere in it, between records that were never compared as well, holds no certain pair;
 * nor does a large one, but for copies of one row.
 */
export async function writePairs(
  db: DuckDBConnection,
  compared: readonly Compared[],
  rules: MatchingRules,
  people: boolean,
): Promise<void> {
  await db.run(`create or replace temp table match_judged as
    with sized as (select cluster_id, count(*) as cluster_rows from match_clusters group by cluster_id),
    first as (select p.row_id, p.record, c.cluster_id, s.cluster_rows from match_placed p
      join match_clusters c on c.id = p.row_id join sized s using (cluster_id) where p.nth = 1)
    select s.l, s.r, s.probability, ${evidenceSql(compared)} as evidence, ${plainEvidenceSql(compared)} as reading,
      ${enoughSql(compared, rules, people)} as enough,
      ${conflictSql(compared, rules)} as conflict, not ${notAskedSql(compared, rules, people)} as askable, f.row_id as left_id,
        g.row_id as right_id, f.cluster_id as left_cluster, g.cluster_id as right_cluster, f.cluster_rows
    from (select *${levelsFromPattern(compared)} from match_scored where probability >= ${rules.bands.likely}) s
    join match_records a on a.record = s.l join match_records b on b.record = s.r
    join first f on f.record = s.l join first g on g.record = s.r`);
  const unclean = (await findUnclean(db, compared, rules)) ? 'and left_cluster not in (from match_unclean)' : '';
  await db.run(`create or replace table match_pairs as
    with judged as (
      select l, r, left_id, right_id, probability, evidence, reading, conflict, askable, ${certainSql(rules)}
        and (l = r or ${smallSql(rules)} ${unclean}) as certain from match_judged),
    rowed as (
      select left_id, right_id, probability, evidence, reading, certain, conflict, askable from judged where l <> r
      union all
      select j.left_id, p.row_id, j.probability, 'exact copy', 'the same in every column', j.certain, false, true
        from judged j join match_placed p on p.record = j.l and p.nth > 1 where j.l = j.r)
    select case when turned then right_id else left_id end as left_id,
      case when turned then left_id else right_id end as right_id, probability, evidence, reading, certain, conflict, askable
    from (select *, (length(left_id), left_id) > (length(right_id), right_id) as turned from rowed)`);
}

/**
 * Makes `match_unclean(cluster_id)`: the clusters with a conflict between any two of their records, of those that could be
 * certain. Returns false where none has more records than the two that were judged.
 */
async function findUnclean(
  db: DuckDBConnection,
  compared: readonly Compared[],
  rules: MatchingRules,
): Promise<boolean> {
  const [inside] = await readRows<{ Count: bigint }>(
    db,
    `create or replace temp table match_inside as
    with members as (select p.record, c.cluster_id from match_placed p join match_clusters c on c.id = p.row_id
      where p.nth = 1 and c.cluster_id in (
        select left_cluster from match_judged where ${certainSql(rules)} and ${smallSql(rules)} and l <> r)
      qualify count(*) over (partition by c.cluster_id) > 2)
    select a.record as l, b.record as r, a.cluster_id from members a join members b on a.cluster_id = b.cluster_id
      and a.record < b.record`,
  );
  if (inside?.Count === 0n) return false;
  await db.run(`create or replace temp table match_unclean as
    select distinct i.cluster_id
    from (select *${levelsFromPattern(compared)} from (${compareSql(compared, [], 'match_inside')})) s
    join match_inside i on i.l = s.l and i.r = s.r
    join match_records a on a.record = s.l join match_records b on b.record = s.r
    where ${conflictSql(compared, rules)}`);
  return true;
}

/** What was worked with goes, so that it holds no memory while others work in the same engine. */
export async function dropTemporaries(db: DuckDBConnection): Promise<void> {
  const tables = await readRows<{ name: string }>(
    db,
    "select table_name as name from duckdb_tables() where temporary and starts_with(table_name, 'match_')",
  );
  await db.run(tables.map(({ name }) => `drop table ${quoted(name)}`).join('; '));
}

export interface Counts {
  rows: number;
  clusters: number;
  /** Clusters of two rows and more, and the rows beyond the first in them. */
  duplicateClusters: number;
  duplicateRows: number;
  pairs: number;
  certainPairs: number;
  candidates: number;
}

/** Counts over the results. */
export async function summarise(db: DuckDBConnection): Promise<Counts> {
  const [row] = await readRows<Counts>(
    db,
    `select (select count(*) from match_clusters)::integer as "rows", count(*)::integer as clusters,
       count(case when n > 1 then 1 end)::integer as "duplicateClusters", coalesce(sum(n - 1), 0)::integer as "duplicateRows",
       (select count(*) from match_pairs)::integer as pairs, (select count(*) from match_pairs where certain)::integer as "certainPairs",
       (select count(*) from match_candidates)::double as candidates
     from (select count(*) as n from match_clusters group by cluster_id)`,
  );
  if (!row) throw new Error('The matching left no result.');
  return row;
}
