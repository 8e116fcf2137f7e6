/**
 * Finds the records of one person in any table of text columns, without labels and without configuration.
 * Leaves its results in the engine (`match_pairs`, `match_clusters`); merges nothing and writes no file.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from '../../core/sql.ts';
import { buildCandidates } from './blocking.ts';
import { calibrate, correctedSql } from './calibrate.ts';
import { ownCopySql, sharedOnlySql, vetoSql } from './certain.ts';
import { type Chance, measureChance, measureTogether } from './chance.ts';
import { assignClusters, connect, missingPairsSql } from './cluster.ts';
import { lookAt } from './column-counts.ts';
import { compareSql, countPatterns, type PatternCount } from './compare.ts';
import { levelsFromPattern } from './evidence.ts';
import { headerWords } from './headers.ts';
import type { Compared } from './kinds.ts';
import { both } from './levels.ts';
import type { Model } from './likelihood.ts';
import { MatchError } from './match-error.ts';
import { fitModel, modelForCopies, pairsOfOne } from './model.ts';
import { type Ignored, type Profile, profileTable } from './profile.ts';
import { readRows } from './read-rows.ts';
import { buildRecords } from './records.ts';
import { type Counts, dropTemporaries, summarise, writeClusters, writePairs } from './results.ts';
import { defaultMatchingRules, type MatchingRules } from './rules.ts';
import { scoredSql } from './score.ts';
import { judgeColumns } from './uninformative.ts';

export interface MatchOptions {
  /** Table of text columns. */
  table: string;
  /** Column with the row's id, unique; else rows are numbered from 1 in the table's order. */
  id?: string;
  rules?: MatchingRules;
  /** Columns to leave out, beside those that say nothing. */
  leaveOut?: readonly string[];
}

export interface MatchResult extends Counts {
  records: number;
  compared: { column: string; kind: string }[];
  ignored: Ignored[];
  keys: string[];
  model: Model;
}

interface Run {
  db: DuckDBConnection;
  compared: readonly Compared[];
  rules: MatchingRules;
  model: Model;
  chances: readonly Chance[];
  /** Whether the rows are people. */
  people: boolean;
}

/** Where only what a household or a firm shares agrees, two records are less than likely one person. */
const mostOfShared = 0.4;
/**
 * Rows that are the same in every column, a mailbox of the person's own among them, are at least this likely one
 * person.
 */
const leastOfCopies = 0.995;

const copiesSql = '(select record as l, record as r from match_records where copies > 1)';

/** Compares the pairs of `pairs` and adds them to `match_scored`; `half` is the score that became one half. */
async function compareMore(run: Run, pairs: string, half = 0.5): Promise<void> {
  const { db, compared, model } = run;
  await db.run(`create or replace temp table match_compared as ${compareSql(compared, model.stories, pairs)}`);
  await addScored(run, await countPatterns(db, 'match_compared', compared.length), half);
}

/** Scores the pairs of `match_compared` with the model and adds them to `match_scored`. */
async function addScored(run: Run, patterns: readonly PatternCount[], half = 0.5): Promise<void> {
  if (patterns.length === 0) return;
  const { db, compared, rules, model, chances, people } = run;
  const scored = await scoredSql(db, model, compared, chances, patterns);
  const probability = half < 0.5 ? correctedSql(half) : 'probability';
  await db.run(`insert into match_scored by name
    select l, r, pattern, ${vetoSql(compared, rules)} as apart, case when apart then 0
      when ${both('l = r', ownCopySql(compared, people))} then greatest(score, ${leastOfCopies})
      when ${both(`l <> r and score > ${mostOfShared}`, sharedOnlySql(compared, people))} then ${mostOfShared}
      else score end as probability
    from (select *, ${probability} as score${levelsFromPattern(compared)} from (${scored})) s
    join match_records a on a.record = s.l join match_records b on b.record = s.r`);
}

interface Fitted extends Run {
  profile: Profile;
  records: number;
  /** Whether any record stands for several rows. */
  copied: boolean;
  keys: string[];
  /** Patterns of the pairs in `match_compared`. */
  patterns: readonly PatternCount[];
}

/** Times that a table is matched again without the columns that turned out to say nothing. */
const mostAttempts = 3;
const saysNothing = 'agrees no better than chance among rows that all other columns hold to be one';

/**
 * Profiles the columns, compares the candidate pairs (`match_compared`) and fits the model.
 * Columns that turn out to say nothing are left out, and the table is profiled again without them.
 */
