/**
 * The tables of the local server, in an engine of its own: each with its schema, and with every version that it ever
 * had, so that it can be read as of a moment.
 */
import { tmpdir } from 'node:os';
import type { bigquery_v2 as api } from 'googleapis/build/src/apis/bigquery/v2.js';
import type { Engine } from '../../../lib/core/engine.ts';
import { raw } from '../../../lib/core/sql.ts';
import { openEngine } from '../../../lib/engine/duckdb.ts';
import { ApiError } from './api-error.ts';

const TYPES: Readonly<Record<string, string>> = {
  STRING: 'VARCHAR',
  INT64: 'BIGINT',
  INTEGER: 'BIGINT',
  FLOAT64: 'DOUBLE',
  FLOAT: 'DOUBLE',
  NUMERIC: 'DECIMAL(38, 9)',
  BOOL: 'BOOLEAN',
  BOOLEAN: 'BOOLEAN',
  DATE: 'DATE',
  TIMESTAMP: 'TIMESTAMP',
  DATETIME: 'TIMESTAMP',
};
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^TIMESTAMP/, 'TIMESTAMP'],
  [/^(DOUBLE|FLOAT)/, 'FLOAT'],
  [/^DECIMAL/, 'NUMERIC'],
  [/INT/, 'INTEGER'],
  [/^DATE/, 'DATE'],
  [/^BOOL/, 'BOOLEAN'],
];

/** BigQuery's name of an engine's type. */
export const typeName = (duckdb: string): string => NAMES.find(([pattern]) => pattern.test(duckdb))?.[1] ?? 'STRING';

interface Version {
  /** It was the table's content before this moment, in microseconds. */
  readonly until: number;
  readonly name: string;
}

interface Kept {
  readonly made: api.Schema$Table;
  readonly created: number;
  changed: number;
  readonly versions: Version[];
  bytes: Map<string, number> | null;
}

export class Tables {
  readonly engine: Engine;
  readonly #tables = new Map<string, Kept>();
  /** The columns of tables that were dropped, by `DATASET.TABLE`. */
  readonly dropped = new Map<string, api.Schema$TableFieldSchema[]>();
  #clock = 0;
  #names = 0;

  private constructor(engine: Engine) {
    this.engine = engine;
  }

  static async open(): Promise<Tables> {
    const engine = await openEngine({ spillFolder: tmpdir(), timeZone: 'UTC', threads: 1 });
    await engine.run(
      raw(`create macro iso_text(t) as regexp_replace(strftime(t, '%Y-%m-%dT%H:%M:%S.%f'), '\\.?0*$', '') || 'Z'`),
    );
    // Of patterns without groups: the whole match.
    await engine.run(raw(`create macro first_match(s, p) as nullif(regexp_extract(s, p), '')`));
    await engine.run(raw(`create macro json_text(v) as cast(to_json(v) as varchar)`));
    await engine.run(raw('create macro local_time(t, zone) as timezone(zone, t)'));
    return new Tables(engine);
  }

  /** Microseconds since 1970; no two moments are alike. */
  now(): number {
    this.#clock = Math.max(Date.now() * 1000, this.#clock + 1);
    return this.#clock;
  }

  ids(dataset: string): string[] {
    return [...this.#tables.keys()].flatMap((key) =>
      key.startsWith(`${dataset}/`) ? [key.slice(dataset.length + 1)] : [],
    );
  }

  has = (dataset: string, table: string): boolean => this.#tables.has(`${dataset}/${table}`);

