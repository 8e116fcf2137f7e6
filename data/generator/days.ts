/**
 * Days as whole numbers since 1970 and times as whole seconds since the world's first day, and their texts. The world's
 * clock: UTC only, no leap seconds, and never today's date.
 */

const DAY_MS = 86_400_000;
export const DAY_SECONDS = 86_400;

/** The day's number; throws on a text that names no day. */
export function dayNumber(text: string): number {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) / DAY_MS : Number.NaN;
  if (Number.isNaN(day) || dayText(day) !== text) throw new RangeError(`"${text}" is no day. Expected YYYY-MM-DD.`);
  return day;
}

export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

const pairs = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
const days = new Map<number, string>();

/** `2026-11-22T05:00:00Z` for a time in seconds since 1970. */
export function timeText(seconds: number): string {
  const day = Math.floor(seconds / DAY_SECONDS);
  let text = days.get(day);
  if (text === undefined) {
    text = dayText(day);
    days.set(day, text);
  }
  const rest = seconds - day * DAY_SECONDS;
  const hour = Math.floor(rest / 3600);
  const minute = Math.floor((rest - hour * 3600) / 60);
  return `${text}T${pairs[hour]}:${pairs[minute]}:${pairs[rest % 60]}Z`;
}
