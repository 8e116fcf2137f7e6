/**
 * Notices to places outside of GitHub: a webhook (Slack's shape: one "text") and a heartbeat (Healthchecks': /start,
 * the address itself, /fail). Best effort: whether it arrives never changes how a run ends. Counts and names only.
 */
const TIMEOUT_MS = 10_000;
const TRIES = 2;

async function ask(url: string, init: RequestInit): Promise<boolean> {
  for (let i = 0; i < TRIES; i += 1) {
    try {
      const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
      if (answer.ok) return true;
    } catch {
      // Tried again, then left: the address is a secret, so the error is not reported.
    }
  }
  return false;
}

/** False where it did not arrive. */
export const beat = async (url: string | null, what: 'start' | 'success' | 'fail'): Promise<boolean> =>
  url === null || ask(what === 'success' ? url : `${url.replace(/\/$/, '')}/${what}`, { method: 'POST' });

export const say = async (url: string | null, text: string): Promise<boolean> =>
  url === null ||
  ask(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) });
