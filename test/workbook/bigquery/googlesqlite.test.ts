/** Questions to facts are answered alike by googlesqlite and by the local server's translation, where it is installed. */
import { expect, it } from 'vitest';
import { raw } from '../../../lib/core/sql.ts';
import { withLiterals } from '../../support/bigquery-server/jobs.ts';
import { tablesIn } from '../../support/bigquery-server/translate.ts';
import { execute, hasExecutor, sameRows, tableScripts } from '../../support/googlesql/execute.ts';
import { night } from '../../support/night.ts';
import { bigQueryBench } from '../../support/store-bench.ts';
import { temporaryFolder } from '../../support/workbook.ts';
import { aPart } from './part-of-sample.ts';

/** Moments as `init` makes them; googlesqlite 0.3.1 replaces no two groups of a pattern at once, which texts of moments need. */
const TYPES = {
  'events.occurred_at': 'TIMESTAMP',
  'purchases.ordered_at': 'TIMESTAMP',
  'bounces.occurred_at': 'TIMESTAMP',
} as const;
const JOBS = ['bounce-suppression', 'score-recalculation', 'list-refresh', 'lifetime-value', 'suppression-review'];

it.skipIf(!hasExecutor)(
  'answers questions to facts as googlesqlite does (skipped: not installed)',
  async () => {
    const bench = await bigQueryBench(aPart(60), TYPES);
    const { server } = bench;
    const scripts: string[] = [];
    const expected = new Map<number, { text: string; rows: string[] }>();
    const there = new Set<string>();
    const rowsOf = async (table: string) => {
      const { schema } = await server.tables.describe('marketing', table);
      const fields = schema?.fields ?? [];
      const cells = fields.map(({ name, type }) => (type === 'STRING' ? `"${name}"` : `cast("${name}" as varchar)`));
      const rows = await server.tables.engine.rows(
        raw(`select ${cells.map((cell, i) => `${cell} as c${i}`).join(', ')} from "marketing/${table}"`),
      );
      return { fields, rows: rows.map((row) => fields.map((_, i) => row[`c${i}`] ?? null)) };
    };
    server.after = async ({ jobReference, configuration }, result) => {
      if (!jobReference?.jobId?.includes('_facts_')) return;
      const text = withLiterals(configuration?.query ?? {}).replace(/ for system_time as of timestamp '[^']*'/g, '');
      const made = /^create or replace table `[^`]*\.(\w+)`/.exec(text)?.[1];
      for (const { table } of tablesIn(text)) {
        if (there.has(table) || table === made) continue;
        there.add(table);
        const { fields, rows } = await rowsOf(table);
        scripts.push(...tableScripts(`example-project.marketing.${table}`, fields, rows));
      }
      scripts.push(text);
      const { fields, rows } = made ? await rowsOf(made) : result;
      if (made) {
        there.add(made);
        scripts.push(`select * from \`example-project.marketing.${made}\``);
      }
      expected.set(scripts.length - 1, { text, rows: sameRows(fields, rows) });
      types.set(scripts.length - 1, fields);
    };
    const types = new Map<number, Parameters<typeof sameRows>[0]>();
    await night(temporaryFolder(), { asOf: '2026-11-24T00:00:00Z', jobs: JOBS, open: bench.open });
    await bench.close();
    const answers = execute(scripts);
    expect(answers.flatMap(({ error }, i) => (error ? [`${scripts[i]?.slice(0, 300)}: ${error}`] : []))).toEqual([]);
    for (const [at, { text, rows }] of expected)
      expect(sameRows(types.get(at) ?? [], answers[at]?.rows ?? []), text).toEqual(rows);
    expect(expected.size).toBeGreaterThan(15);
  },
  300_000,
);
