/**
 * What the program keeps of itself in a spreadsheet's developer metadata, which people do not see. A marker says that
 * a request was carried out: its id is the request's own, and Google refuses a second one of that id. The identity
 * says which workbook this is, so that a copy, with which all metadata comes along, is known for one.
 */
import { createHash } from 'node:crypto';
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { Request } from './cells.ts';

/** How the titles of scratch tabs begin. */
export const SCRATCH_TITLE = 'nightshift scratch ';
const MARKER_KEY = 'nightshift';
const IDENTITY_KEY = 'nightshift workbook';

/** The id of the marker of a landing's nth request: 31 bits, never 0. */
export function markerId(scratchId: number, nth: number): number {
  const digest = createHash('sha256').update(`${scratchId}/${nth}`).digest();
  return digest.readUInt32BE(0) & 0x7fff_ffff || 1;
}

function metadata(developerMetadata: sheets_v4.Schema$DeveloperMetadata): Request {
  const common = { visibility: 'DOCUMENT', location: { spreadsheet: true } };
  return { createDeveloperMetadata: { developerMetadata: { ...common, ...developerMetadata } } };
}

const dropMetadata = (metadataKey: string): Request => ({
  deleteDeveloperMetadata: { dataFilter: { developerMetadataLookup: { metadataKey } } },
});

export const markerRequest = (metadataId: number, scratchId: number): Request =>
  metadata({ metadataId, metadataKey: MARKER_KEY, metadataValue: String(scratchId) });

/** Notes something with a tab, in its metadata. */
export const tabMetadata = (sheetId: number, metadataKey: string, metadataValue: string): Request =>
  metadata({ metadataKey, metadataValue, location: { sheetId } });

/** Takes all markers away. */
export const dropMarkers = (): Request => dropMetadata(MARKER_KEY);

export const hasMarkers = (metadata: readonly sheets_v4.Schema$DeveloperMetadata[]): boolean =>
  metadata.some(({ metadataKey }) => metadataKey === MARKER_KEY);

/** The identity of the workbook at a spreadsheet's address: what ledger entries call `workbook`. */
export const workbookIdOf = (spreadsheetId: string): string =>
  createHash('sha256').update(spreadsheetId).digest('hex').slice(0, 12);

/**
 * The identity that a spreadsheet's metadata holds: another than its own in a copy, null where no run has written yet.
 */
export const identityIn = (metadata: readonly sheets_v4.Schema$DeveloperMetadata[]): string | null =>
  metadata.find(({ metadataKey }) => metadataKey === IDENTITY_KEY)?.metadataValue ?? null;

/** Gives a spreadsheet its identity, in place of that of the workbook that it was copied from. */
export function identityRequests(spreadsheetId: string, found: string | null): Request[] {
  const metadataValue = workbookIdOf(spreadsheetId);
  if (found === metadataValue) return [];
  return [
    ...(found === null ? [] : [dropMetadata(IDENTITY_KEY)]),
    metadata({ metadataKey: IDENTITY_KEY, metadataValue }),
  ];
}
