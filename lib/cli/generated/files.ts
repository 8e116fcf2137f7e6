/** Everything in the repository that follows from `jobs/`: what it must be, and what of it differs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NightShift } from '../../core/batch.ts';
import { readmeFile } from './readme.ts';
import { type GeneratedFile, type ReadFile, workflowFiles } from './workflows.ts';

/** The project's own folder. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

const readBelow =
  (root: string): ReadFile =>
  (path) => {
    try {
      return readFileSync(join(root, path), 'utf8');
    } catch {
      return undefined;
    }
  };

/** The generated files below `root` that are not as `jobs/` has them now. */
export function outdatedFiles(nightShift: NightShift, root: string = projectRoot): GeneratedFile[] {
  const read = readBelow(root);
  const all = [...workflowFiles(nightShift, read), ...readmeFile(nightShift, read)];
  return all.filter(({ path, text }) => (read(path) ?? null) !== text);
}
