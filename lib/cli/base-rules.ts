/** The jobs and rules of another commit, loaded beside those of this checkout. They run on this checkout's lib/. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NightShift } from '../core/batch.ts';
import { projectRoot } from './generated/files.ts';
import { UsageError } from './options.ts';

const git = (...args: readonly string[]): Buffer =>
  execFileSync('git', [...args], { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64e6 });

/**
 * The newest commit that `base` and this checkout share, so that what came to `base` since does not count as a change
 * of ours.
 * @throws UsageError where git knows no such commit
 */
function sharedCommit(base: string): string {
  for (const name of [base, `origin/${base}`]) {
    try {
      const commit = git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`).toString().trim();
      return git('merge-base', commit, 'HEAD').toString().trim();
    } catch {
      // The next name may be known.
    }
  }
  throw new UsageError(
    `--base: git knows no branch or commit "${base}" that this checkout shares. Fetch it first: git fetch origin ${base}`,
  );
}

/** Loads `jobs/` of the commit that `base` and this checkout share. @throws UsageError where it can't be loaded */
export async function loadBaseRules(base: string): Promise<{ nightShift: NightShift; commit: string }> {
  const commit = sharedCommit(base);
  const folder = join(projectRoot, '.nightshift', `base-${commit}-${process.pid}`);
  try {
    const paths = git('ls-tree', '-r', '-z', '--name-only', commit, '--', 'jobs')
      .toString()
      .split('\0')
      .filter(Boolean);
    for (const path of paths) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), git('show', `${commit}:${path}`));
    }
    const loaded = (await import(pathToFileURL(join(folder, 'jobs', 'batches.ts')).href)) as { nightShift: NightShift };
    return { nightShift: loaded.nightShift, commit };
  } catch (error) {
    const what = error instanceof Error ? error.message.replaceAll(folder, '').split('\n')[0] : String(error);
    throw new UsageError(
      `jobs/ of ${base} (${commit.slice(0, 8)}) can't be loaded with lib/ of this checkout: ${what}. Compare with a newer base.`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
