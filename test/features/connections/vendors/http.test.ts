/** Any other tool by HTTP: pages, columns, and what is refused. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { connectionRules } from '../../../../lib/features/connections/rules.ts';
import { connected, type Written } from '../../../support/vendor-server/connected.ts';
import type { Tool } from '../../../support/vendor-server/server.ts';

describe('any other tool by HTTP', () => {
  const rows = [1, 2, 3].map((n) => ({ who: { mail: `p${n}@a.example` }, at: '2026-11-20T10:00:00Z', n }));
  const tool = (answer: (asked: URLSearchParams, address: string) => unknown): Tool => ({
    described: [],
    signedIn: (headers) => headers['x-key'] === 'invented-key',
    routes: { 'GET /left': ({ query, address }) => ({ body: answer(query, address) }) },
  });
  const written = (pages: object, records?: string): Written => ({
    vendor: 'http',
    key: { header: 'X-Key', prefix: '' },
    secrets: { key: 'CRM_KEY' },
    reads: [
      {
        ...{ name: 'left', path: '/left?since={from}', table: 'bounces' as const, ...(records && { records }) },
        columns: { email: 'who.mail', kind: '= unsubscribe', occurred_at: 'at', bounce_id: 'n' },
        pages: pages as never,
      },
    ],
  });
  const from = (query: URLSearchParams, name: string): number => Number(query.get(name) ?? 0);
  it.each([
    [
      'offsets',
      written({ by: 'offset', size: 2, limit: 'n', offset: 'skip' }),
      (query: URLSearchParams) => rows.slice(from(query, 'skip'), from(query, 'skip') + 2),
    ],
    [
      'cursors',
      written({ by: 'cursor', next: 'meta.next', parameter: 'after' }, 'data'),
      (query: URLSearchParams) => {
        const start = from(query, 'after');
        return { data: rows.slice(start, start + 2), meta: { next: start + 2 < rows.length ? start + 2 : null } };
      },
    ],
    [
      'links',
      written({ by: 'link', next: 'next' }, 'data'),
      (query: URLSearchParams, address: string) => {
        const start = from(query, 'p');
        return {
          data: rows.slice(start, start + 2),
          next: start + 2 < rows.length ? `${address}/left?p=${start + 2}` : null,
        };
      },
    ],
  ])('is read by %s, and its records become rows of a table', async (_, given, answer) => {
    const { fetch } = await connected(tool(answer), given);
    const fetched = await fetch();
    expect(fetched).toMatchObject({ fault: null, rows: 3 });
    expect(
      readFileSync(fetched.files[0]?.path ?? '', 'utf8')
        .split('\r\n')
        .slice(0, 2),
    ).toEqual([
      'bounce_id,email,kind,code,detail,provider,occurred_at',
      '1,p1@a.example,unsubscribe,,,tool,2026-11-20T10:00:00Z',
    ]);
  });

  const linked = written({ by: 'link', next: 'next' }, 'data');
  const [read] = linked.reads ?? [];
  const reading = (more: object): Written => ({ ...linked, reads: [{ ...read, ...more } as never] });

  it('is refused where a column that a row needs is at none of its records, is not mapped, or a CSV has pages', async () => {
    const columns = { ...read?.columns, email: 'who.email' };
    const { fetch } = await connected(
      tool(() => ({ data: rows })),
      reading({ columns }),
    );
    expect(await fetch()).toMatchObject({ fault: 'left: none of its records has email at who.email', until: null });
    const rulesOf = (more: object) => () => connectionRules({ connections: [{ name: 'crm', ...reading(more) }] }, []);
    const crm = { address: 'https://crm.example.com' };
    expect(rulesOf({ ...crm, columns: { email: 'who.mail', kind: '= unsubscribe' } })).toThrow(/need occurred_at/);
    expect(rulesOf({ ...crm, as: 'csv' })).toThrow(/a CSV is one page/);
  });

  it('has its ids behind the prefix that the rules give, and no id where a record has none', async () => {
    const { fetch } = await connected(
      tool(() => ({ data: [rows[0], { ...rows[1], n: undefined }] })),
      reading({ idPrefix: 'b:' }),
    );
    const [file] = (await fetch()).files;
    const ids = readFileSync(file?.path ?? '', 'utf8')
      .split('\r\n')
      .slice(1);
    expect(ids.map((line) => line.split(',')[0])).toEqual(['b:1', '']);
  });

  it('is read past a page that is shorter than was asked for', async () => {
    const { fetch } = await connected(
      tool((query) => rows.slice(from(query, 'skip'), from(query, 'skip') + 1)),
      written({ by: 'offset', size: 2, limit: 'n', offset: 'skip' }),
    );
    expect(await fetch()).toMatchObject({ fault: null, rows: 3 });
  });

  it('is read in pages of any size', { timeout: 20_000 }, async () => {
    const { fetch } = await connected(
      tool(() => ({ data: Array.from({ length: 150_000 }, () => rows[0]) })),
      linked,
    );
    expect(await fetch()).toMatchObject({ fault: null, rows: 150_000 });
  });

  it.each([
    ['cursors', { by: 'cursor', next: 'next', parameter: 'after' }],
    ['offsets', { by: 'offset', size: 3, limit: 'n', offset: 'skip' }],
  ])('is unreadable where its %s lead to the same page again and again', async (_, pages) => {
    const { fetch, server } = await connected(
      tool(() => ({ data: rows, next: 'same' })),
      written(pages, 'data'),
    );
    expect(await fetch()).toMatchObject({ fault: 'left: its pages repeat without end', rows: 0 });
    expect(server.asked.length).toBeLessThan(4);
  });

  it('is unreadable where the next page is no address', async () => {
    const { fetch } = await connected(
      tool(() => ({ data: rows, next: 'http://[' })),
      linked,
    );
    expect((await fetch()).fault).toMatch(/names a next page by what is no address/);
  });

  it('is never followed to another host with the key', async () => {
    const { fetch } = await connected(
      tool(() => ({ data: rows, next: 'http://127.0.0.1:9/left' })),
      written({ by: 'link', next: 'next' }, 'data'),
    );
    expect((await fetch()).fault).toMatch(/next page at another host, and no key is sent there/);
  });
});
