/**
 * Sheets keeps a date as days since 1899-12-30, without a time zone: what the sheet's own clock shows. Here such
 * numbers become ISO dates and moments in UTC, and back. It never guesses that a number is a date; the format says so.
 */
import { offsetMs } from '../../core/calendar/period.ts';

const EPOCH_DAYS = 25_569; // 1970-01-01
const DAY_MS = 86_400_000;

/** The calendar date that a serial number shows, `2026-11-23`. */
export function serialToDate(serial: number): string {
  return new Date((Math.floor(serial) - EPOCH_DAYS) * DAY_MS).toISOString().slice(0, 10);
}

/** The serial number of a calendar date. */
export function dateToSerial(date: string): number {
  const ms = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(ms)) throw new RangeError('Expected a date as YYYY-MM-DD.');
  return ms / DAY_MS + EPOCH_DAYS;
}

export interface ZoneClock {
  /** The moment, ISO in UTC, at which the zone's clocks show a serial number; of two such moments the first. */
  toInstant(serial: number): string;
  /** What the zone's clocks show at a moment, as a serial number. */
  toSerial(instant: string): number;
}

/** A clock of a spreadsheet's time zone: a CLDR name (`Europe/Berlin`) or `GMT+05:30`. */
export function zoneClock(timeZone: string): ZoneClock {
  const offsetAt = fixedOffset(timeZone) ?? zoneOffset(timeZone);
  return {
    toInstant: (serial) => {
      const wallMs = Math.round((serial - EPOCH_DAYS) * DAY_MS);
      const candidates = [offsetAt(wallMs - DAY_MS), offsetAt(wallMs + DAY_MS)].map((offset) => wallMs - offset);
      const fits = candidates.filter((instant) => instant + offsetAt(instant) === wallMs);
      return new Date(fits.length > 0 ? Math.min(...fits) : Math.max(...candidates)).toISOString();
    },
    toSerial: (instant) => {
      const ms = Date.parse(instant);
      if (Number.isNaN(ms)) throw new RangeError('Expected a moment in ISO 8601.');
      return (ms + offsetAt(ms)) / DAY_MS + EPOCH_DAYS;
    },
  };
}

/** Milliseconds that a zone's clocks are ahead of UTC at a moment. */
type Offset = (instantMs: number) => number;

function fixedOffset(timeZone: string): Offset | undefined {
  const match = /^GMT([+-])(\d{1,2}):?(\d{2})?$/.exec(timeZone);
  if (match === null) return undefined;
  const offset = (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0)) * 60_000;
  return () => offset;
}

/** Offsets change at full quarters of an hour, so one look-up serves each of them. */
function zoneOffset(timeZone: string): Offset {
  const known = new Map<number, number>();
  return (instantMs) => {
    const quarter = Math.floor(instantMs / 900_000);
    const offset = known.get(quarter) ?? offsetMs(new Date(quarter * 900_000), timeZone);
    known.set(quarter, offset);
    return offset;
  };
}
