/** Uploads in several pieces: what a session has of a file, and what it answers to the next piece. */
import type { bigquery_v2 as api } from 'googleapis/build/src/apis/bigquery/v2.js';
import { ApiError } from './api-error.ts';

interface Session {
  readonly job: api.Schema$Job;
  readonly bytes: number;
  readonly pieces: Buffer[];
}

interface Answer {
  readonly job: api.Schema$Job;
  readonly status: number;
  readonly headers: Record<string, string>;
  /** The file, once all of it is there. */
  readonly whole: Buffer | null;
}

const LEAST_PIECE = 256 * 1024;

export class Uploads {
  readonly #sessions = new Map<string, Session>();

  /** The session that a request's address names. */
  sessionOf = (url: URL): string | null => /\/sessions\/(\d+)$/.exec(url.pathname)?.[1] ?? null;

  begin(job: api.Schema$Job, bytes: number, address: string): Answer {
    const id = String(this.#sessions.size + 1);
    this.#sessions.set(id, { job, bytes, pieces: [] });
    return { job, status: 200, headers: { location: address + id }, whole: null };
  }

  /** Sessions do not last for ever. */
  expire = (): void => this.#sessions.clear();

  put(id: string, range: string, piece: Buffer): Answer {
    const session = this.#sessions.get(id);
    if (!session) throw new ApiError(404, 'notFound', 'no such upload');
    const { job, bytes, pieces } = session;
    const there = () => pieces.reduce((sum, each) => sum + each.length, 0);
    const [, from, to, total] = /^bytes (?:(\d+)-(\d+)|[*])\/(\d+)$/.exec(range) ?? [];
    if (Number(total) !== bytes) throw new ApiError(400, 'badRequest', `not of ${bytes} bytes: ${range}`);
    if (from !== undefined) {
      const isLast = Number(to) + 1 === bytes;
      if (Number(from) !== there() || Number(to) - Number(from) + 1 !== piece.length)
        throw new ApiError(400, 'badRequest', `the piece ${range} does not follow byte ${there()}`);
      if (!isLast && piece.length % LEAST_PIECE !== 0) throw new ApiError(400, 'badRequest', `an odd piece: ${range}`);
      pieces.push(piece);
    }
    const headers: Record<string, string> = there() > 0 ? { range: `bytes=0-${there() - 1}` } : {};
    return { job, status: 308, headers, whole: there() === bytes ? Buffer.concat(pieces) : null };
  }
}
