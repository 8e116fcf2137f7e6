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
  /** Whether it is the account that is held to protections; people who act in a test are owners. */
  isAccount?: boolean;
  /** The language of the account: error texts come in it (lightdash#7015). */
  language?: 'en' | 'es';
}

/** The ranges of a tab that the account may not edit. */
function checkProtection(book: Book, request: api.Schema$Request): void {
  const [body] = Object.values(request) as {
    range?: api.Schema$GridRange;
    start?: api.Schema$GridCoordinate;
    destination?: api.Schema$GridRange;
    sheetId?: number;
  }[];
  const range = body?.range ?? body?.destination;
  const start = body?.start;
  const sheetId = start?.sheetId ?? range?.sheetId ?? body?.sheetId;
  const tab = book.tabs.find((one) => one.sheetId === (sheetId ?? -1));
  const closed = (tab?.protectedRanges ?? []).filter((one) => !one.warningOnly && one.requestingUserCanEdit === false);
  const rows = (body as { rows?: api.Schema$RowData[] } | undefined)?.rows ?? [];
  const [row, column] = [
    start?.rowIndex ?? range?.startRowIndex ?? 0,
    start?.columnIndex ?? range?.startColumnIndex ?? 0,
  ];
  const width = Math.max(1, ...rows.map(({ values = [] }) => values.length));
  const [endRow, endColumn] = start
    ? [row + Math.max(1, rows.length), column + width]
    : [range?.endRowIndex ?? Infinity, range?.endColumnIndex ?? Infinity];
  const meets = (own: api.Schema$GridRange): boolean =>
    row < (own.endRowIndex ?? Infinity) &&
    endRow > (own.startRowIndex ?? 0) &&
    column < (own.endColumnIndex ?? Infinity) &&
    endColumn > (own.startColumnIndex ?? 0);
  // "unprotectedRanges: the list of unprotected ranges within a protected sheet" (reference of ProtectedRange).
  const isFree = (own: api.Schema$GridRange): boolean =>
    row >= (own.startRowIndex ?? 0) &&
    endRow <= (own.endRowIndex ?? Infinity) &&
    column >= (own.startColumnIndex ?? 0) &&
    endColumn <= (own.endColumnIndex ?? Infinity);
  const isHit = closed.some(
    ({ range: own = {}, unprotectedRanges = [] }) => meets(own) && !unprotectedRanges.some(isFree),
  );
  if (isHit) {
    throw invalid(
      'You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit.',
    );
  }
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

/**
 * The spreadsheet after the batch, and the replies; the one given stays as it is. Errors name the request, as Google
 * does.
 */
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
      if (options.isAccount) checkProtection(next, request);
      return applyOne(next, request, options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 400) throw error;
      const text = options.language === 'es' ? 'La solicitud no se puede llevar a cabo.' : error.message;
      throw invalid(`Invalid requests[${i}].${Object.keys(request)[0]}: ${text}`);
    }
  });
  checkLimits(next);
  return { book: next, replies };
}
