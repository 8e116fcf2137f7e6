/**
 * Whether every job is declared correctly, before any runs: what types can't hold, because a job may be run without a
 * type check. A change's own SQL is checked where it is planned.
 */
import { allJobs, type NightShift } from '../core/batch.ts';
import { type FaultCode, NightshiftError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { lineNaming, placeOf, placeText } from '../core/source-place.ts';
import { type TableName, tableNames, tableOf } from '../core/tables.ts';
import { nearest } from '../core/text/nearest.ts';

/** Jobs that can't be run as they are declared, with every fault at once. */
export class DeclarationError extends NightshiftError {
  override name = 'DeclarationError';

  override get exitCode(): FaultCode {
    return 2;
  }

  override get outward(): string {
    return 'A job in jobs/ is not declared correctly.';
  }
}

/** The batches as they are; @throws DeclarationError where one of their jobs can't be run. */
export function checkJobs(nightShift: NightShift): NightShift {
  const faults = allJobs(nightShift).flatMap(({ job }) => faultsOf(job));
  if (faults.length > 0) throw new DeclarationError(faults.join('\n'));
  return nightShift;
}

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
    ...tablesIn('reads'),
    ...tablesIn('writes'),
    ...(typeof job.changes === 'function'
      ? []
      : [`${at('changes')}"changes" is missing. Expected a function: changes: () => [update('contacts', sql\`…\`)].`]),
    ...(job.guards ?? [])
      .filter((guard) => !isTable(guard.of))
      .map((guard) => `${at(String(guard.of))}the guard "${guard.name}" ${noTable(guard.of)}`),
  ];
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
