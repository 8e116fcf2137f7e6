/** What the writer of a sheet writes, and what it does about people who change the tab meanwhile. */
import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../../../lib/workbook/sheets/snapshot.ts';
import { SheetWriter } from '../../../lib/workbook/sheets/writer.ts';
import { contentOf, goalsOf, tabNamed } from '../../support/goals-of.ts';
import { formula, type Given } from '../../support/sheets-server/build.ts';
import {
  aClient,
  act,
  aPatch,
  applied,
  content,
  HEADERS,
  id,
  onWrite,
  put,
  reverse,
  server,
  suppress,
  three,
  type,
  withServer,
} from './one-tab.ts';

withServer();

test('updates, new rows and removals go in with one read and two writes, and the marker with them', async () => {
  three();
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
    removals: [{ row: 1, key: ['c2'] }],
  });
  expect(content()).toEqual([
    HEADERS,
    ['c1', 'a@example.com', 'suppressed', 1],
    ['c3', 'c@example.com', 'subscribed', 3],
    ['c4', null, null, 4],
  ]);
  expect(result).toMatchObject({
    held: [],
    repaired: 0,
    calls: { reads: 2, writes: 3 },
  });
  expect(server.book(id)).toMatchObject({ metadata: [], tabs: [{ title: 'contacts' }] });
});

test('nothing to do changes nothing', async () => {
  three();
  const update = { row: 0, key: ['c1'], cells: [{ column: 'status', before: 'subscribed', after: 'subscribed' }] };
  const before = structuredClone(server.book(id).tabs);
  expect(await applied({ updates: [update] })).toMatchObject({ held: [], requests: 0 });
  expect(server.book(id).tabs).toEqual(before);
});

test('text that looks like a formula, a number or a date is written as text, dates as dates', async () => {
  three();
  const cells = ['=HYPERLINK("https://example.com")', '0171', '+49 555 0100'].map((after, i) => ({
    column: HEADERS[i + 1] ?? '',
    before: ['a@example.com', 'subscribed', 1][i] ?? null,
    after,
  }));
  await applied({
    updates: [
      { row: 0, key: ['c1'], cells },
      { row: 1, key: ['c2'], cells: [{ column: 'score', before: 2, after: { date: '2026-11-23' } }] },
    ],
  });
  expect(
    server
      .book(id)
      .tabs[0]?.rows[1]?.slice(1)
      .map((cell) => cell?.userEnteredValue),
  ).toEqual(cells.map(({ after }) => ({ stringValue: after })));
  const after = await readSnapshot(aClient());
  expect((await after.load(tabNamed(after.tabs, 'contacts'))).cell(1, 3)).toMatchObject({
    kind: 'date',
    value: '2026-11-23',
  });
});

describe('between the snapshot and the write', () => {
  test('rows that moved are found by their keys, in columns that moved', async () => {
    three();
    await applied({ updates: [suppress(0)] }, () => {
      reverse();
      act({
        moveDimension: {
          source: { sheetId: 0, dimension: 'COLUMNS', startIndex: 2, endIndex: 3 },
          destinationIndex: 0,
        },
      });
    });
    expect(content().map((row) => [row[0], row[1]])).toEqual([
      ['status', 'contact_id'],
      ['subscribed', 'c3'],
      ['subscribed', 'c2'],
      ['suppressed', 'c1'],
    ]);
  });

  test('a cell that a person changed, a row that is gone, a renamed column, a formula: left, and held by reason', async () => {
    three();
    const updates = [
      suppress(0),
      suppress(1),
      { row: 2, key: ['c3'], cells: [{ column: 'score', before: 3, after: 30 }] },
    ];
    const result = await applied({ updates }, () => {
      type(1, 2, 'unsubscribed');
      act({ deleteDimension: { range: { sheetId: 0, dimension: 'ROWS', startIndex: 2, endIndex: 3 } } });
      type(0, 3, 'points');
    });
    expect(result.held).toEqual([
      { tab: 'contacts', reason: 'cell changed' },
      { tab: 'contacts', reason: 'row gone' },
      { tab: 'contacts', reason: 'column gone' },
    ]);
    expect(content()).toEqual([
      ['contact_id', 'email', 'status', 'points'],
      ['c1', 'a@example.com', 'unsubscribed', 1],
      ['c3', 'c@example.com', 'subscribed', 3],
    ]);
  });

  test('a formula is never overwritten, even where it shows what was expected', async () => {
    put([['c1', 'a@example.com', formula('="sub"&"scribed"'), 1]]);
    expect(await applied({ updates: [suppress(0)] })).toMatchObject({ held: [{ reason: 'formula' }] });
    expect(content()[1]?.[2]).toBe('="sub"&"scribed"');
  });

  test('a row that a person still works on is not removed', async () => {
    three();
    const result = await applied({ removals: [{ row: 0, key: ['c1'] }] }, () => type(1, 1, 'new@example.com'));
    expect(result.held).toEqual([{ tab: 'contacts', reason: 'row changed' }]);
    expect(content()).toHaveLength(4);
  });
});

