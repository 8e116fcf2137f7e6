/**
 * Asks a provider about many domains, once each: in parallel, paced, again where that may help, and never beyond the
 * budget, which counts questions.
 *
 * What was paid for is never lost beyond `chunk` answers: answers go to `write` in chunks, and no question is asked
 * while as many are under way or unwritten as a chunk holds. When the run is stopped it asks nothing more, waits for
 * what is under way and writes it. With a chunk of one nothing is paid for before the last answer is written. It
 * knows no workbook: the caller passes the domains, most valuable first, without those already answered.
 */
import { setMaxListeners } from 'node:events';
import { type Clock, Pace, systemClock, type Turn } from '../http/index.ts';
import type { Answer, Company, Provider } from './provider.ts';
import type { LookUpLimits } from './rules.ts';

/** What is worth remembering of a domain: its company, or that the provider knows none, or answered about another. */
export interface DomainAnswer {
  readonly domain: string;
  readonly company: Company | null;
  /** Why an answer that was given is not filled in. */
  readonly note?: string;
}

/** Why a run ended before its domains did. */
type Halt = 'budget' | 'exhausted' | 'refused' | 'rejected' | 'throttled' | 'failing' | 'stopped';

export type LookUpReport = Awaited<ReturnType<typeof lookUp>>;

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

/** The pause after a "later" without a time. */
const LATER_MS = 30_000;

