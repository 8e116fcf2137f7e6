/** From a URL to a method of the API, and what each method answers. */
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { parseRange } from './a1.ts';
import { ApiError, invalid, notImplemented } from './api-error.ts';
import { applyBatch, type BatchOptions } from './batch.ts';
import { type Mask, parseMask, project } from './field-mask.ts';
import { REQUEST_KINDS } from './implemented.ts';
import { searchMetadata } from './metadata-requests.ts';
import { type Book, newBook, newTab } from './model.ts';
import { spreadsheet, valueRange } from './render.ts';
import type { Books } from './scenario.ts';
import { describe, faultIn, faultInParameters, isRequestKind } from './schema.ts';

export interface Call {
  method: string;
  spreadsheetId: string;
  /** The part of the path after the id: the range of values.get. */
  range: string;
  query: URLSearchParams;
  body: unknown;
}

export interface Outcome {
  answer: unknown;
  /** The spreadsheet as the call leaves it; the caller puts it in place. */
  changed?: Book;
}

const ROUTES: [string, RegExp, string][] = [
  ['POST', /^\/v4\/spreadsheets$/, 'sheets.spreadsheets.create'],
  ['GET', /^\/v4\/spreadsheets\/([^/:]+)$/, 'sheets.spreadsheets.get'],
  ['POST', /^\/v4\/spreadsheets\/([^/:]+):batchUpdate$/, 'sheets.spreadsheets.batchUpdate'],
  ['POST', /^\/v4\/spreadsheets\/([^/:]+)\/developerMetadata:search$/, 'sheets.spreadsheets.developerMetadata.search'],
  ['GET', /^\/v4\/spreadsheets\/([^/:]+)\/values:batchGet$/, 'sheets.spreadsheets.values.batchGet'],
  ['GET', /^\/v4\/spreadsheets\/([^/:]+)\/values\/([^/]+)$/, 'sheets.spreadsheets.values.get'],
  ['GET', /^\/drive\/v3\/files\/([^/]+)$/, 'drive.files.get'],
];

/** Which method a request calls; one that this server does not have is refused. */
export function route(verb: string, url: URL): Omit<Call, 'body'> {
  for (const [routeVerb, pattern, method] of ROUTES) {
    const match = verb === routeVerb ? pattern.exec(decodeURIComponent(url.pathname)) : null;
    if (match !== null)
      return { method, spreadsheetId: match[1] ?? '', range: match[2] ?? '', query: url.searchParams };
  }
  throw notImplemented(`${verb} ${url.pathname.replace(/\/[A-Za-z0-9_-]{20,}/g, '/…')}`);
}

/** Carries a call out. Nothing is changed in `books`. */
export function perform(call: Call, books: Books, options: BatchOptions & { mayEdit: boolean }): Outcome {
  if (call.method === 'drive.files.get') return driveFile(call, existing(books, call), options.mayEdit);
  checkAgainstDescription(call);
  const mask = call.query.has('fields') ? parseMask(call.query.get('fields') ?? '') : undefined;
  const outcome = OUTCOMES[call.method]?.(call, books, options, mask);
  if (outcome === undefined) throw notImplemented(call.method);
  const fault = faultIn(describe(call.method).response, outcome.answer);
  if (fault !== undefined)
    throw new ApiError(501, 'UNIMPLEMENTED', `The server's own answer is not as described: ${fault}`);
  return mask === undefined ? outcome : { ...outcome, answer: project(outcome.answer, mask) };
}

function checkAgainstDescription({ method, query, body }: Call): void {
  const { request } = describe(method);
  if (request !== undefined && method.endsWith('.batchUpdate')) {
    for (const one of (body as api.Schema$BatchUpdateSpreadsheetRequest | undefined)?.requests ?? []) {
      const unknown = Object.keys(one).find((kind) => isRequestKind(kind) && !REQUEST_KINDS.has(kind));
      if (unknown !== undefined) throw notImplemented(`the request "${unknown}"`);
    }
  }
  const fault = faultInParameters(method, query) ?? (request === undefined ? undefined : faultIn(request, body));
  if (fault !== undefined) throw invalid(`Invalid JSON payload received: ${fault}`);
}

