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
  /** What its content came to when it was looked at last; null once it has changed. */
  found: Found | null;
}

interface Found {
  /** Names and the engine's types. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly rows: number;
  /** By column. */
  readonly bytes: ReadonlyMap<string, number>;
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
      found: null,
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
          of.found = null;
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
    const { columns, rows, bytes } = await this.#found(dataset, table);
    const given = new Map((kept.made.schema?.fields ?? []).map((field) => [field.name, field]));
    const fields = columns.map(([name, type]) => ({
      ...given.get(name),
      name,
      type: given.get(name)?.type ?? typeName(type),
    }));
    return {
      ...kept.made,
      tableReference: { projectId: 'p', datasetId: dataset, tableId: table },
      type: kept.made.type ?? 'TABLE',
      schema: { fields },
      numRows: String(rows),
      numBytes: String([...bytes.values()].reduce((sum, n) => sum + n, 0)),
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
    const { made } = this.#kept(dataset, table);
    const { columns, bytes } = await this.#found(dataset, table);
    const field = made.timePartitioning?.field ?? '';
    const from = since.get(field)?.replace('Z', '');
    if (from === undefined) return bytes;
    return (
      await this.#sizes(columns, `"${dataset}/${table}" where "${field}" >= date_trunc('month', timestamp '${from}')`)
    ).bytes;
  }

  /** A table's columns, rows and bytes, looked at once for each content. */
  async #found(dataset: string, table: string): Promise<Found> {
    const kept = this.#kept(dataset, table);
    if (kept.found) return kept.found;
    const described = await this.engine.rows(raw(`describe select * from "${dataset}/${table}"`));
    const columns = described.map(({ column_name: name, column_type: type }) => [String(name), String(type)] as const);
    kept.found = { columns, ...(await this.#sizes(columns, `"${dataset}/${table}"`)) };
    return kept.found;
  }

  async #sizes(columns: Found['columns'], source: string): Promise<Pick<Found, 'rows' | 'bytes'>> {
    const sizes = columns.map(([name, type], i) => {
      const size = type === 'VARCHAR' ? `coalesce(sum(2 + strlen("${name}")), 0)` : `8 * count("${name}")`;
      return `, ${size} as n${i}`;
    });
    const row = await this.engine.row(raw(`select count(*) as n${sizes.join('')} from ${source}`));
    return { rows: Number(row.n), bytes: new Map(columns.map(([name], i) => [name, Number(row[`n${i}`])])) };
  }
}
