/**
 * Brings files into the engine: each row of each file into one of the `incoming_` tables as text, with its file and its
 * line, or into `import_rejects` with what is wrong with it, or counted in `import_ignored`. Nothing is dropped unseen,
 * and nothing is judged here but whether it can be read. Memory is bounded, however long the files.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Engine } from '../core/engine.ts';
import { JobError } from '../core/errors.ts';
import { quoteName, raw, sql } from '../core/sql.ts';
import { type ConsentReading, readConsent } from '../snapshot/consent-reading.ts';
import { ConsentQuestion } from '../workbook/consent-question.ts';
import { consentHeaders } from '../workbook/contact-cells.ts';
import { CsvError } from '../workbook/csv/csv-error.ts';
import { type Readable, readable } from '../workbook/csv/readable.ts';
import { type CsvFile, openCsv } from '../workbook/csv/sniff.ts';
import { normalHeader } from '../workbook/headers.ts';
import type { ContactShape, Feed, Recognised } from '../workbook/recognised.ts';
import { csvScan } from '../workbook/scan.ts';
import { contactFeed } from './contact-feed.ts';
import { recogniseAs, recogniseWith } from './formats/registry.ts';
import type { ImportedFile, ReadOptions } from './imported-file.ts';
import { columnsOf, fedByFiles, type IncomingTable, ownTableOf, withOwnColumns } from './incoming.ts';
import { isJson as holdsJson } from './json-records.ts';
import { countRefusals } from './malformed-rows.ts';
import { readJson } from './read-json.ts';
import { rejectMalformed, takeBack, takeFeeds } from './take-rows.ts';

async function createTables(engine: Engine): Promise<void> {
  for (const table of fedByFiles()) {
    const columns = columnsOf(table).map((column) => `${quoteName(column)} varchar`);
    await engine.run(
      raw(`create or replace table incoming_${table} (file integer, line bigint, ${columns.join(', ')})`),
    );
  }
  await engine.run(
    sql`create or replace table import_rejects (file integer, line bigint, "column" varchar, reason varchar, value varchar)`,
  );
  await engine.run(sql`create or replace table import_ignored (file integer, reason varchar, n bigint)`);
}

/** Reads all files, in order. @throws JobError, CsvError for a file that is nothing we can read */
export async function readFiles(
  engine: Engine,
  paths: readonly string[],
  options: ReadOptions,
): Promise<ImportedFile[]> {
  await createTables(engine);
  const read: ImportedFile[] = [];
  for (const [file, path] of paths.entries()) {
    read.push(
      (await isJson(path)) ? await readJson(engine, path, file, options) : await readCsv(engine, path, file, options),
    );
  }
  return read;
}

/** @throws JobError where there is no such file */
const isJson = (path: string): Promise<boolean> =>
  holdsJson(path).catch(() => {
    throw new JobError(`There is no file ${basename(path)}, or this user may not read it.`);
  });

type Hints = Partial<Pick<ReadOptions, 'map' | 'as' | 'aliases'>>;

/**
 * The tables that files have rows for, by their headers alone. Of a file that can't be read it says nothing: `readFiles` does.
 */
export async function fedTables(paths: readonly string[], options: Hints = {}): Promise<ReadonlySet<IncomingTable>> {
  const fed = new Set<IncomingTable>();
  for (const path of paths) {
    const found = await tablesIn(path, options).catch(() => []);
    for (const table of found) fed.add(table);
  }
  // A complaint whose row can't be taken as a fact still counts as a suppression.
  if (fed.has('bounces') || fed.has('events')) fed.add('suppressions').add('bounces');
  return fed;
}

async function tablesIn(path: string, options: Hints): Promise<readonly IncomingTable[]> {
  if (await isJson(path)) return ['bounces', 'events', 'purchases', 'suppressions'];
  const { recognised } = await recognisedCsv(path, options);
  const people: IncomingTable[] = recognised.contacts ? ['contacts'] : [];
  return [...people, ...recognised.feeds.map(({ table }) => table)];
}

/** A CSV file and what it is. @throws JobError where it is nothing we can read; ConsentQuestion where it may refuse mail */
async function recognisedCsv(
  path: string,
  { map = {}, as, aliases = {} }: Hints,
): Promise<{ csv: CsvFile; headers: readonly string[]; recognised: Recognised }> {
  const csv = await openCsv(path).catch((error: unknown) => {
    throw error instanceof CsvError ? new JobError(error.message) : error;
  });
  const headers = csv.header.map((header) => map[normalHeader(header)] ?? header);
  const file = { name: csv.name, headers };
  const own = as ? null : ownTableOf(file);
  if (own)
    return { csv, headers, recognised: { id: own, label: `your table ${own}`, feeds: [{ table: own, columns: {} }] } };
  const recognised = as ? recogniseAs(as, file, aliases) : recogniseWith(aliases)(file);
  if (!recognised) throw new JobError(unknownHeaders(csv.name, headers));
  if ('unclear' in recognised) throw new ConsentQuestion(recognised.unclear);
  return { csv, headers, recognised };
}

