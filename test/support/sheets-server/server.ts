/**
 * A Google Sheets service of one's own for tests and for trying things out: the real client talks to it over HTTP.
 * Every request is held against Google's description of the API; what the server does not implement it refuses with
 * 501 and remembers in `refused`, so that a test can fail for it. It keeps nothing on disk and checks no credentials.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { type Access, checkAccess } from './access.ts';
import { ApiError, invalid } from './api-error.ts';
import { applyBatch } from './batch.ts';
import { type Call, perform, route } from './methods.ts';
import type { Book } from './model.ts';
import { quota } from './quota.ts';
import type { Fault, Scenario } from './scenario.ts';

const gzip = promisify(zlib.gzip);
/** Shorter answers are sent as they are: zipping costs more than it saves here. */
const ZIPPED_BYTES = 5000;

export interface ServerOptions {
  port?: number;
  readsPerMinute?: number;
  writesPerMinute?: number;
  nowMs?: () => number;
  refuseSameMetadataId?: boolean;
  /** The language of the account, in which error texts come. */
  language?: 'en' | 'es';
}

export interface Recorded {
  method: string;
  code: number;
  fault: Fault | undefined;
  requestBytes: number;
  answerBytes: number;
}

export interface SheetsServer {
  url: string;
  /** In the order of arrival. */
  requests: Recorded[];
  /** What was asked for and is not implemented; a test that ends with one here must fail. */
  refused: string[];
  /** What broke Google's description. */
  violations: string[];
  scenario: Scenario;
  access: { sheets: Access; drive: Access };
  put(book: Book): void;
  book(spreadsheetId: string): Book;
  /** Another editor's batch, outside of quota and faults; one that can't be applied is dropped and gives false. */
  act(spreadsheetId: string, requests: api.Schema$Request[]): boolean;
  close(): Promise<void>;
}

interface State {
  server: SheetsServer;
  books: Map<string, Book>;
  spend: (kind: 'read' | 'write') => void;
  options: { refuseSameMetadataId: boolean; nowMs: () => number; language: 'en' | 'es' };
  /** Calls that were answered 503 and are still to be done, ahead of the request with the number. */
  late: { call: Call; before: number }[];
}

/** Starts the server on a free port of this machine, or the one given. */
export async function startSheetsServer(options: ServerOptions = {}): Promise<SheetsServer> {
  const nowMs = options.nowMs ?? Date.now;
  const books = new Map<string, Book>();
  const {
    readsPerMinute = Infinity,
    writesPerMinute = Infinity,
    refuseSameMetadataId = true,
    language = 'en',
  } = options;
  // As long as Google keeps one open: a client that works things out between two calls finds its connection there.
  const listener = http.createServer({ keepAliveTimeout: 240_000 });
  const server: SheetsServer = {
    url: '',
    requests: [],
    refused: [],
    violations: [],
    scenario: {},
    access: { sheets: 'granted', drive: 'granted' },
    put: (book) => void books.set(book.spreadsheetId, book),
    book: (id) => {
      const book = books.get(id);
      if (book === undefined) throw new Error(`The local Sheets server has no spreadsheet "${id}".`);
      return book;
    },
    act: (id, requests) => act(state, id, requests),
    close: async () => {
      listener.closeAllConnections();
      await new Promise((done) => listener.close(done));
    },
  };
  const spend = quota({ readsPerMinute, writesPerMinute, nowMs });
  const state: State = { server, books, spend, options: { refuseSameMetadataId, nowMs, language }, late: [] };
  listener.on('request', (request, response) => {
    void answer(state, request, response);
  });
  await new Promise<void>((done) => listener.listen(options.port ?? 0, '127.0.0.1', done));
  server.url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return server;
}

function act(state: State, id: string, requests: api.Schema$Request[]): boolean {
  try {
    const { book } = applyBatch(state.server.book(id), requests, state.options);
    keep(state, book);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === 400) return false;
    throw error;
  }
}

function keep({ books, options }: State, book: Book): void {
  books.set(book.spreadsheetId, { ...book, version: book.version + 1, modifiedAtMs: options.nowMs() });
}

