/**
 * When a schedule fires: the part of cron that GitHub takes (five fields of numbers, `*`, lists, ranges and steps), in
 * an IANA time zone. An hour that the clock skips in spring is advanced to the next that exists, as GitHub does; one
 * that comes twice in autumn counts once.
 */
import { localDay, utcOf } from './period.ts';

export interface Schedule {
  readonly cron: string;
  readonly timeZone: string;
}

interface Field {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'day of the week', from: 0, to: 7 },
];

const DAY_MS = 86_400_000;
/** Longer looks are mistakes: an hourly schedule fires 9,000 times a year. */
const LONGEST_LOOK_DAYS = 400;

interface Parsed {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly firesOn: (day: Date) => boolean;
}

/** @throws Error where GitHub would not take it. */
export function parseCron(cron: string): Parsed {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== 5) throw new Error(`"${cron}" is no schedule: expected five fields, as in "17 3 * * *".`);
  const sets = FIELDS.map((field, i) => parseField(parts[i] ?? '', field, cron));
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = sets;
  const anyDay = parts[2] === '*';
  const anyWeekday = parts[4] === '*';
  return {
    minutes,
    hours,
    firesOn: (day) => {
      if (!months.includes(day.getUTCMonth() + 1)) return false;
      const onDay = days.includes(day.getUTCDate());
      const onWeekday = weekdays.some((each) => each % 7 === day.getUTCDay());
      // cron(5): where both are restricted, either will do.
      return anyDay || anyWeekday ? onDay && onWeekday : onDay || onWeekday;
    },
  };
}

function parseField(text: string, { from, to, name }: Field, cron: string): number[] {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    const first = Number(match?.[1] ?? from);
    const last = match?.[2] !== undefined ? Number(match[2]) : match?.[1] === undefined || match?.[3] ? to : first;
    const step = Number(match?.[3] ?? 1);
    if (!match || first < from || last > to || first > last || step < 1) {
      throw new Error(`"${cron}" is no schedule: "${text}" is no ${name} (${from} to ${to}).`);
    }
    for (let n = first; n <= last; n += step) found.add(n);
  }
  return [...found].sort((a, b) => a - b);
}

/** The moments at which a schedule fires, after one moment and up to (and with) another, oldest first. */
export function slotsBetween({ cron, timeZone }: Schedule, after: Date, until: Date): Date[] {
  const { minutes, hours, firesOn } = parseCron(cron);
  const start = Math.max(after.getTime(), until.getTime() - LONGEST_LOOK_DAYS * DAY_MS);
  const slots = new Set<number>();
  const lastDay = localDay(new Date(until.getTime() + DAY_MS), timeZone);
  for (let at = start - DAY_MS; ; at += DAY_MS) {
    const day = localDay(new Date(at), timeZone);
    if (day > lastDay) break;
    if (!firesOn(new Date(`${day}T00:00:00Z`))) continue;
    for (const hour of hours) for (const minute of minutes) slots.add(utcOf(day, hour, minute, timeZone).getTime());
  }
  return [...slots]
    .filter((slot) => slot > after.getTime() && slot >= start && slot <= until.getTime())
    .sort((a, b) => a - b)
    .map((slot) => new Date(slot));
}

/** The newest moment at which the schedule fired, up to `until`; null where it never did in the last year. */
export function latestSlot(schedule: Schedule, until: Date): Date | null {
  for (const days of [2, 35, LONGEST_LOOK_DAYS]) {
    const found = slotsBetween(schedule, new Date(until.getTime() - days * DAY_MS), until).at(-1);
    if (found) return found;
  }
  return null;
}
