/** Answers that do not come, and runs that are killed between two requests. */
import { describe, expect, test } from 'vitest';
import { type SheetsClient, sheetsClient } from '../../../lib/workbook/sheets/client.ts';
import { readSnapshot } from '../../../lib/workbook/sheets/snapshot.ts';
import { SheetWriter } from '../../../lib/workbook/sheets/writer.ts';
import { contentOf, goalsOf, tabNamed } from '../../support/goals-of.ts';
import type { Fault } from '../../support/sheets-server/scenario.ts';
import type { SheetsServer } from '../../support/sheets-server/server.ts';
import {
  aClient,
  act,
  aPatch,
  applied,
  content,
  id,
  put,
  restart,
  reverse,
  server,
  suppress,
  three,
  type,
  withServer,
} from './one-tab.ts';

withServer();

test('a write thought lost that is done after the look for it is not done again', async () => {
  three();
  let writes = 0;
  server.scenario = {
    fault: ({ method }) => (method.endsWith('batchUpdate') && ++writes === 1 ? 'late' : undefined),
  };
  const result = await applied({
    updates: [suppress(0)],
    inserts: [
      {
        cells: [
          { column: 'contact_id', value: 'c4' },
          { column: 'score', value: 4 },
        ],
      },
    ],
  });
  expect(content().map((row) => [row[0], row[2] ?? null])).toEqual([
    ['contact_id', 'status'],
    ['c1', 'suppressed'],
    ['c2', 'subscribed'],
    ['c3', 'subscribed'],
    ['c4', null],
  ]);
  expect(result.held).toEqual([]);
});

