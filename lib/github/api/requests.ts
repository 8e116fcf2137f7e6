/**
 * One request to GitHub, made to succeed: reads are asked again; a write whose answer was lost is first looked for
 * among what GitHub lists (never by search, which lags), and only then done again. Octokit's own retries are not used:
 * they repeat every POST.
 */
import { adviceFor } from './advice.ts';
import { GitHubError } from './github.ts';
import { type Patience, troubleOf, Waiting } from './trouble.ts';

/** How often one thing is tried. With the waits between, about half a minute of trouble. */
const MOST_ATTEMPTS = 6;
export const PAGE = 100;
/** A repository with more open alerts than this has another problem. */
const MOST_PAGES = 20;

export interface Requests {
  /** Calls until it succeeds. `done` looks whether a call whose answer was lost did its work. @throws GitHubError */
  readonly insist: <T>(what: string, call: () => Promise<T>, done?: () => Promise<T | null>) => Promise<T>;
  /** All pages of a list. @throws GitHubError */
  readonly pages: <T>(what: string, page: (number: number) => Promise<T[]>) => Promise<T[]>;
  /** A call for which an answer of that status is as good as done. @throws GitHubError */
  readonly unless: (status: number, what: string, call: () => Promise<unknown>) => Promise<void>;
}

export function requests(patience: Patience): Requests {
  const waiting = new Waiting(patience);

  async function insist<T>(what: string, call: () => Promise<T>, done?: () => Promise<T | null>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (thrown) {
        const trouble = troubleOf(thrown, patience.nowMs());
        const mayTryAgain = trouble.kind !== 'refused' && attempt < MOST_ATTEMPTS;
        if (!mayTryAgain || !(await waiting.pause(trouble, attempt)))
          throw new GitHubError(what, trouble.status, adviceFor(trouble));
        const found = trouble.kind === 'unknown' && done ? await done() : null;
        if (found !== null) return found;
      }
    }
  }

  async function pages<T>(what: string, page: (number: number) => Promise<T[]>): Promise<T[]> {
    const all: T[] = [];
    for (let number = 1; number <= MOST_PAGES; number += 1) {
      const found = await insist(what, () => page(number));
      all.push(...found);
      if (found.length < PAGE) break;
    }
    return all;
  }

  const unless: Requests['unless'] = async (status, what, call) => {
    await insist(what, async () => {
      try {
        await call();
      } catch (thrown) {
        if (troubleOf(thrown, patience.nowMs()).status !== status) throw thrown;
      }
    });
  };

  return { insist, pages, unless };
}