/** Asks about the domains, and reports how it went. */
export const lookUp = (domains: readonly string[], options: LookUp) => new Run(options).all([...new Set(domains)]);

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
  /** What the provider is still collecting: asked for again when all others have been asked. */
  readonly #later = new Set<string>();
  #laterMs = 0;
  #wake: (() => void)[] = [];
  #halted: { readonly by: Halt; readonly why: string } | null = null;
  #writeFault: { readonly error: unknown } | null = null;
  /** `other`: answers about another company, or too unsure to be filled in; `questions`: those asked again included. */
  readonly #counts = { asked: 0, found: 0, unknown: 0, other: 0, questions: 0 };
  /** Domains without an answer, by reason; the next run asks again. */
  readonly #failed: Record<string, number> = {};
  /** Those whose own question was rejected, failed or was answered unreadably, with the reason: they come last then. */
  readonly #missed = new Map<string, string>();
  #rejectedInARow = 0;

  constructor(options: LookUp) {
    this.#options = options;
    this.#limits = options.limits;
    this.#clock = options.clock ?? systemClock;
    // Each worker listens while it waits; more than ten are no leak.
    setMaxListeners(0, this.#waits.signal);
    this.#pace = new Pace(this.#clock, options.limits, options.provider.limits);
  }

  get #ended(): boolean {
    return this.#halted !== null || this.#writeFault !== null;
  }

  async all(domains: readonly string[]) {
    const { signal } = this.#options;
    const stop = () => this.#halt('stopped', 'the run was stopped');
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    let round: readonly string[] = domains;
    for (let asked = 1; round.length > 0 && asked <= this.#limits.attempts; asked++) {
      if (asked > 1) await this.#clock.sleep(this.#laterMs, this.#waits.signal);
      const queue = round.values();
      await Promise.all(Array.from({ length: this.#limits.parallel }, () => this.#work(queue, asked === 1)));
      round = [...this.#later];
    }
    await this.#flush();
    signal?.removeEventListener('abort', stop);
    if (this.#writeFault) throw this.#writeFault.error;
    const later = this.#later.size;
    return { ...this.#counts, later, failed: this.#failed, missed: this.#missed, halted: this.#halted };
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
    let attempt = 1;
    for (let question = 1; ; question++) {
      const turn = await this.#turn();
      if (turn === null) {
        if (question > 1)
          this.#miss(this.#halted?.by === 'throttled' ? 'throttled' : 'stopped before it was asked again');
        return;
      }
      if (first && question === 1) this.#counts.asked++;
      const answer = await this.#options.provider.ask(domain);
      if (answer.kind !== 'later') this.#later.delete(domain);
      const againMs = this.#settle(domain, answer, turn, attempt);
      if (againMs === null) return;
      if (againMs > 0) await this.#clock.sleep(againMs, this.#waits.signal);
      // A throttled question was not answered, so it uses up no attempt.
      if (answer.kind !== 'throttled') attempt++;
    }
  }

  /** The right to ask one more question, which counts from now on; null where the run has ended, or ends for it. */
  async #turn(): Promise<Turn | null> {
    const turn = await this.#pace.turn(this.#waits.signal);
    if (turn === null) {
      this.#halt('throttled', 'as many questions an hour as the provider allows (limits.perHour) have been asked');
    } else if (this.#counts.questions >= this.#limits.budget) {
      this.#halt('budget', `${this.#limits.budget} questions a run`);
    }
    if (turn === null || this.#ended) return null;
    // Counted before anything is awaited, so that no other worker takes the last question of the budget as well.
    this.#counts.questions++;
    return turn;
  }

  /** Notes an answer; the pause before the domain is asked again, or null where it isn't. */
  #settle(domain: string, answer: Answer, turn: Turn, attempt: number): number | null {
    const { attempts, backoffMs, longestBackoffMs, rejectedInARow } = this.#limits;
    if (answer.kind === 'throttled') return this.#throttled(turn, answer.afterMs);
    if (answer.kind !== 'failed' && answer.kind !== 'nonsense') this.#pace.answered(turn);
    if (answer.kind !== 'failed' && answer.kind !== 'rejected') this.#rejectedInARow = 0;
    switch (answer.kind) {
      case 'found':
      case 'unknown':
        this.#counts[answer.kind]++;
        this.#answered({ domain, company: answer.kind === 'found' ? answer.company : null });
        return null;
      case 'other':
        this.#counts.other++;
        this.#answered({ domain, company: null, note: answer.why });
        return null;
      case 'later':
        this.#later.add(domain);
        this.#laterMs = Math.min(this.#limits.longestPauseMs, Math.max(this.#laterMs, answer.afterMs ?? LATER_MS));
        return null;
      case 'exhausted':
        this.#miss('no credit left');
        this.#halt('exhausted', 'the provider reports that no credit is left');
        return null;
      case 'refused':
        this.#miss(answer.why);
        this.#halt('refused', `the provider refuses the key: ${answer.why}`);
        return null;
      case 'rejected':
        this.#miss(answer.why, domain);
        if (++this.#rejectedInARow >= rejectedInARow)
          this.#halt('rejected', `${rejectedInARow} questions in a row were rejected: ${answer.why}`);
        return null;
      case 'nonsense':
      case 'failed': {
        const goOn = this.#pace.failed(turn);
        if (!goOn) this.#halt('failing', `one failure after the other: ${answer.why}`);
        if (answer.kind === 'failed' && attempt < attempts && goOn) {
          return (this.#options.random ?? Math.random)() * Math.min(longestBackoffMs, backoffMs * 2 ** (attempt - 1));
        }
        this.#miss(answer.why, domain);
        return null;
      }
    }
  }

  #throttled(turn: Turn, afterMs: number | null): number | null {
    if (this.#pace.throttled(turn, afterMs)) return 0;
    this.#miss('throttled');
    this.#halt(
      'throttled',
      afterMs !== null && afterMs > this.#limits.longestPauseMs
        ? `the provider asks for a pause of ${Math.round(afterMs / 1000)} s`
        : `${this.#limits.throttledInARow} questions in a row were throttled`,
    );
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

  /** @param domain where the miss is that domain's own */
  #miss(why: string, domain?: string): void {
    this.#failed[why] = (this.#failed[why] ?? 0) + 1;
    if (domain !== undefined) this.#missed.set(domain, why);
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
