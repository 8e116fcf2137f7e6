/**
 * `export NAME`: writes one export by hand, of the workbook as it is, where the night writes them all.
 */
import { job } from '../core/job.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { exportsOf } from './export-files.ts';
import { UsageError } from './options.ts';
import { runJobs } from './run.ts';
import type { Session } from './session.ts';

export async function exportCommand(session: Session): Promise<number> {
  const [name, ...rest] = session.options.names;
  const declared = exportsOf(session);
  if (!declared) throw new UsageError('No job of the night shift writes exports.');
  const { scheduled } = declared;
  const names = declared.files.map((file) => file.name);
  if (!name || rest.length > 0) throw new UsageError(`Export what? Name one of: ${names.join(', ')}.`);
  if (!names.includes(name))
    throw new UsageError(
      `There is no export "${name}".${didYouMean(name, names)} There are: ${names.join(', ')}. ` +
        'They stand in jobs/rules/exports.ts.',
    );
  const { needs: _needs, ...exportJob } = scheduled.job;
  const one = job({
    ...exportJob,
    files: (given) =>
      (exportJob.files?.(given) ?? [])
        .filter((file) => file.name === name)
        .map((file) => ({ ...file, isLater: false })),
  });
  return runJobs(session, `export ${name}`, [{ ...scheduled, job: one }]);
}
