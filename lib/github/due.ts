/**
 * Which slots of a batch's schedule are due. A run stands for the slot that it was scheduled for, not for the moment at
 * which GitHub started it: the newest slot that has passed, unless the ledger has a run of it.
 * A slot that failed is due until it ran, or until a newer one took its place. Pure.
 */

import type { Batch } from '../core/batch.ts';
import { latestSlot, slotsBetween } from '../core/calendar/cron.ts';
import { doneUpToMs, type History } from '../run/history.ts';
import type { LedgerEntry } from '../run/ledger-entry.ts';

export interface Due {
  /** The slots to run, oldest first. */
  readonly slots: readonly Date[];
  /** How many earlier slots were missed and are not run by themselves, by the batch's rule. */
  readonly passedOver: number;
  /** The newest slot that has passed. */
  readonly newest: Date | null;
}

const RAN: ReadonlySet<LedgerEntry['status']> = new Set(['applied', 'unchanged', 'blocked']);

/** The newest moment up to which every job of the batch that ever ran has a run; null where there is none. */
export function ranUpTo(batch: Batch, history: History): Date | null {
  let earliest: number | null = null;
  for (const { name } of batch.jobs) {
    const entries = history.get(name) ?? [];
    if (entries.length === 0) continue;
    const newest = Math.max(0, ...entries.filter(({ status }) => RAN.has(status)).map(doneUpToMs));
    earliest = earliest === null ? newest : Math.min(earliest, newest);
  }
  return earliest === null || earliest === 0 ? null : new Date(earliest);
}

export function dueSlots(batch: Batch, history: History, now: Date): Due {
  const { schedule } = batch;
  const newest = latestSlot(schedule, now);
  if (!newest) return { slots: [], passedOver: 0, newest };
  const ran = ranUpTo(batch, history);
  if (!ran) return { slots: [newest], passedOver: 0, newest };
  const missed = slotsBetween(schedule, ran, now);
  const slots = missed.slice(-(schedule.missed === 'latest' ? 1 : schedule.missed));
  return { slots, passedOver: missed.length - slots.length, newest };
}
