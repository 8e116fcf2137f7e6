/**
 * Commits ledger files to the branch on the remote, by git itself.
 *
 * The commit is built beside the working folder, on top of what the remote has at that moment, from the named files
 * alone: nobody's index, working files or local branch are touched, a kill at any point leaves nothing half done, and
 * what a person pushed meanwhile is simply built upon. So there is nothing to rebase, never a force, and no way for a
 * file that lies about (a credentials file, say) to get in. Anything outside the ledger is refused.
 */

import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** The ledger could not be pushed. What the run did stands in the workbook, and the next run completes the ledger from its marker. */
export class LedgerNotPushed extends NightshiftError {
  override name = 'LedgerNotPushed';

  constructor(step: string, attempts: number) {
    super(
      `The ledger could not be pushed (git ${step}, tried ${attempts} times). The workbook holds what the run did, and ` +
        'the next run completes the ledger. Is the branch protected against pushes by GitHub Actions?',
    );
  }
}

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

/** Pushes one commit; null where the remote has it all already. @throws LedgerNotPushed, GitError */
export async function commitLedger(commit: LedgerCommit): Promise<string | null> {
  const { folder, write, remove, sleep = nap, random = Math.random } = commit;
  for (const path of [...write, ...remove]) {
    if (!LEDGER_PATH.test(path)) throw new Error(`${path} is no file of the ledger; it is not committed.`);
  }
  if (write.length + remove.length === 0) return null;
  const git = gitIn({ folder, ...(commit.env && { env: commit.env }) });
  const place = (await git.run(['rev-parse', '--show-prefix'])).replace(/\/$/, '');
  const blobs = await hashObjects(git, folder, write);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptPush(git, commit, place, blobs);
    } catch (error) {
      if (!(error instanceof GitError) || !['fetch', 'push'].includes(error.step)) throw error;
      if (attempt === MOST_ATTEMPTS) throw new LedgerNotPushed(error.step, attempt);
      const ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
      await sleep(Math.round(ms * (0.5 + random())));
    }
  }
}

/** Stores the files' contents in git, as blobs. */
async function hashObjects(git: Git, folder: string, paths: readonly string[]): Promise<Map<string, string>> {
  const blobs = new Map<string, string>();
  for (const path of paths) {
    const content = await readFile(join(folder, path), 'utf8');
    blobs.set(path, await git.run(['hash-object', '-w', '--stdin'], content));
  }
  return blobs;
}

async function attemptPush(
  git: Git,
  { message, branch, remove }: LedgerCommit,
  place: string,
  blobs: ReadonlyMap<string, string>,
): Promise<string | null> {
  await git.run(['fetch', '--quiet', '--no-tags', 'origin', `refs/heads/${branch}`]);
  const base = await git.run(['rev-parse', 'FETCH_HEAD']);
  const index = join(tmpdir(), `nightshift-index-${process.pid}-${Date.now()}`);
  try {
    const env = { GIT_INDEX_FILE: index };
    await git.run(['read-tree', base], '', env);
    const lines = [
      ...[...blobs].map(([path, blob]) => `100644 ${blob}\t${place}/${path}`),
      // Mode 0 takes a path out; one that is not there is no error.
      ...remove.map((path) => `0 ${'0'.repeat(40)}\t${place}/${path}`),
    ];
    await git.run(['update-index', '--add', '--index-info'], `${lines.join('\n')}\n`, env);
    const tree = await git.run(['write-tree'], '', env);
    if (tree === (await git.run(['rev-parse', `${base}^{tree}`]))) return null;
    const made = await git.run(['commit-tree', tree, '-p', base], message, author);
    await git.run(['push', '--quiet', 'origin', `${made}:refs/heads/${branch}`]);
    return made;
  } finally {
    await rm(index, { force: true });
  }
}
