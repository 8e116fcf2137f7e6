import { Dialect, parse } from '@polyglot-sql/sdk';
import { describe, expect, it } from 'vitest';
import { nightShift } from '../../jobs/batches.ts';
import { allJobs, type ScheduledJob } from '../../lib/core/batch.ts';
import { periodOf } from '../../lib/core/calendar/period.ts';
import type { Context } from '../../lib/core/job.ts';
import type { Sql } from '../../lib/core/sql.ts';
import { tableOf } from '../../lib/core/tables.ts';
import { asOf, today } from '../support/workbook.ts';

/** Every statement of a job, with the place that it stands at. */
function statementsOf({ job, cadence }: ScheduledJob): [place: string, statement: Sql][] {
  const moment = new Date(asOf);
  const context: Context = {
    asOf: moment,
    today,
    period: periodOf(cadence, moment, nightShift.workbook.timeZone),
    columns: (table) => new Map(Object.keys(tableOf(table).columns).map((column) => [column, column])),
  };
  const condition = (expression: Sql): Sql => ({ text: `select 1 from t where ${expression.text}`, values: [] });
  return [
    ...(job.steps?.(context) ?? []).map((step): [string, Sql] => [
      `step ${step.name}`,
      'query' in step ? step.query : step.over,
    ]),
    ...job
      .changes(context)
      .flatMap(({ kind, table, query, owned }, i): [string, Sql][] => [
        [`change ${i}: ${kind} ${table}`, query],
        ...(owned ? [[`change ${i}: what it owns of ${table}`, condition(owned)] as [string, Sql]] : []),
      ]),
    ...(job.guards ?? []).map(({ name, found }): [string, Sql] => [`guard "${name}"`, found]),
    ...(job.holds?.(context) ?? []).flatMap(({ query, spares = {} }, i): [string, Sql][] => [
      [`hold ${i}`, query],
      ...Object.entries(spares).map(([table, rows]): [string, Sql] => [
        `hold ${i}: spares of ${table}`,
        condition(rows),
      ]),
    ]),
    ...Object.entries(job.metrics?.(context) ?? {}).map(([name, query]): [string, Sql] => [`metric ${name}`, query]),
    ...(job.explains?.(context, 'c1') ?? []).map(({ title, query }): [string, Sql] => [
      `explanation "${title}"`,
      query,
    ]),
  ];
}

/** What both dialects parse and only one of them means: house plan, "known to differ". */
const differs: readonly [name: string, pattern: RegExp][] = [
  ['* exclude or except', /\*\s*(exclude|except)\b/i],
  ['filter (where …)', /\bfilter\s*\(\s*where/i],
  ['date_diff and its like', /\b(date_?diff|date_?sub|date_?add|date_?trunc|datesub)\s*\(/i],
  ['list()', /\blist\s*\(/i],
  ['arg_max or arg_min', /\barg_(max|min)\b/i],
  ['try_cast or safe_cast', /\b(try|safe)_cast\b/i],
  ['struct', /\bstruct\b/i],
  ['on conflict', /\bon\s+conflict\b/i],
  ['anti and semi joins', /\b(anti|semi)\s+join\b/i],
  ['the :: cast', /::/],
  ['varchar, which is string in BigQuery', /\bvarchar\b/i],
  ['a plain union, which needs all or distinct in BigQuery', /\bunion\s+(?!all\b|distinct\b)/i],
  ['a backslash in a literal', /\\/],
];

/** Exports say their files in the engine's own words; they have no other statement. */
const jobs = allJobs(nightShift).filter((scheduled) => statementsOf(scheduled).length > 0);

it('has jobs to test', () => expect(jobs.length).toBeGreaterThanOrEqual(4));

describe.each(jobs.map((scheduled) => [scheduled.job.name, scheduled] as const))('the SQL of %s', (_, scheduled) => {
  const statements = statementsOf(scheduled);

  it.each(statements)('is understood by DuckDB and by BigQuery: %s', (_place, { text }) => {
    for (const dialect of [Dialect.DuckDB, Dialect.BigQuery]) {
      const { success, error } = parse(text, dialect);
      expect(success, `as ${dialect}: ${error}`).toBe(true);
    }
  });

  it.each(statements)('means the same in both: %s', (_place, { text }) => {
    expect(differs.filter(([, pattern]) => pattern.test(text)).map(([name]) => name)).toEqual([]);
  });
});