describe('in the moment of the write itself', () => {
  test('a sort never leaves one person with the values of another', async () => {
    three();
    onWrite(reverse);
    const result = await applied({ updates: [suppress(0)] });
    expect(
      content()
        .slice(1)
        .map((row) => [row[0], row[2]]),
    ).toEqual([
      ['c3', 'subscribed'],
      ['c2', 'subscribed'],
      ['c1', 'suppressed'],
    ]);
    expect(result).toMatchObject({ repaired: 1 });
  });

  test('what a person types into the very cell is put back, and held', async () => {
    three();
    onWrite(() => type(1, 2, 'unsubscribed'));
    expect(await applied({ updates: [suppress(0)] })).toMatchObject({
      held: [{ reason: 'cell changed' }],
    });
    expect(content()[1]).toEqual(['c1', 'a@example.com', 'unsubscribed', 1]);
  });

  test('what a person types into a cell that was hit wrongly, before it is put right, stays', async () => {
    three();
    let requests = 0;
    server.scenario = {
      person: ({ method }) => {
        if (method.endsWith('batchUpdate')) requests += 1;
        if (method.endsWith('batchUpdate') && requests === 2) reverse();
        else if (requests === 2 && content()[1]?.[2] === 'suppressed') type(1, 2, 'typed');
      },
    };
    await applied({ updates: [suppress(0)] });
    expect(content().slice(1)).toEqual([
      ['c3', 'c@example.com', 'typed', 3],
      ['c2', 'b@example.com', 'subscribed', 2],
      ['c1', 'a@example.com', 'suppressed', 1],
    ]);
  });

  test('a row removed in the place of another comes back', async () => {
    three();
    onWrite(reverse);
    await applied({ removals: [{ row: 0, key: ['c1'] }] });
    expect(
      content()
        .slice(1)
        .map((row) => row.join()),
    ).toEqual(['c2,b@example.com,subscribed,2', 'c3,c@example.com,subscribed,3']);
  });

  test('a key that the tab holds is not put in again after a row has come back', async () => {
    three();
    onWrite(reverse);
    const snapshot = await readSnapshot(aClient());
    const tab = await snapshot.load(tabNamed(snapshot.tabs, 'contacts'));
    const removal = goalsOf(aPatch({ removals: [{ row: 0, key: ['c1'], content: contentOf(tab, 0) }] }));
    const twice = goalsOf(aPatch({ inserts: [{ cells: [{ column: 'contact_id', value: 'c2' }] }] }));
    const { held } = await new SheetWriter(aClient(), [tab], { bytes: 100 }).write([...removal, ...twice]);
    expect(held).toEqual([{ tab: 'contacts', reason: 'key exists' }]);
    expect(content().map((row) => row[0])).toEqual(['contact_id', 'c2', 'c3']);
  });

  test('it comes back as it looked: formats, notes and formulas, which refer to its new place', async () => {
    const userEnteredFormat = { backgroundColor: { red: 1 }, numberFormat: { type: 'DATE', pattern: 'yyyy-mm-dd' } };
    put([
      ['c1', 'a@example.com', 'subscribed', 1],
      ['c2', formula('=A2&"@example.com"'), { userEnteredValue: { stringValue: 'subscribed' }, note: 'ask Ada' }, 2],
      ['c3', 'c@example.com', null, { userEnteredValue: { numberValue: 46_000 }, userEnteredFormat }],
      ['c4', 'd@example.com', 'subscribed', 4],
    ]);
    onWrite(() => act({ deleteDimension: { range: { sheetId: 0, dimension: 'ROWS', startIndex: 1, endIndex: 2 } } }));
    await applied({
      removals: [
        { row: 0, key: ['c1'] },
        { row: 2, key: ['c3'] },
      ],
    });
    // What stood in the rows that were meant, c2 and c4, is back; c3 goes in the next round.
    const keys = content().map((row) => row[0]);
    expect(keys.filter((key) => key !== undefined).sort()).toEqual(['c2', 'c4', 'contact_id']);
    expect(server.book(id).tabs[0]?.rows[keys.indexOf('c2')]?.slice(1, 3)).toMatchObject([
      // Row 5, where it came back; the local server does not move references when c3 above it goes.
      { userEnteredValue: { formulaValue: '=A5&"@example.com"' } },
      { userEnteredValue: { stringValue: 'subscribed' }, note: 'ask Ada' },
    ]);
  });

  test('new rows never lie over rows that a person adds', async () => {
    three();
    onWrite(() => {
      act({ insertDimension: { range: { sheetId: 0, dimension: 'ROWS', startIndex: 4, endIndex: 5 } } });
      type(4, 0, 'c9');
    });
    await applied({ inserts: [{ cells: [{ column: 'contact_id', value: 'c4' }] }] });
    expect(content().map((row) => row[0])).toEqual(['contact_id', 'c1', 'c2', 'c3', 'c4', 'c9']);
  });

  test('columns that move take nothing with them that is not their own', async () => {
    three();
    onWrite(() =>
      act({
        moveDimension: {
          source: { sheetId: 0, dimension: 'COLUMNS', startIndex: 0, endIndex: 1 },
          destinationIndex: 4,
        },
      }),
    );
    await applied({ updates: [suppress(0)], inserts: [{ cells: [{ column: 'contact_id', value: 'c4' }] }] });
    expect(content()).toEqual([
      ['email', 'status', 'score', 'contact_id'],
      ['a@example.com', 'suppressed', 1, 'c1'],
      ['b@example.com', 'subscribed', 2, 'c2'],
      ['c@example.com', 'subscribed', 3, 'c3'],
      [null, null, null, 'c4'],
    ]);
  });

  test('a row without key gets its id, wherever a sort has put it', async () => {
    put([
      ['c1', 'a@example.com'],
      [null, 'b@example.com'],
      ['c3', 'c@example.com'],
    ]);
    onWrite(() =>
      act({
        sortRange: {
          range: { sheetId: 0, startRowIndex: 1 },
          sortSpecs: [{ dimensionIndex: 1, sortOrder: 'DESCENDING' }],
        },
      }),
    );
    await applied({
      updates: [{ row: 1, key: [null], cells: [{ column: 'contact_id', before: null, after: 'c2' }] }, suppressed(2)],
    });
    expect(content().slice(1)).toEqual(
      [
        ['c3', 'c@example.com', 'x'],
        ['c2', 'b@example.com'],
        ['c1', 'a@example.com'],
      ].map((row) => expect.arrayContaining(row)),
    );
  });
  const suppressed = (row: number) => ({
    row,
    key: [`c${row + 1}`],
    cells: [{ column: 'status', before: null, after: 'x' }],
  });
});

