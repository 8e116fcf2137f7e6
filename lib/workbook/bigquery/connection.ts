/** Calls Google's BigQuery until there is an answer: signed in, or at a local server. It knows no job and no table. */
import { setTimeout as wait } from 'node:timers/promises';
import { type bigquery_v2 as api, bigquery } from 'googleapis/build/src/apis/bigquery/index.js';
import { accountOf, newSignIn, signIn } from '../google/sign-in.ts';
import type { Place } from './address.ts';
import { BigQueryError, errorOf, isPassing } from './errors.ts';
import { faultOf } from './wire.ts';

/** How a person signs in on their own machine. */
const SIGN_IN = 'gcloud auth application-default login, then gcloud auth application-default set-quota-project PROJECT';

/** The longest that one client waits between attempts, in all. */
const LONGEST_MS = 600_000;

export interface ConnectionOptions {
  /** Address of a local server; no sign-in is needed then. Default: NIGHTSHIFT_BIGQUERY_URL. */
  readonly rootUrl?: string | undefined;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly progress?: (line: string) => void;
}

export class Connection {
  readonly #place: Place;
  readonly #options: ConnectionOptions;
  #api: api.Bigquery | undefined;
  #auth: ReturnType<typeof newSignIn> | undefined;
  #waitedMs = 0;

  constructor(place: Place, options: ConnectionOptions) {
    this.#place = place;
    this.#options = options;
  }

  get rootUrl(): string | undefined {
    return this.#options.rootUrl ?? process.env.NIGHTSHIFT_BIGQUERY_URL;
  }

  async #service(): Promise<api.Bigquery> {
    const rootUrl = this.rootUrl;
    const common = { version: 'v2', retry: false, timeout: 300_000 } as const;
    if (rootUrl) {
      this.#api ??= bigquery({ ...common, rootUrl, noProxy: ['127.0.0.1', 'localhost'] });
      return this.#api;
    }
    this.#auth ??= newSignIn(['https://www.googleapis.com/auth/bigquery']);
    this.#api ??= bigquery({ ...common, auth: this.#auth });
    await signIn(this.#auth, SIGN_IN);
    return this.#api;
  }

  /** Calls until there is an answer: every call is safe to repeat. */
  async call<T>(what: string, call: (service: api.Bigquery) => Promise<{ data: T }>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { data } = await call(await this.#service());
        if (typeof data === 'object' || (data as unknown) === '') return data;
        throw { status: 500, message: 'half an answer' };
      } catch (thrown) {
        if (thrown instanceof BigQueryError) throw thrown;
        const fault = faultOf(thrown);
        if (!isPassing(fault)) throw errorOf(fault, this.#place, what);
        await this.pause(attempt, what);
      }
    }
  }

  async pause(attempt: number, what: string): Promise<void> {
    const { sleep, progress } = this.#options;
    const ms = Math.min(30_000, 500 * 2 ** (attempt - 1));
    if (this.#waitedMs + ms > LONGEST_MS)
      throw new BigQueryError(
        'backendError',
        `BigQuery did not answer in time (${what}). Nothing is lost; run again later.`,
      );
    this.#waitedMs += ms;
    if (ms > 4000) progress?.(`waiting ${Math.round(ms / 1000)} s for BigQuery: ${what}`);
    await (sleep ?? wait)(ms);
  }

  /** Before a job is looked at again. */
  async sleepBriefly(polls: number): Promise<void> {
    await (this.#options.sleep ?? wait)(Math.min(5000, 200 * 1.5 ** polls));
  }

  account = async (): Promise<string | undefined> => {
    await this.#service();
    return this.#auth && accountOf(this.#auth);
  };
}
