/** The SQL of a job, statement by statement, and what in it DuckDB and BigQuery would not understand alike. */

import type { NightShift, ScheduledJob } from '../../lib/core/batch.ts';
import { periodOf } from '../../lib/core/calendar/period.ts';
import type { Context } from '../../lib/core/context.ts';
import type { Sql } from '../../lib/core/sql.ts';
import { tableOf } from '../../lib/core/tables.ts';
import { Dialect, parse } from './polyglot.ts';
import { asOf, today } from './workbook.ts';

function contextFor({ cadence }: ScheduledJob, { workbook }: NightShift): Context {
  const moment = new Date(asOf);
  return {
    asOf: moment,
    today,
    period: periodOf(cadence, moment, workbook.timeZone),
    columns: (table) => new Map(Object.keys(tableOf(table).columns).map((column) => [column, column])),
  };
}

/** The tables that a job's steps make, by the statement's place; those of row logic with their columns. */
export function madeBy(
  scheduled: ScheduledJob,
  shift: NightShift,
): Map<string, { defines: string; columns?: string[] }> {
  const steps = scheduled.job.steps?.(contextFor(scheduled, shift)) ?? [];
  return new Map(
    steps.map((step) => [
      `step ${step.name}`,
      { defines: step.name, ...('over' in step && { columns: [...step.keys, ...step.columns] }) },
    ]),
  );
}

/** Every statement of a job, with its place in the job. */
export function statementsOf(scheduled: ScheduledJob, shift: NightShift): [place: string, statement: Sql][] {
  const { job } = scheduled;
  const context = contextFor(scheduled, shift);
  const condition = (rows: string, expression: Sql): Sql => ({
    text: `select 1 from ${rows} where ${expression.text}`,
    values: expression.values,
  });
  return [
    ...(job.steps?.(context) ?? []).map((step): [string, Sql] => [
      `step ${step.name}`,
      'query' in step ? step.query : step.over,
    ]),
    ...job
      .changes(context)
      .flatMap(({ kind, table, query, owned }, i): [string, Sql][] => [
        [`change ${i}: ${kind} ${table}`, query],
        ...(owned ? [[`change ${i}: what it owns of ${table}`, condition(`${table} t`, owned)] as [string, Sql]] : []),
      ]),
    ...(job.guards ?? []).map(({ name, found }): [string, Sql] => [`guard "${name}"`, found]),
    ...(job.holds?.(context) ?? []).flatMap(({ query, spares = {} }, i): [string, Sql][] => [
      [`hold ${i}`, query],
      ...Object.entries(spares).flatMap(([table, rows]): [string, Sql][] =>
        rows ? [[`hold ${i}: spares of ${table}`, condition(`planned_${table}`, rows)]] : [],
      ),
    ]),
    ...Object.entries(job.metrics?.(context) ?? {}).map(([name, query]): [string, Sql] => [`metric ${name}`, query]),
    ...(job.explains?.(context, 'c1') ?? []).map(({ title, query }): [string, Sql] => [
      `explanation "${title}"`,
      query,
    ]),
  ];
}

/** What both dialects parse and only one of them means. */
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
  ['the cast ::', /::/],
  ['varchar (string in BigQuery)', /\bvarchar\b/i],
  ['union without all or distinct', /\bunion\s+(?!all\b|distinct\b)/i],
  ['a name in double quotes (a text in BigQuery)', /"/],
  ['contains as a name', /\bcontains\b/i],
];

/** What gives something else in each run. */
const CLOCK =
  /\b(?:current_(?:date|time|timestamp|datetime)\b|localtime|(?:now|today|random|rand|uuid|generate_uuid)(?=\s*\())/gi;

const TEXTS = /'(?:[^']|'')*'/g;

/** The selects of a statement, without those inside them. */
function selectsOf(statement: string): string[] {
  const found: string[] = [];
  let rest = statement;
  for (let inner = /\([^()]*\)/.exec(rest); inner; inner = /\([^()]*\)/.exec(rest)) {
    found.push(inner[0]);
    rest = rest.replace(inner[0], ' inner ');
  }
  return [...found, rest].flatMap((piece) => piece.split(/\bunion\b/i));
}

/** What keeps a statement from being understood alike in both; none where it is. */
export function sqlFaults({ text }: Sql): string[] {
  const parsed = [Dialect.DuckDB, Dialect.BigQuery].flatMap((dialect) => {
    const { success, error } = parse(text, dialect);
    return success ? [] : [`${dialect} does not parse it: ${error}`];
  });
  const literals = text.match(TEXTS) ?? [];
  // What is marked as asked of facts is a comment to both.
  const bare = text.replace(/\/\*.*?\*\//g, ' ').replace(TEXTS, "''");
  const isBare = (select: string): boolean => /\bselect\b/i.test(select) && !/\bfrom\b/i.test(select);
  const found = [
    ...differs.filter(([, pattern]) => pattern.test(bare)).map(([name]) => name),
    ...(literals.some((literal) => literal.includes('\\')) ? ['a backslash in a literal'] : []),
    ...(literals.some((literal) => literal.slice(1, -1).includes("''")) ? ["'' for a quote in a text"] : []),
    ...(selectsOf(bare).some((select) => isBare(select) && /\bwhere\b/i.test(select)) ? ['where without from'] : []),
  ];
  return [
    ...parsed,
    ...found.map((name) => `it uses ${name}, which DuckDB and BigQuery do not share`),
    ...(bare.match(CLOCK) ?? []).map(
      (word) => `it asks "${word}", which differs from run to run: use \${asOf} or \${today}`,
    ),
  ];
}
