/**
 * How well the matching does, per file: pairwise precision, recall and F1, and how many pairs the automatic band would
 * merge wrongly. Public files where the data folder is there, and invented tables of other shapes. Measures, asserts
 * nothing.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { quoted } from '../../lib/core/sql.ts';
import { matchTable } from '../../lib/features/matching/match-table.ts';
import { loadCsv } from '../../lib/features/matching/read-file.ts';
import { readRows } from '../../lib/features/matching/read-rows.ts';
import { inventHouseholds, languages } from './households.ts';
import { type Invented, invent, inventShops } from './invented.ts';
import { runScale } from './scale.ts';
import { shapes } from './shapes.ts';

export interface Quality {
  precision: number;
  recall: number;
  f1: number;
  /** Pairs that the automatic band merges, and those of them that are two people. */
  certain: number;
  wrong: number;
  /** Pairs that a person would be asked about, and those of them that are one person. */
  asked: number;
  askedRight: number;
  seconds: number;
}

const folder = join(process.env.NIGHTSHIFT_DATA ?? join(import.meta.dirname, '../../../shared/data'), 'matching');
const febrl = "regexp_extract(rec_id, 'rec-([0-9]+)', 1)";

/**
 * Public files: the truth is an SQL expression over the row, `leaveOut` what the matching doesn't get to see. Files that are
 * not in the folder are skipped; the last of them are the published files with the column `truth` for what is one.
 */
export const publicFiles = [
  { name: 'febrl1', file: 'febrl1.csv', truth: febrl, leaveOut: [] },
  { name: 'febrl1 without soc_sec_id', file: 'febrl1.csv', truth: febrl, leaveOut: ['soc_sec_id'] },
  { name: 'febrl2', file: 'febrl2.csv', truth: febrl, leaveOut: [] },
  { name: 'febrl2 without soc_sec_id', file: 'febrl2.csv', truth: febrl, leaveOut: ['soc_sec_id'] },
  { name: 'RLdata500', file: 'RLdata500.csv', truth: 'ent_id', leaveOut: ['ent_id'] },
  { name: 'fake_1000', file: 'fake_1000.csv', truth: 'cluster', leaveOut: ['cluster'] },
  ...['RLdata10000', 'historical_50k', 'febrl_C_10000', 'febrl_F_10000', 'restaurants', 'cora', 'dblp_acm'].map(
    (name) => ({
      ...{ name, file: `${name}.csv`, truth: 'truth', leaveOut: ['truth'] },
    }),
  ),
].map((each) => ({ ...each, path: join(folder, each.file) }));

/** Matches `input` and compares its clusters with `truth`, an SQL expression over its rows. */
export async function measure(db: DuckDBConnection, truth: string, leaveOut: readonly string[]): Promise<Quality> {
  const started = Date.now();
  await matchTable(db, { table: 'input', id: 'match_row', leaveOut });
  const seconds = (Date.now() - started) / 1000;
  await db.run(`create or replace temp table truth as select match_row::varchar as id, ${truth} as entity from input`);
  const together = (by: string): string =>
    `(select coalesce(sum(n * (n - 1) / 2), 0)::double from (select count(*) as n from truth join match_clusters using (id) group by ${by}))`;
  const [row] = await readRows<
    Omit<Quality, 'precision' | 'recall' | 'f1' | 'seconds'> & { real: number; found: number; right: number }
  >(
    db,
    `select ${together('entity')} as "real", ${together('cluster_id')} as found, ${together('entity, cluster_id')} as "right",
       count(case when certain then 1 end)::integer as certain, count(case when certain and a.entity <> b.entity then 1 end)::integer as wrong,
       count(case when asked then 1 end)::integer as asked, count(case when asked and a.entity = b.entity then 1 end)::integer as "askedRight"
     from (select *, not certain and askable as asked from match_pairs) join truth a on a.id = left_id join truth b on b.id = right_id`,
  );
  if (!row) throw new Error('The matching left no pairs to measure.');
  const [precision, recall] = [row.found === 0 ? 1 : row.right / row.found, row.real === 0 ? 1 : row.right / row.real];
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return {
    precision,
    recall,
    f1,
    certain: row.certain,
    wrong: row.wrong,
    asked: row.asked,
    askedRight: row.askedRight,
    seconds,
  };
}

/** Loads an invented table as `input`, its truth in the column `truth`. */
export async function loadInvented(db: DuckDBConnection, { header, rows, truth }: Invented): Promise<void> {
  const columns = [...header, 'truth'].map((name) => `${quoted(name)} varchar`);
  const [views] = await readRows<{ n: number }>(
    db,
    `select count(*)::integer as n from duckdb_views() where view_name = 'input'`,
  );
  if (views && views.n > 0) await db.run('drop view input');
  await db.run(`create or replace table input (match_row integer, ${columns.join(', ')})`);
  const appender = await db.createAppender('input');
  for (const [index, cells] of rows.entries()) {
    appender.appendInteger(index + 1);
    for (const cell of [...cells, String(truth[index])]) appender.appendVarchar(cell);
    appender.endRow();
  }
  appender.closeSync();
}

async function withEngine<Result>(work: (db: DuckDBConnection) => Promise<Result>): Promise<Result> {
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  try {
    return await work(db);
  } finally {
    db.closeSync();
    instance.closeSync();
  }
}

function print(name: string, { precision, recall, f1, certain, wrong, asked, askedRight, seconds }: Quality): void {
  const numbers = [precision, recall, f1].map((n) => n.toFixed(4)).join('  ');
  console.log(
    `${name.padEnd(28)} ${numbers}  ${String(certain).padStart(7)} ${String(wrong).padStart(6)} ${String(asked).padStart(6)} ${String(askedRight).padStart(6)}  ${seconds.toFixed(1)} s`,
  );
}

/** Prints the quality for every file and shape. */
export async function run(): Promise<void> {
  console.log(`${'matching'.padEnd(28)} precis. recall  F1      certain  wrong  asked  right  time`);
  for (const { name, path, truth, leaveOut } of publicFiles) {
    if (!existsSync(path)) console.log(`${name.padEnd(28)} skipped: no data`);
    else
      print(
        name,
        await withEngine(async (db) => {
          await loadCsv(db, path, 'input', tmpdir());
          return measure(db, truth, leaveOut);
        }),
      );
  }
  const households = languages.map((language) => inventHouseholds(language, 1500, 5));
  for (const table of [...shapes.map((shape) => invent(shape, 2000)), inventShops(1000), ...households]) {
    print(
      table.name,
      await withEngine(async (db) => {
        await loadInvented(db, table);
        return measure(db, 'truth', ['truth']);
      }),
    );
  }
  if (!process.argv.includes('--no-scale')) runScale();
}
