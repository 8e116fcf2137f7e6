/**
 * Finds the records of one person in any table of text columns, without labels and without configuration.
 * Leaves its results in the engine (`match_pairs`, `match_clusters`); merges nothing and writes no file.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from '../../core/sql.ts';
import { buildCandidates } from './blocking.ts';
import { type Chance, measureChance } from './chance.ts';
import { assignClusters, connect, missingPairsSql } from './cluster.ts';
import { compareSql, countPatterns } from './compare.ts';
import { certainSql, conflictSql, evidenceSql, levelsFromPattern, strongCountSql, vetoSql } from './evidence.ts';
import type { Compared } from './kinds.ts';
import { MatchError } from './match-error.ts';
import { fitModel, type Model, modelForCopies } from './model.ts';
import { profileTable } from './profile.ts';
import { readRows } from './read-rows.ts';
import { buildRecords } from './records.ts';
import { defaultMatchingRules, type MatchingRules } from './rules.ts';
import { scorePairs } from './score.ts';

export interface MatchOptions {
  /** Table of text columns. */
  table: string;
  /** Column with the row's id, unique; else rows are numbered from 1 in the table's order. */
  id?: string;
  rules?: MatchingRules;
  /** Columns to leave out, beside those that say nothing. */
  leaveOut?: readonly string[];
}

export interface MatchResult {
  rows: number;
  records: number;
  clusters: number;
  /** Clusters of two rows and more, and the rows beyond the first in them. */
  duplicateClusters: number;
  duplicateRows: number;
  pairs: number;
  certainPairs: number;
  candidates: number;
  compared: { column: string; kind: string }[];
  ignored: { column: string; reason: string }[];
  keys: string[];
  model: Model;
}

interface Run {
  db: DuckDBConnection;
  compared: readonly Compared[];
  rules: MatchingRules;
  model: Model;
  chances: readonly Chance[];
}

/** Scores the pairs of `pairs` with the model and adds them to `match_scored`. */
async function scoreMore({ db, compared, model, chances, rules }: Run, pairs: string): Promise<void> {
  await db.run(`create or replace temp table match_more as ${compareSql(compared, model.stories, pairs)}`);
  const patterns = await countPatterns(db, 'match_more', compared.length);
  await scorePairs(db, model, compared, chances, patterns, 'match_more', 'match_more_scored');
  await addScored(db, compared, rules, 'match_more_scored');
  for (const table of ['match_more', 'match_more_scored']) await db.run(`drop table ${table}`);
}

async function addScored(
  db: DuckDBConnection,
  compared: readonly Compared[],
  rules: MatchingRules,
  from: string,
): Promise<void> {
  const levels = compared.length === 0 ? '' : `, ${levelsFromPattern(compared)}`;
  const veto = vetoSql(compared, rules);
  await db.run(`insert into match_scored select l, r, pattern, case when apart then 0 else probability end, apart
    from (select *, ${veto} as apart from (select *${levels} from ${from}))`);
}

