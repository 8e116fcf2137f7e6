/**
 * Markers: the record, inside the spreadsheet, of what was applied, written in the same atomic request as the data.
 * Each is developer metadata at the spreadsheet whose id is made from job, period, plan and chunk. The service
 * gives 30,000 characters for all of them, so old ones are dropped. A marker holds no cell and no person.
 */
import { createHash } from 'node:crypto';
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';

/** Whose chunk of what plan. */
export interface Marker {
  readonly job: string;
  readonly period: string;
  /** The plan's hash. */
  readonly plan: string;
}

export interface MarkerRecord extends Marker {
  readonly id: number;
  /** `3/7`, or `repair 2` for cells that were put back. */
  readonly chunk: string;
  /** Grows from marker to marker. */
  readonly sequence: number;
}

const KEY = 'nightshift';
/** Half of what the service allows: other add-ons keep metadata too. */
const CHARACTERS = 15_000;

/** The id of a chunk's marker: 31 bits, never 0. */
export function markerId({ job, period, plan }: Marker, chunk: string): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([job, period, plan, chunk]))
    .digest();
  return digest.readUInt32BE(0) & 0x7fff_ffff || 1;
}

/** The markers among a spreadsheet's metadata, oldest first; those of others are left out. */
export function readMarkers(metadata: readonly sheets_v4.Schema$DeveloperMetadata[]): MarkerRecord[] {
  return metadata
    .flatMap((one): MarkerRecord[] => {
      const [job, period, plan, chunk, sequence] = one.metadataKey === KEY ? (one.metadataValue ?? '').split('|') : [];
      if (sequence === undefined || !job || !period || !plan || !chunk || typeof one.metadataId !== 'number') return [];
      return [{ id: one.metadataId, job, period, plan, chunk, sequence: Number(sequence) }];
    })
    .sort((a, b) => a.sequence - b.sequence);
}

/** The requests that write a chunk's marker, and drop the oldest ones that no longer fit. `sequence` must grow. */
export function markerRequests(
  marker: Marker,
  chunk: string,
  sequence: number,
  existing: readonly MarkerRecord[],
): sheets_v4.Schema$Request[] {
  const metadataValue = [marker.job, marker.period, marker.plan, chunk, sequence].join('|');
  const developerMetadata = {
    metadataId: markerId(marker, chunk),
    metadataKey: KEY,
    metadataValue,
    visibility: 'DOCUMENT',
    location: { spreadsheet: true },
  };
  return [...pruned(existing, metadataValue.length), { createDeveloperMetadata: { developerMetadata } }];
}

/** The request that takes a marker away. */
export function dropMarker(metadataId: number): sheets_v4.Schema$Request {
  return { deleteDeveloperMetadata: { dataFilter: { developerMetadataLookup: { metadataId } } } };
}

function pruned(existing: readonly MarkerRecord[], added: number): sheets_v4.Schema$Request[] {
  const sizes = existing.map(
    ({ job, period, plan, chunk, sequence }) => KEY.length + [job, period, plan, chunk, sequence].join('|').length,
  );
  let total = sizes.reduce((sum, size) => sum + size, added + KEY.length);
  const drop: sheets_v4.Schema$Request[] = [];
  existing.forEach((one, i) => {
    if (total <= CHARACTERS) return;
    total -= sizes[i] ?? 0;
    drop.push(dropMarker(one.id));
  });
  return drop;
}
