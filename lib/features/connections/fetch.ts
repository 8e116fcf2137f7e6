/**
 * Fetches the facts of one connection into files, in the vendor's own shape: all of its lists and feeds, from its
 * watermark (less an overlap, because facts arrive late) to the run's as-of. A long time is fetched in pieces; a piece
 * is complete, or none of it counts. Nothing is written to the workbook here.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Papa from 'papaparse';
import type { Outside } from '../../core/prepare.ts';
import { jsonFormatOf, recogniseWith } from '../../intake/formats/registry.ts';
import { RequestError } from '../http/index.ts';
import { openConnection, type Ways, whyOf } from './open.ts';
import type { Connection, ConnectionRules } from './rules.ts';
import type { At, Json, Source, Window } from './vendors/vendor.ts';

export interface Fetched {
  readonly name: string;
  readonly files: readonly FetchedFile[];
  readonly rows: number;
  /** Those among them of lists that were asked for these days alone: what has a usual number a day. */
  readonly fresh: number;
  readonly requests: number;
  /** How many days were fetched. */
  readonly days: number;
  /** Up to when all facts are there; null where none were ever fetched. */
  readonly until: Date | null;
  /** Why it ended before as-of; null where it did not. */
  readonly fault: string | null;
}

export interface FetchedFile {
  readonly path: string;
  /** It comes from a list that suppressions of ours are added to. */
  readonly ours: boolean;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BEGINNING = new Date(0);

/** The pieces from a watermark to as-of; without a watermark, of the days that the first fetch looks back. */
export function piecesOf(watermark: Date | null, asOf: Date, rules: ConnectionRules): Window[] {
  const overlap = rules.overlapHours * HOUR_MS;
  const start = watermark ? watermark.getTime() - overlap : asOf.getTime() - rules.firstDays * DAY_MS;
  const end = asOf.getTime();
  const pieces: Window[] = [];
  for (let from = Math.min(start, end); pieces.length === 0 || from < end; from += rules.pieceDays * DAY_MS)
    pieces.push({ from: new Date(from), to: new Date(Math.min(from + rules.pieceDays * DAY_MS, end)) });
  return pieces;
}

/** @param folder where its files go */
export async function fetchConnection(
  connection: Connection,
  watermark: Date | null,
  asOf: Date,
  rules: ConnectionRules,
  to: {
    readonly folder: string;
    readonly stateFolder: string;
    readonly outside: Pick<Outside, 'secret'>;
    readonly signal: AbortSignal;
  } & Ways,
): Promise<Fetched> {
  const { folder, outside, ...ways } = to;
  const pieces = piecesOf(watermark, asOf, rules);
  const files: FetchedFile[] = [];
  let [rows, fresh, requests, until] = [0, 0, 0, watermark];
  const [first] = pieces;
  const daysTo = (end: Date | null): number => (end && first ? (end.getTime() - first.from.getTime()) / DAY_MS : 0);
  try {
    await mkdir(folder, { recursive: true });
    const opened = openConnection(connection, outside, first ?? { from: asOf, to: asOf }, {
      ...ways,
      budget: rules.requests,
    });
    try {
      for (const [nth, piece] of pieces.entries()) {
        const isLast = nth === pieces.length - 1;
        const found = await fetchPiece(
          connection,
          { ...opened, window: piece },
          {
            isFirst: nth === 0 && watermark === null,
            isLast,
            path: (source) => join(folder, `${source.name}-${nth + 1}`),
          },
        );
        files.push(...found.files);
        rows += found.rows;
        fresh += found.fresh;
        if (until === null || piece.to > until) until = piece.to;
      }
    } finally {
      requests = opened.client.requests;
    }
    return { name: connection.name, files, rows, fresh, requests, days: daysTo(until), until, fault: null };
  } catch (error) {
    return { name: connection.name, files, rows, fresh, requests, days: daysTo(until), until, fault: whyOf(error) };
  }
}

/** Fetches all sources of a connection for one piece of time. @throws RequestError */
async function fetchPiece(
  { vendor, events }: Connection,
  at: At,
  piece: { readonly isFirst: boolean; readonly isLast: boolean; readonly path: (source: Source) => string },
): Promise<{ files: FetchedFile[]; rows: number; fresh: number }> {
  const files: FetchedFile[] = [];
  let [rows, fresh] = [0, 0];
  for (const source of vendor.reads) {
    if ((source.is === 'events' && !events) || (source.whole && !piece.isLast)) continue;
    const reachesBack = piece.isFirst && source.is === 'consent';
    const window = reachesBack ? { from: BEGINNING, to: at.window.to } : at.window;
    const found: Json[] = [];
    try {
      for await (const page of source.pages({ ...at, window })) for (const each of page) found.push(each);
      if (found.length === 0) continue;
      files.push({ path: await keep(source, found, piece.path(source)), ours: source.ours === true });
    } catch (error) {
      throw error instanceof RequestError ? new RequestError(error.by, `${source.name}: ${error.message}`) : error;
    }
    rows += found.length;
    if (!reachesBack && !source.whole) fresh += found.length;
  }
  return { files, rows, fresh };
}

/** Writes records into a file for the registry of formats. @throws RequestError where they are of none of the formats */
async function keep(source: Source, found: readonly Json[], path: string): Promise<string> {
  if (source.formats.length === 0) {
    const [name, text] = [`${path}.csv`, Papa.unparse(found as Json[])];
    const headers = Object.keys(found[0] ?? {});
    const recognised = recogniseWith()({ name, headers });
    if (!recognised || 'unclear' in recognised || recognised.contacts)
      throw new RequestError('unreadable', 'its columns are none of bounces, events or purchases');
    await writeFile(name, text);
    return name;
  }
  const odd = found.filter((record) => !source.formats.includes(jsonFormatOf(record)?.id ?? ''));
  if (odd.length > 0)
    throw new RequestError(
      'unreadable',
      `${odd.length} of ${found.length} records are not in the form that its API documents`,
    );
  await writeFile(`${path}.json`, found.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return `${path}.json`;
}