function existing(books: Books, call: Call): Book {
  const book = books.get(call.spreadsheetId);
  if (book === undefined) throw new ApiError(404, 'NOT_FOUND', 'Requested entity was not found.');
  return book;
}

function driveFile(call: Call, book: Book, mayEdit: boolean): Outcome {
  const fields = parseMask(call.query.get('fields') ?? 'kind,id,name,mimeType');
  const file = {
    kind: 'drive#file',
    id: book.spreadsheetId,
    name: book.title,
    mimeType: 'application/vnd.google-apps.spreadsheet',
    version: String(book.version),
    modifiedTime: new Date(book.modifiedAtMs).toISOString(),
    capabilities: { canModifyContent: mayEdit },
  };
  const unknown = [...fields.keys()].find((field) => !(field in file) && field !== '*');
  if (unknown !== undefined) throw notImplemented(`the Drive field "${unknown}"`);
  return { answer: project(file, fields) };
}

type Perform = (call: Call, books: Books, options: BatchOptions, mask: Mask | undefined) => Outcome;

const OUTCOMES: Record<string, Perform> = {
  'sheets.spreadsheets.create': (call, books) => create(call.body as api.Schema$Spreadsheet, books),
  'sheets.spreadsheets.get': (call, books, _, mask) => {
    const withGrid = call.query.get('includeGridData') === 'true';
    return { answer: spreadsheet(existing(books, call), call.query.getAll('ranges'), mask, withGrid) };
  },
  'sheets.spreadsheets.batchUpdate': (call, books, options, mask) => {
    const body = call.body as api.Schema$BatchUpdateSpreadsheetRequest;
    const { book, replies } = applyBatch(existing(books, call), body.requests ?? [], options);
    const answer: api.Schema$BatchUpdateSpreadsheetResponse = { spreadsheetId: book.spreadsheetId, replies };
    if (body.includeSpreadsheetInResponse) {
      const below = mask?.get('updatedSpreadsheet');
      answer.updatedSpreadsheet = spreadsheet(
        book,
        body.responseRanges ?? [],
        below,
        body.responseIncludeGridData === true,
      );
    }
    return { answer, changed: book };
  },
  'sheets.spreadsheets.developerMetadata.search': (call, books) => {
    return { answer: searchMetadata(existing(books, call), call.body as api.Schema$SearchDeveloperMetadataRequest) };
  },
  'sheets.spreadsheets.values.get': (call, books) => {
    return { answer: valueRange(parseRange(existing(books, call), call.range), valueOptions(call.query)) };
  },
  'sheets.spreadsheets.values.batchGet': (call, books) => {
    const book = existing(books, call);
    const ranges = call.query.getAll('ranges').map((range) => parseRange(book, range));
    const valueRanges = ranges.map((area) => valueRange(area, valueOptions(call.query)));
    return { answer: { spreadsheetId: book.spreadsheetId, valueRanges } };
  },
};

function valueOptions(query: URLSearchParams) {
  const option = (name: string): string | undefined => query.get(name) ?? undefined;
  return {
    valueRenderOption: option('valueRenderOption'),
    dateTimeRenderOption: option('dateTimeRenderOption'),
    majorDimension: option('majorDimension'),
  };
}

function create(body: api.Schema$Spreadsheet, books: Books): Outcome {
  const book = newBook(`created-${books.size + 1}`, body.properties?.title ?? 'Untitled spreadsheet');
  book.locale = body.properties?.locale ?? book.locale;
  book.timeZone = body.properties?.timeZone ?? book.timeZone;
  const sheets = body.sheets ?? [{ properties: { title: 'Sheet1' } }];
  if (sheets.some((sheet) => Object.keys(sheet).some((key) => key !== 'properties')))
    throw notImplemented('create with data');
  sheets.forEach(({ properties = {} }, i) => {
    const { rowCount, columnCount, frozenRowCount } = properties.gridProperties ?? {};
    const tab = newTab(
      properties.sheetId ?? i,
      properties.title ?? `Sheet${i + 1}`,
      rowCount ?? 1000,
      columnCount ?? 26,
    );
    tab.frozenRowCount = frozenRowCount ?? 0;
    book.tabs.push(tab);
  });
  return { answer: spreadsheet(book, [], undefined, false), changed: book };
}
