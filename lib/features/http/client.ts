/**
 * A client of one service: one request at a time, paced, again where that may help, within a budget of requests. It
 * asks its own address alone, also where an answer names the next page.
 */
import { NightshiftError } from '../../core/errors.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Answered, exchange, requireHttps } from './exchange.ts';
import { type DocumentedLimits, Pace, type PaceLimits } from './pace.ts';
import { exhaustedMs, retryHintMs } from './retry-hint.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Request {
  /** GET, unless given. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Below the service's address; or a full address at the same host, as pages name the next one. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether an answer with status 200 says that there were too many requests. */
  readonly isThrottled?: (text: string) => boolean;
  /** Statuses beside 2xx that are answers. */
  readonly expects?: readonly number[];
}

/** Why a request got no answer, without its address. */
export class RequestError extends NightshiftError {
  override name = 'RequestError';
  readonly by: 'refused' | 'rejected' | 'throttled' | 'failing' | 'unreadable' | 'budget' | 'stopped';

  constructor(by: RequestError['by'], why: string) {
    super(why);
    this.by = by;
  }

  override readonly outward = `A service did not answer: ${this.message}.`;
}

export interface ClientOptions {
  /** What the service is called in errors. */
  readonly service: string;
  readonly address: string;
  /** The headers that sign a request in. */
  readonly signIn: (signed: {
    readonly method: string;
    readonly url: URL;
    readonly body: string;
    readonly now: Date;
  }) => Readonly<Record<string, string>>;
  readonly documented?: DocumentedLimits;
  readonly limits: PaceLimits & { readonly budget: number; readonly attempts: number };
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

const LARGEST_PAGE = 64_000_000;

export class Client {
  readonly #options: ClientOptions;
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #signal: AbortSignal;
  /** Requests so far, those that were sent again included. */
  requests = 0;
  /** How far the service's clock is ahead of ours, in milliseconds, by its last answer; null where it names no time. */
  skewMs: number | null = null;

  /** @throws Error where a key would be sent to an address that isn't https */
  constructor(options: ClientOptions) {
    requireHttps(options.address, options.service);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#pace = new Pace(this.#clock, options.limits, options.documented);
    this.#signal = options.signal ?? new AbortController().signal;
  }

  /** Asks, and reads the answer as JSON; null for an empty one. @throws RequestError */
  async json<T = unknown>(request: Request): Promise<T> {
    const { text } = await this.ask(request);
    if (text === '') return null as T;
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new RequestError('unreadable', 'answered with what is no JSON');
    }
  }

  /** Asks until there is an answer, or no sense in asking again. @throws RequestError */
  async ask(request: Request): Promise<Answered & { readonly text: string }> {
    const { limits } = this.#options;
    const url = this.#urlOf(request);
    let failures = 0;
    for (;;) {
      const turn = await this.#pace.turn(this.#signal);
      if (this.#signal.aborted) throw new RequestError('stopped', 'the run was stopped');
      if (turn === null) throw new RequestError('throttled', 'as many requests as it allows for now were sent');
      if (this.requests >= limits.budget) throw new RequestError('budget', `${limits.budget} requests a run`);
      this.requests++;
      const answered = await this.#send(url, request);
      const spentMs = 'fault' in answered ? null : exhaustedMs(answered.headers, this.#serviceNow());
      if (spentMs !== null) this.#pace.exhausted(spentMs);
      const fault = 'fault' in answered ? answered.fault : this.#failure(answered);
      if (fault === null && !('fault' in answered)) {
        const throttled = isThrottled(answered) || request.isThrottled?.(answered.text ?? '');
        const afterMs = throttled ? retryHintMs(answered.headers, this.#serviceNow()) : undefined;
        if (afterMs === undefined) {
          this.#pace.answered(turn);
          return this.#accepted(answered, request);
        }
        if (!this.#pace.throttled(turn, afterMs)) throw new RequestError('throttled', 'too many requests, by its word');
        continue;
      }
      const goOn = this.#pace.failed(turn);
      if (++failures >= limits.attempts || !goOn) throw new RequestError('failing', fault ?? 'no answer');
      const backoff = Math.min(limits.longestBackoffMs, limits.backoffMs * 2 ** (failures - 1));
      await this.#clock.sleep(Math.random() * backoff, this.#signal);
    }
  }

  /** Waits by the client's clock, or until the run is stopped. @throws RequestError */
  async wait(ms: number): Promise<void> {
    await this.#clock.sleep(ms, this.#signal);
    if (this.#signal.aborted) throw new RequestError('stopped', 'the run was stopped');
  }

  /** The moment by the service's own clock, which the moments in its headers are by. */
  #serviceNow(): number {
    return Date.now() + (this.skewMs ?? 0);
  }

  #urlOf({ path, query = {} }: Request): URL {
    const { address } = this.#options;
    const base = address.replace(/\/$/, '');
    const full = /^https?:/.test(path) ? path : `${base}${path}`;
    if (!URL.canParse(full)) throw new RequestError('unreadable', 'it names a next page by what is no address');
    const url = new URL(full);
    if (url.origin !== new URL(address).origin)
      throw new RequestError('refused', 'it names a next page at another host, and no key is sent there');
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    return url;
  }

  async #send(url: URL, { method = 'GET', json, headers }: Request): Promise<Answered | { fault: string }> {
    const { signIn, timeoutMs } = this.#options;
    const body = json === undefined ? undefined : JSON.stringify(json);
    const answered = await exchange(url.href, {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
        ...signIn({ method, url, body: body ?? '', now: new Date() }),
      },
      ...(body !== undefined && { body }),
      ...(timeoutMs && { timeoutMs }),
      largest: LARGEST_PAGE,
    });
    const date = 'headers' in answered ? Date.parse(answered.headers.get('date') ?? '') : Number.NaN;
    if (!Number.isNaN(date)) this.skewMs = date - Date.now();
    return answered;
  }

  /** What is worth asking again. */
  #failure({ status, headers }: Answered): string | null {
    if (status === 503 && retryHintMs(headers, this.#serviceNow()) !== null) return null;
    return status === 408 || status === 425 || status >= 500 ? `status ${status}` : null;
  }

  #accepted(answered: Answered, { expects = [] }: Request): Answered & { readonly text: string } {
    const { status, text } = answered;
    if (text === null) throw new RequestError('unreadable', 'answered with far more than a page');
    if ((status >= 200 && status < 300) || expects.includes(status)) return { ...answered, text };
    const why = WHY[status] ?? (status < 400 ? 'it redirects, and no key is sent elsewhere' : 'it rejects the request');
    const isRefused = status < 400 || REFUSALS.has(status);
    throw new RequestError(isRefused ? 'refused' : 'rejected', `status ${status}: ${why}`);
  }
}

const isThrottled = ({ status }: Answered): boolean => status === 429 || status === 503;

/** What concerns the key, and so every other request too. */
const REFUSALS: ReadonlySet<number> = new Set([401, 402, 403]);

const WHY: Readonly<Record<number, string>> = {
  401: 'the key is refused; it may have been deleted or be of another account',
  402: 'the plan does not include this',
  403: 'the key lacks a right, or the plan does not include this',
  404: 'nothing is there under this name; it may have been deleted',
};
