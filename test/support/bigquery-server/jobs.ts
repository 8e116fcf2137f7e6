/**
 * The jobs of the local server: queries, scripts of one transaction, and loads of Parquet files. A job is done when it
 * is made, and reported as running at first; its record stays, so that an id can't be used twice.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { bigquery_v2 as api } from 'googleapis/build/src/apis/bigquery/v2.js';
import { raw, type Sql } from '../../../lib/core/sql.ts';
import { duckdbPrelude } from '../../../lib/engine/prelude.ts';
import { ApiError } from './api-error.ts';
import { type Tables, typeName } from './tables.ts';
import { type Named, statementsOf, tablesIn, toDuckDb } from './translate.ts';

type Query = Pick<api.Schema$JobConfigurationQuery, 'query' | 'queryParameters'>;

export interface Result {
  readonly fields: readonly api.Schema$TableFieldSchema[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface KeptJob {
  job: api.Schema$Job;
  result: Result;
  /** How often it is still reported as running. */
  polls: number;
}

const WRITES = /^(merge|insert into|delete from|update|alter table)\b/i;
const nothing: Result = { fields: [], rows: [] };

/** Carries statements out. */
export class Worker {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /**
   * The bytes that a statement reads: of the tables that it names, the columns that it names, and of partitions those
   * since the moment that it begins with.
   */
  async bytes(query: Query): Promise<number> {
    const script = withLiterals(query);
    const since = new Map(
      [...script.matchAll(/\b(\w+) >= cast\(timestamp '([^']+)' as timestamp\)/gi)].map(([, field = '', at = '']) => [
        field,
        at,
      ]),
    );
    let bytes = 0;
    const words = new Set(
      script.match(/[\w ]+|`[^`]+`/g)?.flatMap((word) => [word.trim(), word.replaceAll('`', '')]) ?? [],
    );
    for (const word of script.match(/\w+/g) ?? []) words.add(word);
    for (const { dataset, table } of tablesIn(script)) {
      if (!this.#tables.has(dataset, table)) continue;
      for (const [column, size] of await this.#tables.bytes(dataset, table, since))
        if (words.has(column)) bytes += size;
    }
    return bytes;
  }

  /** @throws ApiError where a statement names a table, or by `t` a column, that is not there */
  async analyse(script: string): Promise<void> {
    for (const statement of statementsOf(script)) {
      const named = tablesIn(statement).slice(/^create /i.test(statement) ? 1 : 0);
      for (const { dataset, table } of named) {
        const { schema, ...described } = await this.#tables.describe(dataset, table);
        const partition = described.requirePartitionFilter && (described.timePartitioning?.field ?? '_PARTITIONTIME');
        if (partition && !statement.includes(`${partition}\` >= `))
          throw new ApiError(
            400,
            'invalidQuery',
            `Cannot query over table 'p.${dataset}.${table}' without a filter over column(s) '${partition}'`,
          );
        if (named.length > 1 || !/^select/i.test(statement)) continue;
        const there = new Set(schema?.fields?.map(({ name }) => name));
        const missing = [...statement.matchAll(/\bt\.`([^`]+)`/g)].find(([, column]) => !there.has(column));
        if (missing) throw new ApiError(400, 'invalidQuery', `Name ${missing[1]} not found inside t at [1:8]`);
      }
    }
  }

  async query({ query = '', queryParameters }: api.Schema$JobConfigurationQuery): Promise<Result> {
    const values = (queryParameters ?? []).map(parameterValueOf);
    const statements = statementsOf(query ?? '');
    const written = statements
      .filter((statement) => WRITES.test(statement))
      .flatMap((statement) => tablesIn(statement).slice(0, 1));
    const different = new Map(written.map((named) => [`${named.dataset}/${named.table}`, named]));
    const kept = await this.#tables.keep([...different.values()]);
    const variables = new Map<string, number>();
    let result = nothing;
    let changed = 0;
    let isOpen = false;
    try {
      for (const statement of statements) {
        if (/^begin transaction$/i.test(statement)) {
          await this.#tables.engine.run(raw('begin transaction'));
          isOpen = true;
        } else if (/^commit transaction$/i.test(statement)) {
          await this.#tables.engine.run(raw('commit'));
          isOpen = false;
        } else if (/^declare /i.test(statement)) {
          const [, names = ''] = /^declare (.*) int64 default 0$/is.exec(statement) ?? [];
          for (const name of names.split(',')) variables.set(name.trim(), 0);
        } else if (/^set \w+ = @@row_count$/i.test(statement)) {
          variables.set(statement.split(/\s+/)[1] ?? '', changed);
        } else if (/^create temp function /i.test(statement)) {
          await this.#prelude(statement);
        } else {
          const run = withVariables(withValues(statement, values), variables);
          if (/^alter table /i.test(run)) for (const each of alterations(run)) await this.#write(each);
          else if (WRITES.test(run)) changed = await this.#write(run);
          else if (/^create /i.test(run)) await this.#create(run);
          else result = await this.#select(this.#translated(run));
        }
      }
    } catch (error) {
      if (isOpen) await this.#tables.engine.run(raw('rollback'));
      throw error;
    }
    if (different.size > 0) kept.done();
    return result;
  }

  #write = (statement: string): Promise<number> => this.#tables.engine.changed(this.#translated(statement));

  #translated(statement: string): Sql {
    const name = ({ dataset, table, moment }: Named): string => this.#tables.nameAt(dataset, table, moment);
    return raw(toDuckDb(statement, name, isoOf(this.#tables.now())));
  }

  async #select(query: Sql): Promise<Result> {
    const columns = await this.#tables.engine.rows({ text: `describe ${query.text}`, values: query.values });
    const fields = columns.map(({ column_name: name, column_type: type }) => ({
      name: String(name),
      type: typeName(String(type)),
    }));
    const rows: (string | null)[][] = [];
    for await (const chunk of this.#tables.engine.chunks(query)) {
      const length = chunk[0]?.length ?? 0;
      for (let i = 0; i < length; i += 1)
        rows.push(fields.map(({ type }, column) => cellText(chunk[column]?.[i] ?? null, type)));
    }
    return { fields, rows };
  }

  async #create(statement: string): Promise<void> {
    const [, dataset = '', tableId = ''] =
      /^create (?:or replace )?table `[\w-]+\.(\w+)\.([^`]+)`/i.exec(statement) ?? [];
    if (this.#tables.has(dataset, tableId)) await this.#tables.drop(dataset, tableId);
    const name = ({ dataset: of, table, moment }: Named): string =>
      table === tableId ? `${dataset}/${tableId}` : this.#tables.nameAt(of, table, moment);
    await this.#tables.engine.run(raw(toDuckDb(statement, name, isoOf(this.#tables.now()))));
    const [, field] = /\bpartition by timestamp_trunc\(`(\w+)`, month\)/i.exec(statement) ?? [];
    const timePartitioning = { type: 'MONTH', ...(field && { field }) };
    this.#tables.adopt(dataset, { tableReference: { tableId }, ...(field && { timePartitioning }) });
  }

  /** The functions of the prelude are the engine's own; the zone is the one that a definition names. */
  async #prelude(statement: string): Promise<void> {
    const zone = /'([A-Za-z]+\/[A-Za-z_]+|UTC)'/.exec(statement)?.[1] ?? 'UTC';
    const [, name = ''] = /^create temp function (\w+)/i.exec(statement) ?? [];
    const macro = duckdbPrelude(zone).find((each) => each.startsWith(`create macro ${name}(`));
    if (!macro) throw new ApiError(400, 'invalidQuery', `the local server has no function ${name}`);
    await this.#tables.engine.run(raw(macro.replace('create macro', 'create or replace temp macro')));
  }

  async load({ destinationTable }: api.Schema$JobConfigurationLoad, file: Buffer): Promise<void> {
    const [dataset, table] = [destinationTable?.datasetId ?? '', destinationTable?.tableId ?? ''];
    this.#tables.nameAt(dataset, table, null);
    const path = join(tmpdir(), `nightshift-test-load-${process.pid}-${this.#tables.now()}.parquet`);
    writeFileSync(path, file);
    const kept = await this.#tables.keep([{ dataset, table }]);
    try {
      await this.#tables.engine.run(
        raw(`insert into "${dataset}/${table}" by name select * from read_parquet('${path}')`),
      );
    } finally {
      rmSync(path);
    }
    kept.done();
  }
}

/** Microseconds as ISO 8601. */
const isoOf = (micros: number): string =>
  `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1)}${String(micros % 1000).padStart(3, '0')}Z`;

/** Each column of an `alter table` by itself, as the engine takes them. */
function alterations(statement: string): string[] {
  const [first = '', ...more] = statement.split(/,\s*(?=add column)/i);
  const [table = ''] = /^alter table `[^`]+` /i.exec(first) ?? [];
  return [first, ...more.map((each) => `${table}${each}`)];
}

const QUOTED_OR_PARAMETER = /'(?:[^'\\]|\\.)*'|`[^`]*`|\?/g;

export const parametersIn = (statement: string): number =>
  (statement.match(QUOTED_OR_PARAMETER) ?? []).filter((found) => found === '?').length;

/** A statement with its parameters as literals: translated, an expression may stand there twice. */
const withValues = (statement: string, values: (string | number | boolean | Date | null)[]): string =>
  statement.replace(QUOTED_OR_PARAMETER, (found) => (found === '?' ? literalOf(values.shift() ?? null) : found));

/** A query with its parameters as literals. */
export const withLiterals = ({ query, queryParameters }: Query): string =>
  withValues(query ?? '', (queryParameters ?? []).map(parameterValueOf));

function literalOf(value: string | number | boolean | Date | null): string {
  if (value instanceof Date) return `timestamp '${value.toISOString()}'`;
  if (typeof value !== 'string') return String(value);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

const withVariables = (statement: string, variables: ReadonlyMap<string, number>): string =>
  variables.size === 0 || !/^select /i.test(statement)
    ? statement
    : statement.replace(/\b\w+\b/g, (word) => (variables.has(word) ? `${variables.get(word)} as ${word}` : word));

export function parameterValueOf({ parameterType, parameterValue }: api.Schema$QueryParameter) {
  const value = parameterValue?.value ?? null;
  if (value === null) return null;
  switch (parameterType?.type) {
    case 'INT64':
    case 'FLOAT64':
      return Number(value);
    case 'BOOL':
      return value === 'true';
    case 'TIMESTAMP':
      return new Date(value);
    default:
      return value;
  }
}

function cellText(cell: unknown, type: string): string | null {
  if (cell === null) return null;
  if (type !== 'TIMESTAMP') return cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell);
  // Microseconds since 1970, as the engine's text of a moment has them.
  const text = cell instanceof Date ? cell.toISOString().slice(0, -1) : String(cell).replace(/\+00$/, '');
  const [moment = '', fraction = ''] = text.split('.');
  return String(Date.parse(`${moment.replace(' ', 'T')}Z`) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6)));
}
