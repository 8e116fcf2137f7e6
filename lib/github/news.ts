/** What the texts of alerts are made of: a run's results, and what the ledger holds beside them. */
import type { NightShift } from '../core/batch.ts';
import type { History } from '../run/history.ts';
import type { JobResult } from '../run/result.ts';
import type { Store } from '../workbook/store.ts';
import type { Alert, AllClear } from './api/alerts.ts';
import { code, markdown } from './api/escape.ts';

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
  /** The workbook is the one that NIGHTSHIFT_WORKBOOK names: only its plans can be approved by a click. */
  readonly isUsual: boolean;
  /** Who approved, and the key of the issue that asked, where this run carries out an approval. */
  readonly approval?: { readonly by: string; readonly key: string };
  /** Where the export files of this run are, as Markdown. */
  readonly exportsAt?: string;
}

export interface News {
  readonly alerts: readonly Alert[];
  readonly allClear: readonly AllClear[];
}

export const link = ({ runUrl }: Pick<JobNews, 'runUrl'>): string =>
  runUrl ? `[the run](${runUrl})` : 'a run on a person’s own machine';

/** " See [the run](…)." as the end of a text; nothing on a person's own machine. */
export const seeRun = (runUrl: string | null): string => (runUrl ? ` See [the run](${runUrl}).` : '');

/** The same of what the watch found. */
export const seenBy = (runUrl: string | null): string => (runUrl ? ` Seen by [this run](${runUrl}).` : '');

/** Paragraphs and tables with an empty line between; what is empty or undefined is left out. */
export const blocks = (...parts: readonly (string | false | undefined)[]): string => parts.filter(Boolean).join('\n\n');

/** A table of counts by what they are of. */
export const countTable = (what: string, rows: readonly (readonly [string, number])[]): string =>
  [
    `| rows | ${what} |`,
    '| ---: | --- |',
    ...rows.map(([of, n]) => `| ${n.toLocaleString('en-US')} | ${markdown(of)} |`),
  ].join('\n');

/** Sentences as one paragraph; what is false or undefined is left out. */
export const paragraph = (...sentences: readonly (string | false | undefined)[]): string =>
  sentences.filter(Boolean).join(' ');

/**
 * The batch that an approval of a job's plan runs: the one that ran, or, of a job run by hand, the one it belongs to.
 */
export const batchOf = ({ nightShift: { batches }, batch }: JobNews, job: string): string =>
  (batches.find(({ name }) => name === batch) ?? batches.find(({ jobs }) => jobs.some(({ name }) => name === job)))
    ?.name ?? batch;

/** The command with which a person starts a run by hand, and the page with the button. */
export function commandText(
  { repositoryUrl }: Pick<JobNews, 'repositoryUrl'>,
  inputs: Readonly<Record<string, string>>,
): string {
  const pairs = Object.entries(inputs).map(([name, value]) => `${name}=${value}`);
  const options = pairs.map((pair) => `-f ${pair.includes(' ') ? `'${pair}'` : pair}`);
  const page = `[Run workflow](${repositoryUrl}/actions/workflows/run-job.yml)`;
  const command = `\`\`\`sh\ngh workflow run run-job.yml ${options.join(' ')}\n\`\`\``;
  return repositoryUrl ? `${command}\nor ${page} with ${pairs.map(code).join(', ')}.` : command;
}
