/**
 * Export files of a run on Actions. The runner is thrown away with its files, so the workflow uploads them as an
 * artifact of the run: in private repositories alone, because an artifact of a public one is open to everybody.
 */
import { existsSync } from 'node:fs';
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Alert, AllClear } from './api/alerts.ts';
import type { GitHub } from './api/github.ts';
import { paragraph, seeRun } from './news.ts';
import { plural } from './outward-errors.ts';

export interface HandOver {
  readonly github: GitHub;
  readonly runUrl: string | null;
  /** GITHUB_OUTPUT: what the workflow's next step reads. */
  readonly outputPath: string | null;
  /** Where the export files are. */
  readonly folder: string;
  readonly keptDays: number;
}

export interface HandedOver {
  /** A line of Markdown that links the files; null where there are none to link. */
  readonly at: string | null;
  readonly lost: Alert | null;
}

const KEY = 'warning/exports';

/** What is over once export files arrive, or there are none. */
export const exportsArrive: AllClear = {
  key: KEY,
  text: (lasted) => `No export file is lost with the runner any more, after ${lasted}.`,
};

/** Names the files to the workflow that uploads them, or reports that they are lost. @throws GitHubError */
export async function handOver({ github, runUrl, outputPath, folder, keptDays }: HandOver): Promise<HandedOver> {
  const files = existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith('.csv')) : [];
  if (files.length === 0) return { at: null, lost: null };
  const { isPrivate } = await github.repository();
  if (!isPrivate) return { at: null, lost: lostAlert(files.length, runUrl) };
  if (outputPath) await appendFile(outputPath, `exports=${join(folder, '*.csv')}\nexport-days=${keptDays}\n`);
  const linked = `${plural(files.length, 'export file')}, kept ${plural(keptDays, 'day')}`;
  return { at: runUrl ? `[${linked}](${runUrl}#artifacts)` : linked, lost: null };
}

function lostAlert(files: number, runUrl: string | null): Alert {
  const text = paragraph(
    `${plural(files, 'export file')} ${files === 1 ? 'was' : 'were'} written on the runner, and lost with it:`,
    'this repository is public, and an artifact would be open to everybody.',
    "Name a tab of the sheet for each in `jobs/rules/exports.ts` (`to: { tab: 'Newsletter' }`),",
    'make the repository private, or run on a machine of your own.',
    seeRun(runUrl).trim(),
  );
  return { key: KEY, kind: 'warning', title: 'Export files are lost with the runner', body: text, repeat: text };
}
