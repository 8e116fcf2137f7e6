/**
 * How long a slot may be without a run before it is late, and before it is missed: the one place that says so, for the
 * watch and for `status`. Two numbers, not one: GitHub was seen ten to twelve hours late. Pure.
 */

import type { Batch } from '../core/batch.ts';
import { slotsBetween } from '../core/calendar/cron.ts';
import type { Cadence } from '../core/calendar/period.ts';

const HOUR_MS = 3_600_000;

const PATIENCE: Readonly<Record<Cadence, { late: number; missed: number }>> = {
  hourly: { late: HOUR_MS, missed: 4 * HOUR_MS },
  nightly: { late: 3 * HOUR_MS, missed: 14 * HOUR_MS },
  weekly: { late: 6 * HOUR_MS, missed: 20 * HOUR_MS },
  monthly: { late: 6 * HOUR_MS, missed: 20 * HOUR_MS },
  quarterly: { late: 6 * HOUR_MS, missed: 20 * HOUR_MS },
};

/** The slots of a batch after `from` that stand without a run at `now`: those missed, and the newest that is late. */
export function overdue(
  batch: Pick<Batch, 'name' | 'schedule'>,
  from: Date,
  now: Date,
): { readonly missed: readonly Date[]; readonly late: Date | null } {
  const { late, missed } = PATIENCE[batch.name];
  const age = (slot: Date): number => now.getTime() - slot.getTime();
  const slots = slotsBetween(batch.schedule, from, now);
  return {
    missed: slots.filter((slot) => age(slot) >= missed),
    late: slots.findLast((slot) => age(slot) >= late) ?? null,
  };
}
