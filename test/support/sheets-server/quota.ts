/** Requests a minute and user, reads and writes apart; refilled at each full minute of the clock. */
import { ApiError } from './api-error.ts';

export interface QuotaOptions {
  readsPerMinute: number;
  writesPerMinute: number;
  nowMs: () => number;
}

/** A counter that throws the service's 429 once a minute's requests are used up. */
export function quota({ readsPerMinute, writesPerMinute, nowMs }: QuotaOptions): (kind: 'read' | 'write') => void {
  let minute = -1;
  let used = { read: 0, write: 0 };
  return (kind) => {
    const now = Math.floor(nowMs() / 60_000);
    if (now !== minute) {
      minute = now;
      used = { read: 0, write: 0 };
    }
    used[kind] += 1;
    if (used[kind] <= (kind === 'read' ? readsPerMinute : writesPerMinute)) return;
    const metric = kind === 'read' ? 'Read requests' : 'Write requests';
    throw new ApiError(
      429,
      'RESOURCE_EXHAUSTED',
      `Quota exceeded for quota metric '${metric}' and limit '${metric} per minute per user' of service 'sheets.googleapis.com'.`,
    );
  };
}
