/**
 * Tables outside the workbook, in CSV or Parquet files that a warehouse or another team writes: read like any
 * other table of facts, row by row checked, and never written. It wraps the store, of files and sheets alike.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type FileIdentity, identify, untouched } from '../../core/file-identity.ts';
import { type TableName, tableOf } from '../../core/tables.ts';
import type { Sources } from '../../core/workbook-rules.ts';
import { WorkbookError } from '../csv/discover.ts';
import { readable } from '../csv/readable.ts';
import { openCsv } from '../csv/sniff.ts';
import { findColumns, normalHeader, requireColumns } from '../headers.ts';
import { csvScan } from '../scan.ts';
import type { Reading, SourceTable, Store } from '../store.ts';
import type { MalformedRow, OutsideText } from '../table-text.ts';
import { filesOf, type OutsideFile } from './files.ts';
import { asText, hashOf, type ParquetFile, parquetScan, readHeads } from './parquet.ts';

type Rule = NonNullable<Sources[keyof Sources]>;

/** A store that reads the tables that the rules name from outside. Paths begin at `root`. */
export const withOutsideTables = (store: Store, sources: Sources, root: string): Store => ({
  ...store,
  read: async () => {
    const reading = await store.read();
    const identities = new Map<string, FileIdentity | null>();
    const tables: SourceTable[] = [];
    for (const [table, rule] of Object.entries(sources) as [keyof Sources, Rule | undefined][]) {
      if (!rule) continue;
      await refuseTwo(reading, table, rule);
      const files = await filesOf(root, table, rule.files);
      for (const { path } of files) identities.set(path, await identify(path));
      tables.push(await openTable(table, rule, files, store.scratch));
    }
    return {
      ...reading,
      tables: [...reading.tables.filter(({ table }) => !(table in sources)), ...tables],
      changedSince: async () => [...(await reading.changedSince()), ...(await changed(identities))],
    };
  },
});

const changed = async (identities: ReadonlyMap<string, FileIdentity | null>): Promise<string[]> => {
  const names: string[] = [];
  for (const [path, before] of identities) if (!untouched(before, await identify(path))) names.push(basename(path));
  return names;
};

/** Two places for one table are ambiguous, so they are refused. */
async function refuseTwo(reading: Reading, table: TableName, rule: Rule): Promise<void> {
  const own = reading.tables.find((source) => source.table === table);
  if (!own) return;
  const { rows, malformed } = await own.open();
  if (rows + malformed.length === 0) return;
  throw new WorkbookError(
    `jobs/rules/workbook.ts reads ${table} from ${rule.files}, but ${own.label} holds ` +
      `${rows + malformed.length} rows of ${table} as well. Move them there and delete ${own.label}, or take ` +
      'the rule out.',
  );
}

/** One file of a table: its columns, and how its rows are got at. */
interface Part {
  readonly file: OutsideFile;
  readonly header: readonly string[];
  /** Header texts by column. */
  readonly headerOf: ReadonlyMap<string, string>;
  readonly open: (carefully: boolean) => Promise<PartRows>;
}

interface PartRows {
  /**
   * What the rows are selected from; of Parquet files of one shape many at once, for each select costs as much as
   * thousands of rows.
   */
  readonly from: string | { readonly parquet: string };
  /** The SQL of each column's text, in the order of `header`. */
  readonly cells: readonly string[];
  readonly rows: number;
  readonly firstRow: number;
  readonly hash: string;
  readonly malformed: readonly MalformedRow[];
}

async function openTable(
  table: TableName,
  rule: Rule,
  files: readonly OutsideFile[],
  scratch: string,
): Promise<SourceTable> {
  const parts = await openParts(table, rule, files, scratch);
  for (const { file, header, headerOf } of parts) requireColumns(table, file.name, header, headerOf);
  // Files of one table may have their columns in another order, or under other names: what is the same column is one.
  const headers = new Map<string, string>();
  for (const part of parts) {
    for (const [slot, i] of slotsOf(part)) if (!headers.has(slot)) headers.set(slot, part.header[i] ?? '');
  }
  const known = tableOf(table).columns;
  return {
    table,
    label: files.length === 1 ? (files[0]?.name ?? '') : `${rule.files} (${files.length} files)`,
    headers: [...headers.values()],
    headerOf: new Map([...headers].filter(([slot]) => slot in known)),
    isOutside: true,
    open: (carefully = false) => textOf(parts, [...headers.keys()], carefully),
  };
}