async function answer(state: State, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const { server } = state;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const recorded: Recorded = { method: '?', code: 0, fault: undefined, requestBytes: raw.length, answerBytes: 0 };
  server.requests.push(recorded);
  let body: object;
  try {
    const call: Call = { ...route(request.method ?? '', new URL(request.url ?? '', server.url)), body: parsed(raw) };
    recorded.method = call.method;
    doLate(state, server.requests.length);
    const info = { n: server.requests.length, method: call.method, spreadsheetId: call.spreadsheetId };
    server.scenario.person?.(info);
    recorded.fault = server.scenario.fault?.(info);
    body = carryOut(state, call, recorded.fault) as object;
    recorded.code = 200;
  } catch (error) {
    const refusal = error instanceof ApiError ? error : new ApiError(501, 'UNIMPLEMENTED', String(error));
    remember(server, refusal);
    recorded.code = refusal.code;
    body = refusal.body();
  }
  if (recorded.fault === 'reset-before' || recorded.fault === 'reset-after') {
    request.socket.destroy();
    return;
  }
  if (recorded.fault === 'slow') await new Promise((done) => setTimeout(done, server.scenario.slowMs ?? 50));
  await send(request, response, recorded, body);
}

function doLate(state: State, n: number): void {
  const due = state.late.filter(({ before }) => before <= n);
  state.late = state.late.filter(({ before }) => before > n);
  for (const { call } of due) {
    try {
      const { changed } = perform(call, state.books, { ...state.options, mayEdit: true, isAccount: true });
      if (changed !== undefined) keep(state, changed);
    } catch (error) {
      // What can't be done any more is not done, without a report.
      if (!(error instanceof ApiError) || error.code !== 400) throw error;
    }
  }
}

function parsed(raw: Buffer): unknown {
  if (raw.length === 0) return undefined;
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    throw invalid('Invalid JSON payload received.');
  }
}

function carryOut(state: State, call: Call, fault: Fault | undefined): unknown {
  const { server, spend } = state;
  if (fault === '429') throw new ApiError(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.');
  if (fault === '500') throw new ApiError(500, 'INTERNAL', 'Internal error encountered.');
  if (fault === 'late') state.late.push({ call, before: server.requests.length + 2 });
  if (fault === '503-before' || fault === 'late')
    throw new ApiError(503, 'UNAVAILABLE', 'The service is currently unavailable.');
  if (fault === 'reset-before') return {};
  const service = call.method.startsWith('drive.') ? 'drive' : 'sheets';
  const writes = call.method === 'sheets.spreadsheets.batchUpdate' || call.method === 'sheets.spreadsheets.create';
  checkAccess(server.access[service], service, writes);
  if (service === 'sheets') spend(writes ? 'write' : 'read');
  const mayEdit = server.access.drive !== 'reader';
  const outcome = perform(call, state.books, { ...state.options, mayEdit, isAccount: true });
  if (outcome.changed !== undefined) keep(state, outcome.changed);
  if (fault === '503-after') throw new ApiError(503, 'UNAVAILABLE', 'The service is currently unavailable.');
  return outcome.answer;
}

function remember(server: SheetsServer, refusal: ApiError): void {
  if (refusal.code === 501) server.refused.push(refusal.message);
  if (refusal.message.startsWith('Invalid JSON payload')) server.violations.push(refusal.message);
}

async function send(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  recorded: Recorded,
  body: object,
): Promise<void> {
  const text = Buffer.from(JSON.stringify(body));
  recorded.answerBytes = text.length;
  const zipped = String(request.headers['accept-encoding'] ?? '').includes('gzip') && text.length > ZIPPED_BYTES;
  const bytes = zipped ? await gzip(text, { level: 1 }) : text;
  response.writeHead(recorded.code, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': bytes.length,
    ...(zipped && { 'content-encoding': 'gzip' }),
  });
  if (recorded.fault !== 'cut') {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => setImmediate(() => request.socket.destroy()));
}
