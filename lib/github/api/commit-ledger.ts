/**
 * Commits ledger files to the branch on the remote, by git itself.
 *
 * The commit is built beside the working folder, on top of what the remote has at that moment, from the named files
 * alone: no index, working file or local branch is touched, a kill at any point leaves nothing half done, and
 * what a person pushed meanwhile is built upon. So there is nothing to rebase, never a force, and no way for another
 * file (a credentials file, say) to get in. Anything outside the ledger is refused.
 *
 * Where the default branch refuses pushes (a ruleset, a protected branch), the ledger moves to a branch of its own,
 * with the ledger alone in it. GitHub Actions can't be put on a ruleset's bypass list, so there is no other way
 * without a key.
 */
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { NightshiftError } from '../../core/errors.ts';
import { type Git, GitError, gitIn } from './git.ts';

export interface LedgerCommit {
  /** The ledger's folder, inside a clone. */
  readonly folder: string;
  /** Paths below it, with `/`: `list-cleaning/2026-11-23/RUN.json`. */
  readonly write: readonly string[];
  readonly remove: readonly string[];
  readonly message: string;
  readonly branch: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly random?: () => number;
}

/**
 * The ledger could not be pushed. What the run did stands in the workbook, and the next run completes the ledger from
 * its marker.
 */
export class LedgerNotPushed extends NightshiftError {
  override name = 'LedgerNotPushed';

  constructor(step: string, attempts: number) {
    super(
      `The ledger could not be pushed (git ${step}, tried ${attempts} times). The workbook holds what the run did, and ` +
        'the next run completes the ledger.',
    );
  }
}

/** The branch of its own for the ledger: made by the night shift, and unprotected. */
export const LEDGER_BRANCH = 'nightshift-ledger';

/** What GitHub answers where a rule forbids the push: to try again changes nothing. */
const FORBIDDEN = /GH006|GH013|protected branch|pre-receive hook declined|repository rule violations/i;

/** With the waits between: about a minute of other people's pushes, or of a remote in trouble. */
const MOST_ATTEMPTS = 8;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/** `JOB/PERIOD/RUN.json`, or a month of them: `JOB/2026-03.jsonl`. */
const LEDGER_PATH = /^[a-z0-9-]+\/(?:[0-9A-Za-z-]+\/[0-9A-Za-z-]+\.json|\d{4}-\d{2}\.jsonl)$/;

const author = {
  GIT_AUTHOR_NAME: 'github-actions[bot]',
  GIT_AUTHOR_EMAIL: '41898282+github-actions[bot]@users.noreply.github.com',
  GIT_COMMITTER_NAME: 'github-actions[bot]',
  GIT_COMMITTER_EMAIL: '41898282+github-actions[bot]@users.noreply.github.com',
};

const nap = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * Pushes one commit to the ledger's own branch, where there is one, or else to `branch`. The commit is null where the
 * remote has it all already. @throws LedgerNotPushed, GitError
 */
export async function commitLedger(commit: LedgerCommit): Promise<{ commit: string | null; branch: string }> {
  const paths = [...commit.write, ...commit.remove];
  for (const path of paths) {
    if (!LEDGER_PATH.test(path)) throw new Error(`${path} is no file of the ledger; it is not committed.`);
  }
  if (paths.length === 0) return { commit: null, branch: commit.branch };
  const git = gitIn(commit.folder, commit.env);
  const isMoved = await patiently(commit, () => hasLedgerBranch(git));
  const [own, target] = isMoved ? [LEDGER_BRANCH, null] : [commit.branch, commit.branch];
  try {
    return { commit: await pushTo(commit, own), branch: own };
  } catch (error) {
    if (target === null || !(error instanceof GitError) || !FORBIDDEN.test(error.output)) throw named(error);
    try {
      return { commit: await pushTo(commit, LEDGER_BRANCH, target), branch: LEDGER_BRANCH };
    } catch (again) {
      throw named(again);
    }
  }
}

const named = (error: unknown): unknown =>
  error instanceof GitError && FORBIDDEN.test(error.output) ? new LedgerNotPushed(error.step, 1) : error;

const hasLedgerBranch = async (git: Git): Promise<boolean> =>
  (await git.run(['ls-remote', '--heads', 'origin', `refs/heads/${LEDGER_BRANCH}`])) !== '';

