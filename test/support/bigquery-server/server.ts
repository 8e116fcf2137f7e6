/**
 * A BigQuery of one's own for tests and for trying things out: Google's client talks to it over HTTP. Every request is
 * held against Google's description; what it does not implement it answers with 501. It checks no credentials.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { bigquery_v2 as api } from 'googleapis/build/src/apis/bigquery/v2.js';
import { raw } from '../../../lib/core/sql.ts';
import { ApiError } from './api-error.ts';
import { faultsIn, unknownParameters } from './description.ts';
import { type KeptJob, type Result, Worker } from './jobs.ts';
import { Tables } from './tables.ts';
import { Uploads } from './uploads.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly job: api.Schema$Job | null;
}

/** An answer that does not come: 503 before the work or after it, or a connection that is cut after it. */
export type Lost = 'lost before' | 'lost after' | 'cut after';

/** What becomes of a request: no answer, an error, or null for the usual answer. */
export type Weather = (asked: Asked, number: number) => Lost | ApiError | null;

/** Every request gets an error the first time that it is asked. */
export function failsFirst(fault: Lost): Weather {
  const seen = new Set<string>();
  return ({ method, path, job }) => {
    const key = `${method} ${path} ${job?.jobReference?.jobId ?? ''}`;
    if (seen.has(key)) return null;
    seen.add(key);
    return fault;
  };
}

export interface BigQueryServer {
  readonly url: string;
  readonly tables: Tables;
  readonly uploads: Uploads;
  /** In the order of arrival. */
  readonly requests: Asked[];
  /** Bytes that jobs read, by id, without the least that is billed. */
  readonly read: Map<string, number>;
  /** What broke Google's description, or is not implemented. */
  readonly violations: string[];
  weather: Weather;
  /** Runs just before a job does: what others do meanwhile. */
  before: (job: api.Schema$Job) => Promise<void>;
  /** Runs once a job is done. */
  after: (job: api.Schema$Job, result: Result) => Promise<void>;
  dataset: api.Schema$Dataset;
  /** How often a job is reported as running before it is done. */
  polls: number;
  /** Rows of a page at most. */
  pageRows: number;
  /** What each job says of itself beside what it cost. */
  statistics: api.Schema$JobStatistics;
  /** Results are kept after their last page, so that it may be asked for again. */
  keepsResults: boolean;
  /** A statement of another program, in the engine's SQL; tables are called "DATASET/TABLE". */
  act(dataset: string, table: string, statement: string): Promise<void>;
  close(): Promise<void>;
}

