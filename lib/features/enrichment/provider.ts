/**
 * What a provider of company data is: one question, one of a few answers. Everything else (how many at once, how often, how
 * long to wait, what to remember) is look-up.ts's business, so that a provider is a page of code.
 */

/** The columns of `companies` that a provider can fill; what it doesn't know is absent. */
export interface Company {
  readonly company?: string;
  readonly industry?: string;
  readonly employees?: number;
  /** In whole units of the provider's currency; of a range, its lower end. */
  readonly annual_revenue?: number;
  /** As the provider writes it: a name or a code. */
  readonly country?: string;
}

/**
 * found       the company; this was paid for
 * unknown     the provider knows no such company
 * later       it is looking itself; ask again after a while (202)
 * throttled   too many questions; nobody may ask before `afterMs` (429)
 * failed      no answer: the network, a time-out, a server's error. Asking again may help
 * nonsense    an answer that can't be read. It may have been paid for, so it is not asked for again in this run
 * exhausted   no credit is left (402)
 * refused     the key or the question is wrong; no other question would fare better
 */
export type Answer =
  | { readonly kind: 'found'; readonly company: Company }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'later' | 'throttled'; readonly afterMs: number | null }
  | { readonly kind: 'failed' | 'nonsense' | 'refused'; readonly why: string }
  | { readonly kind: 'exhausted' };

export interface Provider {
  /** Stands in `companies.source`. */
  readonly name: string;
  /** Asks about one domain. Never throws, and never takes for ever. */
  ask(domain: string): Promise<Answer>;
}

/** Time as a look-up sees it, so that tests don't wait. */
export interface Clock {
  /** Milliseconds from some fixed moment. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    }),
};