/** Pushes to a branch; with `from`, to one that is made now, of the ledger that stands in `from`. */
async function pushTo(commit: LedgerCommit, branch: string, from?: string): Promise<string | null> {
  const { folder, write } = commit;
  const git = gitIn(folder, commit.env);
  const place = await placeOf(git);
  const blobs = await hashObjects(git, folder, write);
  return patiently(commit, () => attemptPush(git, { ...commit, branch }, place, blobs, from));
}

/** The folder's path in its repository. */
const placeOf = async (git: Git): Promise<string> => (await git.run(['rev-parse', '--show-prefix'])).replace(/\/$/, '');

const fetchBranch = (git: Git, branch: string): Promise<string> =>
  git.run(['fetch', '--quiet', '--no-tags', 'origin', `refs/heads/${branch}`]);

/** Works with an index of its own, given as the variable by which git finds it. */
async function withOwnIndex<T>(work: (env: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
  const index = join(tmpdir(), `nightshift-index-${process.pid}-${Date.now()}`);
  try {
    return await work({ GIT_INDEX_FILE: index });
  } finally {
    await rm(index, { force: true });
  }
}

/** What needs the remote, tried again while that is in trouble or other people push. */
async function patiently<T>({ sleep = nap, random = Math.random }: LedgerCommit, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof GitError) || !['ls-remote', 'fetch', 'push'].includes(error.step)) throw error;
      if (FORBIDDEN.test(error.output)) throw error;
      if (attempt === MOST_ATTEMPTS) throw new LedgerNotPushed(error.step, attempt);
      const ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
      await sleep(Math.round(ms * (0.5 + random())));
    }
  }
}

/** Stores the files' contents in git, as blobs. */
async function hashObjects(git: Git, folder: string, paths: readonly string[]): Promise<Map<string, string>> {
  const input = paths.map((path) => `${resolve(folder, path)}\n`).join('');
  const hashes = (await git.run(['hash-object', '-w', '--no-filters', '--stdin-paths'], input)).split('\n');
  return new Map(paths.map((path, i) => [path, hashes[i] ?? '']));
}

async function attemptPush(
  git: Git,
  { message, branch, remove }: LedgerCommit,
  place: string,
  blobs: ReadonlyMap<string, string>,
  from?: string,
): Promise<string | null> {
  await fetchBranch(git, from ?? branch);
  const base = await git.run(['rev-parse', 'FETCH_HEAD']);
  return withOwnIndex(async (env) => {
    await git.run(['read-tree', from === undefined ? base : '--empty'], '', env);
    const moved = from === undefined ? '' : await git.run(['ls-tree', '-r', '--full-tree', base, '--', place]);
    const lines = [
      ...moved.split('\n').filter(Boolean),
      ...[...blobs].map(([path, blob]) => `100644 ${blob}\t${place}/${path}`),
      // Mode 0 takes a path out; one that is not there is no error.
      ...remove.map((path) => `0 ${'0'.repeat(40)}\t${place}/${path}`),
    ];
    await git.run(['update-index', '--add', '--index-info'], `${lines.join('\n')}\n`, env);
    const tree = await git.run(['write-tree'], '', env);
    if (from === undefined && tree === (await git.run(['rev-parse', `${base}^{tree}`]))) return null;
    const parent = from === undefined ? ['-p', base] : [];
    const made = await git.run(['commit-tree', tree, ...parent], message, author);
    await git.run(['push', '--quiet', 'origin', `${made}:refs/heads/${branch}`]);
    return made;
  });
}

/**
 * Puts the ledger of its own branch in place of what the checkout holds. Where there is no such branch, the checkout's
 * ledger stands, and the answer is false.
 * @throws GitError
 */
export async function fetchLedger(folder: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const git = gitIn(folder, env);
  if (!(await hasLedgerBranch(git))) return false;
  const place = await placeOf(git);
  await fetchBranch(git, LEDGER_BRANCH);
  const listed = (await git.run(['ls-tree', '-r', '--full-tree', '--name-only', 'FETCH_HEAD'])).split('\n');
  const paths = listed.filter((path) => path.startsWith(`${place}/`) && LEDGER_PATH.test(path.slice(place.length + 1)));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await withOwnIndex(async (own) => {
    await git.run(['read-tree', 'FETCH_HEAD'], '', own);
    const input = paths.map((path) => path.slice(place.length + 1)).join('\n');
    await git.run(['checkout-index', '--force', '--quiet', '--stdin'], `${input}\n`, own);
  });
  return true;
}
