/** `spreadsheets.batchUpdate`: all requests in their order, or none of them. */
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { ApiError, invalid, notImplemented } from './api-error.ts';
import { copyPaste, repeatCell, setDataValidation, sortRange, updateCells } from './cell-requests.ts';
import * as dimensions from './dimension-requests.ts';
import { createMetadata, deleteMetadata, updateMetadata } from './metadata-requests.ts';
import { type Book, checkLimits, copyBook, LIMITS } from './model.ts';
import * as tabs from './tab-requests.ts';

export interface BatchOptions {
  /** Whether a second metadata with the id of a first fails the batch (what the documentation lets expect). */
  refuseSameMetadataId: boolean;
}

type Apply = (book: Book, body: object, options: BatchOptions) => unknown;

const APPLY: Record<string, Apply> = {
  updateCells,
  repeatCell,
  copyPaste,
  setDataValidation,
  sortRange,
  ...dimensions,
  ...tabs,
  createDeveloperMetadata: (book, body, options) => createMetadata(book, body, options.refuseSameMetadataId),
  updateDeveloperMetadata: updateMetadata,
  deleteDeveloperMetadata: deleteMetadata,
};

function applyOne(book: Book, request: api.Schema$Request, options: BatchOptions): api.Schema$Response {
  const [kind = '', body = {}] = Object.entries(request)[0] ?? [];
  const apply = APPLY[kind];
  if (apply === undefined) throw notImplemented(`the request "${kind}"`);
  return (apply(book, body as object, options) ?? {}) as api.Schema$Response;
}

/** The spreadsheet after the batch, and the replies; the one given stays as it is. Errors name the request, as Google does. */
export function applyBatch(
  book: Book,
  requests: api.Schema$Request[],
  options: BatchOptions,
): { book: Book; replies: api.Schema$Response[] } {
  if (requests.length === 0) throw invalid('Must specify at least one request.');
  if (requests.length > LIMITS.requests) throw invalid(`Cannot exceed ${LIMITS.requests} requests in a single batch`);
  const next = copyBook(book);
  const replies = requests.map((request, i) => {
    try {
      return applyOne(next, request, options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 400) throw error;
      throw invalid(`Invalid requests[${i}].${Object.keys(request)[0]}: ${error.message}`);
    }
  });
  checkLimits(next);
  return { book: next, replies };
}
