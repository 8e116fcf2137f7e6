import { setTimeout } from 'node:timers/promises';

/** The clock of requests and pauses; tests pass one that does not wait. */
export interface Clock {
  /** Milliseconds from some fixed moment. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  // Only the signal can reject it.
  sleep: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => {}),
};
