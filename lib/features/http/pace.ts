/**
 * When the next question may be asked: so many a second, a minute and an hour, none before a pause is over, and an
 * end when refusals or failures don't stop. One for each run; it knows time only from its clock.
 *
 * After a throttled answer all workers wait, and then one question goes first: only when it is answered do the others
 * follow.
 */
import type { Clock } from './clock.ts';

/** How many requests a service's documentation allows; the rules may set others. */
export interface DocumentedLimits {
  readonly perSecond?: number;
  readonly perMinute?: number;
  readonly perHour?: number;
}

/** How requests are paced, and how long a service that refuses or fails is waited for. */
export interface PaceLimits extends DocumentedLimits {
  readonly perSecond: number;
  readonly backoffMs: number;
  readonly longestBackoffMs: number;
  readonly longestPauseMs: number;
  readonly throttledInARow: number;
  readonly failuresInARow: number;
  readonly pauseAfterFailuresMs: number;
}

/** The right to ask one question; passed back with what came of it. */
export interface Turn {
  /** How many throttled answers there had been: an older turn says nothing about the pause that has begun since. */
  readonly throttles: number;
  /** The one question after a pause. */
  readonly first: boolean;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export class Pace {
  readonly #clock: Clock;
  readonly #limits: PaceLimits;
  readonly #gapMs: number;
  readonly #windows: readonly { readonly ms: number; readonly most: number }[];
  /** When the questions of the longest window were asked, oldest first. */
  #asked: number[] = [];
  #next = 0;
  #failures = 0;
  #pausedForFailures = false;
  #throttles = 0;
  #throttledInARow = 0;
  /** Whether one question has to go first: not yet asked, or asked and not answered. */
  #first: 'none' | 'due' | 'asked' = 'none';
  /** The provider allows no more requests for longer than a run waits. */
  #isSpent = false;
  #wake: (() => void)[] = [];

  /** @param documented the provider's own limits; a limit of the rules stands in place of one a minute or an hour */
  constructor(clock: Clock, limits: PaceLimits, documented: DocumentedLimits = {}) {
    this.#clock = clock;
    this.#limits = limits;
    this.#gapMs = 1000 / Math.min(limits.perSecond, documented.perSecond ?? Number.POSITIVE_INFINITY);
    const windows = [
      { ms: MINUTE_MS, most: limits.perMinute ?? documented.perMinute },
      { ms: HOUR_MS, most: limits.perHour ?? documented.perHour },
    ];
    this.#windows = windows.flatMap(({ ms, most }) => (most === undefined ? [] : [{ ms, most }]));
  }

  /**
   * Resolves when a question may be asked, or at once when the signal ends the wait; null where the wait would be too
   * long.
   */
  async turn(signal: AbortSignal): Promise<Turn | null> {
    if (this.#isSpent) return null;
    while (!signal.aborted) {
      if (this.#first === 'asked') {
        await this.#answerOrEnd(signal);
        continue;
      }
      const wait = this.#next - this.#clock.now();
      const windowWait = this.#windowWait();
      if (windowWait > this.#limits.longestPauseMs) return null;
      if (Math.max(wait, windowWait) <= 0) break;
      await this.#clock.sleep(Math.max(wait, windowWait), signal);
    }
    const now = this.#clock.now();
    this.#next = Math.max(this.#next, now) + this.#gapMs;
    if (this.#windows.length > 0) this.#asked.push(now);
    const first = this.#first === 'due';
    if (first) this.#first = 'asked';
    return { throttles: this.#throttles, first };
  }

  /** A request was answered, with any status: the provider is up. */
  answered(turn: Turn): void {
    this.#failures = 0;
    this.#pausedForFailures = false;
    if (turn.throttles === this.#throttles) this.#throttledInARow = 0;
    this.#settleFirst(turn, 'none');
  }

  /** The provider allows no request for so long, by the headers of its last answer. */
  exhausted(ms: number): void {
    if (ms > this.#limits.longestPauseMs) this.#isSpent = true;
    else this.#pause(ms);
  }

  /**
   * Too many questions. Nobody asks before the pause that the provider named is over; where it named none, before a
   * pause that doubles each time. `false` after too many in a row, or where the named pause is too long to wait for.
   */
  throttled(turn: Turn, afterMs: number | null): boolean {
    if (turn.throttles < this.#throttles) return true;
    this.#throttles++;
    this.#throttledInARow++;
    const { backoffMs, longestBackoffMs, longestPauseMs, throttledInARow } = this.#limits;
    const pauseMs = afterMs ?? Math.min(longestBackoffMs, backoffMs * 2 ** (this.#throttledInARow - 1));
    const goOn = pauseMs <= longestPauseMs && this.#throttledInARow < throttledInARow;
    if (goOn) this.#pause(pauseMs);
    this.#first = 'due';
    this.#wakeAll();
    return goOn;
  }

  /**
   * A question failed. After too many in a row everybody pauses once; `false` when as many failed again after that, and
   * there is no sense in going on.
   */
  failed(turn: Turn): boolean {
    this.#settleFirst(turn, 'due');
    if (++this.#failures < this.#limits.failuresInARow) return true;
    if (this.#pausedForFailures) return false;
    this.#failures = 0;
    this.#pausedForFailures = true;
    this.#pause(this.#limits.pauseAfterFailuresMs);
    return true;
  }

  #pause(ms: number): void {
    this.#next = Math.max(this.#next, this.#clock.now() + ms);
  }

  /** Until fewer questions than allowed lie in each window. */
  #windowWait(): number {
    const now = this.#clock.now();
    const longest = this.#windows.at(-1)?.ms ?? 0;
    while ((this.#asked[0] ?? now) < now - longest) this.#asked.shift();
    const waits = this.#windows.map(({ ms, most }) => (this.#asked.at(-most) ?? Number.NEGATIVE_INFINITY) + ms - now);
    return Math.max(0, ...waits);
  }

  #settleFirst({ first, throttles }: Turn, next: 'none' | 'due'): void {
    if (!first || throttles !== this.#throttles) return;
    this.#first = next;
    this.#wakeAll();
  }

  #answerOrEnd(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      this.#wake.push(wake);
    });
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
