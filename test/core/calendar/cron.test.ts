import { expect, it } from 'vitest';
import { latestSlot, parseCron, slotsBetween } from '../../../lib/core/calendar/cron.ts';

const slots = (cron: string, timeZone: string, after: string, until: string): string[] =>
  slotsBetween({ cron, timeZone }, new Date(after), new Date(until)).map((slot) => slot.toISOString().slice(0, 16));

it('moves an hour that spring skips to the next that exists, and runs one that comes twice once', () => {
  expect(slots('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', '2026-03-30T12:00Z')).toEqual([
    '2026-03-29T01:00',
    '2026-03-30T00:30',
  ]);
  expect(slots('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
    '2026-10-25T00:30',
    '2026-10-26T01:30',
  ]);
  expect(slots('30 2 * * *', 'America/New_York', '2026-03-07T12:00Z', '2026-03-09T12:00Z')).toEqual([
    '2026-03-08T07:00',
    '2026-03-09T06:30',
  ]);
});

it('reads every cadence as cron does', () => {
  expect(slots('7 * * * *', 'UTC', '2026-11-24T05:07Z', '2026-11-24T07:07Z')).toEqual([
    '2026-11-24T06:07',
    '2026-11-24T07:07',
  ]);
  expect(slots('11 4 * * 1', 'UTC', '2026-11-10T00:00Z', '2026-11-24T00:00Z')).toEqual([
    '2026-11-16T04:11',
    '2026-11-23T04:11',
  ]);
  expect(slots('11 4 1 */3 *', 'UTC', '2026-01-02T00:00Z', '2026-12-31T00:00Z')).toEqual([
    '2026-04-01T04:11',
    '2026-07-01T04:11',
    '2026-10-01T04:11',
  ]);
  expect(
    latestSlot({ cron: '11 4 1 1 *', timeZone: 'Asia/Kolkata' }, new Date('2026-11-24T00:00Z'))?.toISOString(),
  ).toBe('2025-12-31T22:41:00.000Z');
});

it.each(['* * * *', '60 * * * *', '5-1 * * * *', '*/0 * * * *', 'x 3 * * *', '@daily'])(
  'refuses %s, as GitHub does',
  (cron) => {
    expect(() => parseCron(cron)).toThrow('is no schedule');
  },
);
