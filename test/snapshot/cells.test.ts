/** What a cell's text is read as, in UTC and elsewhere; what has no certain reading is nothing. */
import { describe, expect, it } from 'vitest';
import { join, raw, sql } from '../../lib/core/sql.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';
import { type CellSettings, readCell, writeCell } from '../../lib/snapshot/cells.ts';
import { temporaryFolder } from '../support/workbook.ts';

async function readAll(type: 'date' | 'time', texts: readonly string[], settings: CellSettings) {
  const engine = await openEngine({ spillFolder: temporaryFolder(), timeZone: settings.timeZone, threads: 1 });
  const rows = join(
    texts.map((text) => sql`(${text})`),
    ', ',
  );
  const value = readCell('c', type, settings);
  const read = await engine.rows(sql`select c, ${raw(writeCell(value, type))} as v from (values ${rows}) as cells(c)`);
  engine.close();
  return Object.fromEntries(read.map(({ c, v }) => [c, v]));
}

const times = {
  '2026-01-15T09:00:00Z': '2026-01-15T09:00:00Z',
  '2026-01-15T09:00:00.250Z': '2026-01-15T09:00:00.250Z',
  '2026-01-15T09:00:00+02:00': '2026-01-15T07:00:00Z',
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
};

describe('a moment', () => {
  it('is read as it says where it says it, and never guessed', async () => {
    const local = { '2026-01-15T09:00:00': '2026-01-15T09:00:00Z', '2026-07-15': '2026-07-15T00:00:00Z' };
    const serial = { '46037.5': '2026-01-15T12:00:00Z' };
    const expected = { ...times, ...local, ...serial };
    expect(await readAll('time', Object.keys(expected), { timeZone: 'UTC' })).toEqual(expected);
  });

  it('without a zone of its own is the workbook’s', async () => {
    const local = { '2026-01-15T09:00:00': '2026-01-15T08:00:00Z', '2026-07-15': '2026-07-14T22:00:00Z' };
    const serial = { '46037.5': '2026-01-15T11:00:00Z' };
    const expected = { ...times, ...local, ...serial };
    expect(await readAll('time', Object.keys(expected), { timeZone: 'Europe/Berlin' })).toEqual(expected);
  });
});

describe('a day', () => {
  it('is read by the calendar, by serial number, and by slashes only where the workbook says how', async () => {
    const days = {
      '1985-03-09': '1985-03-09',
      '1899-12-31': null,
      '2026-02-30': null,
      '46037': '2026-01-15',
      epoch: null,
    };
    const slashed = { '03/04/2026': '2026-03-04', '31/12/2026': null };
    const expected = { ...days, ...slashed };
    expect(await readAll('date', Object.keys(expected), { timeZone: 'UTC', slashedDates: 'MM/DD/YYYY' })).toEqual(
      expected,
    );
    expect(await readAll('date', Object.keys(slashed), { timeZone: 'UTC' })).toEqual({
      '03/04/2026': null,
      '31/12/2026': null,
    });
  });
});
