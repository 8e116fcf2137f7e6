/**
 * One request to GitHub, made to succeed: reads are asked again; a write whose answer was lost is first looked for
 * among what GitHub lists (never by search, which lags), and only then done again. Octokit's own retries are not used:
 * they repeat every POST.
 */
import { adviceFor } from './advice.ts';
import { GitHubError } from './github.ts';
import { type Patience, type Trouble, troubleOf } from './trouble.ts';

/** How often one thing is tried. With the waits between, about half a minute of trouble. */
const MOST_ATTEMPTS = 6;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
export const PAGE = 100;
/** A repository with more open alerts than this has another problem. */
const MOST_PAGES = 20;

export type Requests = ReturnType<typeof requests>;

export function requests(patience: Patience) {
  const { nowMs, sleep, random, budgetMs } = patience;
  let waitedMs = 0;

  /** Waits before the next attempt; false where the budget does not allow it. */
  async function pause({ waitMs }: Trouble, attempt: number): Promise<boolean> {
    const own = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
    const ms = Math.round((waitMs ?? own) + own * 0.5 * random());
    if (waitedMs + ms > budgetMs) return false;
    waitedMs += ms;
    await sleep(ms);
    return true;
  }

  /** Calls until it succeeds. `done` looks whether a call whose answer was lost did its work. @throws GitHubError */
  async function insist<T>(what: string, call: () => Promise<T>, done?: () => Promise<T | null>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (thrown) {
        const trouble = troubleOf(thrown, nowMs());
        const mayTryAgain = trouble.kind !== 'refused' && attempt < MOST_ATTEMPTS;
        if (!mayTryAgain || !(await pause(trouble, attempt)))
          throw new GitHubError(what, trouble.status, adviceFor(trouble));
        const found = trouble.kind === 'unknown' && done ? await done() : null;
        if (found !== null) return found;
      }
    }
  }

  /** All pages of a list. @throws GitHubError */
  async function pages<T>(what: string, page: (number: number) => Promise<T[]>): Promise<T[]> {
    const all: T[] = [];
    for (let number = 1; number <= MOST_PAGES; number += 1) {
      const found = await insist(what, () => page(number));
      all.push(...found);
      if (found.length < PAGE) break;
    }
    return all;
  }

  /** A call for which an answer of that status is as good as done. @throws GitHubError */
  const unless = (status: number, what: string, call: () => Promise<unknown>): Promise<void> =>
    insist(what, async () => {
      try {
        await call();
      } catch (thrown) {
        if (troubleOf(thrown, nowMs()).status !== status) throw thrown;
      }
    });

  return { insist, pages, unless };
}
