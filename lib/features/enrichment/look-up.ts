/**
 * Asks a provider about many domains, once each: in parallel, paced, again where that may help, and never beyond the budget.
 *
 * What was paid for is never lost beyond `chunk` answers: answers go to `write` in chunks, and no question is asked while
 * as many are under way or unwritten as a chunk holds. When the run is told to stop it asks nothing more, waits for what is under
 * way and writes it. With a chunk of one nothing is paid for before the last answer is written. It knows no workbook, and
 * no domain's customers: the caller passes the domains, most valuable first, without those already answered.
 */
import { Pace } from './pace.ts';
import { type Answer, type Clock, type Company, type Provider, systemClock } from './provider.ts';
import type { LookUpLimits } from './rules.ts';

/** What is worth remembering of a domain: its company, or that the provider knows none. */
export interface DomainAnswer {
  readonly domain: string;
  readonly company: Company | null;
}

/** Why a run ended before its domains did. */
type Halt = 'budget' | 'exhausted' | 'refused' | 'throttled' | 'failing' | 'stopped';

export interface LookUpReport {
  readonly asked: number;
  readonly found: number;
  readonly unknown: number;
  /** Domains that the provider is still looking for: the next run asks again. */
  readonly later: number;
  /** Domains without an answer, by reason; the next run asks again. */
  readonly failed: Readonly<Record<string, number>>;
  /** Questions, those that had to be asked again included. */
  readonly questions: number;
  readonly halted: { readonly by: Halt; readonly why: string } | null;
}

export interface LookUp {
  readonly provider: Provider;
  readonly limits: LookUpLimits;
  /** Writes answers down; awaited, and its failure ends the run. Never called twice at once. */
  readonly write: (answers: readonly DomainAnswer[]) => Promise<void>;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random?: () => number;
}

/** Where a provider says "later" and not when. */
const LATER_MS = 30_000;

export async function lookUp(domains: readonly string[], options: LookUp): Promise<LookUpReport> {
  return new Run(options).all([...new Set(domains)]);
}

class Run {
  readonly #options: LookUp;
  readonly #limits: LookUpLimits;
  readonly #clock: Clock;
  readonly #pace: Pace;
  /** Ends all waiting, when the run is to end. */
  readonly #waits = new AbortController();
  #unwritten: DomainAnswer[] = [];
  #writing: Promise<void> = Promise.resolve();
  #underWay = 0;
  /** What the provider is looking for itself: asked for again when all others have been asked. */
  readonly #later = new Set<string>();
  #laterMs = 0;
  #wake: (() => void)[] = [];
  #halted: LookUpReport['halted'] = null;
  #writeFault: { readonly error: unknown } | null = null;
  readonly #counts = { asked: 0, found: 0, unknown: 0, questions: 0 };
  readonly #failed: Record<string, number> = {};

  constructor(options: LookUp) {
    this.#options = options;
    this.#limits = options.limits;
    this.#clock = options.clock ?? systemClock;
    this.#pace = new Pace(this.#clock, options.limits);
  }