/** Makes `match_clusters(id, cluster_id, probability)`; a row's probability is that of its best pair in the cluster, 0 alone. */
async function writeClusters(db: DuckDBConnection, likely: number): Promise<void> {
  await db.run(`create or replace temp table match_best as
    select record, max(probability) as probability from (
      select l as record, probability, a.cluster = b.cluster as one from match_scored s join match_assigned a on a.record = s.l join match_assigned b on b.record = s.r where l <> r
      union all
      select r, probability, a.cluster = b.cluster from match_scored s join match_assigned a on a.record = s.l join match_assigned b on b.record = s.r where l <> r
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

/** Makes `match_pairs(left_id, right_id, probability, evidence, certain, conflict)`; copies of a row stand with the first of them. */
async function writePairs(db: DuckDBConnection, compared: readonly Compared[], rules: MatchingRules): Promise<void> {
  const levels = compared.length === 0 ? '' : `, ${levelsFromPattern(compared)}`;
  await db.run(`create or replace temp table match_judged as
    with sized as (select cluster_id, count(*) as cluster_rows from match_clusters group by cluster_id),
    first as (select p.row_id, p.record, c.cluster_id, s.cluster_rows from match_placed p join match_clusters c on c.id = p.row_id join sized s using (cluster_id) where p.nth = 1)
    select s.l, s.r, s.probability, ${evidenceSql(compared)} as evidence, (${strongCountSql(compared, rules).replaceAll('$roles', "getvariable('match_roles')")})::integer as strong,
      ${conflictSql(compared, rules)} as conflict, f.row_id as left_id, g.row_id as right_id, f.cluster_id as left_cluster, g.cluster_id as right_cluster, f.cluster_rows
    from (select *${levels} from match_scored where probability >= ${rules.bands.likely}) s
    join match_records a on a.record = s.l join match_records b on b.record = s.r
    join first f on f.record = s.l join first g on g.record = s.r`);
  // A cluster with a conflict anywhere in it is nothing to merge without asking.
  const clean = 'select left_cluster from match_judged where conflict and left_cluster = right_cluster';
  await db.run(`create or replace table match_pairs as
    with judged as (
      select l, r, left_id, right_id, probability, evidence, conflict, left_cluster = right_cluster and ${certainSql(rules)} and left_cluster not in (${clean}) as certain from match_judged),
    rowed as (
      select left_id, right_id, probability, evidence, certain, conflict from judged where l <> r
      union all
      select j.left_id, p.row_id, j.probability, 'exact copy', j.certain, false from judged j join match_placed p on p.record = j.l and p.nth > 1 where j.l = j.r)
    select case when turned then right_id else left_id end as left_id, case when turned then left_id else right_id end as right_id, probability, evidence, certain, conflict
    from (select *, (length(left_id), left_id) > (length(right_id), right_id) as turned from rowed)`);
}

/**
 * Matches a table. Leaves `match_pairs(left_id, right_id, probability, evidence, certain, conflict)` with the pairs from the likely band
 * on, and `match_clusters(id, cluster_id, probability)` with one row for each row. Ids are text. Works in temporary tables
 * named `match_…`. Throws where the id column is missing, empty or repeats.
 */
export async function matchTable(db: DuckDBConnection, options: MatchOptions): Promise<MatchResult> {
  const rules = options.rules ?? defaultMatchingRules;
  const columns = await readColumns(db, options);
  await db.run(`create or replace temp table match_source as
    select ${[`${options.id ? quoted(options.id) : 'row_number() over ()'}::varchar as row_id`, ...columns.map(quoted)].join(', ')} from ${quoted(options.table)}`);
  if (options.id) await checkIds(db, options.id);
  const roles = rules.roles.map((role) => `'${role.replaceAll("'", "''")}'`).join(', ');
  await db.run(`set variable match_roles = [${roles}]::varchar[]`);
  const profile = await profileTable(db, 'match_source', columns, rules);
  const { compared } = profile;
  const records = await buildRecords(db, 'match_source', profile, rules);
  const keys = compared.length === 0 ? [] : await buildCandidates(db, compared, records, rules);
  if (compared.length === 0) await db.run('create or replace temp table match_candidates (l integer, r integer)');
  const chances = await measureChance(db, compared, records);
  const first = fitModel(compared, chances, [], Math.max(2, records), profile.people);
  await db.run(
    `create or replace temp table match_compared as ${compareSql(compared, first.stories, 'match_candidates')}`,
  );
  const patterns = await countPatterns(db, 'match_compared', compared.length);
  const model = patterns.length === 0 ? first : fitModel(compared, chances, patterns, records, profile.people);
  await scorePairs(db, model, compared, chances, patterns, 'match_compared', 'match_found');
  await db.run(
    'create or replace temp table match_scored (l integer, r integer, pattern bigint, probability double, apart boolean)',
  );
  await addScored(db, compared, rules, 'match_found');
  const run: Run = { db, compared, rules, model, chances };
  await scoreMore(
    { ...run, model: modelForCopies(model, compared) },
    '(select record as l, record as r from match_records where copies > 1)',
  );
  await connect(db, rules.bands.likely);
  await scoreMore(run, missingPairsSql);
  await assignClusters(db, rules.bands.likely);
  await writeClusters(db, rules.bands.likely);
  await writePairs(db, compared, rules);
  const counts = await summarise(db);
  await dropTemporaries(db);
  return {
    ...counts,
    records,
    compared: compared.map(({ name, kind }) => ({ column: name, kind })),
    ignored: profile.ignored,
    keys,
    model,
  };
}

async function readColumns(db: DuckDBConnection, { table, id, leaveOut = [] }: MatchOptions): Promise<string[]> {
  const described = await readRows<{ column_name: string }>(db, `describe ${quoted(table)}`);
  const names = described.map(({ column_name }) => column_name);
  if (id !== undefined && !names.includes(id)) {
    throw new MatchError(`No column "${id}" for the row's id; the columns are: ${names.join(', ')}. Name one of them.`);
  }
  return names.filter((name) => name !== id && !leaveOut.includes(name));
}

async function checkIds(db: DuckDBConnection, id: string): Promise<void> {
  const [row] = await readRows<{ empty: number; repeated: number }>(
    db,
    `select (count(*) - count(nullif(trim(row_id), '')))::integer as empty, (count(row_id) - count(distinct row_id))::integer as repeated from match_source`,
  );
  if (row && row.empty + row.repeated > 0) {
    throw new MatchError(
      `Column "${id}" can't be the row's id: ${row.empty} rows have none and ${row.repeated} repeat one. Name another column, or none to number the rows.`,
    );
  }
}

/** What was worked with goes, so that it holds no memory while others work in the same engine. */
async function dropTemporaries(db: DuckDBConnection): Promise<void> {
  const tables = await readRows<{ name: string }>(
    db,
    "select table_name as name from duckdb_tables() where temporary and starts_with(table_name, 'match_')",
  );
  for (const { name } of tables) await db.run(`drop table ${quoted(name)}`);
}

type Counts = Pick<
  MatchResult,
  'rows' | 'clusters' | 'duplicateClusters' | 'duplicateRows' | 'pairs' | 'certainPairs' | 'candidates'
>;

async function summarise(db: DuckDBConnection): Promise<Counts> {
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