/**
 * Where each column of a file stands, by its name in the workbook, or with a `?` where the workbook doesn't know it.
 */
function slotsOf({ header, headerOf }: Part): Map<string, number> {
  const columnOf = new Map([...headerOf].map(([column, text]) => [text, column]));
  return new Map(
    header.flatMap((text, i): [string, number][] => {
      const slot = columnOf.get(text) ?? `?${normalHeader(text)}`;
      return slot === '?' ? [] : [[slot, i]];
    }),
  );
}

async function textOf(parts: readonly Part[], slots: readonly string[], carefully: boolean): Promise<OutsideText> {
  const opened: (PartRows & { readonly part: Part })[] = [];
  for (const part of parts) opened.push({ part, ...(await part.open(carefully)) });
  const selects: { readonly cells: string; readonly from: string | string[] }[] = [];
  for (const { part, from, cells } of opened) {
    const at = slotsOf(part);
    const cell = (slot: string): string => cells[at.get(slot) ?? -1] ?? 'cast(null as varchar)';
    const expressions = slots.map((slot, i) => `${cell(slot)} as c${i}`).join(', ');
    const last = selects.at(-1);
    if (typeof from === 'string') selects.push({ cells: expressions, from });
    else if (last?.cells === expressions && Array.isArray(last.from)) last.from.push(from.parquet);
    else selects.push({ cells: expressions, from: [from.parquet] });
  }
  const hash = createHash('sha256');
  for (const each of opened) hash.update(each.hash);
  return {
    query: selects
      .map(({ cells, from }) => `select ${cells} from ${typeof from === 'string' ? from : parquetScan(from)}`)
      .join(' union all '),
    files: opened.map(({ part, rows, firstRow }) => ({ name: part.file.name, rows, firstRow })),
    rows: opened.reduce((sum, { rows }) => sum + rows, 0),
    hash: hash.digest('hex'),
    malformed: opened.flatMap(({ part, malformed }) => malformed.map((row) => ({ ...row, file: part.file.name }))),
  };
}

async function openParts(
  table: TableName,
  { columns }: Rule,
  files: readonly OutsideFile[],
  scratch: string,
): Promise<Part[]> {
  const parquet = files.filter(({ kind }) => kind === 'parquet');
  const heads = parquet.length > 0 ? await readHeads(parquet, scratch) : [];
  const parts: Part[] = [];
  for (const file of files) {
    const head = heads[parquet.indexOf(file)];
    if (head) {
      const headerOf = findColumns(table, head.header, columns);
      const cells = cellsOf(table, file, head, headerOf);
      const from = { parquet: file.path };
      const open = async () => ({
        from,
        cells,
        rows: head.rows,
        firstRow: 1,
        hash: await hashOf(file.path),
        malformed: [],
      });
      parts.push({ file, header: head.header, headerOf, open });
    } else {
      const csv = await openCsv(file.path);
      const cells = csv.header.map((_, i) => `c${i}`);
      const open = async (carefully: boolean) => {
        const text = await readable(csv, { scratch, carefully });
        return { ...text, from: csvScan(text).text, cells, firstRow: 2 };
      };
      parts.push({ file, header: csv.header, headerOf: findColumns(table, csv.header, columns), open });
    }
  }
  return parts;
}

/** @throws WorkbookError for a known column of a type that can't be read as what it is */
function cellsOf(
  table: TableName,
  { name }: OutsideFile,
  { header, types }: ParquetFile,
  headerOf: ReadonlyMap<string, string>,
): string[] {
  const columnOf = new Map([...headerOf].map(([column, text]) => [text, column]));
  return header.map((text, i) => {
    const column = columnOf.get(text) ?? '';
    const type = tableOf(table).columns[column]?.type;
    const cell = asText(text, types[i] ?? '', type);
    if (cell !== null) return cell;
    const wanted = type === 'time' ? 'a timestamp, or text such as 2026-11-23T05:00:00Z' : `a ${type}`;
    throw new WorkbookError(
      `${name}: column "${text}" is ${types[i]}, and ${column} has to be ${wanted}. Write the file with that ` +
        'type, or name another column in jobs/rules/workbook.ts.',
    );
  });
}