export async function startBigQueryServer(): Promise<BigQueryServer> {
  const tables = await Tables.open();
  const worker = new Worker(tables);
  const jobs = new Map<string, KeptJob>();
  const listener = http.createServer({ keepAliveTimeout: 240_000 });
  const server: BigQueryServer = {
    url: '',
    tables,
    uploads: new Uploads(),
    requests: [],
    read: new Map(),
    violations: [],
    weather: () => null,
    before: async () => {},
    after: async () => {},
    dataset: { location: 'EU', maxTimeTravelHours: '168' },
    polls: 1,
    pageRows: Number.POSITIVE_INFINITY,
    statistics: {},
    keepsResults: true,
    act: async (dataset, table, statement) => {
      const kept = await tables.keep([{ dataset, table }]);
      await tables.engine.run(raw(statement));
      kept.done();
    },
    close: () =>
      new Promise((done) => {
        listener.closeAllConnections();
        listener.close(() => {
          tables.engine.close();
          done();
        });
      }),
  };
  const state: State = { server, tables, worker, jobs };
  // One at a time: the engine has one connection.
  let queue: Promise<unknown> = Promise.resolve();
  listener.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      queue = queue.then(() => answer(state, request, Buffer.concat(chunks), response));
    });
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  Object.assign(server, { url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/` });
  return server;
}

interface State {
  readonly server: BigQueryServer;
  readonly tables: Tables;
  readonly worker: Worker;
  readonly jobs: Map<string, KeptJob>;
}

async function answer(state: State, request: http.IncomingMessage, body: Buffer, response: http.ServerResponse) {
  const { server } = state;
  const url = new URL(request.url ?? '', 'http://localhost');
  const session = server.uploads.sessionOf(url);
  const { json, file } = session ? { json: null, file: body } : partsOf(request.headers['content-type'] ?? '', body);
  const asked: Asked = {
    method: request.method ?? '',
    path: url.pathname,
    job: url.pathname.endsWith('/jobs') ? (json as api.Schema$Job) : null,
  };
  server.requests.push(asked);
  const weather = server.weather(asked, server.requests.length);
  const send = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(value === undefined ? '' : JSON.stringify(value));
  };
  try {
    if (weather === 'lost before') throw new ApiError(503, 'backendError', 'Service unavailable');
    if (weather instanceof ApiError) throw weather;
    const begun = request.headers['x-upload-content-length'];
    const upload = session
      ? server.uploads.put(session, String(request.headers['content-range'] ?? ''), body)
      : begun === undefined
        ? null
        : server.uploads.begin(json as api.Schema$Job, Number(begun), `${server.url}upload/bigquery/v2/sessions/`);
    const result =
      upload === null
        ? await perform(state, asked.method, url, json, file)
        : upload.whole && (await insertJob(state, upload.job, upload.whole));
    if (weather === 'lost after') throw new ApiError(503, 'backendError', 'Service unavailable');
    if (weather === 'cut after') response.destroy();
    else if (upload && !upload.whole) {
      response.writeHead(upload.status, upload.headers);
      response.end();
    } else send(result === undefined ? 204 : 200, result);
  } catch (error) {
    if (!(error instanceof ApiError)) server.violations.push(`${asked.method} ${asked.path}: ${error}`);
    const known = error instanceof ApiError ? error : new ApiError(501, 'notImplemented', String(error));
    send(known.status, known.body);
  }
}

/** A request's JSON, and the file of an upload. */
function partsOf(type: string, body: Buffer): { json: unknown; file: Buffer } {
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1];
  if (boundary === undefined)
    return { json: body.length > 0 ? JSON.parse(body.toString()) : null, file: Buffer.alloc(0) };
  const mark = Buffer.from(`--${boundary}`);
  const parts: Buffer[] = [];
  for (let at = body.indexOf(mark); at >= 0; ) {
    const next = body.indexOf(mark, at + mark.length);
    if (next < 0) break;
    const part = body.subarray(at + mark.length, next);
    parts.push(part.subarray(part.indexOf('\r\n\r\n') + 4, part.length - 2));
    at = next;
  }
  return { json: JSON.parse(parts[0]?.toString() ?? 'null'), file: parts[1] ?? Buffer.alloc(0) };
}

const PATH =
  /^(?:\/upload)?\/bigquery\/v2\/projects\/([\w-]+)\/(datasets|jobs|queries)(?:\/([\w-]+))?(?:\/(tables)(?:\/([^/]+))?)?$/;

async function perform(state: State, method: string, url: URL, json: unknown, file: Buffer): Promise<unknown> {
  const { server, tables, jobs } = state;
  const [, , kind = '', id = '', inner, table = ''] = PATH.exec(decodeURIComponent(url.pathname)) ?? [];
  const check = (name: string, schema?: string): void => {
    for (const parameter of unknownParameters(name, url.searchParams.keys()))
      server.violations.push(`${name} has no parameter "${parameter}"`);
    if (schema) server.violations.push(...faultsIn(json, schema));
  };
  const route = `${method} ${kind}${inner ? `/${inner}` : ''}${(inner ? table : id) ? '/*' : ''}`;
  switch (route) {
    case 'GET datasets/*':
      check('Datasets$Get');
      return server.dataset;
    case 'POST datasets':
      check('Datasets$Insert', 'Schema$Dataset');
      return server.dataset;
    case 'GET datasets/tables': {
      check('Tables$List');
      return { tables: tables.ids(id).map((tableId) => ({ tableReference: { tableId } })) };
    }
    case 'POST datasets/tables':
      check('Tables$Insert', 'Schema$Table');
      await tables.create(id, json as api.Schema$Table);
      return tables.describe(id, (json as api.Schema$Table).tableReference?.tableId ?? '');
    case 'GET datasets/tables/*':
      check('Tables$Get');
      return tables.describe(id, table);
    case 'DELETE datasets/tables/*':
      check('Tables$Delete');
      await tables.drop(id, table);
      return undefined;
    case 'POST jobs':
      check('Jobs$Insert', 'Schema$Job');
      return insertJob(state, json as api.Schema$Job, file);
    case 'GET jobs':
      check('Jobs$List');
      return { jobs: [...jobs.values()].filter(({ polls }) => polls > 0).map(polled) };
    case 'GET jobs/*':
      check('Jobs$Get');
      requireLocation(server, url);
      return polled(jobOf(jobs, id));
    case 'GET queries/*':
      check('Jobs$Getqueryresults');
      requireLocation(server, url);
      return pageOf(jobOf(jobs, id), url.searchParams, server);
    default:
      throw new Error(`not implemented: ${route}`);
  }
}

/** Jobs of a region are not found without its name. */
function requireLocation({ dataset }: BigQueryServer, url: URL): void {
  const { location } = dataset;
  if (location !== 'US' && location !== 'EU' && url.searchParams.get('location') !== location)
    throw new ApiError(404, 'notFound', 'Not found: Job');
}

function jobOf(jobs: ReadonlyMap<string, KeptJob>, id: string): KeptJob {
  const found = jobs.get(id);
  if (!found) throw new ApiError(404, 'notFound', `Not found: Job p:${id}`);
  return found;
}

/** A job as it is reported now. */
function polled(kept: KeptJob): api.Schema$Job {
  if (kept.polls === 0) return kept.job;
  kept.polls -= 1;
  return { ...kept.job, status: { state: 'RUNNING' } };
}

async function insertJob(
  { server, worker, jobs }: State,
  given: api.Schema$Job,
  file: Buffer,
): Promise<api.Schema$Job> {
  const { query, load, dryRun } = given.configuration ?? {};
  const text = query?.query ?? '';
  const bytes = await worker.bytes(query ?? {});
  if (dryRun) await worker.analyse(text);
  if (dryRun) return { ...given, status: { state: 'DONE' }, statistics: { totalBytesProcessed: String(bytes) } };
  const id = given.jobReference?.jobId ?? '';
  if (jobs.has(id)) throw new ApiError(409, 'duplicate', `Already Exists: Job p:EU.${id}`);
  server.read.set(id, bytes);
  // A statement that names what is not there is refused at once.
  await worker.analyse(text);
  const kept: KeptJob = { job: given, result: { fields: [], rows: [] }, polls: server.polls };
  let errorResult: api.Schema$ErrorProto | undefined;
  try {
    await server.before(given);
    if (Number(query?.maximumBytesBilled ?? Infinity) < bytes)
      throw new ApiError(400, 'bytesBilledLimitExceeded', 'Query exceeded limit for bytes billed');
    if (load) await worker.load(load, file);
    else kept.result = await worker.query(query ?? {});
    await server.after(given, kept.result);
  } catch (error) {
    if (!(error instanceof ApiError)) server.violations.push(`${error}\n${text}`);
    errorResult = { reason: error instanceof ApiError ? error.reason : 'invalidQuery', message: String(error) };
  }
  // Billed are 10 MB a table at least.
  const billed = text === '' || bytes === 0 ? 0 : Math.max(bytes, 10 * 2 ** 20);
  const statistics = {
    ...server.statistics,
    totalSlotMs: '10',
    ...(query && { query: { totalBytesBilled: String(billed), totalBytesProcessed: String(bytes) } }),
  };
  kept.job = { ...given, statistics, status: { state: 'DONE', ...(errorResult && { errorResult }) } };
  jobs.set(id, kept);
  return server.polls === 0 ? kept.job : { ...given, status: { state: 'RUNNING' } };
}

function pageOf(
  kept: KeptJob,
  parameters: URLSearchParams,
  { pageRows, keepsResults }: BigQueryServer,
): api.Schema$GetQueryResultsResponse {
  const { job, result } = kept;
  const from = Number(parameters.get('pageToken') ?? 0);
  const to = from + Math.min(pageRows, Number(parameters.get('maxResults') ?? Infinity));
  if (!keepsResults && to >= result.rows.length) kept.result = { ...result, rows: [] };
  const rows = result.rows.slice(from, to).map((row) => ({ f: row.map((v) => ({ v })) }));
  return {
    ...(job.jobReference && { jobReference: job.jobReference }),
    jobComplete: true,
    schema: { fields: [...result.fields] },
    totalRows: String(result.rows.length),
    ...(rows.length > 0 && { rows }),
    ...(to < result.rows.length && { pageToken: String(to) }),
  };
}
