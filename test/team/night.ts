/** A night on the rules of the team's own workbook: its time zone, its columns and tables. */
import { nightShift } from '../../jobs/batches.ts';
import type { RunResult } from '../../lib/run/result.ts';
import { type Night, night as nightOn } from '../support/night.ts';

/** Runs jobs on the workbook in `folder`, as the team's own command would. */
export const night = (folder: string, given: Night = {}): Promise<RunResult> =>
  nightOn(folder, { shift: nightShift, ...given });
