/** What to do about a request that GitHub did not do: each cause by its own name. Pure. */
import type { Trouble } from './trouble.ts';

/** `04:21 UTC`. */
const clock = (at: Date): string => `${at.toISOString().slice(11, 16)} UTC`;

export function adviceFor({ status, kind, resetAt, lacksPermission }: Trouble): string {
  if (resetAt)
    return `GitHub's hourly limit for this repository is used up until ${clock(resetAt)}; the next run tries again.`;
  if (kind === 'limited')
    return 'GitHub asks to slow down (its limit for many requests at once); the next run tries again.';
  if (status === 401) return 'The token is missing or no longer valid.';
  if (lacksPermission)
    return 'The workflow lacks a permission: it needs issues: write, contents: write for the ledger, and actions: write for the watch.';
  if (status === 403)
    return 'GitHub refused it: the token may not do this in this repository, or the repository is archived.';
  if (status === 404)
    return 'GitHub finds no such repository, issue or workflow: is GITHUB_REPOSITORY right, and may the token see it?';
  if (status === 410)
    return (
      'Issues are switched off in this repository, as they are in every new fork. ' +
      'Switch them on under Settings → General → Features → Issues.'
    );
  if (status >= 500 || status === 0) return 'GitHub has trouble; the next run tries again.';
  return '';
}
