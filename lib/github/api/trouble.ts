/**
 * What to do after a request to GitHub failed: wait and ask again, look whether it was done, or give up. GitHub asks
 * for patience in three ways: `retry-after`, an empty rate limit with the time of its reset, and plain 403 or 429 for
 * the secondary limits (docs.github.com, "Rate limits for the REST API"). Waits in all are bounded by a budget.
 */
export interface Trouble {
  /** `refused`: not done, and won't be. `limited`: not done, may be asked again. `unknown`: perhaps done. */
  readonly kind: 'refused' | 'limited' | 'unknown';
  readonly status: number;
  /** How long GitHub asks us to wait, if it says so. */
  readonly waitMs: number | null;
  /** When the hour's requests are counted from zero again, where they are used up. */
  readonly resetAt?: Date;
  /** It is not this token's to do. */
  readonly lacksPermission?: true;
}

/** The wait after a secondary limit that names no time: "at least one minute". */
const SECONDARY_LIMIT_MS = 60_000;

/** Reads what the client threw. */
export function troubleOf(thrown: unknown, nowMs: number): Trouble {
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    status?: unknown;
    response?: { headers?: Record<string, unknown>; data?: { message?: unknown } };
  };
  // The client gives 500 to a request that got no answer at all; then there is no response either.
  if (typeof error.status !== 'number' || !error.response) return { kind: 'unknown', status: 0, waitMs: null };
  const { status } = error;
  const { headers = {}, data } = error.response;
  if (status >= 500) return { kind: 'unknown', status, waitMs: null };
  const retryAfter = Number(headers['retry-after']);
  if (status === 429 || status === 403) {
    if (Number.isFinite(retryAfter)) return { kind: 'limited', status, waitMs: retryAfter * 1000 };
    if (headers['x-ratelimit-remaining'] === '0') {
      const resetMs = Number(headers['x-ratelimit-reset']) * 1000;
      const resetAt = Number.isFinite(resetMs) ? { resetAt: new Date(resetMs) } : {};
      return { kind: 'limited', status, waitMs: Math.max(0, resetMs - nowMs) || 0, ...resetAt };
    }
    if (status === 429 || /secondary rate limit|abuse/i.test(String(data?.message ?? ''))) {
      return { kind: 'limited', status, waitMs: SECONDARY_LIMIT_MS };
    }
  }
  const lacks = status === 403 && /not accessible by|must have/i.test(String(data?.message ?? ''));
  return { kind: 'refused', status, waitMs: null, ...(lacks && { lacksPermission: true }) };
}

export interface Patience {
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** The longest that one client waits in all. A run has to end within its workflow's timeout. */
  readonly budgetMs: number;
}

export const patience: Patience = {
  nowMs: Date.now,
  sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  random: Math.random,
  budgetMs: 180_000,
};