async function readCsv(engine: Engine, path: string, file: number, options: ReadOptions): Promise<ImportedFile> {
  const { csv, headers, recognised } = await recognisedCsv(path, options);
  const { size } = await stat(path);
  const reading = {
    scratch: options.scratch,
    onBytes: (bytes: number) => options.progress(`reading ${csv.name}`, bytes / Math.max(1, size)),
    isOnlyRead: true,
  };
  const given = (text: Readable) => ({ file, text, headers, delimiter: csv.delimiter, notes: csv.notes });
  let loaded: Loaded = { feeds: [], consent: null };
  const load = async (text: Readable): Promise<number> => {
    const { contacts } = recognised;
    const consent = contacts ? await consentOf(engine, csv.name, headers, contacts, text, options) : null;
    const feeds = recognised.feeds.map((feed) => withOwnColumns(feed, headers));
    if (contacts) feeds.unshift(contactFeed(headers, contacts, options.aliases ?? {}, consent));
    const rows = await engine.withProgress(
      () => takeFeeds(engine, given(text), feeds),
      (share) => options.progress(`importing ${csv.name}`, share),
    );
    loaded = { feeds, consent };
    return rows;
  };
  let text = await readable(csv, reading);
  await engine.reserve(text.rows);
  const agrees = await load(text).then(
    (rows) => rows === text.rows,
    (error: unknown) => {
      if (error instanceof ConsentQuestion) throw error;
      return false;
    },
  );
  if (!agrees) {
    await takeBack(engine, file);
    text = await readable(csv, { ...reading, carefully: true });
    const found = await load(text);
    if (found !== text.rows) throw new JobError(`${csv.name}: it has ${text.rows} rows, and ${found} could be read.`);
  }
  await rejectMalformed(engine, given(text));
  await countRefusals(engine, file, {
    malformed: text.malformed,
    delimiter: csv.delimiter,
    headers,
    recognised,
    consent: loaded.consent,
  });
  return {
    name: csv.name,
    label: recognised.label,
    rows: text.rows + text.malformed.length,
    unused: unusedHeaders(headers, loaded.feeds, loaded.consent),
    consent: loaded.consent?.counts ?? [],
    disagree: loaded.consent?.disagree ?? 0,
    notes: notesOf(csv),
  };
}

const notesOf = ({ encoding, notes }: CsvFile): string[] => [
  ...(encoding === 'windows-1252' ? ['read as Windows-1252'] : []),
  ...(encoding === 'old-mac' ? ['lines end in a carriage return alone'] : []),
  ...(notes > 0 ? [`${notes === 1 ? 'a line' : `${notes} lines`} above the header ignored`] : []),
];

interface Loaded {
  readonly feeds: readonly Feed[];
  readonly consent: ConsentReading | null;
}

/** What a list of people says of consent. @throws ConsentQuestion */
const consentOf = (
  engine: Engine,
  label: string,
  headers: readonly string[],
  contacts: ContactShape,
  text: Readable,
  { consent = {} }: ReadOptions,
): Promise<ConsentReading> =>
  readConsent(
    engine,
    { label, headers },
    (statement) => engine.run(raw(statement(csvScan(text).text))),
    consentHeaders(headers, contacts, consent),
    consent,
  );

/** Headers that no feed reads. */
function unusedHeaders(headers: readonly string[], feeds: readonly Feed[], consent: ConsentReading | null): string[] {
  const used = new Set<number>(consent?.places);
  for (const feed of feeds) {
    for (const value of [...Object.values(feed.columns), feed.ignore ?? '']) {
      for (const [, column] of value.matchAll(/\bc(\d+)\b/g)) used.add(Number(column));
    }
  }
  return headers.filter((header, i) => !used.has(i) && header.trim() !== '');
}

/** Repeats no cell of the first row: without a row of column names, it belongs to a person. */
const unknownHeaders = (name: string, headers: readonly string[]): string =>
  `${name}: none of the ${headers.length} cells in its first row is a column that we know. If that row ` +
  'holds data, put a row of column names above it. If it is a list of contacts, say which column is the ' +
  'address, such as --map "E-mail=email"; a list of people who left or complained comes in with --as ' +
  'unsubscribed or --as complaints.';
