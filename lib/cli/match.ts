/**
 * `match FILE.csv`: finds the duplicates in any CSV file. It needs no workbook, and opens none.
 */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { columnRoles, traits } from '../features/matching/kinds.ts';
import { MatchError } from '../features/matching/match-error.ts';
import { type MatchSummary, matchFile } from '../features/matching/match-file.ts';
import { defaultMatchingRules, type MatchingRules, readMatchingRules } from '../features/matching/rules.ts';
import { CsvError } from '../workbook/csv/csv-error.ts';
import { type Options, UsageError } from './options.ts';
import { pathText, print, printJson, progressTo } from './terminal.ts';
import { count } from './text.ts';

export async function matchCommand(options: Options): Promise<number> {
  const [file, ...rest] = options.names;
  if (!file || rest.length > 0) throw new UsageError('Match what? Give one file: nightshift match FILE.csv.');
  const threshold = thresholdOf(options.threshold);
  try {
    const summary = await matchFile(file, {
      ...(options.id !== undefined && { id: options.id }),
      rules: await rulesOf(options),
      ...(threshold !== undefined && { threshold }),
      ...(options.pairs !== undefined && { pairs: options.pairs }),
      progress: progressTo(process.stderr),
    });
    if (options.json) printJson(summary);
    else print(describe(summary));
    return 0;
  } catch (error) {
    if (error instanceof MatchError || error instanceof CsvError) throw new UsageError(error.message);
    if (isMissing(error, file)) throw new UsageError(`There is no file ${file}.`);
    throw error;
  }
}

const isMissing = (error: unknown, file: string): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT' && 'path' in error && error.path === file;

function thresholdOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const threshold = Number(text);
  if (text.trim() !== '' && threshold > 0 && threshold <= 1) return threshold;
  throw new UsageError(`--threshold ${text} is no probability. Expected a number above 0 and up to 1, such as 0.5.`);
}

/** The rules that were given or the defaults, with what --columns says of the columns. */
async function rulesOf(options: Options): Promise<MatchingRules> {
  const rules = options.rules === undefined ? defaultMatchingRules : await rulesFrom(options.rules);
  if (options.columns === undefined) return rules;
  const columns = columnsFrom(options.columns);
  return { ...rules, columns: { ...rules.columns, ...columns } };
}

/** Kinds of columns by header: `by=year,owner=ignore`, or the same as JSON. */
function columnsFrom(text: string): MatchingRules['columns'] {
  const known = `What a column may hold: ${columnRoles.join(', ')}.`;
  const given = text.trim().startsWith('{')
    ? Object.entries(objectFrom(text))
    : text.split(',').map((each) => {
        const at = each.lastIndexOf('=');
        if (at < 1) throw new UsageError(`--columns "${each}": expected HEADER=KIND, such as by=year. ${known}`);
        return [each.slice(0, at).trim(), each.slice(at + 1).trim()] as const;
      });
  return Object.fromEntries(
    given.map(([header, role]) => {
      const found = columnRoles.find((each) => each === role);
      if (!found) throw new UsageError(`--columns: "${role}" for column "${header}" is no kind. ${known}`);
      return [header, found];
    }),
  );
}

function objectFrom(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Reported below, with what would be right.
  }
  throw new UsageError(`--columns is no JSON object. Expected {"by": "year"} or by=year.`);
}

/** Rules from a file: JSON, or a module whose export `matching` (or default) they are. */
async function rulesFrom(file: string): Promise<MatchingRules> {
  const given = await (file.endsWith('.json') ? fromJson(file) : fromModule(file));
  try {
    return readMatchingRules(given, file);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function fromJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`There is no file ${file} with rules.`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

async function fromModule(file: string): Promise<unknown> {
  try {
    const module: { default?: unknown; matching?: unknown } = await import(pathToFileURL(resolve(file)).href);
    return module.matching ?? module.default;
  } catch (error) {
    throw new UsageError(`${file} can't be loaded: ${error instanceof Error ? error.message : error}`);
  }
}

/** What was found, for people; a terminal gets no cell. */
function describe(summary: MatchSummary): string[] {
  const { duplicateRows, duplicateClusters, pairs, certainPairs, malformed, compared, ignored } = summary;
  const width = Math.max(6, ...[...compared, ...ignored].map(({ column }) => column.length)) + 2;
  return [
    `${count(summary.rows)} rows: ${count(duplicateRows)} are duplicates, in ${count(duplicateClusters)} clusters.`,
    `${count(pairs)} pairs found, ${count(certainPairs)} of them certain.`,
    `${'Column'.padEnd(width)}Taken for`,
    ...compared.map(
      ({ column, kind }) =>
        `${column.padEnd(width)}${kind in traits ? traits[kind as keyof typeof traits].words : kind} (${kind})`,
    ),
    ...ignored.map(({ column, reason }) => `${column.padEnd(width)}ignored: ${reason}`),
    ...(ignored.length + compared.length > 0
      ? ['Wrong? Say so with --columns HEADER=KIND, such as owner=ignore.']
      : []),
    ...(malformed > 0
      ? [
          `${count(malformed)} rows can't be read: they stand in the output as they are, with empty cells in the new columns.`,
        ]
      : []),
    `Written: ${pathText(summary.output)}${summary.pairsOutput ? `, ${pathText(summary.pairsOutput)}` : ''}`,
  ];
}
