/**
 * When a provider may be asked again, read from the headers of its answer. In this order: Retry-After (RFC 9110,
 * 10.2.3), the `RateLimit` header and `RateLimit-Reset` (IETF draft-ietf-httpapi-ratelimit-headers),
 * `X-RateLimit-Reset` and its variants.
 */

/** A number of at least this many seconds is a moment since 1970, not a duration (September 2001). */
const FIRST_EPOCH_SECOND = 1e9;
const FIRST_EPOCH_MILLISECOND = 1e12;

const RESET_HEADERS = [
  'ratelimit-reset',
  'x-ratelimit-reset',
  'x-rate-limit-reset',
  'x-ratelimit-reset-after',
] as const;

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
  for (const name of RESET_HEADERS) {
    const reset = momentMs(headers.get(name), now);
    if (reset !== null) return reset;
  }
  return null;
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
