/**
 * Periods and days: which slice of time a run stands for. Pure; the clock is always a parameter.
 */

/** How often a batch runs. */
export type Cadence = 'hourly' | 'nightly' | 'weekly' | 'monthly' | 'quarterly';

const DAY_MS = 86_400_000;

/** The calendar day `YYYY-MM-DD` of a moment in an IANA time zone. */
export function localDay(moment: Date, timeZone: string): string {
  if (timeZone === 'UTC') return moment.toISOString().slice(0, 10);
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(moment);
}

const localHour = (moment: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(moment).padStart(2, '0');

/** ISO 8601 week of a day, as `2026-W47`. */
function isoWeek(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  const weekday = (date.getUTCDay() + 6) % 7;
  const thursday = new Date(date.getTime() + (3 - weekday) * DAY_MS);
  const firstDay = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = 1 + Math.floor((thursday.getTime() - firstDay) / (7 * DAY_MS));
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}

/** The period of a cadence that holds the moment: `2026-11-23T05`, `2026-11-23`, `2026-W47`, `2026-11`, `2026-Q4`. */
export function periodOf(cadence: Cadence, moment: Date, timeZone: string): string {
  const day = localDay(moment, timeZone);
  switch (cadence) {
    case 'hourly':
      return `${day}T${localHour(moment, timeZone)}`;
    case 'nightly':
      return day;
    case 'weekly':
      return isoWeek(day);
    case 'monthly':
      return day.slice(0, 7);
    case 'quarterly':
      return `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
  }
}

/** The last millisecond of a local day, in UTC. */
export function endOfDay(day: string, timeZone: string): Date {
  const utcEnd = Date.parse(`${day}T23:59:59.999Z`);
  if (timeZone === 'UTC') return new Date(utcEnd);
  // The zone's offset at that moment; a second step corrects the days on which the offset changes.
  let end = utcEnd - offsetMs(new Date(utcEnd), timeZone);
  end = utcEnd - offsetMs(new Date(end), timeZone);
  return new Date(end);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** By how much a zone's clocks are ahead of UTC at a moment. */
export function offsetMs(moment: Date, timeZone: string): number {
  const names = ['year', 'month', 'day', 'hour', 'minute', 'second'];
  const fields = Object.fromEntries(names.map((name) => [name, 'numeric']));
  const clock = clocks.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...fields });
  clocks.set(timeZone, clock);
  const shown = new Map(clock.formatToParts(moment).map(({ type, value }) => [type as string, Number(value)]));
  const [year = 0, month = 1, ...rest] = names.map((name) => shown.get(name) ?? 0);
  return Date.UTC(year, month - 1, ...rest, moment.getUTCMilliseconds()) - moment.getTime();
}

/** No 30th of February, which a Date would take for the 2nd of March. */
function isDay(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().slice(0, 10) === date;
}

const PERIOD =
  /^(\d{4})(?:-W(0[1-9]|[1-4]\d|5[0-3])|-Q[1-4]|-(0[1-9]|1[0-2])(?:-(\d{2})(?:T([01]\d|2[0-3])|-[0-9a-f]{8})?)?)$/;

/**
 * Whether a period is written as `periodOf` writes it, or as that of an import (a day, and what the files are known
 * by); no 31st of November.
 */
export function isPeriod(text: string): boolean {
  const [, , , , day] = PERIOD.exec(text) ?? [];
  return day === undefined ? PERIOD.test(text) : isDay(text.slice(0, 10));
}

/**
 * What a person gives as `--as-of`: a moment with its offset, or a date, which means the end of that local day.
 * Returns null for anything else.
 */
export function parseAsOf(text: string, timeZone: string): Date | null {
  const date = text.slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !isDay(date)) return null;
  if (text === date) return endOfDay(text, timeZone);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return null;
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? null : moment;
}
