/**
 * Brings files into the engine: each row of each file into one of the `incoming_` tables as text, with its file and its
 * line, or into `import_rejects` with what is wrong with it, or counted in `import_ignored`. Nothing is dropped unseen,
 * and nothing is judged here but whether it can be read. Memory is bounded, however long the files.
 */
import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { JobError } from '../core/errors.ts';
import { raw, sql } from '../core/sql.ts';
import { tableOf } from '../core/tables.ts';
import type { Engine } from '../engine/duckdb.ts';
import { csvScan, quoteName } from '../snapshot/load.ts';
import { CsvError } from '../workbook/csv/csv-error.ts';
import { type Readable, readable } from '../workbook/csv/readable.ts';
import { openCsv } from '../workbook/csv/sniff.ts';
import type { StrictCopy } from '../workbook/csv/strict-copy.ts';
import { normalHeader } from '../workbook/headers.ts';
import { cellsOf } from './cells.ts';
import { contactColumns, type Feed, type IncomingTable, incomingTables } from './format.ts';
import { formatOf } from './formats.ts';
import { bringJson } from './read-json.ts';

/** Said of a file once it is in: what it was taken for, and how many rows it has. */
export interface BroughtFile {
  readonly name: string;
  readonly label: string;
  readonly rows: number;
  /** Headers that nothing was made of. */
  readonly unused: readonly string[];
}

export interface BringOptions {
  /** A folder for temporary files. */
  readonly scratch: string;
  /** `--map`: header → column, before anything else is asked of the headers. */
  readonly map: Readonly<Record<string, string>>;
  /** What is being done, and how much of it is done. */
  readonly progress: (line: string, share?: number) => void;
}

/** The columns that an incoming table has, beside `file` and `line`; all are text. */
export const columnsOf = (table: IncomingTable): readonly string[] =>
  table === 'contacts' ? contactColumns : Object.keys(tableOf(table).columns);

/** Lays the empty tables down. */
async function prepareTables(engine: Engine): Promise<void> {
  for (const table of incomingTables) {
    const columns = columnsOf(table).map((column) => `${quoteName(column)} varchar`);
    await engine.run(
      raw(`create or replace table incoming_${table} (file integer, line bigint, ${columns.join(', ')})`),
    );
  }
  await engine.run(
    raw(
      'create or replace table import_rejects (file integer, line bigint, "column" varchar, reason varchar, value varchar)',
    ),
  );
  await engine.run(raw('create or replace table import_ignored (file integer, reason varchar, n bigint)'));
}

/** Brings all files in, in order. @throws JobError, CsvError for a file that is nothing we can read */
export async function bringFiles(
  engine: Engine,
  paths: readonly string[],
  options: BringOptions,
): Promise<BroughtFile[]> {
  await prepareTables(engine);
  const brought: BroughtFile[] = [];
  for (const [file, path] of paths.entries()) {
    const said = (await isJson(path)) ? bringJson(engine, path, file, options) : bringCsv(engine, path, file, options);
    brought.push(await said);
  }
  return brought;
}

