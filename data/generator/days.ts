/**
 * Days as whole numbers since 1970 and times as whole seconds since the world's first day, and their texts. The world's
 * clock: UTC only, no leap seconds, and never today's date.
 */

const DAY_MS = 86_400_000;
export const DAY_SECONDS = 86_400;
const DAY_MINUTES = 1440;

/** The texts of days asked for before: some thousands at most, each asked for thousands of times. */
const days = new Map<number, string>();

/** The day's number; throws on a text that names no day. */
export function dayNumber(text: string): number {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) / DAY_MS : Number.NaN;
  if (Number.isNaN(day) || dayText(day) !== text) throw new RangeError(`"${text}" is no day. Expected YYYY-MM-DD.`);
  return day;
}

export function dayText(day: number): string {
  let text = days.get(day);
  if (text === undefined) {
    text = new Date(day * DAY_MS).toISOString().slice(0, 10);
    days.set(day, text);
  }
  return text;
}

const pairs = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

/** The minute asked for last: in a table in order of time the next row has it too. */
let lastMinute = Number.NaN;
let lastMinuteText = '';

/** `2026-11-22T05:00:00Z` for a time in seconds since 1970. */
export function timeText(seconds: number): string {
  const minute = Math.floor(seconds / 60);
  if (minute !== lastMinute) {
    const day = Math.floor(minute / DAY_MINUTES);
    const ofDay = minute - day * DAY_MINUTES;
    lastMinuteText = `${dayText(day)}T${pairs[Math.floor(ofDay / 60)]}:${pairs[ofDay % 60]}:`;
    lastMinute = minute;
  }
  return `${lastMinuteText}${pairs[seconds % 60]}Z`;
}
