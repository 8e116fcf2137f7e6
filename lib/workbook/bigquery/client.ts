/**
 * The few calls to BigQuery that a run makes, over Google's client. Everything is a job with an id of the run's own: a
 * request whose answer was lost is repeated under the same id, and the job's own record says what became of it. Before
 * each query its bytes are asked for, and none runs that would read more than the rules allow. It knows no table.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { bigquery_v2 as api } from 'googleapis/build/src/apis/bigquery/index.js';
import type { Sql } from '../../core/sql.ts';
import type { Spent } from '../store.ts';
import { addressOf, type Place } from './address.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { BigQueryError, errorOf, isPassing, unlessReason } from './errors.ts';
import { PIECE, piecewise } from './upload.ts';
import { faultOf, queryOf } from './wire.ts';

export interface ClientOptions extends ConnectionOptions {
  /** The most bytes that one query, and all of them together, may be billed for. */
  readonly limits?: Limits;
  /** Of uploads in several pieces (`upload.ts`). */
  readonly pieceBytes?: number;
  /** Of another client of the same run: the two share what a run may spend. */
  readonly spent?: Spent;
}

export interface Limits {
  readonly gigabytesPerQuery: number;
  readonly gigabytesPerRun: number;
}

export type Job = api.Schema$Job;

const GIGABYTE = 1e9;
/** BigQuery bills a query for so much at least. */
const LEAST_BILLED = 10 * 2 ** 20;
/** Requests for tables that are made at one time. */
const AT_ONCE = 10;
const PAGE_ROWS = 50_000;
/** A job that fails for a passing reason is run again under another id, so often. */
const ATTEMPTS = 3;

export const bigQueryClient = (place: Place, options: ClientOptions = {}): BigQueryClient =>
  new BigQueryClient(place, options);

export class BigQueryClient {
  readonly place: Place;
  readonly spent: { -readonly [Key in keyof Spent]: number };
  readonly #options: ClientOptions;
  readonly #at: { projectId: string };
  readonly #inDataset: { projectId: string; datasetId: string };
  readonly #connection: Connection;
  #located: Promise<string> | undefined;

  constructor(place: Place, options: ClientOptions) {
    this.place = place;
    this.#options = options;
    this.#connection = new Connection(place, options);
    const none = { queries: 0, bytesBilled: 0, slotMs: 0, bytesRead: 0, bytesWritten: 0, rowsRead: 0 };
    this.spent = options.spent ?? none;
    this.#at = { projectId: place.project };
    this.#inDataset = { projectId: place.project, datasetId: place.dataset };
  }

  dataset = (): Promise<api.Schema$Dataset> =>
    this.#connection.call('looking for the dataset', (service) => service.datasets.get(this.#inDataset));