  get #ended(): boolean {
    return this.#halted !== null || this.#writeFault !== null;
  }

  async all(domains: readonly string[]): Promise<LookUpReport> {
    const { signal } = this.#options;
    const stop = () => this.#halt('stopped', 'the run was told to stop');
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    let round = domains.slice(0, this.#limits.budget);
    for (let asked = 1; round.length > 0 && asked <= this.#limits.attempts; asked++) {
      if (asked > 1) await this.#clock.sleep(this.#laterMs, this.#waits.signal);
      const queue = round.values();
      await Promise.all(Array.from({ length: this.#limits.parallel }, () => this.#work(queue, asked === 1)));
      round = [...this.#later];
    }
    await this.#flush();
    signal?.removeEventListener('abort', stop);
    if (this.#writeFault) throw this.#writeFault.error;
    if (domains.length > this.#limits.budget) this.#halt('budget', `${this.#limits.budget} domains a run`);
    return { ...this.#counts, later: this.#later.size, failed: this.#failed, halted: this.#halted };
  }

  async #work(queue: IterableIterator<string>, first: boolean): Promise<void> {
    while (!this.#ended) {
      // A place is taken before the domain, so that no domain is taken and then left aside.
      await this.#place();
      const { value: domain, done } = this.#ended ? { value: '', done: true } : queue.next();
      if (!done) await this.#ask(domain, first);
      this.#underWay--;
      this.#wakeAll();
      if (done) return;
    }
  }

  /** Waits until one more answer may be under way or unwritten. */
  async #place(): Promise<void> {
    while (this.#underWay + this.#unwritten.length >= this.#limits.chunk && !this.#writeFault) {
      if (this.#underWay === 0) await this.#flush();
      else await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
    this.#underWay++;
  }

  async #ask(domain: string, first: boolean): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.#pace.turn(this.#waits.signal);
      if (this.#ended) {
        if (attempt > 1) this.#miss('stopped before it was asked again');
        return;
      }
      if (first && attempt === 1) this.#counts.asked++;
      this.#counts.questions++;
      const answer = await this.#options.provider.ask(domain);
      if (answer.kind !== 'later') this.#later.delete(domain);
      const againMs = this.#settle(domain, answer, attempt);
      if (againMs === null) return;
      if (againMs > 0) await this.#clock.sleep(againMs, this.#waits.signal);
    }
  }

  /** Notes an answer; the pause before the domain is asked again, or null where it isn't. */
  #settle(domain: string, answer: Answer, attempt: number): number | null {
    const last = attempt >= this.#limits.attempts;
    const backoff = Math.min(this.#limits.longestBackoffMs, this.#limits.backoffMs * 2 ** (attempt - 1));
    const jittered = (this.#options.random ?? Math.random)() * backoff;
    if (answer.kind !== 'failed' && answer.kind !== 'nonsense') this.#pace.answered();
    switch (answer.kind) {
      case 'found':
      case 'unknown':
        this.#counts[answer.kind]++;
        this.#answered({ domain, company: answer.kind === 'found' ? answer.company : null });
        return null;
      case 'later':
        this.#later.add(domain);
        this.#laterMs = Math.min(this.#limits.longestPauseMs, Math.max(this.#laterMs, answer.afterMs ?? LATER_MS));
        return null;
      case 'throttled':
        return this.#throttled(answer.afterMs ?? jittered, last);
      case 'exhausted':
        this.#miss('no credit left');
        this.#halt('exhausted', 'the provider says that no credit is left');
        return null;
      case 'refused':
        this.#miss(answer.why);
        this.#halt('refused', `the provider refuses the question or the key: ${answer.why}`);
        return null;
      case 'nonsense':
      case 'failed': {
        const goOn = this.#pace.failed();
        if (!goOn) this.#halt('failing', `one failure after the other: ${answer.why}`);
        if (answer.kind === 'failed' && !last && goOn) return jittered;
        this.#miss(answer.why);
        return null;
      }
    }
  }

  #throttled(ms: number, last: boolean): number | null {
    if (ms > this.#limits.longestPauseMs) {
      this.#halt('throttled', `the provider wants a pause of ${Math.round(ms / 1000)} s`);
    } else this.#pace.pause(ms);
    if (!last && !this.#halted) return 0;
    this.#miss('throttled');
    return null;
  }

  #answered(answer: DomainAnswer): void {
    this.#unwritten.push(answer);
    if (this.#unwritten.length * 2 >= this.#limits.chunk) void this.#flush();
  }

  /** Writes what is unwritten, after what is being written. Answers count as unwritten until they are written. */
  #flush(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const answers = this.#unwritten.slice();
      if (answers.length === 0 || this.#writeFault) return;
      try {
        await this.#options.write(answers);
        this.#unwritten = this.#unwritten.slice(answers.length);
      } catch (error) {
        this.#writeFault = { error };
        this.#waits.abort();
      }
      this.#wakeAll();
    });
    return this.#writing;
  }

  #halt(by: Halt, why: string): void {
    this.#halted ??= { by, why };
    this.#waits.abort();
    this.#wakeAll();
  }

  #miss(why: string): void {
    this.#failed[why] = (this.#failed[why] ?? 0) + 1;
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
