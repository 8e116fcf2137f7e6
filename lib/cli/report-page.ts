/** `report`: writes one HTML page of how the list and the runs are, from the ledger alone. Opens no workbook. */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { allJobs } from '../core/batch.ts';
import { reportPage } from '../report/page.ts';
import type { LedgerEntry } from '../run/ledger-entry.ts';
import { UsageError } from './options.ts';
import { defaultPage, type Session } from './session.ts';
import { pathText, print, printError, printJson } from './terminal.ts';

/** Two years of nights, and the runs that were repeated. */
const LOOK_BACK = 1_000;

/** The page of a session's workbook, as text. */
async function pageOf(session: Session): Promise<string> {
  const { ledger, nightShift, identity, asOf } = session;
  const entries = new Map<string, readonly LedgerEntry[]>();
  for (const { job } of allJobs(nightShift)) {
    const recent = await ledger.recent(job.name, LOOK_BACK);
    entries.set(
      job.name,
      recent.filter((each) => each.workbook === identity.workbook && Date.parse(each.asOf) <= asOf.getTime()),
    );
  }
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
  const repositoryUrl = server && repository ? `${server}/${repository}` : null;
  return reportPage({ nightShift, entries, now: asOf, repositoryUrl });
}

/** Writes the page to a file; folders are made. */
export async function writePage(session: Session, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, await pageOf(session));
}

export async function reportCommand(session: Session): Promise<number> {
  const { options } = session;
  if (options.names.length > 0) throw new UsageError(`report takes no name, found "${options.names.join(' ')}".`);
  const path = resolve(options.out ?? defaultPage(session));
  await writePage(session, path);
  if (options.json) printJson({ report: path });
  else print([`Written: ${pathText(path)}`]);
  if (options.open) openInBrowser(path);
  return 0;
}

/** Opens a file with the system's own program for it; says nothing where there is none. */
function openInBrowser(path: string): void {
  const [command, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(command as string, [...args, path], { stdio: 'ignore', detached: true });
  child.on('error', () => printError(`No program opens HTML files here. Open ${pathText(path)} yourself.`));
  child.unref();
}