  createDataset = (): Promise<void> => {
    const { location } = this.place;
    const requestBody = { datasetReference: this.#inDataset, ...(location && { location }) };
    return this.#unlessThere('making the dataset', (service) => service.datasets.insert({ ...this.#at, requestBody }));
  };

  /** The tables and views, each with its schema; only those of a name that is wanted, where that is given. */
  async tables(isWanted: (id: string) => boolean = () => true): Promise<api.Schema$Table[]> {
    const names: string[] = [];
    let pageToken: string | undefined;
    do {
      const given = { ...this.#inDataset, maxResults: 1000, ...(pageToken && { pageToken }) };
      const page = await this.#connection.call('listing the tables', (service) => service.tables.list(given));
      names.push(...(page.tables ?? []).flatMap(({ tableReference }) => tableReference?.tableId ?? []));
      pageToken = page.nextPageToken ?? undefined;
    } while (pageToken);
    const what = 'reading a table’s columns';
    const get = (tableId: string) =>
      this.#connection
        .call(what, (service) => service.tables.get({ ...this.#inDataset, tableId }))
        // Deleted since it was listed.
        .catch(unlessReason('notFound'));
    const wanted = names.filter(isWanted);
    const found: (api.Schema$Table | undefined)[] = [];
    for (let at = 0; at < wanted.length; at += AT_ONCE)
      found.push(...(await Promise.all(wanted.slice(at, at + AT_ONCE).map(get))));
    return found.filter((table) => table !== undefined);
  }

  createTable = (table: api.Schema$Table): Promise<void> =>
    this.#unlessThere('making a table', (service) =>
      service.tables.insert({
        ...this.#inDataset,
        requestBody: { ...table, tableReference: { ...this.#inDataset, tableId: table.tableReference?.tableId ?? '' } },
      }),
    );

  async #unlessThere<T>(what: string, call: (service: api.Bigquery) => Promise<{ data: T }>): Promise<void> {
    await this.#connection.call(what, call).catch(unlessReason('duplicate'));
  }

  removeTable = (tableId: string): Promise<void> =>
    this.#connection.call('removing a staging table', (service) =>
      service.tables.delete({ ...this.#inDataset, tableId }),
    );

  /** The bytes that a query would read, by BigQuery's own estimate; nothing is run. */
  async estimate(statement: Sql, what: string): Promise<number> {
    const configuration = { dryRun: true, query: queryOf(statement) };
    const requestBody = { jobReference: await this.#here(), configuration };
    const job = await this.#connection.call(what, (service) => service.jobs.insert({ ...this.#at, requestBody }));
    return Number(job.statistics?.totalBytesProcessed ?? 0);
  }

  /** Runs a statement as the job `id`. @throws BigQueryError */
  async query(id: string, statement: Sql, what: string): Promise<Job> {
    const { limits } = this.#options;
    let most = Number.POSITIVE_INFINITY;
    if (limits) {
      const bytes = await this.estimate(statement, what);
      const mostOfRun = limits.gigabytesPerRun * GIGABYTE - this.spent.bytesBilled;
      most = Math.min(mostOfRun, limits.gigabytesPerQuery * GIGABYTE);
      const rule = most === mostOfRun ? 'gigabytesPerRun' : 'gigabytesPerQuery';
      if (bytes > most)
        throw new BigQueryError(
          'bytesBilledLimitExceeded',
          `BigQuery, ${what}: it would read ${inGigabytes(bytes)}, and bigquery.${rule} in jobs/rules/workbook.ts ` +
            `leaves ${inGigabytes(Math.max(0, most))}. Nothing was read. Raise the limit if that is meant.`,
        );
    }
    const query = {
      ...queryOf(statement),
      ...(limits && { maximumBytesBilled: String(Math.max(LEAST_BILLED, Math.round(most))) }),
    };
    return this.#attempt(id, { query }, what);
  }

  /** A job that ran and failed for a passing reason did nothing, and is run again under another id. */
  async #attempt(id: string, configuration: api.Schema$JobConfiguration, what: string, file?: string): Promise<Job> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#run(attempt === 1 ? id : `${id}_${attempt}`, configuration, what, file);
      } catch (error) {
        const fault = error instanceof BigQueryError ? error.fault : null;
        if (!fault || !isPassing(fault) || attempt === ATTEMPTS) throw error;
        await this.#connection.pause(attempt, what);
      }
    }
  }

  /** Runs a job, or finds it under its id, and waits until it is done. */
  async #run(jobId: string, configuration: api.Schema$JobConfiguration, what: string, path?: string): Promise<Job> {
    const requestBody = { jobReference: { ...(await this.#here()), jobId }, configuration };
    const insert = path
      ? await this.#uploading(requestBody, path)
      : (service: api.Bigquery) => service.jobs.insert({ ...this.#at, requestBody });
    let job = await this.#connection.call(what, async (service) => {
      try {
        return await insert(service);
      } catch (thrown) {
        // The answer of an earlier attempt was lost: the job is there.
        if (faultOf(thrown).reason !== 'duplicate') throw thrown;
        return await this.#get(service, jobId);
      }
    });
    for (let polls = 0; job.status?.state !== 'DONE'; polls += 1) {
      await this.#connection.sleepBriefly(polls);
      job = await this.#connection.call(what, (service) => this.#get(service, jobId));
    }
    this.#count(job);
    const { errorResult } = job.status;
    if (errorResult)
      throw errorOf({ reason: errorResult.reason ?? '', message: errorResult.message ?? '' }, this.place, what);
    refuseHidden(job, what);
    return job;
  }

  /** How a job with a file is sent: a small one in one request. */
  async #uploading(requestBody: Job, path: string): Promise<(service: api.Bigquery) => Promise<{ data: Job }>> {
    const rootUrl = this.#connection.rootUrl;
    const { size: bytes } = await stat(path);
    this.spent.bytesWritten += bytes;
    const { pieceBytes = PIECE } = this.#options;
    if (bytes > pieceBytes) return piecewise({ ...this.#at, requestBody, path, bytes, rootUrl, pieceBytes });
    const media = () => ({ mimeType: 'application/octet-stream', body: createReadStream(path) });
    // Uploads go to the address that is given with the call.
    return (service) => service.jobs.insert({ ...this.#at, requestBody, media: media() }, rootUrl ? { rootUrl } : {});
  }

  /**
   * Where jobs run: where the dataset is. Outside of the US and the EU none is found without.
   * @throws BigQueryError where the address names another place
   */
  async #here(): Promise<{ projectId: string; location?: string }> {
    this.#located ??= this.dataset().then(({ location }) => {
      const named = this.place.location;
      if (named && location && named.toLowerCase() !== location.toLowerCase())
        throw new BigQueryError(
          'notFound',
          `The dataset ${addressOf(this.place)} is in ${location}, and its address has location=${named}. ` +
            `Write ?location=${location}.`,
        );
      return location ?? named ?? '';
    });
    const location = await this.#located;
    return { ...this.#at, ...(location && { location }) };
  }

  #get = async (service: api.Bigquery, jobId: string) => service.jobs.get({ ...(await this.#here()), jobId });

  #count({ statistics }: Job): void {
    this.spent.queries += statistics?.query ? 1 : 0;
    this.spent.bytesBilled += Number(statistics?.query?.totalBytesBilled ?? 0);
    this.spent.slotMs += Number(statistics?.totalSlotMs ?? statistics?.query?.totalSlotMs ?? 0);
  }

  /** The rows of a query's result, page by page; numbers and moments (in microseconds) as texts. */
  async *pages(job: Job, what: string): AsyncGenerator<readonly (readonly (string | null)[])[]> {
    const jobId = job.jobReference?.jobId ?? '';
    let pageToken: string | undefined;
    do {
      const given = { ...(await this.#here()), jobId, maxResults: PAGE_ROWS, ...(pageToken && { pageToken }) };
      const page = await this.#connection.call(what, (service) =>
        service.jobs.getQueryResults({ ...given, 'formatOptions.useInt64Timestamp': true }),
      );
      const rows = (page.rows ?? []).map(({ f = [] }) => f.map(({ v }) => (v ?? null) as string | null));
      this.spent.rowsRead += rows.length;
      for (const row of rows) for (const cell of row) this.spent.bytesRead += cell?.length ?? 0;
      yield rows;
      pageToken = page.pageToken ?? undefined;
    } while (pageToken);
  }

  /** The columns of a query's result. */
  async fields(job: Job, what: string): Promise<api.Schema$TableFieldSchema[]> {
    const given = { ...(await this.#here()), jobId: job.jobReference?.jobId ?? '', maxResults: 0 };
    const { schema } = await this.#connection.call(what, (service) => service.jobs.getQueryResults(given));
    return schema?.fields ?? [];
  }

  /** Appends a Parquet file to a table as the job `id`. */
  async load(id: string, tableId: string, path: string): Promise<void> {
    const load = {
      destinationTable: { ...this.#inDataset, tableId },
      sourceFormat: 'PARQUET',
      createDisposition: 'CREATE_NEVER',
      writeDisposition: 'WRITE_APPEND',
    };
    await this.#attempt(id, { load }, 'loading changed rows', path);
  }

  /** Waits until no job with such an id is at work; returns how many were. */
  async awaitJobs(prefix: string): Promise<number> {
    for (let polls = 0, most = 0; ; polls += 1) {
      const given = { ...this.#at, stateFilter: ['running', 'pending'], maxResults: 1000 };
      const { jobs } = await this.#connection.call('looking for jobs at work', (service) => service.jobs.list(given));
      const ours = (jobs ?? []).filter(({ jobReference }) => jobReference?.jobId?.startsWith(prefix));
      if (ours.length === 0) return most;
      most = Math.max(most, ours.length);
      await this.#connection.sleepBriefly(polls);
    }
  }

  /** The account's address; undefined where the sign-in does not say. */
  account = (): Promise<string | undefined> => this.#connection.account();
}

/** Rows or cells that the account does not see may refuse mail. */
function refuseHidden({ statistics }: Job, what: string): void {
  const hidden = statistics?.dataMaskingStatistics?.dataMaskingApplied
    ? 'a data policy masks cells'
    : statistics?.rowLevelSecurityStatistics?.rowLevelSecurityApplied && 'a row access policy may hide rows';
  if (hidden)
    throw new BigQueryError(
      'accessDenied',
      `BigQuery, ${what}: ${hidden}, and what is hidden may refuse mail. Nothing was decided. ` +
        'Name a table without such a policy.',
    );
}

const inGigabytes = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(1)} GB`;
