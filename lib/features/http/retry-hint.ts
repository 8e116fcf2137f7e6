/**
 * When a provider may be asked again, read from the headers of its answer. In this order: Retry-After (RFC 9110,
 * 10.2.3), the `RateLimit` header and `RateLimit-Reset` (IETF draft-ietf-httpapi-ratelimit-headers),
 * `X-RateLimit-Reset` and its variants (`x-sib-ratelimit-reset`, `x-rate-limit-reset`).
 */

/** A number of at least this many seconds is a moment since 1970, not a duration (September 2001). */
const FIRST_EPOCH_SECOND = 1e9;
const FIRST_EPOCH_MILLISECOND = 1e12;

/**
 * The pause in milliseconds from `now`; null where no header says anything that can be read.
 * @param now milliseconds since 1970
 */
export function retryHintMs(headers: Headers, now: number): number | null {
  const after = momentMs(headers.get('retry-after'), now);
  if (after !== null) return after;
  // `limit=100, remaining=0, reset=30` in older drafts; `"default";r=0;t=30` in newer ones.
  const parameter = /(?:^|[\s,;])(?:reset|t)=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  if (parameter !== undefined) return Number(parameter) * 1000;
  for (const [name, value] of headers) {
    const reset = /rate-?limit-reset(-after)?$/.test(name) ? momentMs(value, now) : null;
    if (reset !== null) return reset;
  }
  return null;
}

/**
 * The pause in milliseconds where an answer says that it was the last one allowed for now (`x-ratelimit-remaining: 0`,
 * with when the count begins again; HubSpot names the length of its interval instead). Null where requests remain.
 */
export function exhaustedMs(headers: Headers, now: number): number | null {
  const standard = /(?:^|[\s,;])(?:remaining|r)=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  const none = [...headers].find(([name, value]) => /rate-?limit-remaining$/.test(name) && /^\s*0+\s*$/.test(value));
  if (!none && Number(standard ?? 1) > 0) return null;
  const interval = Number(headers.get(none?.[0].replace('remaining', 'interval-milliseconds') ?? '-') ?? Number.NaN);
  return Number.isNaN(interval) ? retryHintMs(headers, now) : interval;
}

/** Seconds from now, seconds or milliseconds since 1970, or a date (HTTP, ISO 8601). Null where it is none of them. */
function momentMs(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  if (text === '') return null;
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number >= FIRST_EPOCH_MILLISECOND) return Math.max(0, number - now);
    if (number >= FIRST_EPOCH_SECOND) return Math.max(0, number * 1000 - now);
    return number * 1000;
  }
  // A moment without an offset is in UTC, as the providers document it.
  const moment = Date.parse(/^\d{4}-\d\d-\d\d[ T][\d:.]+$/.test(text) ? `${text.replace(' ', 'T')}Z` : text);
  return Number.isNaN(moment) ? null : Math.max(0, moment - now);
}
