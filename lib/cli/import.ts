/**
 * `import FILE…`: says what it took each file for and what it would do, asks, and does it. What it can't take stands in
 * a file beside the input, by row and column.
 */
import { resolve } from 'node:path';
import type { ScheduledJob } from '../core/batch.ts';
import { localDay } from '../core/calendar/period.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { plural } from '../github/outward-errors.ts';
import { type FileKind, fileKinds } from '../intake/formats/registry.ts';
import { importJob } from '../intake/import-job.ts';
import { fedTables } from '../intake/read-files.ts';
import { unpack } from '../intake/unpack.ts';
import type { RunResult } from '../run/result.ts';
import { runBatch } from '../run/run.ts';
import { contactColumns } from '../workbook/contact-cells.ts';
import { normalHeader } from '../workbook/headers.ts';
import { terminal } from './ask.ts';
import { contentHash, isRejects, readingOf, Taken } from './import-report.ts';
import { UsageError } from './options.ts';
import { exitCode } from './run.ts';
import { counted, ofNoContact, reportRun } from './run-report.ts';
import { requestOf } from './run-request.ts';
import type { Session } from './session.ts';
import { pathText, print, printJson } from './terminal.ts';
import { count } from './text.ts';

/** A million rows, however wide, then take less than a gigabyte in all, and hardly longer. */
const MEMORY_MB = 400;

export async function importCommand(session: Session): Promise<number> {
  const { options, nightShift } = session;
  if (options.names.length === 0) throw new UsageError('Import what? Name one or more files: nightshift import FILE…');
  const paths = options.names.map((name) => resolve(name)).filter((path) => !isRejects(path));
  if (paths.length === 0)
    throw new UsageError('These files are what earlier imports rejected. Fix the rows in a copy under another name.');
  const as = kindOf(options.as);
  const asked = { map: mapOf(options.map), ...(as && { as }) };
  const overwrite = overwriteOf(options.overwrite);
  const hash = await contentHash(paths);
  const store = await session.open('import', true);
  try {
    if (store.recovered) session.progress(store.recovered);
    const files = await unpack(paths, store.scratch);
    const unpacked = files.map(({ path }) => path);
    const taken = new Taken(files, store);
    const job = importJob(
      {
        ...readingOf(session, store),
        ...asked,
        name: 'import',
        paths: unpacked,
        feeds: await fedTables(unpacked, { aliases: nightShift.workbook.aliases, ...asked }),
        overwrite,
      },
      taken.keep,
    );
    const day = localDay(session.asOf, nightShift.workbook.timeZone);
    const scheduled: ScheduledJob = { job, cadence: 'nightly', period: `${day}-${hash}` };
    let declined = false;
    const { what, where, how } = requestOf(session, store, [scheduled]);
    const result = await runBatch({
      what,
      where,
      how: {
        ...how,
        mayBeEmpty: true,
        memoryMb: MEMORY_MB,
        confirm: async (planned) => {
          const goesOn = planned.jobs.some((each) => each.status === 'applied');
          if (!goesOn || options.yes || options.dryRun) return true;
          if (options.json) declined = true;
          if (declined) return false;
          print(textOf(session, asPlanned(planned), taken));
          declined = !(await terminal.confirms('Import this? [y/N] '));
          return !declined;
        },
      },
    });
    const rejects = options.dryRun ? [] : await taken.layBeside();
    if (options.json) printJson(jsonOf(session, declined ? asPlanned(result) : result, taken, rejects));
    else if (declined) print([nothingDone()]);
    else print([...textOf(session, result, taken), ...endOf(session, result, scheduled, rejects)]);
    if (declined) return process.stdin.isTTY && !options.json ? 0 : 3;
    return exitCode(result.jobs);
  } finally {
    await store.close();
  }
}

/** `--map "E-mail=email"`: header, as `normalHeader` gives it, → column. */
function mapOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((each) => {
      const at = each.lastIndexOf('=');
      const [header, column] = [each.slice(0, at).trim(), each.slice(at + 1).trim()];
      if (at < 1 || column === '')
        throw new UsageError(`--map takes HEADER=COLUMN, such as "E-mail=email"; found "${each}".`);
      return [normalHeader(header), column];
    }),
  );
}