  #kept(dataset: string, table: string): Kept {
    const found = this.#tables.get(`${dataset}/${table}`);
    if (!found)
      throw new ApiError(404, 'notFound', `Not found: Table p:${dataset}.${table} was not found in location EU`);
    return found;
  }

  async create(dataset: string, made: api.Schema$Table): Promise<void> {
    const id = made.tableReference?.tableId ?? '';
    if (this.has(dataset, id)) throw new ApiError(409, 'duplicate', `Already Exists: Table p:${dataset}.${id}`);
    const columns = (made.schema?.fields ?? []).map(
      ({ name, type, mode }) => `"${name}" ${TYPES[type ?? ''] ?? 'VARCHAR'}${mode === 'REPEATED' ? '[]' : ''}`,
    );
    await this.engine.run(raw(`create table "${dataset}/${id}" (${columns.join(', ')})`));
    this.adopt(dataset, made);
  }

  /** A table that a statement has made. */
  adopt(dataset: string, made: api.Schema$Table): void {
    const now = this.now();
    this.#tables.set(`${dataset}/${made.tableReference?.tableId}`, {
      made,
      created: now,
      changed: now,
      versions: [],
      bytes: null,
    });
  }

  async drop(dataset: string, table: string): Promise<void> {
    const { schema } = await this.describe(dataset, table);
    this.dropped.set(`${dataset}.${table}`, schema?.fields ?? []);
    await this.engine.run(raw(`drop table "${dataset}/${table}"`));
    this.#tables.delete(`${dataset}/${table}`);
  }

  /** Keeps the content of tables that are about to change; `done` says when they did. */
  async keep(named: readonly { dataset: string; table: string }[]): Promise<{ done: () => void }> {
    const kept: { of: Kept; name: string }[] = [];
    for (const { dataset, table } of named) {
      const of = this.#kept(dataset, table);
      this.#names += 1;
      const name = `version/${this.#names}`;
      await this.engine.run(raw(`create table "${name}" as select * from "${dataset}/${table}"`));
      kept.push({ of, name });
    }
    return {
      done: () => {
        const until = this.now();
        for (const { of, name } of kept) {
          of.versions.push({ until, name });
          of.changed = until;
          of.bytes = null;
        }
      },
    };
  }

  /** What the engine calls a table as it was at a moment. */
  nameAt(dataset: string, table: string, moment: string | null): string {
    const kept = this.#kept(dataset, table);
    if (moment === null) return `${dataset}/${table}`;
    const at = Date.parse(moment) * 1000 + Number(/\.\d{3}(\d{3})/.exec(moment)?.[1] ?? 0);
    if (at < kept.created)
      throw new ApiError(400, 'invalidQuery', 'Invalid snapshot time for table: before the earliest');
    return kept.versions.find(({ until }) => until > at)?.name ?? `${dataset}/${table}`;
  }

  async describe(dataset: string, table: string): Promise<api.Schema$Table> {
    const kept = this.#kept(dataset, table);
    const columns = await this.engine.rows(raw(`describe select * from "${dataset}/${table}"`));
    const given = new Map((kept.made.schema?.fields ?? []).map((field) => [field.name, field]));
    const fields = columns.map(({ column_name: name, column_type: type }) => ({
      ...given.get(String(name)),
      name: String(name),
      type: given.get(String(name))?.type ?? typeName(String(type)),
    }));
    const rows = await this.engine.number(raw(`select count(*) from "${dataset}/${table}"`));
    const bytes = [...(await this.bytes(dataset, table)).values()].reduce((sum, n) => sum + n, 0);
    return {
      ...kept.made,
      tableReference: { projectId: 'p', datasetId: dataset, tableId: table },
      type: kept.made.type ?? 'TABLE',
      schema: { fields },
      numRows: String(rows),
      numBytes: String(bytes),
      lastModifiedTime: String(kept.changed),
    };
  }

  /**
   * What a reading of each column is billed for: 8 bytes a number or moment, 2 and its length a text. Of a table in
   * monthly partitions those are read that end after the moment.
   */
  async bytes(
    dataset: string,
    table: string,
    since: ReadonlyMap<string, string> = new Map(),
  ): Promise<ReadonlyMap<string, number>> {
    const kept = this.#kept(dataset, table);
    const field = kept.made.timePartitioning?.field ?? '';
    const from = since.get(field);
    if (kept.bytes && from === undefined) return kept.bytes;
    const where =
      from === undefined ? '' : ` where "${field}" >= date_trunc('month', timestamp '${from.replace('Z', '')}')`;
    const columns = await this.engine.rows(raw(`describe select * from "${dataset}/${table}"`));
    const sizes = columns.map(({ column_name: name, column_type: type }) =>
      type === 'VARCHAR' ? `coalesce(sum(2 + strlen("${name}")), 0)` : `8 * count("${name}")`,
    );
    const row = await this.engine.row(
      raw(`select ${sizes.map((size, i) => `${size} as n${i}`).join(', ')} from "${dataset}/${table}"${where}`),
    );
    const bytes = new Map(columns.map(({ column_name: name }, i) => [String(name), Number(row[`n${i}`])]));
    if (from === undefined) kept.bytes = bytes;
    return bytes;
  }
}
