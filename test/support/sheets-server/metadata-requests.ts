/** Developer metadata at the spreadsheet or at a tab; rows and columns as places are refused. */
import type { sheets_v4 as api } from 'googleapis/build/src/apis/sheets/v4.js';
import { invalid, notImplemented } from './api-error.ts';
import { parseMask } from './field-mask.ts';
import { type Book, tabById } from './model.ts';

type Metadata = api.Schema$DeveloperMetadata;

function matches(one: Metadata, filter: api.Schema$DataFilter): boolean {
  const lookup = filter.developerMetadataLookup;
  if (!lookup) throw notImplemented('data filters other than developerMetadataLookup');
  if (lookup.metadataLocation || lookup.locationMatchingStrategy) throw notImplemented('lookup by location');
  return (
    (lookup.metadataId === undefined || lookup.metadataId === one.metadataId) &&
    (lookup.metadataKey === undefined || lookup.metadataKey === one.metadataKey) &&
    (lookup.metadataValue === undefined || lookup.metadataValue === one.metadataValue) &&
    (lookup.visibility === undefined || lookup.visibility === one.visibility) &&
    (lookup.locationType === undefined || lookup.locationType === one.location?.locationType)
  );
}

/** What the service answers about `developerMetadata:search`. */
export function searchMetadata(
  book: Book,
  request: api.Schema$SearchDeveloperMetadataRequest,
): api.Schema$SearchDeveloperMetadataResponse {
  const filters = request.dataFilters ?? [];
  const found = book.metadata.filter((one) => filters.some((filter) => matches(one, filter)));
  return found.length === 0
    ? {}
    : { matchedDeveloperMetadata: found.map((developerMetadata) => ({ developerMetadata, dataFilters: filters })) };
}

/** A second one with the id of the first is refused, unless the test tries a service that does not refuse it. */
export function createMetadata(
  book: Book,
  request: api.Schema$CreateDeveloperMetadataRequest,
  refuseSameId: boolean,
): api.Schema$Response {
  const given = request.developerMetadata ?? {};
  if (!given.metadataKey) throw invalid('Developer metadata must always have a key specified.');
  if (!given.visibility) throw invalid('Developer metadata must always have visibility specified.');
  const { spreadsheet, sheetId } = given.location ?? {};
  if (spreadsheet !== true && typeof sheetId !== 'number') throw notImplemented('metadata at rows or columns');
  if (spreadsheet !== true) tabById(book, sheetId);
  book.nextId += 1;
  const metadataId = given.metadataId ?? 1_000_000 + book.nextId;
  if (metadataId < 1) throw invalid('metadataId must be positive.');
  if (refuseSameId && book.metadata.some((one) => one.metadataId === metadataId)) {
    throw invalid(`Cannot add developer metadata with ID [${metadataId}]. Metadata with that ID already exists.`); // a public live test
  }
  const location =
    spreadsheet === true
      ? { locationType: 'SPREADSHEET', spreadsheet }
      : { locationType: 'SHEET', sheetId: sheetId ?? 0 };
  const developerMetadata = { ...given, metadataId, location };
  book.metadata.push(developerMetadata);
  return { createDeveloperMetadata: { developerMetadata } };
}

export function updateMetadata(book: Book, request: api.Schema$UpdateDeveloperMetadataRequest): api.Schema$Response {
  const changed: Metadata[] = [];
  const names = [...parseMask(request.fields ?? '').keys()];
  book.metadata = book.metadata.map((one) => {
    if (!(request.dataFilters ?? []).some((filter) => matches(one, filter))) return one;
    const next = { ...one };
    for (const name of names) {
      const value = request.developerMetadata ?? {};
      if (name === 'metadataValue') next.metadataValue = value.metadataValue ?? '';
      else if (name === 'metadataKey') next.metadataKey = value.metadataKey ?? '';
      else throw notImplemented(`updating the metadata field "${name}"`);
    }
    changed.push(next);
    return next;
  });
  return { updateDeveloperMetadata: { developerMetadata: changed } };
}

export function deleteMetadata(book: Book, request: api.Schema$DeleteDeveloperMetadataRequest): api.Schema$Response {
  const filter = request.dataFilter ?? {};
  const gone = book.metadata.filter((one) => matches(one, filter));
  book.metadata = book.metadata.filter((one) => !gone.includes(one));
  return { deleteDeveloperMetadata: { deletedDeveloperMetadata: gone } };
}
