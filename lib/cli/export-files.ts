/** The exports that the night shift declares, and the folders that their rules name. */
import { allJobs } from '../core/batch.ts';
import { type ExportFolder, exportFolderNamed } from '../run/export-folder.ts';
import { contextOf } from '../run/job-context.ts';
import { hostedCheckout, type Session } from './session.ts';

/** The job that writes exports, and all of its files; null where no job does. */
export function exportsOf({ nightShift, asOf }: Pick<Session, 'nightShift' | 'asOf'>) {
  const scheduled = allJobs(nightShift).find((each) => each.job.files);
  if (!scheduled) return null;
  const context = contextOf({ asOf, rules: nightShift.workbook }, { columns: () => new Map() }, scheduled);
  return { scheduled, files: scheduled.job.files?.(context) ?? [] };
}

/** The folders that the rules of exports name, each once. */
export async function exportFoldersOf(session: Pick<Session, 'nightShift' | 'asOf'>): Promise<ExportFolder[]> {
  const named = new Set((exportsOf(session)?.files ?? []).flatMap(({ folder }) => folder ?? []));
  return Promise.all([...named].map((each) => exportFolderNamed(each, hostedCheckout(process.env))));
}
