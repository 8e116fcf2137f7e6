/**
 * Finds the duplicates in a CSV file, and writes them beside it: FILE.matches.csv is the file, byte for byte, with two
 * columns more. Opens an engine of its own, bounded in memory; changes nothing in the file it reads.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { replaceFile } from '../../core/atomic-file.ts';
import type { Engine } from '../../core/engine.ts';
import { quoted, sql } from '../../core/sql.ts';
import { nearest } from '../../core/text/nearest.ts';
import { openEngine } from '../../engine/duckdb.ts';
import { splice } from '../../workbook/csv/splice.ts';
import { normalHeader } from '../../workbook/headers.ts';
import { MatchError } from './match-error.ts';
import { type MatchResult, matchTable } from './match-table.ts';
import { freeName, type LoadedCsv, loadCsv, writeCsv } from './read-file.ts';
import { defaultMatchingRules, type MatchingRules } from './rules.ts';

export interface MatchFileOptions {
  /** Header of the column with the row's id; else the row's number, from 1. */
  readonly id?: string;
  readonly rules?: MatchingRules;
  /** Lowest probability at which two rows are held to be one, 0 to 1; the rules' likely band where nothing is given. */
  readonly threshold?: number;
  /** File to which the scored pairs go: left_id, right_id, probability, evidence. */
  readonly pairs?: string;
  readonly progress?: (line: string) => void;
}

export interface MatchSummary extends Omit<MatchResult, 'model'> {
  /** Rows that can't be read: they stand in the output as they are, without a cluster. */
  readonly malformed: number;
  readonly output: string;
  readonly pairsOutput?: string;
}

const outputOf = (path: string): string => path.replace(/(\.csv)?$/i, '.matches.csv');

/** Matches the file at `path`. Writes `${path without .csv}.matches.csv`, and the pairs where asked. @throws CsvError, MatchError */
export async function matchFile(path: string, options: MatchFileOptions = {}): Promise<MatchSummary> {
  const { progress = () => {}, pairs } = options;
  const output = outputOf(path);
  if (pairs !== undefined && [path, output].some((other) => resolve(other) === resolve(pairs))) {
    throw new MatchError(`--pairs ${pairs} would write over another file of this matching. Name a file of its own.`);
  }
  const given = options.rules ?? defaultMatchingRules;
  const rules = { ...given, bands: { ...given.bands, likely: options.threshold ?? given.bands.likely } };
  const scratch = await mkdtemp(join(tmpdir(), 'nightshift-match-'));
  const engine = await openEngine({
    spillFolder: join(scratch, 'spill'),
    timeZone: 'UTC',
  });
  try {
    progress('reading the file');
    const loaded = await loadCsv(engine.duckdb, path, 'match_input', scratch);
    await engine.reserve(await engine.number(sql`select count(*) from match_input`));
    const id = options.id === undefined ? 'match_row' : idColumn(options.id, loaded);
    progress('comparing its rows');
    const leaveOut = id === 'match_row' ? [] : ['match_row'];
    const { model: _, ...result } = await matchTable(engine.duckdb, { table: 'match_input', id, rules, leaveOut });
    progress('writing');
    await writeMatches(engine, loaded, id, output, scratch);
    if (pairs !== undefined) await writePairs(engine, pairs);
    return { ...result, malformed: loaded.malformed, output, ...(pairs !== undefined && { pairsOutput: pairs }) };
  } finally {
    engine.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The table's column that a person means: their header as it stands, or but for case and signs between its words. */
function idColumn(wanted: string, { file, columns }: LoadedCsv): string {
  const exact = file.header.indexOf(wanted);
  const place = exact >= 0 ? exact : file.header.findIndex((each) => normalHeader(each) === normalHeader(wanted));
  const column = columns[place];
  if (column !== undefined) return column;
  const near = nearest(wanted, file.header);
  throw new MatchError(
    `There is no column "${wanted}" in ${file.name}.${near ? ` Did you mean "${near}"?` : ''} Its columns are: ${file.header.join(', ')}.`,
  );
}

/** The file's own bytes, and a cluster and a probability at the end of every row that could be read. */
async function writeMatches(
  engine: Engine,
  { file, columns }: LoadedCsv,
  id: string,
  output: string,
  scratch: string,
): Promise<void> {
  const taken = new Set(columns.map((name) => name.toLowerCase()));
  const added = [freeName('cluster_id', taken), freeName('match_probability', taken)];
  const patch = join(scratch, 'patch.csv');
  await writeCsv(
    engine.duckdb,
    `select 'u', i.match_row - 1, null, c.cluster_id, round(c.probability, 6)
     from match_input i join match_clusters c on c.id = i.${quoted(id)}::varchar order by i.match_row`,
    patch,
    { header: false, delimiter: file.delimiter },
  );
  await replaceFile(output, (unfinished) => splice(file, { path: patch, columns: added, key: '' }, unfinished));
}

async function writePairs(engine: Engine, path: string): Promise<void> {
  const query = `select left_id, right_id, round(probability, 6) as probability, evidence from match_pairs
    order by match_pairs.probability desc, length(left_id), left_id, length(right_id), right_id`;
  await replaceFile(path, (unfinished) => writeCsv(engine.duckdb, query, unfinished));
}
