/**
 * `sync`: writes all that follows from `jobs/`: a workflow for each batch, the choices of run-job.yml and the README's
 * tables.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NightShift } from '../core/batch.ts';
import { minutesOf } from '../core/calendar/cron.ts';
import { outdatedFiles, projectRoot } from './generated/files.ts';
import type { Options } from './options.ts';

/** At these minutes GitHub has most to start, and starts it late. */
const isBusyMinute = (minute: number): boolean => minute % 15 === 0;

/**
 * Writes the files that differ, and removes the workflows of batches that are gone. A dry run only names them, and
 * returns the exit code 1 where there are any.
 */
export async function syncCommand({ dryRun }: Options, nightShift: NightShift): Promise<number> {
  for (const line of advice(nightShift)) console.error(line);
  const outdated = outdatedFiles(nightShift);
  if (outdated.length === 0) {
    console.log('All generated files are up to date.');
    return 0;
  }
  for (const { path, text } of outdated) {
    if (dryRun) console.log(`${path} is not as jobs/ has it`);
    else if (text === null) rmSync(join(projectRoot, path));
    else writeFileSync(join(projectRoot, path), text);
    if (!dryRun) console.log(`${text === null ? 'removed' : 'wrote'} ${path}`);
  }
  if (!dryRun) return 0;
  console.log('Run: npm run sync');
  return 1;
}

/** What a schedule could do better. GitHub takes it as it is. */
function advice({ batches }: NightShift): string[] {
  return batches
    .filter(({ schedule }) => minutesOf(schedule.cron).some(isBusyMinute))
    .map(
      ({ name, schedule }) =>
        `${name}: GitHub often starts late at the minute of "${schedule.cron}". A minute such as 17 or 41 is safer.`,
    );
}
