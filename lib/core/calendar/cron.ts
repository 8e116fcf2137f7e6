/**
 * When a schedule fires, in an IANA time zone: five cron fields as GitHub takes them, computed by croner. An hour that
 * the clock skips in spring moves to the next that exists, as GitHub does; one that comes twice in autumn counts once.
 */
import { Cron } from 'croner';

export interface Schedule {
  readonly cron: string;
  readonly timeZone: string;
}

const DAY_MS = 86_400_000;
/** Longer looks are mistakes: an hourly schedule fires 9,000 times a year. */
const LONGEST_LOOK_DAYS = 400;

/** What GitHub takes of what croner does: no names such as `@daily`, `L` or `#`. */
const FIELDS = /^[\d*/,-]+( [\d*/,-]+){4}$/;

/** The parsed schedule. @throws Error where GitHub would not take it */
export function parseCron(cron: string, timezone = 'UTC'): Cron {
  const pattern = cron.trim().replace(/\s+/g, ' ');
  try {
    if (!FIELDS.test(pattern)) throw new TypeError('its fields hold numbers, "*", lists, ranges and steps');
    return new Cron(pattern, { timezone, mode: '5-part', paused: true });
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : '';
    throw new Error(`"${cron}" is no schedule: ${why}. Expected five fields, as in "17 3 * * *".`);
  }
}

/**
 * The minutes of the hour at which a schedule fires, in a day's worth of its slots. @throws Error where GitHub would
 * not take it
 */
export function minutesOf(cron: string): number[] {
  const slots = parseCron(cron).nextRuns(60, new Date('2026-01-01T00:00:00Z'));
  return [...new Set(slots.map((slot) => slot.getUTCMinutes()))];
}

/** The moments at which a schedule fires, after one moment and up to (and with) another, oldest first. */
export function slotsBetween({ cron, timeZone }: Schedule, after: Date, until: Date): Date[] {
  const schedule = parseCron(cron, timeZone);
  const slots: Date[] = [];
  const start = Math.max(after.getTime(), until.getTime() - LONGEST_LOOK_DAYS * DAY_MS);
  for (let slot = schedule.nextRun(new Date(start)); slot && slot <= until; slot = schedule.nextRun(slot))
    slots.push(slot);
  return slots;
}

/** The newest moment at which the schedule fired, up to `until`; null where it never did in the last year. */
export function latestSlot(schedule: Schedule, until: Date): Date | null {
  for (const days of [2, 35, LONGEST_LOOK_DAYS]) {
    const found = slotsBetween(schedule, new Date(until.getTime() - days * DAY_MS), until).at(-1);
    if (found) return found;
  }
  return null;
}