async function fitColumns(db: DuckDBConnection, columns: readonly string[], rules: MatchingRules): Promise<Fitted> {
  const left: Ignored[] = [];
  const ruled = new Set(Object.keys(rules.columns).map(headerWords));
  const fixed = ({ name }: Compared): boolean => ruled.has(headerWords(name));
  const looked = await lookAt(db, 'match_source', columns);
  for (let attempt = 1; ; attempt++) {
    const gone = new Set(left.map(({ column }) => column));
    const found = await profileTable(db, looked, gone, rules);
    const profile = { ...found, ignored: [...found.ignored, ...left] };
    const { compared, people } = profile;
    const { records, copied } = await buildRecords(db, 'match_source', profile, rules);
    const keys = compared.length === 0 ? [] : await buildCandidates(db, compared, records, rules);
    if (compared.length === 0) await db.run('create or replace temp table match_candidates (l integer, r integer)');
    const chances = await measureChance(db, compared, records);
    const together = people ? await measureTogether(db, compared) : undefined;
    const first = fitModel({ compared, chances, patterns: [], records: Math.max(2, records), people });
    await db.run(
      `create or replace temp table match_compared as ${compareSql(compared, first.stories, 'match_candidates')}`,
    );
    const patterns = await countPatterns(db, 'match_compared', compared.length);
    const fitting = { compared, chances, patterns, records, people, ...(together && { together }) };
    const model = patterns.length === 0 ? first : fitModel(fitting);
    const judged = judgeColumns(model, fitting, fixed);
    if (judged.uninformative.length === 0 || attempt === mostAttempts) {
      for (const place of judged.changeable) {
        const column = compared[place];
        if (column && ['date', 'code'].includes(column.kind)) column.personal = false;
      }
      return { db, compared, rules, model, chances, people, profile, records, copied, keys, patterns };
    }
    for (const place of judged.uninformative) {
      const column = compared[place];
      for (const name of column?.parts ?? [column?.name ?? '']) left.push({ column: name, reason: saysNothing });
    }
  }
}

/**
 * Matches a table. Leaves `match_pairs(left_id, right_id, probability, evidence, reading, certain, conflict, askable)`
 * with the pairs from the likely band on, and `match_clusters(id, cluster_id, probability)` with one row for each row.
 * Ids are text. Works in temporary tables named `match_…`. @throws MatchError where the id column is missing, empty or
 * repeats.
 */
export async function matchTable(db: DuckDBConnection, options: MatchOptions): Promise<MatchResult> {
  const rules = options.rules ?? defaultMatchingRules;
  const columns = await readColumns(db, options);
  const id = options.id ? quoted(options.id) : 'row_number() over ()';
  await db.run(`create or replace temp table match_source as
    select ${[`${id}::varchar as row_id`, ...columns.map(quoted)].join(', ')} from ${quoted(options.table)}`);
  if (options.id) await checkIds(db, options.id);
  const roles = rules.roles.map((role) => `'${role.replaceAll("'", "''")}'`).join(', ');
  await db.run(`set variable match_roles = [${roles}]::varchar[]`);
  const fitted = await fitColumns(db, columns, rules);
  const { compared, model, profile, records, keys } = fitted;
  await db.run(
    'create or replace temp table match_scored (l integer, r integer, pattern bigint, probability double, apart boolean)',
  );
  await addScored(fitted, fitted.patterns);
  if (fitted.copied) await compareMore({ ...fitted, model: modelForCopies(model, compared) }, copiesSql);
  if (await connect(db, rules.bands.likely)) {
    await compareMore(fitted, missingPairsSql);
    const half = await calibrate(db, pairsOfOne(model, records));
    // More records hang together now, and the pairs between them are still to be scored.
    if (half < 0.5 && (await connect(db, rules.bands.likely))) await compareMore(fitted, missingPairsSql, half);
  }
  await assignClusters(db, rules.bands.likely);
  await writeClusters(db, rules.bands.likely);
  await writePairs(db, compared, rules, profile.people);
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
    `select (count(*) - count(nullif(trim(row_id), '')))::integer as empty, (count(row_id) - count(distinct ` +
      'row_id))::integer as repeated from match_source',
  );
  if (row && row.empty + row.repeated > 0) {
    throw new MatchError(
      `Column "${id}" can't be the row's id: ${row.empty} rows have none and ${row.repeated} repeat one. Name ` +
        'another column, or none to number the rows.',
    );
  }
}
