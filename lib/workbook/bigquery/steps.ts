/**
 * The steps of one opening of a dataset: ids of jobs that are the run's and numbered, so that a request may be repeated;
 * staging tables, which go with the opening or expire after a day; and tables read as of one moment.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { join as joinSql, type Sql, sql } from '../../core/sql.ts';
import { writeText } from '../csv/write-text.ts';
import type { CsvText } from '../table-text.ts';
import type { BigQueryClient } from './client.ts';
import { BigQueryError, isGone, isTooEarly } from './errors.ts';
import { isoText, type Outline, OWN, outlineOf, tableAt, tableIn, textOf } from './outline.ts';
import { rowsQuery } from './read.ts';

/** What a killed run left in staging tables is gone after a day. */
export const STAGED_MS = 86_400_000;

export class Steps {
  readonly client: BigQueryClient;
  /** The moment of which tables are read; empty before the first reading. */
  moment = '';
  /** Tables that were deleted, or lost a column, since they were listed. */
  readonly gone = new Set<string>();
  readonly #run: string;
  readonly #scratch: string;
  /** Keeps the ids of two openings by one run apart. */
  readonly #opening = randomBytes(3).toString('hex');
  readonly #staged = new Set<string>();
  readonly #remade = new Set<string>();
  readonly #uploads = new Map<string, Promise<Sql>>();
  #count = 0;

  constructor(client: BigQueryClient, run: string, scratch: string) {
    this.client = client;
    this.#run = run;
    this.#scratch = scratch;
  }

  /** How the ids of a dataset's jobs begin. */
  get prefix(): string {
    return `${OWN}${this.client.place.dataset}_`;
  }

  id(what: string): string {
    this.#count += 1;
    return `${this.prefix}${what}_${this.#run.replace(/[^\w-]/g, '_')}_${this.#opening}_${this.#count}`;
  }

  newPath(ending = 'csv'): string {
    return join(this.#scratch, `${randomBytes(4).toString('hex')}.${ending}`);
  }

  /** The rows of a query's result, all of them. `kind` stands in the job's id. */
  async rows(kind: string, query: Sql, what: string): Promise<(readonly (string | null)[])[]> {
    const rows: (readonly (string | null)[])[] = [];
    const job = await this.client.query(this.id(kind), query, what);
    for await (const page of this.client.pages(job, what)) rows.push(...page);
    return rows;
  }

  /** A table of the dataset, by its name. */
  table = (id: string): Sql => tableIn(this.client.place, id);

  /** A table as it was at the moment of the reading, called t. */
  at = (outline: Outline): Sql => tableAt(this.client.place, outline, this.moment);

  /** Lists the tables that are not a run's own, all or some, and begins a reading as of now. */
  async begin(isWanted: (id: string) => boolean = () => true): Promise<Outline[]> {
    const tables = await this.client.tables((id) => !id.startsWith(OWN) && isWanted(id));
    const outlines = tables.map(outlineOf);
    // BigQuery's own clock, to the microsecond.
    const clock = sql`select ${isoText(sql`current_timestamp()`)} as now`;
    const [[now] = []] = await this.rows('now', clock, 'asking for the time');
    this.moment = now ?? '';
    this.gone.clear();
    return outlines;
  }

  /**
   * A table's rows, or those for which a condition on `t` holds. A table that is gone since it was listed is
   * remembered, so that the run reads again.
   */
  async read(outline: Outline, keys: readonly string[], where: Sql = sql`true`): Promise<CsvText> {
    const what = `reading ${outline.id}`;
    try {
      const query = rowsQuery(outline, this.at(outline), keys, where);
      const job = await this.client.query(this.id('read'), query, what);
      return await writeText(this.client.pages(job, what), outline.headers, this.newPath());
    } catch (error) {
      const fault = error instanceof BigQueryError ? error.fault : null;
      // A table that was dropped and made since has no past; the second time it is the dataset's window.
      const isRemade = fault !== null && isTooEarly(fault) && !this.#remade.has(outline.id);
      if (isRemade) this.#remade.add(outline.id);
      if (isRemade || (fault && isGone(fault))) this.gone.add(`table "${outline.id}"`);
      throw error;
    }
  }

  /** Whether any cell of a table holds an "@". */
  async holdsAddress(outline: Outline): Promise<boolean> {
    const what = `looking for addresses in ${outline.id}`;
    const cells = outline.fields.map((field) => sql`strpos(coalesce(${textOf(field, 't')}, ''), '@') > 0`);
    const query = sql`select count(*) as n from ${this.at(outline)} where ${joinSql(cells, ' or ')}`;
    const [[found] = []] = await this.rows('look', query, what);
    return Number(found) > 0;
  }

  /** The name of a new staging table. */
  stagingName(what: string): string {
    const name = `${OWN}staging_${this.id(what)}`.replace(/[^\w]/g, '_').slice(0, 1000);
    this.#staged.add(name);
    return name;
  }

  /** Makes a staging table of texts; returns its name. */
  async stage(what: string, columns: readonly string[]): Promise<string> {
    const tableId = this.stagingName(what);
    await this.client.createTable({
      tableReference: { tableId },
      expirationTime: String(Date.now() + STAGED_MS),
      schema: { fields: columns.map((name) => ({ name, type: 'STRING' })) },
    });
    return tableId;
  }

  /** Loads a Parquet file of texts once, however often it is asked for; returns the staging table. */
  upload(path: string, columns: readonly string[]): Promise<Sql> {
    const uploading =
      this.#uploads.get(path) ??
      this.stage('refs', columns).then(async (table) => {
        await this.client.load(this.id('load'), table, path);
        return this.table(table);
      });
    this.#uploads.set(path, uploading);
    return uploading;
  }

  /** Removes the staging tables; what can't be removed expires. */
  async end(): Promise<void> {
    for (const table of this.#staged) await this.client.removeTable(table).catch(() => {});
    this.#staged.clear();
  }
}
