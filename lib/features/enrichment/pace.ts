/**
 * When the next question may be asked: so many a second, nobody before a pause is over, and a halt when failures don't end.
 * One for each run; it knows time only from its clock.
 */
import type { Clock } from './provider.ts';
import type { LookUpLimits } from './rules.ts';

export class Pace {
  readonly #clock: Clock;
  readonly #limits: LookUpLimits;
  #next = 0;
  #failures = 0;
  #tripped = false;

  constructor(clock: Clock, limits: LookUpLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Resolves when a question may be asked; the signal ends the wait. */
  async turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      const wait = this.#next - this.#clock.now();
      if (wait <= 0 || signal.aborted) break;
      await this.#clock.sleep(wait, signal);
    }
    this.#next = Math.max(this.#next, this.#clock.now()) + 1000 / this.#limits.perSecond;
  }

  /** Nobody asks before `ms` have passed. */
  pause(ms: number): void {
    this.#next = Math.max(this.#next, this.#clock.now() + ms);
  }

  /** A question was answered, whatever the answer: the provider is there. */
  answered(): void {
    this.#failures = 0;
    this.#tripped = false;
  }

  /**
   * A question failed. After too many in a row everybody pauses once; `false` when as many failed again after that, and
   * there is no sense in going on.
   */
  failed(): boolean {
    if (++this.#failures < this.#limits.failuresInARow) return true;
    if (this.#tripped) return false;
    this.#failures = 0;
    this.#tripped = true;
    this.pause(this.#limits.pauseAfterFailuresMs);
    return true;
  }
}