/** `--as unsubscribed`: what the files are. */
function kindOf(given: string | undefined): FileKind | undefined {
  const kind = fileKinds.find((each) => each === given);
  if (given !== undefined && !kind)
    throw new UsageError(`--as takes one of ${fileKinds.join(', ')}; found "${given}".`);
  return kind;
}

function overwriteOf(columns: readonly string[]): ReadonlySet<string> {
  const known = contactColumns();
  for (const column of columns) {
    if (column === 'status')
      throw new UsageError('--overwrite status: an import never lifts a status. A person does, in the workbook.');
    if (known.includes(column) && column !== 'contact_id') continue;
    throw new UsageError(`--overwrite: contacts have no column "${column}".${didYouMean(column, known)}`);
  }
  return new Set(columns);
}

/** Before a person has confirmed it, nothing is applied. */
const asPlanned = (result: RunResult): RunResult => ({
  ...result,
  jobs: result.jobs.map((job) => (job.status === 'applied' ? { ...job, status: 'planned' } : job)),
});

const nothingDone = (): string =>
  process.stdin.isTTY ? 'Nothing was written.' : 'Not applied: no person to confirm. Run again with --yes';

/** What each file was taken for, and how its rows end. */
function textOf(session: Session, result: RunResult, { report }: Taken): string[] {
  const [job] = result.jobs;
  const files = (report?.files ?? []).flatMap(({ name, label, rows, unused, consent, disagree, notes }) => [
    `${name}: ${plural(rows, 'row')}, read as ${label}`,
    ...notes.map((note) => `  ${note}`),
    ...consent.filter(({ no }) => no > 0).map(({ header, no }) => `  ${header}: ${count(no)} no`),
    ...(disagree > 0 ? [`  ${plural(disagree, 'row')} in which these columns disagree: no counts`] : []),
    ...(unused.length > 0 ? [`  ignored: ${unused.join(', ')}`] : []),
  ]);
  const lines = [...files, ''];
  const rejected = Object.entries((job?.metrics.rejected ?? {}) as Record<string, number>);
  if (rejected.length > 0) lines.push(`Rejected: ${count(report?.rejected ?? 0)}`, ...counted(rejected));
  const ignored = Object.entries(report?.ignored ?? {});
  if (ignored.length > 0) lines.push('Ignored:', ...counted(ignored));
  const strangers = report?.ofNoContact ?? 0;
  if (strangers > 0) lines.push(`${ofNoContact(strangers)}.`);
  if (rejected.length + ignored.length + strangers > 0) lines.push('');
  const dry = session.options.dryRun ? ', a dry run: nothing was written' : '';
  return [...lines, ...reportRun(`import, on ${session.workbook.label}${dry}`, result)];
}

function endOf(session: Session, result: RunResult, { period }: ScheduledJob, rejects: readonly string[]): string[] {
  const applied = result.jobs.some((job) => job.status === 'applied');
  return [
    ...rejects.map((path) => `What was rejected, by row and column: ${pathText(path)}`),
    ...(applied ? [`To undo it: npx nightshift undo import ${period}${placeText(session)}`] : []),
    ...(applied && session.workbook.isSample ? ['This was the embedded sample; --workbook DIR names your own.'] : []),
  ];
}

/** The option that names this workbook again; nothing where the environment names it. */
const placeText = ({ options }: Session): string =>
  options.workbook === undefined ? '' : ` --workbook ${options.workbook.replace(/.*\?.*/, "'$&'")}`;

const jsonOf = (session: Session, result: RunResult, { report }: Taken, rejects: readonly string[]) => ({
  batch: 'import',
  asOf: session.asOf.toISOString(),
  run: session.identity.run,
  snapshot: result.snapshot,
  files: report?.files ?? [],
  rejects,
  jobs: result.jobs,
});