describe('a run that is killed between two requests', () => {
  /** Writes a cell, a date, a row and removals, each in a request of its own, and dies at the nth write. */
  async function killedAt(n: number): Promise<void> {
    const snapshot = await readSnapshot(aClient());
    const tab = await snapshot.load(tabNamed(snapshot.tabs, 'contacts'));
    const patch = aPatch({
      updates: [
        suppress(0),
        { row: 1, key: ['c2'], cells: [{ column: 'score', before: 2, after: { date: '2026-11-23' } }] },
      ],
      inserts: [{ cells: [{ column: 'contact_id', value: 'c4' }] }],
      removals: [2, 3].map((row) => ({ row, key: [tab.raw(row, 0)], content: contentOf(tab, row) })),
    });
    let writes = 0;
    server.scenario = {
      fault: ({ method }) => (method.endsWith('batchUpdate') && ++writes >= n ? 'reset-before' : undefined),
    };
    const dying = sheetsClient(id, { rootUrl: server.url, sleep: () => Promise.reject(new Error('killed')) });
    const writer = new SheetWriter(dying, [tab], { bytes: 100 });
    await expect(writer.write(goalsOf(patch))).rejects.toThrow('killed');
    server.scenario = {};
  }

  test.each([2, 3, 4, 5, 6])(
    'at request %s leaves whole requests, and nothing of its own once the next has begun',
    async (n) => {
      put([1, 2, 3, 5].map((i) => [`c${i}`, `p${i}@example.com`, 'subscribed', i]));
      await killedAt(n);
      const written = content();
      expect(await new SheetWriter(aClient(), []).recover()).toEqual({ repaired: 0 });
      expect(content()).toEqual(written);
      expect(server.book(id)).toMatchObject({ metadata: [], tabs: [{ title: 'contacts' }] });
      const [first, second] = [written[1]?.[2], written.slice(1).map((row) => row[0])];
      expect([first, second]).toEqual([
        n > 2 ? 'suppressed' : 'subscribed',
        ['c1', 'c2', ...(n > 6 ? [] : n > 5 ? ['c3'] : ['c3', 'c5']), ...(n > 4 ? ['c4'] : [])],
      ]);
    },
  );

  test('in the very moment in which a person typed, has the person’s text back by the next run', async () => {
    three();
    let writes = 0;
    server.scenario = {
      person: ({ method }) => {
        if (method.endsWith('batchUpdate') && ++writes === 2) type(1, 2, 'unsubscribed');
      },
      fault: ({ method }) => (method.endsWith('batchUpdate') && writes === 2 ? 'reset-after' : undefined),
    };
    const snapshot = await readSnapshot(aClient());
    const dying = sheetsClient(id, { rootUrl: server.url, sleep: () => Promise.reject(new Error('killed')) });
    const goals = goalsOf(aPatch({ updates: [suppress(0), suppress(1)] }));
    await expect(new SheetWriter(dying, snapshot.tabs).write(goals)).rejects.toThrow('killed');
    expect(content().map((row) => row[2])).toEqual(['status', 'suppressed', 'suppressed', 'subscribed']);
    server.scenario = {};
    expect(await new SheetWriter(aClient(), []).recover()).toEqual({ repaired: 1 });
    expect(content().map((row) => row[2])).toEqual(['status', 'unsubscribed', 'suppressed', 'subscribed']);
  });

  test('a request of it that is carried out only then is refused whole: its scratch tab is gone', async () => {
    three();
    const client = aClient();
    let late: Parameters<SheetsServer['act']>[1] = [];
    const dying: SheetsClient = {
      ...client,
      write: async (body, fields) => {
        if (!body.requests?.some(({ insertDimension }) => insertDimension)) return client.write(body, fields);
        late = body.requests;
        throw new Error('killed');
      },
    };
    const snapshot = await readSnapshot(client);
    const goals = goalsOf(aPatch({ inserts: [{ cells: [{ column: 'contact_id', value: 'c4' }] }] }));
    await expect(new SheetWriter(dying, snapshot.tabs).write(goals)).rejects.toThrow('killed');
    await new SheetWriter(aClient(), []).recover();
    const before = content();
    expect(late.length).toBeGreaterThan(3);
    expect(server.act(id, late)).toBe(false);
    expect(content()).toEqual(before);
  });

  test('a repair of it that is carried out while the next run makes the same one is not made twice', async () => {
    three();
    const client = aClient();
    let late: Parameters<SheetsServer['act']>[1] = [];
    let writes = 0;
    const dying: SheetsClient = {
      ...client,
      write: async (body, fields) => {
        if (!body.requests?.some(({ copyPaste }) => copyPaste)) return client.write(body, fields);
        writes += 1;
        if (writes === 1) reverse();
        if (writes === 1) return client.write(body, fields);
        late = [...body.requests];
        throw new Error('killed');
      },
    };
    const snapshot = await readSnapshot(client);
    const removal = {
      row: 0,
      key: ['c1'],
      content: contentOf(await snapshot.load(tabNamed(snapshot.tabs, 'contacts')), 0),
    };
    const goals = goalsOf(aPatch({ updates: [suppress(1)], removals: [removal] }));
    await expect(new SheetWriter(dying, snapshot.tabs).write(goals)).rejects.toThrow('killed');
    expect(content().map((row) => row[0])).toEqual(['contact_id', 'c2', 'c1']);
    expect(late.some(({ insertDimension }) => insertDimension)).toBe(true);
    server.scenario = {
      person: ({ method }) => {
        if (method.endsWith('batchUpdate') && late.length > 0) act(...late.splice(0));
      },
    };
    await new SheetWriter(aClient(), []).recover();
    const keys = content().flatMap(([key]) => key ?? []);
    expect(keys.sort()).toEqual(['c1', 'c2', 'c3', 'contact_id']);
    expect(server.book(id)).toMatchObject({ metadata: [], tabs: [{ title: 'contacts' }] });
  });
});

const WRITE_FAULTS: Fault[] = ['429', '500', '503-before', '503-after', 'reset-before', 'reset-after', 'cut'];
describe('an answer that does not come', () => {
  test.each(WRITE_FAULTS)('%s at any write applies everything once', async (fault) => {
    for (const n of [1, 2]) {
      await server.close();
      await restart();
      three();
      let writes = 0;
      server.scenario = {
        fault: ({ method }) => {
          if (!method.endsWith('batchUpdate')) return undefined;
          writes += 1;
          return writes === n ? fault : undefined;
        },
      };
      const result = await applied({
        updates: [suppress(0)],
        inserts: [{ cells: [{ column: 'contact_id', value: 'c4' }] }],
      });
      expect(content().map((row) => [row[0], row[2] ?? null])).toEqual([
        ['contact_id', 'status'],
        ['c1', 'suppressed'],
        ['c2', 'subscribed'],
        ['c3', 'subscribed'],
        ['c4', null],
      ]);
      expect(result.held).toEqual([]);
    }
  });
});
