/**
 * What the author of a job got wrong in its SQL, in words, with file and line. Only what the engine says before it
 * reads a row is shown: a statement is explained again, never run, so that the text can hold no cell.
 */

import type { Change } from '../core/change.ts';
import type { Engine } from '../core/engine.ts';
import { JobError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { atPlace, lineNaming, placeOf, placeText, type SourcePlace, withNote } from '../core/source-place.ts';
import { type Sql, sql } from '../core/sql.ts';
import { nearest } from '../core/text/nearest.ts';
import { isTable, noTable } from './check-jobs.ts';

/** Errors of these kinds are found while a statement is read, bound to tables, and nothing else. */
const BEFORE_ROWS = /^(?:Failed to extract statements: )?(?:Binder|Parser|Catalog) Error: /;

/** How a message begins that names its place. */
const HAS_PLACE = /^[\w./-]+\.ts:\d+: /;

/** Where a statement of a job is: what it is for, and the nearest place of its declaration. */
export interface StatementPlace {
  readonly what: string;
  readonly place: SourcePlace | undefined;
}

/**
 * Runs `work`, which runs `query`; an error that the statement's text alone explains becomes a `JobError` with its
 * place.
 */
export async function withAuthorFaults<T>(
  engine: Engine,
  { what, place }: StatementPlace,
  query: Sql,
  work: () => Promise<T>,
): Promise<T> {
  // A job may be run without a type check.
  if (typeof query?.text !== 'string')
    throw new JobError(`${atPlace(place)}${what}: its query is no SQL. Write it as sql\`select …\`.`);
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof JobError && place && !HAS_PLACE.test(error.message))
      throw new JobError(`${placeText(place)}: ${what}: ${error.message}`);
    const known = withNote(error, place ? `${placeText(place)}, ${what}` : what);
    if (!BEFORE_ROWS.test(error.message)) throw known;
    const refused = await engine.rows(sql`explain ${query}`).then(
      () => undefined,
      (again: unknown) => again,
    );
    if (!(refused instanceof Error) || !BEFORE_ROWS.test(refused.message)) throw known;
    const { text, word } = inWords(refused.message);
    const line = place && word !== undefined ? lineNaming(word, place) : place;
    throw new JobError(`${atPlace(line)}${what}: ${text}`);
  }
}

/** The engine's message as a sentence, and the word of the statement that it is about. */
function inWords(message: string): { text: string; word?: string } {
  const [, column, near = ''] =
    /Referenced column "([^"]+)" not found in FROM clause!(?:\s*Candidate bindings: ([^\n]*))?/.exec(message) ?? [];
  if (column !== undefined) {
    const known = [...near.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
    return {
      text: `there is no column "${column}".${known.length > 0 ? ` The nearest are: ${known.join(', ')}.` : ''}`,
      word: column,
    };
  }
  const [, qualifier, values, candidates = ''] =
    /(?:Table|Values list) "([^"]+)" does not have a column named "([^"]+)"(?:\s*Candidate bindings: ([^\n]*))?/.exec(
      message,
    ) ?? [];
  if (values !== undefined) {
    const known = [...candidates.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
    return {
      text: `"${qualifier}" has no column "${values}".${known.length > 0 ? ` The nearest are: ${known.join(', ')}.` : ''}`,
      word: values,
    };
  }
  const [, table, meant] = /Table with name (\S+) does not exist!(?:\s*Did you mean "([^"]+)")?/.exec(message) ?? [];
  if (table !== undefined)
    return {
      text:
        `there is no table "${table}" ` +
        `here.${meant && nearest(table, [meant]) ? ` Did you mean "${meant}"?` : ''} A job sees the tables that ` +
        'it lists under "reads", and its steps.',
      word: table,
    };
  const [, called, alike] =
    /Function with name (\S+) does not exist!(?:\s*Did you mean "([^"]+)")?/.exec(message) ?? [];
  if (called !== undefined)
    return { text: `there is no function "${called}".${alike ? ` Did you mean "${alike}"?` : ''}`, word: called };
  const [, word] = /at or near "'?([^"]+)"/.exec(message) ?? [];
  const [first = ''] = message.replace(BEFORE_ROWS, '').split(/\n\s*\n|\nLINE |\s*Candidate functions:/);
  const text = first.replaceAll(/\s+/g, ' ').trim();
  return { text: `${text}${/[.!?]$/.test(text) ? '' : '.'}`, ...(word !== undefined && { word }) };
}

/** Where a job is declared; where its change `thing` is, if a file of its author made it. */
export const declaredAt = (job: Job, thing?: object): SourcePlace | undefined =>
  (thing && placeOf(thing)) ?? placeOf(job);

/** The list that a part of a job gives. @throws JobError where it gives none: a job may be run without a type check */
export function given<T>(job: Job, part: 'steps' | 'changes', list: readonly T[]): readonly T[] {
  if (Array.isArray(list)) return list;
  const place = declaredAt(job);
  const line = place && lineNaming(part, place);
  throw new JobError(`${atPlace(line)}"${part}" returns no list. Expected ${part}: () => [ … ].`);
}

/** Refuses what is no change, and a change of a table that there is none of, or that the job does not write. @throws JobError */
export function checkChange(job: Job, change: Partial<Change> | undefined, index: number): void {
  const place = declaredAt(job, typeof change === 'object' ? change : undefined);
  const at = atPlace(place);
  const { kind, table } = change ?? {};
  if (kind === undefined || table === undefined)
    throw new JobError(`${at}entry ${index + 1} of "changes" is no change. Write it as update('contacts', sql\`…\`).`);
  if (!isTable(table)) throw new JobError(`${at}${kind} of ${table}: it ${noTable(table)}`);
  if (!job.writes.includes(table))
    throw new JobError(`${at}${kind} of ${table}: "writes" does not name it. Add '${table}' to the job's "writes".`);
}
