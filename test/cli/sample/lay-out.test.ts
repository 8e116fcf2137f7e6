import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layOutSample } from '../../../lib/cli/sample/lay-out.ts';
import { laterDate, shiftDays } from '../../../lib/cli/sample/shift-days.ts';
import { aContact, anEvent, readCsv, temporaryFolder, writeWorkbook } from '../../support/workbook.ts';

function aSample(): string {
  const folder = join(temporaryFolder(), 'sample');
  writeWorkbook(folder, {
    contacts: [
      aContact({ created_at: '2026-01-15T09:00:00Z', birth_date: '1990-05-05', Notes: 'on 2026-01-01,\n"2026-01-02"' }),
      aContact({ created_at: '31.02.2026', updated_at: '2026-02-31', last_activity_at: '2026-11-22' }),
    ],
    events: [anEvent({ occurred_at: '2024-02-29 23:59:59', campaign: '2026-01-01' })],
  });
  writeFileSync(join(folder, 'world.json'), '{ "lastDay": "2026-11-22" }');
  return folder;
}

const sample = join(import.meta.dirname, '../../../data/sample');

describe('laying out the sample', () => {
  it('moves dates and times by whole days, and no birthday, note or text that is no date', async () => {
    const folder = aSample();
    const working = join(folder, '../work');
    await layOutSample(folder, working, '2026-11-24');
    expect(readdirSync(working).sort()).toEqual(['contacts.csv', 'events.csv']);
    const [first, second] = readCsv(working, 'contacts');
    const [given] = readCsv(folder, 'contacts');
    expect(first).toEqual({ ...given, created_at: '2026-01-17T09:00:00Z', updated_at: '2026-01-17T09:00:00Z' });
    expect(second).toMatchObject({
      created_at: '31.02.2026',
      updated_at: '2026-02-31',
      last_activity_at: '2026-11-24',
    });
    expect(readCsv(working, 'events')[0]).toMatchObject({ occurred_at: '2024-03-02 23:59:59', campaign: '2026-01-01' });
  });

  it('never touches a working copy that is there already, nor the sample', async () => {
    const folder = aSample();
    const working = join(folder, '../work');
    const before = readFileSync(join(folder, 'contacts.csv'), 'utf8');
    mkdirSync(working);
    writeFileSync(join(working, 'contacts.csv'), 'mine');
    await layOutSample(folder, working, '2027-01-01');
    await layOutSample(join(folder, 'no sample here'), working, '2027-01-01');
    expect(readFileSync(join(working, 'contacts.csv'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, 'contacts.csv'), 'utf8')).toBe(before);
  });

  it('leaves nothing that looks like a workbook when it fails half-way', async () => {
    const folder = aSample();
    const working = join(folder, '../work');
    mkdirSync(join(folder, 'purchases.csv'));
    await expect(layOutSample(folder, working, '2026-11-24')).rejects.toThrow(/EISDIR/);
    expect(existsSync(working)).toBe(false);
    expect(readdirSync(join(folder, '../.nightshift'))).toEqual([]);
  });

  it('lets the faster of two runs win, and the slower go on with its copy', async () => {
    const folder = aSample();
    const working = join(folder, '../work');
    await Promise.all([layOutSample(folder, working, '2026-11-24'), layOutSample(folder, working, '2026-11-24')]).catch(
      () => undefined,
    );
    expect(readCsv(working, 'contacts')).toHaveLength(2);
  });

  it('refuses a sample that states no last day, and a today that is none', async () => {
    const folder = aSample();
    await expect(layOutSample(folder, join(folder, '../work'), 'today')).rejects.toThrow('"today" is no day');
    writeFileSync(join(folder, 'world.json'), '{}');
    await expect(layOutSample(folder, join(folder, '../work'), '2026-11-24')).rejects.toThrow('states no "lastDay"');
  });

  it('gives back the sample itself, byte for byte, on its own last day, and takes a blink', async () => {
    const working = join(temporaryFolder(), 'work');
    const start = performance.now();
    await layOutSample(sample, working, '2026-11-22');
    const tookMs = performance.now() - start;
    const files = readdirSync(working);
    expect(files.sort()).toEqual(['bounces.csv', 'contacts.csv', 'events.csv', 'purchases.csv', 'suppressions.csv']);
    for (const file of files) {
      expect(readFileSync(join(working, file)).equals(readFileSync(join(sample, file)))).toBe(true);
    }
    expect(tookMs).toBeLessThan(1000); // 30 ms on an idle machine; the bound only catches what is out of hand
  });
});

describe('shifting days', () => {
  it('finds its columns by any spelling of the header, and its cells behind quoted commas and newlines', () => {
    const bytes = Buffer.from(
      'Contact-ID,Notes,"x",Created At\nc1,"a,""b"",2026-01-01\n",1,"2026-12-31T00:00:00Z"\nc2,,,2026-12-31',
    );
    shiftDays(bytes, 'contacts', 1);
    expect(bytes.toString()).toBe(
      'Contact-ID,Notes,"x",Created At\nc1,"a,""b"",2026-01-01\n",1,"2027-01-01T00:00:00Z"\nc2,,,2027-01-01',
    );
  });

  it('knows leap years and refuses days that no calendar has', () => {
    expect(laterDate('2028-02-28', 1)).toBe('2028-02-29');
    expect(laterDate('2026-03-01', -1)).toBe('2026-02-28');
    expect(laterDate('2026-02-29', 1)).toBeUndefined();
    expect(laterDate('31.02.2026', 1)).toBeUndefined();
  });
});
