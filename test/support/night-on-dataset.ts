/** A night on a folder's tables as a dataset of BigQuery, for laws that hold on any workbook: the files hold what came of it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { expect } from 'vitest';
import { tableNames } from '../../lib/core/tables.ts';
import type { RunResult } from '../../lib/run/result.ts';
import { type Night, night } from './night.ts';
import { bigQueryBench } from './store-bench.ts';

export async function nightOnDataset(folder: string, given: Night = {}): Promise<RunResult> {
  const fileOf = (table: string): string => join(folder, `${table}.csv`);
  const there = tableNames.filter((table) => existsSync(fileOf(table)));
  const rowsOf = (table: string): string[][] =>
    Papa.parse<string[]>(readFileSync(fileOf(table), 'utf8'), { skipEmptyLines: true }).data;
  const bench = await bigQueryBench(Object.fromEntries(there.map((table) => [table, rowsOf(table)])), {}, folder);
  bench.server.polls = 0;
  try {
    const result = await night(folder, { ...given, open: bench.open });
    for (const table of tableNames) {
      const rows = await bench.rows(table);
      if (rows) writeFileSync(fileOf(table), `${Papa.unparse(rows, { newline: '\n' })}\n`);
    }
    expect(bench.server.violations).toEqual([]);
    return result;
  } finally {
    await bench.close();
  }
}
