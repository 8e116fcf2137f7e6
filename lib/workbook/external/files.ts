/**
 * Which files a rule names: one file, all files of a folder and the folders in it, or those that fit a pattern. Nothing
 * is left out unseen, and nothing that is not there is ever taken for a table without rows.
 */
import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { WorkbookError } from '../csv/discover.ts';

/** A file of a table, by its path and by its name for people: its path from the repository's folder. */
export interface OutsideFile {
  readonly path: string;
  readonly name: string;
  readonly kind: 'csv' | 'parquet';
}

const RULE = 'jobs/rules/workbook.ts, sources';

/**
 * The files of a table, in the order of their names. Hidden files and those that begin with `_`, as warehouses leave
 * them (`_SUCCESS`), are none.
 * @param root what paths begin at
 * @param files a path, or a pattern: `*` stands for any part of a name, `**` for any folders
 * @throws WorkbookError where there is no file, or one that is neither CSV nor Parquet
 */
export async function filesOf(root: string, table: string, files: string): Promise<OutsideFile[]> {
  const where = `${RULE}.${table}: ${files}`;
  const found = (await pathsOf(root, files)).map((path) => ({ path, name: nameOf(root, path) }));
  if (found.length === 0) {
    throw new WorkbookError(
      `${where}: there is no such file. Paths begin at the repository's folder. Bring the files there before ` +
        'the run, or take the rule out; without them nothing was done.',
    );
  }
  return found.map((file) => {
    const kind = /\.(csv|parquet)$/i.exec(file.name)?.[1]?.toLowerCase();
    if (kind !== 'csv' && kind !== 'parquet') {
      throw new WorkbookError(
        `${where}: ${file.name} is neither a .csv nor a .parquet file. Take it away, or name a pattern that ` +
          'leaves it out, such as "FOLDER/*.parquet".',
      );
    }
    // The engine takes these for a pattern of its own.
    if (/[*?[\]]/.test(file.path)) {
      throw new WorkbookError(`${where}: rename ${file.name}; a path must not hold "*", "?", "[" or "]".`);
    }
    return { ...file, kind };
  });
}

function nameOf(root: string, path: string): string {
  const name = relative(root, path).split(sep).join('/');
  return name.startsWith('../') ? path : name;
}

async function pathsOf(root: string, files: string): Promise<string[]> {
  const steps = files.split('/');
  const fixed = steps.findIndex((step) => step.includes('*'));
  if (fixed < 0) {
    const path = resolve(root, files);
    const info = await stat(path).catch(() => null);
    if (info?.isDirectory()) return filesIn(path);
    return info ? [path] : [];
  }
  const base = resolve(root, steps.slice(0, fixed).join('/') || '.');
  const fits = patternOf(steps.slice(fixed));
  return (await filesIn(base)).filter((path) => fits.test(relative(base, path).split(sep).join('/')));
}

function patternOf(steps: readonly string[]): RegExp {
  const parts = steps.map((step, i) => {
    if (step === '**') return i < steps.length - 1 ? '(?:[^/]+/)*' : '.+';
    const name = step.split('*').map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return name.join('[^/]*') + (i < steps.length - 1 ? '/' : '');
  });
  return new RegExp(`^${parts.join('')}$`);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) =>
      relative(folder, path)
        .split(sep)
        .every((step) => !/^[._]/.test(step)),
    )
    .sort();
}
