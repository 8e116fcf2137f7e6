/**
 * What a cell's text is read as, in UTC and elsewhere, alone and by what its column shows; what has no certain reading
 * is unknown.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../lib/core/engine.ts';
import { join, raw, sql } from '../../lib/core/sql.ts';
import type { ColumnType } from '../../lib/core/tables.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';
import { columnSettings } from '../../lib/snapshot/cell-evidence.ts';
import {
  type CellSettings,
  type ColumnSettings,
  readCell,
  readPlainCell,
  writeCell,
} from '../../lib/snapshot/cells.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ spillFolder: '/nowhere', timeZone: 'UTC', threads: 1 });
});
afterAll(() => engine.close());

const UTC = { timeZone: 'UTC' };

/** What each text is read as; `by` is the reading. */
async function readAll(
  type: ColumnType,
  texts: readonly string[],
  settings: ColumnSettings,
  by: typeof readCell = readCell,
): Promise<Record<string, unknown>> {
  const rows = join(
    texts.map((text) => sql`(${text})`),
    ', ',
  );
  const value = by('c', type, settings);
  const read = await engine.rows(
    sql`select c, ${writeCell(sql`v`, type)} as v from (select c, ${raw(value)} as v from (values ${rows}) as cells(c))`,
  );
  return Object.fromEntries(read.map(({ c, v }) => [c, v]));
}

/** What a column of such cells is read as: by what it shows, and else by the settings. */
async function readColumn(type: ColumnType, texts: readonly string[], settings: CellSettings = UTC, sizeClass = false) {
  const rows = join(
    texts.map((text) => sql`(${text})`),
    ', ',
  );
  const column = { name: 'c', cell: 'c', type, ...(sizeClass && { sizeClass: true as const }) };
  const shown = await columnSettings(engine, sql`(values ${rows}) as cells(c)`, [column], settings);
  return readAll(type, texts, shown.get('c') ?? settings);
}

const times = {
  '2026-01-15T09:00:00Z': '2026-01-15T09:00:00Z',
  '2026-01-15T09:00:00.250Z': '2026-01-15T09:00:00.250Z',
  '2026-01-15T09:00:00+02:00': '2026-01-15T07:00:00Z',
  '2026-01-15 09:00:00 -0500': '2026-01-15T14:00:00Z',
  '2026-01-15T09:00:00.000+0000': '2026-01-15T09:00:00Z',
  '2026-01-15 09:00:00 UTC': '2026-01-15T09:00:00Z',
  'Fri, 05 Jan 2024 03:04:05 +0100': '2024-01-05T02:04:05Z',
  '5 Jan 2024 03:04 EST': '2024-01-05T08:04:00Z',
  'Fri Jan 05 2024 03:04:05 GMT+0100 (Central European Standard Time)': '2024-01-05T02:04:05Z',
  '1706745600': '2024-02-01T00:00:00Z',
  '1706745600123': '2024-02-01T00:00:00.123Z',
  '20240105T030405Z': '2024-01-05T03:04:05Z',
  '1899-12-31T23:59:59Z': null,
  '1900-01-01T00:00:00Z': '1900-01-01T00:00:00Z',
  '2199-12-31T23:59:59Z': '2199-12-31T23:59:59Z',
  '2200-01-01T00:00:01Z': null,
  '2026-02-30T09:00:00Z': null,
  '2026-01-15T25:00:00Z': null,
  '2026-01-15T09:00:__Z': null,
  '20a6-01-15T09:00:00Z': null,
  epoch: null,
  '20': null,
  '31.02.2026': null,
  '01/02/2026': null,
  '1/1/20262': null,
  'since 05.01.2024': null,
};

