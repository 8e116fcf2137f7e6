/** What the texts of alerts are made of: a run's results, and what the ledger holds beside them. */
import type { NightShift } from '../core/batch.ts';
import type { History } from '../run/history.ts';
import type { JobResult } from '../run/result.ts';
import type { Store } from '../workbook/store.ts';
import type { Alert, AllClear } from './api/alerts.ts';
import { code } from './api/escape.ts';

export interface JobNews {
  readonly nightShift: NightShift;
  readonly batch: string;
  readonly asOf: Date;
  readonly results: readonly JobResult[];
  /** Newest entries by job, oldest first; this run's are among them. */
  readonly history: History;
  readonly runUrl: string | null;
  readonly repositoryUrl: string | null;
  readonly kind: Store['kind'];
  /** Who approved, where this run carries out an approval. */
  readonly approver?: string;
  /** Where the export files of this run are, as Markdown. */
  readonly exportsAt?: string;
}

export interface News {
  readonly alerts: readonly Alert[];
  readonly allClear: readonly AllClear[];
}

export const isGood = (status: JobResult['status']): boolean => status === 'applied' || status === 'unchanged';

export const link = ({ runUrl }: Pick<JobNews, 'runUrl'>): string =>
  runUrl ? `[the run](${runUrl})` : 'a run on a person’s own machine';

/** The command with which a person starts a run by hand, and the page with the button. */
export function commandLines({ repositoryUrl }: Pick<JobNews, 'repositoryUrl'>, inputs: readonly string[]): string[] {
  const gh = `gh workflow run run-job.yml ${inputs.join(' ')}`;
  const values = inputs.map((each) => code(each.slice(3))).join(', ');
  const button = repositoryUrl
    ? [`or [Run workflow](${repositoryUrl}/actions/workflows/run-job.yml) with ${values}.`]
    : [];
  return ['```sh', gh, '```', ...button];
}