async function isJson(path: string): Promise<boolean> {
  const handle = await open(path).catch(() => {
    throw new JobError(`There is no file ${basename(path)}, or this user may not read it.`);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    const head = buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimStart();
    return head.startsWith('{') || head.startsWith('[');
  } finally {
    await handle.close();
  }
}

/**
 * The tables that files have rows for, by their headers alone. Of a file that can't be read it says nothing: `bringFiles` does.
 */
export async function fedTables(
  paths: readonly string[],
  map: BringOptions['map'] = {},
): Promise<ReadonlySet<IncomingTable>> {
  const fed = new Set<IncomingTable>();
  for (const path of paths) {
    const found = await feedsOf(path, map).catch(() => []);
    for (const table of found) fed.add(table);
  }
  return fed;
}

async function feedsOf(path: string, map: BringOptions['map']): Promise<readonly IncomingTable[]> {
  if (await isJson(path)) return ['bounces', 'events'];
  return (await knownCsv(path, map)).feeds.map(({ table }) => table);
}

/** A CSV file and what it is taken for. @throws JobError where it is nothing we can read */
async function knownCsv(path: string, map: BringOptions['map']) {
  const csv = await openCsv(path).catch((error: unknown) => {
    throw error instanceof CsvError ? new JobError(error.message) : error;
  });
  const headers = csv.header.map((header) => map[normalHeader(header)] ?? header);
  const cells = cellsOf(headers);
  const format = formatOf(headers, cells);
  if (!format) throw new JobError(unknownHeaders(csv.name, headers));
  return { csv, headers, label: format.label, feeds: format.feeds({ cells, headers, name: csv.name }) };
}

async function bringCsv(engine: Engine, path: string, file: number, options: BringOptions): Promise<BroughtFile> {
  const { csv, headers, label, feeds } = await knownCsv(path, options.map);
  const { size } = await stat(path);
  const reading = {
    copyPath: join(options.scratch, `import-${file}.csv`),
    told: (bytes: number) => options.progress(`reading ${csv.name}`, bytes / Math.max(1, size)),
  };
  const load = async (text: Readable): Promise<number> =>
    engine.watched(
      () => takeFeeds(engine, file, feeds, text),
      (share) => options.progress(`taking in ${csv.name}`, share),
    );
  let text = await readable(csv, reading);
  await engine.expect(text.rows);
  const agrees = await load(text).then(
    (rows) => rows === text.rows,
    () => false,
  );
  if (!agrees) {
    await takeBack(engine, file);
    text = await readable(csv, { ...reading, carefully: true });
    const found = await load(text);
    if (found !== text.rows)
      throw new JobError(`${csv.name}: ${text.rows} rows stand in it, and ${found} could be read.`);
  }
  await rejectMalformed(engine, file, text);
  return {
    name: csv.name,
    label,
    rows: text.rows + text.malformed.length,
    unused: unusedHeaders(headers, feeds),
  };
}

/** Takes the rows of a file in, by all of its feeds; returns how many were found in it. */
async function takeFeeds(engine: Engine, file: number, feeds: readonly Feed[], text: Readable): Promise<number> {
  const width = [...text.options.matchAll(/'(c\d+)': 'VARCHAR'/g)].map(([, column = '']) => column);
  const trimmed = width.map((column) => `nullif(trimmed(${column}), '') as ${column}`);
  const scan = `(select row_number() over () - 1 as nth, ${trimmed.join(', ')} from ${csvScan(text)})`;
  const [only] = feeds;
  if (only && feeds.length === 1 && only.ignore === undefined) {
    // Every row becomes one: it need not be kept first.
    return takeFeed(engine, file, only, scan, await numberLines(engine, file, text));
  }
  const kept = `import_text_${file}`;
  await engine.run(raw(`create or replace temp table ${kept} as select * from ${scan}`));
  const lines = await numberLines(engine, file, text);
  for (const feed of feeds) await takeFeed(engine, file, feed, kept, lines);
  const found = await engine.number(raw(`select count(*) from ${kept}`));
  await engine.run(raw(`drop table ${kept}`));
  return found;
}

/** Takes in what one feed makes of the rows of `from`; returns how many rows it made. */
async function takeFeed(engine: Engine, file: number, feed: Feed, from: string, lines: string): Promise<number> {
  const values = Object.entries(feed.columns).map(([column, value]) => `${value} as ${quoteName(column)}`);
  const where = feed.ignore === undefined ? '' : ` where (${feed.ignore}) is null`;
  const made = await engine.changed(
    raw(
      `insert into incoming_${feed.table} by name select ${file} as file, ${lines} as line, ${values.join(', ')} from ${from} t${where}`,
    ),
  );
  if (feed.ignore !== undefined) {
    await engine.run(
      raw(
        `insert into import_ignored select ${file}, (${feed.ignore}), count(*) from ${from} t where (${feed.ignore}) <> '' group by 2`,
      ),
    );
  }
  return made;
}

/** Takes out what was taken in of a file that turned out to need more care. */
async function takeBack(engine: Engine, file: number): Promise<void> {
  for (const table of [...incomingTables.map((each) => `incoming_${each}`), 'import_ignored']) {
    await engine.run(raw(`delete from ${table} where file = ${file}`));
  }
}

/** Headers that no feed reads. */
function unusedHeaders(headers: readonly string[], feeds: readonly Feed[]): string[] {
  const used = new Set<number>();
  for (const feed of feeds) {
    for (const value of [...Object.values(feed.columns), feed.ignore ?? '']) {
      for (const [, column] of value.matchAll(/\bc(\d+)\b/g)) used.add(Number(column));
    }
  }
  return headers.filter((header, i) => !used.has(i) && header.trim() !== '');
}

/** The SQL for a row's place in its file, as a person counts: the header is row 1, and malformed rows count as well. */
async function numberLines(engine: Engine, file: number, text: StrictCopy): Promise<string> {
  if (text.malformed.length === 0) return 't.nth + 2';
  const [bad, good] = [`import_bad_${file}`, `import_lines_${file}`];
  await engine.run(raw(`create or replace temp table ${bad} (line varchar)`));
  await engine.appendRows(
    bad,
    text.malformed.map(({ row }) => [String(row)]),
  );
  const last = text.rows + text.malformed.length + 2;
  await engine.run(
    raw(`create or replace temp table ${good} as select line, row_number() over (order by line) - 1 as nth
      from (select range as line from range(2, ${last})) where line not in (select cast(line as bigint) from ${bad})`),
  );
  return `(select line from ${good} where nth = t.nth)`;
}

async function rejectMalformed(engine: Engine, file: number, { malformed }: StrictCopy): Promise<void> {
  if (malformed.length === 0) return;
  await engine.run(raw('create or replace temp table import_malformed (line varchar, reason varchar, value varchar)'));
  await engine.appendRows(
    'import_malformed',
    malformed.map(({ row, reason, text }) => [String(row), reason, text.slice(0, 500)]),
  );
  await engine.run(
    sql`insert into import_rejects select ${file}, cast(line as bigint), '', reason, value from import_malformed`,
  );
}

/** Repeats no cell of the first row: where there is no row of column names, it is somebody's. */
const unknownHeaders = (name: string, headers: readonly string[]): string =>
  `${name} is nothing that we know by the ${headers.length} cells in its first row. If that row holds data, put a row of column names above it; else say which column is the address, such as --map "E-mail=email".`;