/** Written without an offset: local in the workbook's time zone, whose clocks are an hour ahead in January. */
const local = {
  '2026-01-15T09:00:00': '2026-01-15T09:00:00Z',
  '46037.5': '2026-01-15T12:00:00Z',
  '05.01.2024': '2024-01-05T00:00:00Z',
  '05.01.2024 03:04': '2024-01-05T03:04:00Z',
  '5. 1. 2024': '2024-01-05T00:00:00Z',
  '5.1.24': '2024-01-05T00:00:00Z',
  '2024-01-05 3:04:05 PM': '2024-01-05T15:04:05Z',
  '2024-01-05 12:00 a.m.': '2024-01-05T00:00:00Z',
  '13/01/2024 03:04': '2024-01-13T03:04:00Z',
  '01/13/2024, 3:04 pm': '2024-01-13T15:04:00Z',
  '03/03/2024': '2024-03-03T00:00:00Z',
  'Mar 5, 2025': '2025-03-05T00:00:00Z',
  'January 5, 2024 at 3:04 PM': '2024-01-05T15:04:00Z',
  '5-Mar-25': '2025-03-05T00:00:00Z',
  '5. März 2025': '2025-03-05T00:00:00Z',
  '5 de enero de 2024': '2024-01-05T00:00:00Z',
  'Freitag, 5. Januar 2024 13:04 Uhr': '2024-01-05T13:04:00Z',
  '20240105': '2024-01-05T00:00:00Z',
  '2024/1/5 3:04': '2024-01-05T03:04:00Z',
};

const hourEarlier = (text: string): string =>
  new Date(Date.parse(text) - 3_600_000).toISOString().replace('.000Z', 'Z');

describe('a moment', () => {
  it('is read as it says where it says it, and never guessed', async () => {
    const expected = { ...times, ...local, '2026-07-15': '2026-07-15T00:00:00Z' };
    expect(await readAll('time', Object.keys(expected), UTC)).toEqual(expected);
  });

  it('without a zone of its own is the workbook’s', async () => {
    const winter = Object.fromEntries(Object.entries(local).map(([text, moment]) => [text, hourEarlier(moment)]));
    // Summer time begins in March.
    const expected = { ...times, ...winter, '2026-07-15': '2026-07-14T22:00:00Z' };
    expect(await readAll('time', Object.keys(expected), { timeZone: 'Europe/Berlin' })).toEqual(expected);
  });
});

describe('a day', () => {
  it('is the day as it is written, without its hour and offset', async () => {
    const expected = {
      '1985-03-09': '1985-03-09',
      '1899-12-31': null,
      '2026-02-30': null,
      '46037': '2026-01-15',
      '05.01.2024': '2024-01-05',
      'Fri, 05 Jan 2024 00:04:05 +0100': '2024-01-05',
      '1/5/62': '1962-01-05',
      epoch: null,
    };
    const settings = { timeZone: 'Europe/Berlin', slashedDates: 'MM/DD/YYYY' } as const;
    expect(await readAll('date', Object.keys(expected), settings)).toEqual(expected);
  });
});

describe('a date such as 01/02/2026', () => {
  it('is read by one value of its column that decides, else by the rule, and else not at all', async () => {
    const open = '01/02/2026';
    expect(await readColumn('time', [open, '13/01/2026 10:00'])).toMatchObject({ [open]: '2026-02-01T00:00:00Z' });
    expect(await readColumn('time', [open, '1-13-2026 10:00'])).toMatchObject({ [open]: '2026-01-02T00:00:00Z' });
    expect(await readColumn('time', [open, '2026-01-13'])).toMatchObject({ [open]: null });
    const rule = { ...UTC, slashedDates: 'DD/MM/YYYY' } as const;
    expect(await readColumn('time', [open], rule)).toEqual({ [open]: '2026-02-01T00:00:00Z' });
    expect(await readColumn('time', [open, '01/13/2026'], rule)).toMatchObject({ [open]: '2026-01-02T00:00:00Z' });
  });

  it('is not read by values that contradict each other, and each of those is what it can be', async () => {
    expect(await readColumn('date', ['01/02/2026', '13/01/2026', '01/13/2026'])).toEqual({
      '01/02/2026': null,
      '13/01/2026': '2026-01-13',
      '01/13/2026': '2026-01-13',
    });
  });
});

const numbers = {
  '1200': '1200',
  '-5.25': '-5.25',
  '1e5': '100000',
  '1,200': '1200',
  '1,200.50': '1200.5',
  '1.234,50 €': '1234.5',
  '$1,200,000': '1200000',
  'EUR 1200': '1200',
  'US$ 5': '5',
  'R$ 1.500,00': '1500',
  '1 200': '1200',
  '1’200.50': '1200.5',
  '1\u202f200,5': '1200.5',
  '1,00,000': '100000',
  '(5.00)': '-5',
  '€ 12,-': '12',
  '12 34': null,
  '1,2,3': null,
  '51-200': null,
  '5%': null,
  '10 Jan': null,
  '1_000': null,
  inf: null,
  nan: null,
  abc: null,
};

