/**
 * SQL that the engine does not understand, in words for the job's author. The engine says so before it reads a row (it parses and binds
 * a statement first), so that its words name tables, columns and functions, and no cell. Everything else that it says is kept back.
 */
import { JobError } from '../core/errors.ts';

const BEFORE_ROWS = /^(?:[A-Za-z ]+: )?(?:Binder|Catalog|Parser) Error: (.*)/;

/** Rejects with a JobError where the engine does not understand the SQL; `where` names the step or the change. */
export async function understood<T>(where: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const said = error instanceof Error ? BEFORE_ROWS.exec(error.message.split('\n')[0] ?? '')?.[1] : undefined;
    if (said === undefined) throw error;
    throw new JobError(
      `${where}: the SQL is not understood: ${said.replace(/[.!\s]+$/, '')}. Correct the job’s file in jobs/.`,
    );
  }
}
