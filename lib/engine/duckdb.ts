/**
 * The engine: DuckDB in this process, in memory, with a bound on memory and a folder to spill to, so that a runner
 * with 7 GB never dies of a big night. Knows SQL and files; knows no store, no job and no table by name.
 */

import { createHash } from 'node:crypto';
import { availableParallelism, totalmem } from 'node:os';
import {
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBMaterializedResult,
  type DuckDBType,
  type DuckDBValue,
  JSDuckDBValueConverter,
  VARCHAR,
} from '@duckdb/node-api';
import type { Cell, Engine, RemoteFacts, Row, TextsByColumn } from '../core/engine.ts';
import { FACTS_MARK, FactsAdded, readsRows, withoutFacts } from '../core/facts.ts';
import { type Sql, type SqlValue, sql, withLiterals } from '../core/sql.ts';
import { Definitions } from './definitions.ts';
import { duckdbPrelude } from './prelude.ts';

export interface EngineOptions {
  /** Where intermediate results go that don't fit into memory; created when first needed. */
  readonly spillFolder: string;
  /** The workbook's IANA time zone: its days are what `local_day` gives. */
  readonly timeZone: string;
  /** Megabytes that DuckDB may use; 45 % of the machine's, at most 3,000, unless given. */
  readonly memoryMb?: number;
  /** All of the machine's, unless given; with 1 it plans for few rows until `reserve` announces more. */
  readonly threads?: number;
}

const MOST_MEMORY_MB = 3_000;
/** A database in memory needs no checkpoint, which would rewrite a big table at every commit: a sixth of a night. */
const NEVER = '1TB';
/**
 * How much of its memory the engine keeps for its next statement: to release and request it again takes the system a
 * tenth of a big night. In a small night keeping it would cost as much, since each block that is kept is initialised.
 */
const KEPT_SHARE = 2 / 3;
const APPEND_ROWS = 2_048;
/** Optimizers that take longer than they save where no table has more rows than this: a tenth of a small night. */
const FOR_MANY_ROWS = 'common_subexpressions,common_subplan,statistics_propagation';
const MANY_ROWS = 5_000;
/**
 * Up to so many rows, one thread is as fast as several, which wait for each other in every small statement, and takes a
 * third less of the processor.
 */
const ONE_THREAD_ROWS = 60_000;

/**
 * SQL for a text that the client reads: it drops U+FEFF at the beginning as a byte order mark; of two it leaves one.
 */
export const withMark = (text: Sql): Sql =>
  sql`case when starts_with(${text}, chr(65279)) then chr(65279) || ${text} else ${text} end`;

const bound = (value: SqlValue): DuckDBValue =>
  value instanceof Date ? value.toISOString().replace('T', ' ').replace('Z', '') : value;

const cellOf = (value: unknown): Cell => {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value instanceof Date ? value : String(value);
};

/** Runs a statement. DuckDB plans one with parameters twice, so that it gets literals where it can. */
function run(connection: DuckDBConnection, { text, values }: Sql): Promise<DuckDBMaterializedResult> {
  const whole = withLiterals({ text, values });
  return whole === null ? connection.run(text, values.map(bound)) : connection.run(whole);
}

/** The rows of an answer, as objects. All of it is here, so that no chunk of it has to be waited for. */
function rowsOf(result: DuckDBMaterializedResult): Row[] {
  const names = result.deduplicatedColumnNames();
  return Array.from({ length: result.chunkCount }, (_, i) => result.getChunk(i).convertRows(JSDuckDBValueConverter))
    .flat()
    .map((row) => Object.fromEntries(names.map((name, column) => [name, cellOf(row[column])])));
}

const firstNumber = (rows: readonly Row[]): number => Number(Object.values(rows[0] ?? {})[0] ?? 0);

