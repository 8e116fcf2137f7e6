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
  readonly requests: number;
  /** How many days were fetched, with the hours that each fetch begins before the last one ended (`overlapHours`). */
  readonly days: number;
  /** Up to when all facts are there; null where none were ever fetched. */
  readonly until: Date | null;
  /** Whether all orders and events that are to be asked for again were. */
  readonly isAskedAgain: boolean;
  /** Why it ended before as-of; null where it did not. */
  readonly fault: string | null;
}

export interface FetchedFile {
  readonly path: string;
  /** It comes from a list that suppressions of ours are added to. */
  readonly ours: boolean;
  /** It was asked for new days alone: what comes of it has a usual number a day. */
  readonly isFresh: boolean;
}

/** How far a connection was fetched: of everything; and from when on orders and events are asked for again. */
export interface Reached {
  readonly until: Date | null;
  readonly againFrom: Date | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BEGINNING = new Date(0);

const before = (moment: Date, ms: number): Date => new Date(moment.getTime() - ms);

/** The pieces of a time, in order; one at least. */
export function piecesOf(from: Date, to: Date, days: number): Window[] {
  const pieces: Window[] = [];
  for (let at = Math.min(from.getTime(), to.getTime()); pieces.length === 0 || at < to.getTime(); at += days * DAY_MS)
    pieces.push({ from: new Date(at), to: new Date(Math.min(at + days * DAY_MS, to.getTime())) });
  return pieces;
}

/** @param folder where its files go */
export async function fetchConnection(
  connection: Connection,
  { until: watermark, againFrom }: Reached,
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
  const earliest = before(asOf, rules.firstDays * DAY_MS);
  const start = watermark ? before(watermark, rules.overlapHours * HOUR_MS) : earliest;
  const isAskedAgain = againFrom === null;
  const fetched = { files: [] as FetchedFile[], rows: 0, until: watermark, isAskedAgain };
  let client: At['client'] | undefined;
  const ended = (fault: string | null): Fetched => {
    const days = fetched.until ? Math.max(0, fetched.until.getTime() - start.getTime()) / DAY_MS : 0;
    return { ...fetched, name: connection.name, requests: client?.requests ?? 0, days, fault };
  };
  try {
    await mkdir(folder, { recursive: true });
    const opened = openConnection(connection, outside, { from: start, to: asOf }, { ...ways, budget: rules.requests });
    client = opened.client;
    const take = async (piece: Piece): Promise<void> => {
      const found = await fetchPiece(connection, { ...opened, window: piece.window }, piece, folder);
      fetched.files.push(...found.files);
      fetched.rows += found.rows;
    };
    const pieces = piecesOf(start, asOf, rules.pieceDays);
    for (const [nth, window] of pieces.entries()) {
      const isFirst = nth === 0 && watermark === null;
      await take({ window, name: `${nth + 1}`, isFirst, isLast: nth === pieces.length - 1, isAgain: false });
      if (fetched.until === null || window.to > fetched.until) fetched.until = window.to;
    }
    const again = againFrom === null || againFrom > earliest ? againFrom : earliest;
    if (again !== null && again < start)
      for (const [nth, window] of piecesOf(again, start, rules.pieceDays).entries())
        await take({ window, name: `again-${nth + 1}`, isFirst: false, isLast: false, isAgain: true });
    fetched.isAskedAgain = true;
    return ended(null);
  } catch (error) {
    // What is only asked for again may wait for the next run.
    const isComplete = fetched.until !== null && fetched.until >= asOf;
    const isEnough = isComplete && error instanceof RequestError && error.by === 'budget';
    return ended(isEnough ? null : whyOf(error));
  }
}

interface Piece {
  readonly window: Window;
  readonly name: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Orders and events that were fetched before, when they were of people who were no contacts. */
  readonly isAgain: boolean;
}

/** Fetches all sources of a connection for one piece of time. @throws RequestError */
async function fetchPiece(
  { vendor, events }: Connection,
  at: At,
  { name, isFirst, isLast, isAgain }: Piece,
  folder: string,
): Promise<{ files: FetchedFile[]; rows: number }> {
  const files: FetchedFile[] = [];
  let rows = 0;
  for (const source of vendor.reads) {
    if ((source.is === 'events' && !events) || (source.whole && !isLast)) continue;
    if (isAgain && source.is !== 'orders' && source.is !== 'events') continue;
    const reachesBack = isFirst && source.is === 'consent';
    const window = reachesBack ? { from: BEGINNING, to: at.window.to } : at.window;
    const found: Json[] = [];
    try {
      for await (const page of source.pages({ ...at, window })) for (const each of page) found.push(each);
      if (found.length === 0) continue;
      const path = await keep(source, found, join(folder, `${source.name}-${name}`));
      files.push({ path, ours: source.ours === true, isFresh: !reachesBack && !source.whole && !isAgain });
    } catch (error) {
      throw error instanceof RequestError ? new RequestError(error.by, `${source.name}: ${error.message}`) : error;
    }
    rows += found.length;
  }
  return { files, rows };
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