describe('a number', () => {
  it('is read with its separators, its currency and its sign where they are certain', async () => {
    expect(await readAll('number', Object.keys(numbers), UTC)).toEqual(numbers);
  });

  it('of one comma and three digits is a thousand, unless its column shows that a comma stands before decimals', async () => {
    expect(await readColumn('number', ['1,200', '3.5'])).toMatchObject({ '1,200': '1200' });
    expect(await readColumn('number', ['1,200', '1.200', '2,5'])).toEqual({
      '1,200': '1.2',
      '1.200': '1200',
      '2,5': '2.5',
    });
    expect(await readColumn('number', ['1,200', '2,5', '2.5'])).toMatchObject({ '1,200': null });
  });

  it('of a size class is its lower end', async () => {
    const expected = {
      '250': '250',
      '1,200': '1200',
      '51-200': '51',
      '11 – 50 employees': '11',
      '10,001+': '10001',
      '$1M-$10M': '1000000',
      '1.5k': '1500',
      '5 Mio. €': '5000000',
      '<10': null,
      '2024-01-05': null,
      'Nov-50': null,
    };
    expect(await readColumn('number', Object.keys(expected), UTC, true)).toEqual(expected);
  });
});

describe('the two readings', () => {
  it('agree wherever the plain one finds a value', async () => {
    const texts = [...Object.keys(times), ...Object.keys(local), ...Object.keys(numbers)];
    for (const type of ['time', 'date', 'number'] as const) {
      const [plain, full] = [await readAll(type, texts, UTC, readPlainCell), await readAll(type, texts, UTC)];
      const found = Object.entries(plain).filter(([, value]) => value !== null);
      expect(found.length).toBeGreaterThan(3);
      expect(Object.fromEntries(found.map(([text]) => [text, full[text]]))).toEqual(Object.fromEntries(found));
    }
  });

  it('read every moment in every common form as that moment', async () => {
    const moment = fc.date({
      min: new Date('1930-01-01T00:00:00Z'),
      max: new Date('2026-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(moment, { minLength: 20, maxLength: 20 }), async (moments) => {
        const forms = moments.flatMap((each) => {
          const iso = `${each.toISOString().slice(0, 19)}Z`;
          return formsOf(iso).map((form) => [form, iso] as const);
        });
        expect(
          await readAll(
            'time',
            forms.map(([form]) => form),
            UTC,
          ),
        ).toEqual(Object.fromEntries(forms));
      }),
      { numRuns: 5 },
    );
  });

  it('never read a number from a text that holds anything else', async () => {
    const word = fc.constantFrom('a', 'x1', 'Q', '#', '@', '/', 'st', '..', ':', '%');
    const texts = fc.array(fc.tuple(fc.integer({ min: 0, max: 9_999_999 }), word), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(texts, async (parts) => {
        const cells = parts.flatMap(([n, other]) => [`${n}${other}${n}`, `${other}${n}`, `${n} ${other}`]);
        expect(Object.values(await readAll('number', cells, UTC)).filter((value) => value !== null)).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });
});

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** How tools and people write a moment, to the second. */
function formsOf(iso: string): string[] {
  const [date = '', clock = ''] = iso.slice(0, -1).split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  const [hour = '', minute = '', second = ''] = clock.split(':');
  const twelve = `${Number(hour) % 12 || 12}:${minute}:${second} ${Number(hour) < 12 ? 'AM' : 'PM'}`;
  const name = MONTHS[Number(month) - 1] ?? '';
  const epoch = Date.parse(iso) / 1000;
  return [
    `${date} ${clock}`,
    `${date} ${twelve}`,
    `${date}T${clock}+00:00`,
    `${day}.${month}.${year} ${clock}`,
    `${Number(day)}.${Number(month)}.${year}, ${clock}`,
    `${Number(day)} ${name} ${year} ${clock}`,
    `${name} ${Number(day)}, ${year} ${twelve}`,
    `${Number(day)} ${name} ${year} ${clock} +0000`,
    ...(epoch >= 1e8 ? [String(epoch), String(epoch * 1000)] : []),
  ];
}
