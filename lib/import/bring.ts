/**
 * Brings files into the engine: each row of each file into one of the `incoming_` tables as text, with its file and its
 * line, or into `import_rejects` with what is wrong with it, or counted in `import_ignored`. Nothing is dropped unseen,
 * and nothing is judged here but whether it can be read. Memory is bounded, however long the files.
 */
import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CsvError } from '../csv/csv-error.ts';
import { openCsv } from '../csv/sniff.ts';
import { type StrictCopy, strictCopy } from '../csv/strict-copy.ts';
import type { Engine } from '../engine/duckdb.ts';
import { raw, sql } from '../engine/sql.ts';
import { JobError } from '../run/errors.ts';
import { csvScan, quoteName } from '../snapshot/load.ts';
import { normalHeader } from '../workbook/headers.ts';
import { tableOf } from '../workbook/tables.ts';
import { bringJson } from './bring-json.ts';
import { cellsOf } from './cells.ts';
import { contactColumns, type Feed, type IncomingTable, incomingTables } from './format.ts';
import { formatOf } from './formats.ts';

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
  readonly progress: (line: string) => void;
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

async function bringCsv(engine: Engine, path: string, file: number, options: BringOptions): Promise<BroughtFile> {
  const csv = await openCsv(path).catch((error: unknown) => {
    throw error instanceof CsvError ? new JobError(error.message) : error;
  });
  const headers = csv.header.map((header) => options.map[normalHeader(header)] ?? header);
  const cells = cellsOf(headers);
  const format = formatOf(headers, cells);
  if (!format) throw new JobError(unknownHeaders(csv.name, headers));
  const copied = join(options.scratch, `import-${file}.csv`);
  const copy = await watched(path, copied, options, () => strictCopy(csv, copied));
  const used = new Set<number>();
  const text = `import_text_${file}`;
  await engine.run(
    raw(`create or replace temp table ${text} as select * from ${csvScan({ path: copied, options: copy.options })}`),
  );
  const found = await engine.number(raw(`select count(*) from ${text}`));
  if (found !== copy.rows)
    throw new JobError(`${csv.name}: ${copy.rows} rows stand in it, and ${found} could be read.`);
  const lines = await numberLines(engine, file, copy);
  for (const feed of format.feeds({ cells, headers, name: csv.name })) {
    for (const value of [...Object.values(feed.columns), feed.ignore ?? '']) {
      for (const [, column] of value.matchAll(/\bc(\d+)\b/g)) used.add(Number(column));
    }
    await takeFeed(engine, file, feed, text, lines);
  }
  await engine.run(raw(`drop table ${text}`));
  await rejectMalformed(engine, file, copy);
  const unused = headers.filter((header, i) => !used.has(i) && header.trim() !== '');
  return { name: csv.name, label: format.label, rows: copy.rows + copy.malformed.length, unused };
}

async function takeFeed(engine: Engine, file: number, feed: Feed, text: string, lines: string): Promise<void> {
  const names = Object.keys(feed.columns).map(quoteName);
  const values = Object.values(feed.columns).map((value, i) => `nullif(trim(${value}), '') as ${names[i]}`);
  const ignore = feed.ignore ?? 'cast(null as varchar)';
  await engine.run(
    raw(`insert into incoming_${feed.table} by name
      select ${file} as file, ${lines} as line, ${values.join(', ')} from ${text} t where (${ignore}) is null order by t.rowid`),
  );
  if (feed.ignore === undefined) return;
  await engine.run(
    raw(
      `insert into import_ignored select ${file}, (${ignore}), count(*) from ${text} t where (${ignore}) <> '' group by 2`,
    ),
  );
}

/** The SQL for a row's place in its file, as a person counts: the header is row 1, and malformed rows count as well. */
async function numberLines(engine: Engine, file: number, copy: StrictCopy): Promise<string> {
  if (copy.malformed.length === 0) return 't.rowid + 2';
  const [bad, good] = [`import_bad_${file}`, `import_lines_${file}`];
  await engine.run(raw(`create or replace temp table ${bad} (line varchar)`));
  await engine.append(bad, once([copy.malformed.map(({ row }) => String(row))]));
  const last = copy.rows + copy.malformed.length + 2;
  await engine.run(
    raw(`create or replace temp table ${good} as select line, row_number() over (order by line) - 1 as nth
      from (select range as line from range(2, ${last})) where line not in (select cast(line as bigint) from ${bad})`),
  );
  return `(select line from ${good} where nth = t.rowid)`;
}

async function rejectMalformed(engine: Engine, file: number, { malformed }: StrictCopy): Promise<void> {
  if (malformed.length === 0) return;
  await engine.run(raw('create or replace temp table import_malformed (line varchar, reason varchar, value varchar)'));
  const text = malformed.map((each) => each.text.slice(0, 500));
  await engine.append(
    'import_malformed',
    once([malformed.map(({ row }) => String(row)), malformed.map(({ reason }) => reason), text]),
  );
  await engine.run(
    sql`insert into import_rejects select ${file}, cast(line as bigint), '', reason, value from import_malformed`,
  );
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

/** Shows how far a copy is while it runs. */
async function watched<T>(from: string, to: string, options: BringOptions, work: () => Promise<T>): Promise<T> {
  const { size } = await stat(from);
  const tell = async (): Promise<void> => {
    const done = await stat(to).catch(() => null);
    if (done) options.progress(progressBar(basename(from), done.size / Math.max(1, size)));
  };
  options.progress(`reading ${basename(from)}`);
  const timer = setInterval(() => void tell(), 250);
  return work().finally(() => clearInterval(timer));
}

/** `reading contacts.csv  ██████░░░░  60 %`. */
export function progressBar(name: string, share: number): string {
  const full = Math.min(20, Math.round(share * 20));
  return `reading ${name}  ${'█'.repeat(full)}${'░'.repeat(20 - full)} ${String(Math.min(100, Math.round(share * 100))).padStart(3)} %`;
}

const unknownHeaders = (name: string, headers: readonly string[]): string =>
  `${name} is nothing that we know: its columns are ${headers.join(', ')}. Say which one is the address, such as --map "${headers[0] ?? 'E-mail'}=email".`;
