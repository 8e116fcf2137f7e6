/**
 * Any other tool with an API: an address, a key in a header, and pages of JSON or CSV by link, cursor or offset. Each
 * record is mapped to the columns of bounces, events or purchases (docs/workbook.md).
 */
import Papa from 'papaparse';
import * as z from 'zod';
import { type Client, type Request, RequestError } from '../../http/index.ts';
import { byCursor, iso, pages, records, valueAt } from './pages.ts';
import type { At, Json, Source, Vendor } from './vendor.ts';

const path = z.string().regex(/^[\w-]+(\.[\w-]+)*$/, 'a path is names with dots between them: paging.next');

const turning = z.discriminatedUnion('by', [
  /** `next`: where the answer has the address of the next page. */
  z.strictObject({ by: z.literal('link'), next: path }),
  /** `next`: where it has the cursor, `parameter`: under which the next request carries it. */
  z.strictObject({ by: z.literal('cursor'), next: path, parameter: z.string() }),
  z.strictObject({ by: z.literal('offset'), size: z.number().int().min(1), limit: z.string(), offset: z.string() }),
]);

/** The columns that each table may have; the first one is its id. */
export const COLUMNS = {
  bounces: ['bounce_id', 'email', 'kind', 'code', 'detail', 'provider', 'occurred_at'],
  events: ['event_id', 'email', 'type', 'occurred_at', 'value', 'campaign'],
  purchases: ['order_id', 'email', 'ordered_at', 'amount', 'currency'],
} as const;

/** Without these a row can't be taken. */
const NEEDED = {
  bounces: ['email', 'kind', 'occurred_at'],
  events: ['email', 'type', 'occurred_at'],
  purchases: ['order_id', 'ordered_at', 'amount'],
} as const;

const source = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9-]+$/),
    /** Below the address; `{from}` and `{to}` are the moments between which facts are asked for. */
    path: z.string().startsWith('/'),
    as: z.enum(['json', 'csv']).default('json'),
    /** Where a JSON answer has the list; left out, it is the answer. */
    records: path.optional(),
    pages: turning.optional(),
    table: z.enum(['bounces', 'events', 'purchases']),
    /** A column of the table → where a record has it, or `= text` for the same text in each. */
    columns: z.record(z.string(), z.string()),
    /** Stands before each id: two tools may give the same one. */
    idPrefix: z.string().optional(),
  })
  .superRefine(({ table, columns, as, pages: turn }, context) => {
    if (as === 'csv' && turn)
      context.addIssue({ code: 'custom', path: ['pages'], message: 'a CSV is one page: leave pages out' });
    for (const column of NEEDED[table].filter((each) => !(each in columns)))
      context.addIssue({ code: 'custom', path: ['columns'], message: `${table} need ${column}` });
    for (const column of Object.keys(columns).filter((each) => !(COLUMNS[table] as readonly string[]).includes(each)))
      context.addIssue({
        code: 'custom',
        path: ['columns', column],
        message: `${table} has ${COLUMNS[table].join(', ')}`,
      });
  });

export const httpOptions = {
  address: z.url(),
  /** Which header carries the key, and what stands before it (`Bearer `). */
  key: z.strictObject({ header: z.string().min(1), prefix: z.string().default('') }).optional(),
  secrets: z.record(z.string(), z.string().regex(/^[A-Z][A-Z0-9_]*$/)).default({}),
  reads: z.array(source).min(1),
};

const options = z.object(httpOptions);
type HttpSource = z.output<typeof source>;

const cellOf = (record: Json, where: string): string =>
  where.startsWith('= ') ? where.slice(2) : String(valueAt(record, where) ?? '');

const leadsNowhere = (page: readonly Json[], where: string): boolean =>
  page.length > 0 && !where.startsWith('= ') && page.every((record) => valueAt(record, where) === undefined);

async function* csvPages(client: Client, request: Request): AsyncGenerator<readonly Json[]> {
  const { text } = await client.ask({ ...request, headers: { accept: 'text/csv' } });
  const { data, errors } = Papa.parse<Json>(text.trim(), { header: true, skipEmptyLines: true });
  if (errors.length > 0) throw new RequestError('unreadable', 'answered with what is no CSV');
  yield data;
}

function pagesOf({ client, window }: At, { path: below, as, records: list, pages: turn }: HttpSource) {
  const [from, to] = [encodeURIComponent(iso(window.from)), encodeURIComponent(iso(window.to))];
  const first: Request = { path: below.replaceAll('{from}', from).replaceAll('{to}', to) };
  if (as === 'csv') return csvPages(client, first);
  if (turn?.by === 'cursor') return byCursor(client, first, turn.parameter, list, turn.next);
  if (turn?.by === 'offset') {
    const { size, limit, offset } = turn;
    const at = (nth: number): Request => ({ ...first, query: { [limit]: size, [offset]: nth } });
    return pages(client, at(0), (answer, { query = {} }) => {
      const found = records(answer, list);
      return { records: found, next: found.length === 0 ? null : at(Number(query[offset]) + found.length) };
    });
  }
  return pages(client, first, (answer) => {
    const next = turn && valueAt(answer, turn.next);
    const isThere = typeof next === 'number' || (typeof next === 'string' && next !== '');
    return { records: records(answer, list), next: isThere ? { path: String(next) } : null };
  });
}

const sourceOf = (given: HttpSource, tool: string): Source => ({
  name: given.name,
  formats: [],
  is: given.table === 'events' ? 'events' : given.table === 'purchases' ? 'orders' : 'consent',
  pages: async function* (where) {
    const columns = COLUMNS[given.table];
    const [id] = columns;
    for await (const page of pagesOf(where, given)) {
      for (const column of NEEDED[given.table])
        if (leadsNowhere(page, given.columns[column] ?? ''))
          throw new RequestError('unreadable', `none of its records has ${column} at ${given.columns[column]}`);
      yield page.map((record) =>
        Object.fromEntries(
          columns.map((column) => {
            const cell = cellOf(record, given.columns[column] ?? (column === 'provider' ? `= ${tool}` : '= '));
            return [column, column === id && cell !== '' ? `${given.idPrefix ?? ''}${cell}` : cell];
          }),
        ),
      );
    }
  },
});

/** What holds for each connection of this kind. */
export const http: Omit<Vendor, 'address' | 'signIn'> = {
  id: 'http',
  label: 'any tool by HTTP',
  guide: {
    page: 'docs/connections.md',
    rights: 'read, and no more',
    steps: ['Make a key that only reads, and name its secret under secrets.'],
    lacks: 'nothing is written',
  },
  secrets: {},
  reads: [],
};

/** A connection of this kind as a vendor. */
export function httpVendor(given: { readonly name: string } & z.input<typeof options>): Vendor {
  const { address, key, reads } = options.parse(given);
  return {
    ...http,
    address: () => address,
    signIn: (keys) => () => (key ? { [key.header.toLowerCase()]: `${key.prefix}${Object.values(keys)[0] ?? ''}` } : {}),
    reads: reads.map((each) => sourceOf(each, given.name)),
  };
}
