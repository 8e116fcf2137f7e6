/**
 * Whether every job is declared correctly, before any runs: what types can't hold, because a job may be run without a
 * type check. A change's own SQL is checked where it is planned.
 */
import { allJobs, type Batch, type NightShift } from '../core/batch.ts';
import { parseCron } from '../core/calendar/cron.ts';
import { NightshiftError } from '../core/errors.ts';
import type { Guard } from '../core/guard.ts';
import type { Job } from '../core/job.ts';
import { lineNaming, placeOf, placeText } from '../core/source-place.ts';
import { type TableName, tableNames, tableOf } from '../core/tables.ts';
import { nearest } from '../core/text/nearest.ts';

/** Jobs that can't be run as they are declared, with every fault at once. */
export class DeclarationError extends NightshiftError {
  override name = 'DeclarationError';
  override readonly exitCode = 2;
  override readonly outward = 'A job in jobs/ is not declared correctly.';
}

/** The batches as they are; @throws DeclarationError where one of their jobs can't be run. */
export function checkJobs(nightShift: NightShift): NightShift {
  const jobs = allJobs(nightShift).map(({ job }) => job);
  const faults = [
    ...new Set(jobs.flatMap((job) => faultsOf(job))),
    ...jobs
      .filter(({ name }, i) => jobs.findIndex((other) => other.name === name) !== i)
      .map(({ name }) => `jobs/batches.ts lists the job "${name}" twice. Leave one.`),
    ...nightShift.batches.flatMap(scheduleFaults),
  ];
  if (faults.length > 0) throw new DeclarationError(faults.join('\n'));
  return nightShift;
}

/** What the jobs themselves find wrong with their rules, without a workbook. */
export const ruleFaults = (nightShift: NightShift): string[] => [
  ...new Set(allJobs(nightShift).flatMap(({ job }) => job.ruleFaults?.() ?? [])),
];

function scheduleFaults({ name, schedule }: Batch): string[] {
  try {
    parseCron(schedule.cron);
    return [];
  } catch (error) {
    return [`jobs/batches.ts, batch ${name}: ${error instanceof Error ? error.message : error}`];
  }
}

/** Parts that a job may leave out, and that are functions where they are given. */
const PARTS = ['steps', 'holds', 'metrics', 'files', 'explains', 'prepare', 'gather', 'deliver', 'ruleFaults'] as const;

/** What is wrong with one declaration. Types promise all of this; nothing here trusts them. */
function faultsOf(job: Partial<Job>): string[] {
  const place = placeOf(job);
  const at = (word: string): string => {
    const line = place && lineNaming(word, place);
    return `${line ? placeText(line) : `job "${job.name ?? ''}"`}: `;
  };
  const tablesIn = (part: 'reads' | 'writes'): string[] => {
    const tables: unknown = job[part];
    if (!Array.isArray(tables)) return [`${at(part)}"${part}" is missing. Expected the names of tables: ['contacts'].`];
    return tables.filter((table) => !isTable(table)).map((table) => `${at(String(table))}"${part}" ${noTable(table)}`);
  };
  return [
    ...(['name', 'purpose'] as const)
      .filter((part) => typeof job[part] !== 'string' || job[part] === '')
      .map((part) => `${at('job')}"${part}" is missing. Expected a text in quotes.`),
    ...(typeof job.name === 'string' && job.name !== '' && !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(job.name)
      ? [
          `${at('name')}"${job.name}" is no name of a job. Expected lower-case letters, digits and "-", as its file has.`,
        ]
      : []),
    ...tablesIn('reads'),
    ...tablesIn('writes'),
    ...(typeof job.changes === 'function'
      ? []
      : [`${at('changes')}"changes" is missing. Expected a function: changes: () => [update('contacts', sql\`…\`)].`]),
    ...PARTS.filter((part) => job[part] !== undefined && typeof job[part] !== 'function').map(
      (part) => `${at(part)}"${part}" is no function. Expected ${part}: () => ….`,
    ),
    ...guardFaults(job, at),
  ];
}

function guardFaults({ guards = [] }: Partial<Job>, at: (word: string) => string): string[] {
  if (!Array.isArray(guards)) return [`${at('guards')}"guards" is no list. Expected guards: [atMost(…)].`];
  return guards.flatMap(({ name, of, limit }: Guard) => [
    ...(isTable(of) ? [] : [`${at(String(of))}the guard "${name}" ${noTable(of)}`]),
    ...(Number.isFinite(limit?.share)
      ? []
      : [`${at('guards')}the guard "${name}" has no limit. Expected a share of the table's rows: { share: 0.02 }.`]),
  ]);
}

/** Whether there is such a table. */
export function isTable(table: TableName): boolean {
  try {
    return tableOf(table) !== undefined;
  } catch {
    return false;
  }
}

/** `names the table "contcts", which there is none of. Did you mean "contacts"?` */
export function noTable(table: unknown): string {
  const near = nearest(String(table), tableNames);
  return `names the table "${table}", which there is none of.${near ? ` Did you mean "${near}"?` : ` Tables: ${tableNames.join(', ')}.`}`;
}
