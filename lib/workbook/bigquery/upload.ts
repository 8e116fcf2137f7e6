/**
 * Sends a file with a load job piece by piece, so that a lost connection costs a piece and not the file: Google's
 * resumable uploads (https://cloud.google.com/bigquery/docs/reference/api-uploads). `googleapis` knows only uploads in
 * one request; its own call is given the address and the piece.
 */
import { open } from 'node:fs/promises';
import type { bigquery_v2 as api } from 'googleapis/build/src/apis/bigquery/index.js';

/** Pieces are multiples of it, but for the last. */
export const LEAST_PIECE = 256 * 1024;
export const PIECE = 32 * LEAST_PIECE;

interface Upload {
  readonly projectId: string;
  readonly requestBody: api.Schema$Job;
  readonly path: string;
  readonly bytes: number;
  /** Google's own address, unless given. */
  readonly rootUrl: string | undefined;
  readonly pieceBytes: number;
}

type Send = (service: api.Bigquery) => Promise<{ data: api.Schema$Job }>;

const headerOf = (headers: object, name: string): string | null =>
  new Headers(headers as ConstructorParameters<typeof Headers>[0]).get(name);

/** A call that sends what Google does not have yet: called again after an error, it asks how far it came. */
export function piecewise({ projectId, requestBody, path, bytes, rootUrl, pieceBytes }: Upload): Send {
  let session: string | null = null;
  const put = (service: api.Bigquery, session: string, range: string, piece?: Buffer) =>
    service.jobs.insert({ projectId, ...(piece && { requestBody: piece as api.Schema$Job }) }, {
      url: session,
      method: 'PUT',
      headers: { 'content-range': `bytes ${range}/${bytes}`, 'content-type': 'application/octet-stream' },
      validateStatus: (status: number) => (status >= 200 && status < 300) || status === 308,
    } as object);
  const begin = async (service: api.Bigquery): Promise<string> => {
    const options = {
      url: `${rootUrl ?? 'https://bigquery.googleapis.com/'}upload/bigquery/v2/projects/{+projectId}/jobs`,
      headers: { 'x-upload-content-type': 'application/octet-stream', 'x-upload-content-length': String(bytes) },
    };
    const given = { projectId, requestBody, uploadType: 'resumable' };
    const { headers } = await service.jobs.insert(given, options as object);
    return headerOf(headers, 'location') ?? '';
  };
  const sendRest = async (service: api.Bigquery): Promise<{ data: api.Schema$Job }> => {
    let answer = session === null ? null : await put(service, session, '*');
    session ??= await begin(service);
    const file = await open(path);
    try {
      while (answer === null || (answer.status as number) === 308) {
        const from = Number(/-(\d+)/.exec(headerOf(answer?.headers ?? {}, 'range') ?? '')?.[1] ?? -1) + 1;
        const piece = Buffer.alloc(Math.min(pieceBytes, bytes - from));
        await file.read(piece, 0, piece.length, from);
        answer = await put(service, session, `${from}-${from + piece.length - 1}`, piece);
      }
      return answer;
    } finally {
      await file.close();
    }
  };
  return async (service) => {
    try {
      return await sendRest(service);
    } catch (thrown) {
      const { status } = thrown as { status?: number };
      if (session === null || (status !== 404 && status !== 410)) throw thrown;
      // The session has expired: from the beginning.
      session = null;
      throw Object.assign(new Error('the upload’s session is gone'), { status: 503 });
    }
  };
}
