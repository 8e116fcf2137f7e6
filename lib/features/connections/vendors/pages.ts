/** The pages of a list, whichever way a tool turns them: by offset, by cursor, or by a link. */
import { type Client, type Request, RequestError } from '../../http/index.ts';
import type { Json } from './vendor.ts';

export const seconds = (moment: Date): number => Math.floor(moment.getTime() / 1000);
/** `2026-11-23T05:00:00Z`: without fractions, which not every API takes. */
export const iso = (moment: Date): string => moment.toISOString().replace(/\.\d+Z$/, 'Z');
export const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

/** Fields of a record as texts. */
export const texts = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(object(value)).map(([name, field]) => [name, String(field ?? '')]));

/** Where an answer has something: `paging.next`; the answer itself, unless given. */
type Where = string | undefined | ((answer: unknown) => unknown);

export const valueAt = (answer: unknown, where: Where): unknown =>
  typeof where === 'function'
    ? where(answer)
    : (where?.split('.') ?? []).reduce<unknown>((found, part) => object(found)[part], answer);

/** A list of records where one must be. @throws RequestError where it is none */
export function records(answer: unknown, where?: Where): readonly Json[] {
  const value = valueAt(answer, where);
  if (Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null)) return value;
  throw new RequestError('unreadable', 'answered with what is no list of records');
}

interface Page {
  readonly records: readonly Json[];
  /** The request for the next page; null after the last one. */
  readonly next: Request | null;
}

/** Asks page after page. `read` takes an answer apart. @throws RequestError where a page comes again */
export async function* pages(
  client: Client,
  first: Request,
  read: (answer: unknown, request: Request) => Page,
): AsyncGenerator<readonly Json[]> {
  let before = '[]';
  for (let request: Request | null = first; request; ) {
    const page = read(await client.json(request), request);
    const text = JSON.stringify(page.records);
    if (text === before && page.records.length > 0)
      throw new RequestError('unreadable', 'its pages repeat without end');
    before = text;
    yield page.records;
    request = page.next;
  }
}

/**
 * Pages by `limit` and `offset`, until one is not full, or as many are read as the tool gives (`most`). Each begins
 * before the end of the one before it, and leaves out what that had: a record that leaves the list meanwhile moves the
 * others up.
 */
export const byOffset = (
  client: Client,
  request: Request,
  size: number,
  where?: Where,
  names = { limit: 'limit', offset: 'offset' },
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly Json[]> => {
  const at = (offset: number): Request => ({
    ...request,
    query: { ...request.query, [names.limit]: size, [names.offset]: offset },
  });
  const overlap = Math.floor(size / OVERLAP);
  let before = new Set<string>();
  return pages(client, at(0), (answer, { query = {} }) => {
    const found = records(answer, where);
    const fresh = found.filter((each) => !before.has(JSON.stringify(each)));
    before = new Set(found.slice(-overlap).map((each) => JSON.stringify(each)));
    const offset = Number(query[names.offset]) + found.length - overlap;
    return { records: fresh, next: found.length < size || offset + size > most ? null : at(offset) };
  });
};

/** A page overlaps the one before it by one part in so many. */
const OVERLAP = 20;

/** Pages by a cursor that the answer names, and that the next request carries under `name`. */
export const byCursor = (
  client: Client,
  request: Request,
  name: string,
  where: Where,
  cursor: Where,
): AsyncGenerator<readonly Json[]> =>
  pages(client, request, (answer) => {
    const [found, next] = [records(answer, where), valueAt(answer, cursor)];
    const more = (typeof next === 'string' && next !== '') || typeof next === 'number';
    return { records: found, next: more ? { ...request, query: { ...request.query, [name]: next } } : null };
  });

/** Pages by a link to the next one; an empty page is the last. */
export const byLink = (
  client: Client,
  request: Request,
  where: string,
  link: string,
): AsyncGenerator<readonly Json[]> =>
  pages(client, request, (answer) => {
    const [found, next] = [records(answer, where), valueAt(answer, link)];
    return { records: found, next: typeof next === 'string' && found.length > 0 ? { path: next } : null };
  });
