/**
 * `undo JOB PERIOD`: plans the way back, and goes it like any other plan. Where there is nothing that could be put
 * back, it says so before anything is planned: a run that never was must not look like one that is undone.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allJobs } from '../core/batch.ts';
import { isPeriod } from '../core/calendar/period.ts';
import { tableNames, tableOf } from '../core/tables.ts';
import type { LedgerEntry } from '../run/ledger-entry.ts';
import { countDecisions, undoJob } from '../run/undo.ts';
import { projectRoot } from './generated/files.ts';
import { inspect } from './inspect.ts';
import { UsageError } from './options.ts';
import { runJobs } from './run.ts';
import type { Session } from './session.ts';

export async function undoCommand(session: Session): Promise<number> {
  const [jobName, period, ...rest] = session.options.names;
  // An import is no job of the calendar, and is undone like one.
  const known = [...allJobs(session.nightShift).map(({ job }) => job.name), 'import', 'inbox'];
  if (!jobName || !period || rest.length > 0)
    throw new UsageError('Undo what? Give a job and a period: nightshift undo bounce-suppression 2026-11-23.');
  if (!known.includes(jobName))
    throw new UsageError(`There is no job "${jobName}". The jobs are: ${known.join(', ')}.`);
  if (!isPeriod(period))
    throw new UsageError(`"${period}" is no period. Expected 2026-11-23T05, 2026-11-23, 2026-W47, 2026-11 or 2026-Q4.`);
  await refuseNothing(session, jobName, period);
  const scheduled = { job: undoJob(jobName, period), cadence: 'nightly', period: `${jobName}-${period}` } as const;
  return runJobs(session, `undo ${jobName} ${period}`, [scheduled], ({ jobs: [undone] }) =>
    undone?.status === 'unchanged' || undone?.status === 'failed' ? [] : decidedAgain(jobName),
  );
}

/** Jobs whose undone decisions the workbook remembers, and what it remembers. */
const REMEMBERED: Readonly<Record<string, string>> = {
  'dedupe-sweep': 'The next run does not merge these contacts again: it asks about them in the table review.',
  import: 'Nothing imports these files again by itself.',
  inbox: 'Remove the file from the inbox, or correct it there: a changed file is imported again.',
};

/** What the next run does about what is put back, and what to change ahead of it. */
function decidedAgain(jobName: string): string[] {
  const remembered = REMEMBERED[jobName];
  if (remembered) return [remembered];
  const rules = ruleFilesOf(jobName);
  const change = rules.length > 0 ? `change the rule in ${rules.join(' or ')}, or` : 'change';
  return [
    `The next run of ${jobName} decides the same again from the same rules and cells. First ${change} the ` +
      'cells that it read; "npx nightshift diff" shows what a changed rule does.',
  ];
}

/** The rule files that a job of the team imports, by its source. */
function ruleFilesOf(jobName: string): string[] {
  const path = join(projectRoot, 'jobs', `${jobName}.ts`);
  if (!existsSync(path)) return [];
  const imports = readFileSync(path, 'utf8').matchAll(/from '\.\/(rules\/[\w-]+\.ts)'/g);
  return [...imports].map(([, file]) => `jobs/${file}`);
}

const LOOK_BACK = 400;
const MOST_NAMED = 5;

/**
 * The ledger says what there is to undo; where it knows of nothing, the workbook itself is asked. @throws UsageError
 */
async function refuseNothing(session: Session, jobName: string, period: string): Promise<void> {
  const entries = (await session.ledger.recent(jobName, LOOK_BACK)).filter(
    ({ workbook }) => workbook === session.identity.workbook,
  );
  const own = entries.filter((entry) => entry.period === period);
  if (own.some(decides)) return;
  const decisions = await inspect(session, 'undo', ['changes', 'list_changes'], ({ engine }) =>
    countDecisions(engine, jobName, period),
  );
  if (decisions > 0) return;
  throw new UsageError(`${nothingOf(jobName, period, own)} ${instead(jobName, period, entries.filter(decides))}`);
}

/** A run decided where it added or took away rows, or changed cells that are not recalculated each time. */
const decides = ({ status, reasons }: LedgerEntry): boolean =>
  status === 'applied' &&
  Object.keys(reasons).some((reason) => {
    const [, table, column] = /^(\w+)(?:\.(\w+))?: /.exec(reason) ?? [];
    const known = tableNames.find((each) => each === table);
    return known !== undefined && (column === undefined || !tableOf(known).columns[column]?.derived);
  });

function nothingOf(jobName: string, period: string, own: readonly LedgerEntry[]): string {
  const last = own.at(-1);
  if (!last) return `There is no run of ${jobName} for ${period}, neither in the ledger nor in the workbook's changes.`;
  if (own.some(({ status }) => status === 'applied'))
    return (
      `${jobName} decided nothing for ${period} that could be put back: what it wrote are numbers that each ` +
      'run recalculates, or files.'
    );
  return `${jobName} changed nothing for ${period} (${last.status}).`;
}

function instead(jobName: string, period: string, entries: readonly LedgerEntry[]): string {
  const periods = [...new Set(entries.map((entry) => entry.period))].filter((each) => each !== period);
  if (periods.length === 0)
    return `The ledger has no run of ${jobName} on this workbook that undo could put back. Are --workbook and --ledger right?`;
  return `Runs of it that can be undone: ${periods.slice(-MOST_NAMED).join(', ')}. Name one of them.`;
}
