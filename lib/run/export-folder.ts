/**
 * The folder that an export's rule names. It must be there already: a share that is not mounted would otherwise become
 * a folder of the same name, and the file would reach no other tool. It must be outside of the repository, where files
 * would be committed, and where a hosted runner of GitHub throws them away.
 */
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, relative, resolve } from 'node:path';

/** `path` is where the folder is on this machine; `fault`, why nothing may be written there. */
export type ExportFolder =
  | { readonly path: string; readonly fault?: undefined }
  | { readonly path: string; readonly fault: string };

const repository = resolve(import.meta.dirname, '..', '..');

/** Where a named folder is: paths begin at the repository's folder, `~/` at the home folder. */
const pathOf = (named: string): string =>
  named.startsWith('~/') ? join(homedir(), named.slice(2)) : resolve(repository, named);

/** Looks at the folder that a rule names. `checkout` is Actions' own, where this runs on Actions. */
export async function exportFolderNamed(named: string, checkout?: string): Promise<ExportFolder> {
  const path = pathOf(named);
  for (const root of [repository, ...(checkout ? [checkout] : [])]) {
    if (!(await isWithin(root, path))) continue;
    const why = checkout
      ? 'GitHub throws it away after the run. Write to a tab (to: { tab }), or leave "to" out: the run then keeps the file as an artifact'
      : 'files there get committed. Name a folder outside of it';
    return { path, fault: `the folder "${named}" is in the repository's checkout, and ${why}` };
  }
  try {
    await access(path, constants.W_OK);
    if ((await stat(path)).isDirectory()) return { path };
    return { path, fault: `"${named}" is no folder` };
  } catch {
    const what = `the folder "${named}" is not there, or may not be written to`;
    return { path, fault: `${what}. Create it, or connect the drive` };
  }
}

async function isWithin(root: string, path: string): Promise<boolean> {
  const inside = relative(await realOf(root), await realOf(path));
  return !inside.startsWith('..') && !isAbsolute(inside);
}

const realOf = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));
