/**
 * What is to be done once: whether the workbook's own table `runs` knows of it. That row is committed with the data, so
 * that neither can be there without the other.
 */

import type { ScheduledJob } from '../core/batch.ts';
import type { Engine } from '../core/engine.ts';
import { sql } from '../core/sql.ts';

/**
 * Whether a run of the job went well whose period ends with `once`; false for jobs that run as often as they are asked
 * to.
 */
export async function isDone(engine: Engine, { job, once }: ScheduledJob): Promise<boolean> {
  if (once === undefined) return false;
  const runs = await engine.number(
    sql`select count(*) from runs where job = ${job.name} and ends_with(period, ${once}) and status in ('applied', 'unchanged')`,
  );
  return runs > 0;
}
