/**
 * The stores side by side, for tests of what holds for each: a workbook of given tables to open, to look at, and for a
 * spreadsheet the requests that it took. The local Sheets server stands in for Google.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { expect, onTestFinished } from 'vitest';
import { join as joinSql, raw, sql } from '../../lib/core/sql.ts';
import { recogniseWith } from '../../lib/intake/formats/registry.ts';
import { bigQueryClient } from '../../lib/workbook/bigquery/client.ts';
import { openBigQueryStore } from '../../lib/workbook/bigquery/store.ts';
import { openCsvStore } from '../../lib/workbook/csv/store.ts';
import { sheetsClient } from '../../lib/workbook/sheets/client.ts';
import { openSheetsStore } from '../../lib/workbook/sheets/store.ts';
import type { Store } from '../../lib/workbook/store.ts';
import { type BigQueryServer, startBigQueryServer } from './bigquery-server/server.ts';
import { book, type Given } from './sheets-server/build.ts';
import { effectiveValue } from './sheets-server/cell-value.ts';
import { type SheetsServer, startSheetsServer } from './sheets-server/server.ts';
import { temporaryFolder } from './workbook.ts';

/** Rows of texts by table, the header first. */
export type Tables = Readonly<Record<string, readonly (readonly string[])[]>>;

/** A table's rows, the header first; null where there is no such table. */
export type Rows = (string | number | boolean | null)[][] | null;

export interface StoreBench {
  open(run?: string): Promise<Store>;
  rows(table: string): Rows | Promise<Rows>;
}

/** Writes tables as CSV files. */
export function writeTables(folder: string, tables: Tables): void {
  for (const [table, rows] of Object.entries(tables))
    writeFileSync(
      join(folder, `${table}.csv`),
      `${Papa.unparse(
        rows.map((row) => [...row]),
        { newline: '\n' },
      )}\n`,
    );
}

export function csvBench(tables: Tables): StoreBench {
  const folder = temporaryFolder();
  writeTables(folder, tables);
  return {
    open: (run = 'run-1') => openCsvStore({ folder, aliases: {}, recognise: recogniseWith(), command: 'test', run }),
    rows: (table) => {
      const path = join(folder, `${table}.csv`);
      if (!existsSync(path)) return null;
      return Papa.parse<string[]>(readFileSync(path, 'utf8'), { skipEmptyLines: true }).data;
    },
  };
}

export interface SheetsBench extends StoreBench {
  readonly server: SheetsServer;
  rows(table: string): Rows;
  close(): Promise<void>;
}

export const SPREADSHEET = 'sheet-1';

/** A spreadsheet on a server of its own; cells may be numbers, dates and formulas (see `build.ts`). */
export async function sheetsBench(
  tables: Readonly<Record<string, readonly (readonly Given[])[]>>,
): Promise<SheetsBench> {
  const server = await startSheetsServer();
  server.put(book(Object.fromEntries(Object.entries(tables).map(([tab, rows]) => [tab, rows.map((row) => [...row])]))));
  const folder = temporaryFolder();
  return {
    server,
    open: (run = 'run-1') => {
      const client = sheetsClient(SPREADSHEET, { rootUrl: server.url, sleep: async () => {}, random: () => 0.5 });
      return openSheetsStore({
        spreadsheetId: SPREADSHEET,
        folder,
        aliases: {},
        recognise: recogniseWith(),
        command: 'test',
        run,
        client,
      });
    },
    rows: (table) => {
      const tab = server.book(SPREADSHEET).tabs.find(({ title }) => title === table);
      if (!tab) return null;
      const rows = tab.rows.map((row) =>
        Array.from({ length: tab.columnCount }, (_, i) => {
          const value = effectiveValue(tab, row[i]);
          return value?.stringValue ?? value?.numberValue ?? value?.boolValue ?? null;
        }),
      );
      while (rows.length > 0 && rows.at(-1)?.every((cell) => cell === null)) rows.pop();
      return rows;
    },
    close: () => server.close(),
  };
}

/** A spreadsheet for one test: closed with it, and held to having been asked for nothing that Google does not know. */
export async function aSheet(...given: Parameters<typeof sheetsBench>): Promise<SheetsBench> {
  const bench = await sheetsBench(...given);
  onTestFinished(async () => {
    await bench.close();
    expect([bench.server.refused, bench.server.violations]).toEqual([[], []]);
  });
  return bench;
}

export interface BigQueryBench extends StoreBench {
  readonly server: BigQueryServer;
  rows(table: string): Promise<Rows>;
  close(): Promise<void>;
}

const DATASET = 'marketing';

/** A dataset on a server of its own; columns are texts, or of the types given by `TABLE.HEADER`. */
export async function bigQueryBench(
  tables: Tables,
  types: Readonly<Record<string, 'INT64' | 'NUMERIC' | 'DATETIME' | 'TIMESTAMP'>> = {},
  folder: string = temporaryFolder(),
): Promise<BigQueryBench> {
  const server = await startBigQueryServer();
  for (const [tableId, [headers = [], ...rows]] of Object.entries(tables)) {
    const fields = headers.map((name) => ({ name, type: types[`${tableId}.${name}`] ?? 'STRING' }));
    await server.tables.create(DATASET, { tableReference: { tableId }, schema: { fields } });
    const target = raw(`"${DATASET}/${tableId}"`);
    await server.tables.engine.run(
      sql`create or replace temp table given (${joinSql(
        fields.map((_, i) => raw(`c${i} varchar`)),
        ', ',
      )})`,
    );
    await server.tables.engine.appendRows(
      'given',
      rows.map((row) => headers.map((_, i) => row[i] || null)),
    );
    const cells = fields.map(({ type }, i) => raw(type === 'STRING' ? `c${i}` : `try_cast(c${i} as ${type})`));
    await server.tables.engine.run(sql`insert into ${target} select ${joinSql(cells, ', ')} from given`);
  }
  return {
    server,
    open: (run = 'run-1') => {
      const place = { project: 'example-project', dataset: DATASET, location: 'EU' };
      const client = bigQueryClient(place, { rootUrl: server.url, sleep: async () => {} });
      return openBigQueryStore({ client, folder, aliases: {}, recognise: recogniseWith(), command: 'test', run });
    },
    rows: async (table) => {
      if (!server.tables.has(DATASET, table)) return null;
      const rows = await server.tables.engine.rows(raw(`select * from "${DATASET}/${table}" order by all`));
      const headers = await server.tables.engine.columnsOf(raw(`select * from "${DATASET}/${table}"`));
      const cell = (value: unknown) =>
        value instanceof Date ? value.toISOString() : (value as string | number | null);
      return [headers, ...rows.map((row) => headers.map((header) => cell(row[header])))];
    },
    close: () => server.close(),
  };
}