/** What each method does stands in the interface (lib/core/engine.ts). */
class DuckDb implements Engine {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #second: DuckDBConnection;
  readonly #memoryMb: number;
  #facts: RemoteFacts | null = null;
  /** Tables of answers, by what was asked. */
  readonly #answers = new Map<string, string>();
  /** Tables of facts that a statement asked rows of, and that are here now. */
  readonly #loaded = new Set<string>();
  /** Those of which rows were fetched by key, and those where they changed since. */
  readonly #fetched = new Set<string>();
  readonly #changed = new Set<string>();
  readonly #definitions = new Definitions();

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    second: DuckDBConnection,
    memoryMb: number,
  ) {
    this.#instance = instance;
    this.#connection = connection;
    this.#second = second;
    this.#memoryMb = memoryMb;
  }

  static async open(options: EngineOptions): Promise<DuckDb> {
    const memoryMb = options.memoryMb ?? Math.min(MOST_MEMORY_MB, Math.floor((totalmem() / 2 ** 20) * 0.45));
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(options.threads ?? availableParallelism()),
      memory_limit: `${memoryMb}MB`,
      temp_directory: options.spillFolder,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      checkpoint_threshold: NEVER,
      ...(options.threads === 1 && { disabled_optimizers: FOR_MANY_ROWS }),
    });
    const engine = new DuckDb(instance, await instance.connect(), await instance.connect(), memoryMb);
    await engine.run({ text: duckdbPrelude(options.timeZone).join(';\n'), values: [] });
    return engine;
  }

  get duckdb(): DuckDBConnection {
    return this.#connection;
  }

  async reserve(rows: number): Promise<void> {
    if (rows > MANY_ROWS) await this.#connection.run(`set disabled_optimizers = ''`);
    if (rows <= ONE_THREAD_ROWS) return;
    await this.#connection.run(
      `set threads = ${availableParallelism()};
        set block_allocator_memory = '${Math.floor(this.#memoryMb * KEPT_SHARE)}MB'`,
    );
  }

  whenNamed(name: string, statement: Sql, isTable = false): void {
    this.#definitions.add(name, statement, isTable);
  }

  async run(statement: Sql): Promise<void> {
    await this.#change(statement);
  }

  async #change(statement: Sql): Promise<DuckDBMaterializedResult> {
    const result = await run(this.#connection, await this.#here(statement));
    this.#definitions.changedBy(statement.text);
    return result;
  }

  async numberConcurrently(query: Sql): Promise<number> {
    return firstNumber(rowsOf(await run(this.#second, query)));
  }

  async changed(statement: Sql): Promise<number> {
    const result = await this.#change(statement);
    // Of a table that is made, the engine gives the number of its rows as a row.
    return result.rowsChanged || firstNumber(rowsOf(result));
  }

  async withProgress<T>(work: () => Promise<T>, report: (share: number) => void): Promise<T> {
    await this.#connection.run('set enable_progress_bar = true; set enable_progress_bar_print = false');
    const timer = setInterval(() => {
      const { percentage } = this.#connection.progress;
      if (percentage > 0) report(percentage / 100);
    }, 250);
    return work().finally(() => clearInterval(timer));
  }

  async transaction(statements: () => Promise<void>): Promise<void> {
    await this.#connection.run('begin transaction');
    try {
      await statements();
      await this.#connection.run('commit');
    } catch (error) {
      await this.#connection.run('rollback').catch(() => {});
      // What was made inside of it is gone with it.
      this.#answers.clear();
      this.#definitions.forget();
      this.#facts?.rewind(null);
      throw error;
    }
  }

  async rows(query: Sql): Promise<Row[]> {
    return rowsOf(await run(this.#connection, await this.#here(query)));
  }

  async row(query: Sql): Promise<Row> {
    const [first] = await this.rows(query);
    if (!first) throw new Error('a query that must give one row gave none');
    return first;
  }

  async number(query: Sql): Promise<number> {
    return firstNumber([await this.row(query)]);
  }

  async columnsOf(query: Sql): Promise<string[]> {
    return (await this.rows(sql`describe ${query}`)).map((row) => String(row.column_name));
  }

  async *chunks(query: Sql): AsyncGenerator<readonly (readonly Cell[])[]> {
    const { text, values } = await this.#here(query);
    const result = await this.#connection.stream(text, values.map(bound));
    for (;;) {
      const chunk: DuckDBDataChunk | null = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return;
      yield chunk.getColumns().map((column) => column.map(cellOf));
    }
  }

  async append<Value extends string | number>(
    table: string,
    batches: AsyncIterable<readonly (readonly (Value | null)[])[]>,
    type: 'text' | 'number' = 'text',
  ): Promise<void> {
    this.#definitions.changedBy(`insert into ${table}`);
    let appender: DuckDBAppender | null = null;
    for await (const columns of batches) {
      const rows = columns[0]?.length ?? 0;
      const types: DuckDBType[] = columns.map(() => (type === 'text' ? VARCHAR : DOUBLE));
      for (let from = 0; from < rows; from += APPEND_ROWS) {
        const chunk = DuckDBDataChunk.create(types);
        chunk.setColumns(columns.map((column) => column.slice(from, from + APPEND_ROWS)));
        appender ??= await this.#connection.createAppender(table);
        appender.appendDataChunk(chunk);
      }
    }
    appender?.flushSync();
    appender?.closeSync();
  }

  appendRows(table: string, rows: readonly (readonly (string | null)[])[]): Promise<void> {
    async function* columns(): AsyncGenerator<(string | null)[][]> {
      yield (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? null));
    }
    return this.append(table, columns());
  }

  attach(facts: RemoteFacts): void {
    this.#facts = facts;
  }

  rewindFacts(table: string, until: Date): boolean {
    if (!this.#facts?.tables.has(table) || this.#loaded.has(table)) return false;
    this.#facts.rewind(until);
    this.#answers.clear();
    return true;
  }

  async fetchRows(table: string, texts: TextsByColumn): Promise<void> {
    const facts = this.#facts;
    if (!facts?.tables.has(table) || this.#loaded.has(table)) return;
    // While its rows come in, the table is one of the engine's own.
    this.#loaded.add(table);
    await facts.fetchRows(table, texts).finally(() => this.#loaded.delete(table));
    this.#fetched.add(table);
  }

  noteChange(table: string): void {
    if (this.#fetched.has(table)) this.#changed.add(table);
  }

  /** Before facts are asked: what became of rows that are here goes to where they are. */
  async #sendChanges(): Promise<void> {
    if (this.#changed.size === 0) return;
    const changed = [...this.#changed];
    this.#changed.clear();
    this.#answers.clear();
    for (const table of changed) await this.#facts?.sendBack(table);
  }

  async forgetAnswers(): Promise<void> {
    for (const table of this.#answers.values()) await this.#connection.run(`drop table if exists ${table}`);
    this.#answers.clear();
    for (const table of this.#fetched) this.#changed.add(table);
    this.#facts?.forget();
  }

  /**
   * A statement as it can be run here: what it names is made first, and what it asks of facts elsewhere is answered, or
   * fetched here.
   */
  async #here(statement: Sql): Promise<Sql> {
    await this.#definitions.makeNamedIn(statement, async (making) => {
      await run(this.#connection, await this.#here(making));
    });
    const facts = this.#facts;
    if (!facts) return statement;
    if (statement.text.includes(FACTS_MARK)) await this.#sendChanges();
    const asked: { readonly table: string; readonly query: Sql; readonly into: string }[] = [];
    const isElsewhere = (table: string): boolean => facts.tables.has(table) && !this.#loaded.has(table);
    const here = withoutFacts(statement, ({ table, query }) => {
      if (!isElsewhere(table)) return null;
      const key = createHash('sha256')
        .update(JSON.stringify([table, query.text, query.values]))
        .digest('hex');
      const into = `facts_${key.slice(0, 16)}`;
      if (!this.#answers.has(key)) asked.push({ table, query, into });
      this.#answers.set(key, into);
      return `(select * from ${into})`;
    });
    for (const { table, query, into } of asked) await facts.answer(query, table, into);
    for (const { table, all } of readsRows(here.text, facts.tables)) {
      if (!isElsewhere(table) || (!all && this.#fetched.has(table))) continue;
      if (this.#fetched.has(table)) throw new FactsAdded(table);
      this.#loaded.add(table);
      await facts.load(table);
    }
    return here;
  }

  close(): void {
    this.#second.closeSync();
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

/** Opens the engine. The caller closes it. */
export const openEngine = (options: EngineOptions): Promise<Engine> => DuckDb.open(options);
