/**
 * Finds the duplicates in a CSV file, and writes them beside it: FILE.matches.csv has every row with its cluster.
 * Opens an engine of its own, bounded in memory; changes nothing in the file it reads.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { type MatchResult, matchTable } from './match-table.ts';
import { readTable, writeCsv } from './read-file.ts';
import { defaultMatchingRules, type MatchingRules, readMatchingRules } from './rules.ts';
import { quoted } from './values.ts';

export interface MatchFileOptions {
  /** Column with the row's id; else the row's number, from 1. */
  id?: string;
  rules?: MatchingRules;
  /** Lowest probability at which two rows are held to be one, 0 to 1; the rules' likely band where nothing is said. */
  threshold?: number;
  /** File to which the scored pairs go: left_id, right_id, probability, evidence. */
  pairs?: string;
  /** Memory for the engine, as it writes it. */
  memory?: string;
}

export interface MatchSummary extends Omit<MatchResult, 'model'> {
  output: string;
  pairsOutput?: string;
  seconds: number;
}

/** A name for a column of ours that the file doesn't have already. */
function freeName(wanted: string, taken: readonly string[]): string {
  const lower = new Set(taken.map((name) => name.toLowerCase()));
  let name = wanted;
  for (let n = 2; lower.has(name.toLowerCase()); n++) name = `${wanted}_${n}`;
  return name;
}

/** Matches the file at `path`. Writes `${path without .csv}.matches.csv`, and the pairs where asked. */
export async function matchFile(path: string, options: MatchFileOptions = {}): Promise<MatchSummary> {
  const started = Date.now();
  const given = options.rules ?? defaultMatchingRules;
  const likely = options.threshold ?? given.bands.likely;
  const rules = { ...given, bands: { ...given.bands, likely } };
  const spill = await mkdtemp(join(tmpdir(), 'nightshift-match-'));
  const settings = { memory_limit: options.memory ?? '4GB', temp_directory: spill, preserve_insertion_order: 'false' };
  const instance = await DuckDBInstance.create(':memory:', settings);
  const db = await instance.connect();
  try {
    const headers = await readTable(db, path, 'match_input');
    const leaveOut = options.id === undefined ? [] : ['match_row'];
    const { model: _, ...result } = await matchTable(db, {
      table: 'match_input',
      id: options.id ?? 'match_row',
      rules,
      leaveOut,
    });
    const output = path.replace(/(\.csv)?$/i, '.matches.csv');
    const [cluster, probability] = [freeName('cluster_id', headers), freeName('match_probability', headers)];
    const columns = headers.map((name) => `i.${quoted(name)}`);
    const key = quoted(options.id ?? 'match_row');
    await writeCsv(
      db,
      `select ${columns.join(', ')}, c.cluster_id as ${cluster}, round(c.probability, 6) as ${probability}
       from match_input i join match_clusters c on c.id = i.${key}::varchar order by i.match_row`,
      output,
    );
    if (options.pairs) {
      await writeCsv(
        db,
        `select left_id, right_id, round(probability, 6) as probability, evidence from match_pairs
         order by probability desc, length(left_id), left_id, length(right_id), right_id`,
        options.pairs,
      );
    }
    const seconds = (Date.now() - started) / 1000;
    return { ...result, output, ...(options.pairs ? { pairsOutput: options.pairs } : {}), seconds };
  } finally {
    db.closeSync();
    instance.closeSync();
    await rm(spill, { recursive: true, force: true });
  }
}

/** Rules from a file: JSON, or a module whose default export or `matching` they are. */
async function rulesFrom(file: string): Promise<MatchingRules> {
  if (file.endsWith('.json')) {
    const text = await readFile(file, 'utf8');
    try {
      return readMatchingRules(JSON.parse(text), file);
    } catch (error) {
      if (error instanceof SyntaxError) throw new Error(`${file} is no JSON: ${error.message}`);
      throw error;
    }
  }
  const module: { default?: unknown; matching?: unknown } = await import(pathToFileURL(file).href);
  return readMatchingRules(module.matching ?? module.default, file);
}

function describe(summary: MatchSummary): string {
  const lines = [
    `${summary.rows} rows: ${summary.duplicateRows} are duplicates, in ${summary.duplicateClusters} clusters.`,
    `${summary.pairs} pairs found, ${summary.certainPairs} of them certain.`,
    `Compared: ${summary.compared.map(({ column, kind }) => `${column} (${kind})`).join(', ') || 'nothing'}.`,
    ...summary.ignored.map(({ column, reason }) => `Left out: ${column} ${reason}.`),
    `Written: ${summary.output}${summary.pairsOutput ? `, ${summary.pairsOutput}` : ''}`,
  ];
  return `${lines.join('\n')}\n`;
}

const usage = 'match FILE.csv [--id COLUMN] [--rules FILE] [--threshold 0.5] [--pairs OUT.csv] [--json]';

/** The command `match`: takes what stands after it on the command line, gives the text for stdout. Throws on a wrong call. */
export async function matchCommand(argv: readonly string[]): Promise<string> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { id: text, rules: text, threshold: text, pairs: text, json: { type: 'boolean' } },
  });
  const [file, ...more] = positionals;
  if (!file || more.length > 0) throw new Error(`match takes one file. Usage: ${usage}`);
  const threshold = values.threshold === undefined ? undefined : Number(values.threshold);
  if (threshold !== undefined && !(threshold > 0 && threshold <= 1)) {
    throw new Error(
      `--threshold ${values.threshold} is no probability. Expected a number above 0 and up to 1, such as 0.5.`,
    );
  }
  const summary = await matchFile(file, {
    ...(values.id === undefined ? {} : { id: values.id }),
    ...(values.rules === undefined ? {} : { rules: await rulesFrom(values.rules) }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(values.pairs === undefined ? {} : { pairs: values.pairs }),
  });
  return values.json ? `${JSON.stringify(summary)}\n` : describe(summary);
}