test('a row that shows an error somewhere can be taken away', async () => {
  put([['c1', formula('=1/0'), 'subscribed', 1]], {});
  expect(await applied({ removals: [{ row: 0, key: ['c1'] }] })).toMatchObject({ held: [] });
  expect(content()).toEqual([HEADERS]);
});

test('of a large tab only the rows concerned are looked at and copied, and the keys whole only where rows moved', async () => {
  const rows = (): Given[][] =>
    Array.from({ length: 2000 }, (_, i) => [`c${i + 1}`, `c${i + 1}@example.com`, 'subscribed', i]);
  const updates = [suppress(1), suppress(3)];
  const written = (): unknown[] => content().flatMap((row) => (row[2] === 'suppressed' ? [row[0]] : []));
  const looked = async (between: () => void): Promise<number> => {
    put(rows());
    let from = 0;
    const after = (): void => {
      between();
      from = server.requests.length;
    };
    expect(await applied({ updates }, after)).toMatchObject({ held: [] });
    expect(written().sort()).toEqual(['c2', 'c4']);
    return server.requests.slice(from).reduce((sum, { answerBytes }) => sum + answerBytes, 0);
  };
  expect(await looked(() => {})).toBeLessThan(5000);
  expect(await looked(reverse)).toBeGreaterThan(20_000);
});
