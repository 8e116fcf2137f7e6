/**
 * A job's trials: asks the engine whether it understands each part of the job's rules, and runs none of it. No row is
 * read, so that what the engine says can hold no cell's value.
 */

import type { Context } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';
import type { Job } from '../core/job.ts';
import { sql } from '../core/sql.ts';

/** The context with what the engine refused. */
export async function tried(engine: Engine, job: Job, context: Context): Promise<Context> {
  const refused = new Map<string, string>();
  for (const { part, query } of job.trials?.(context) ?? []) {
    await engine.rows(sql`explain ${query}`).catch((error: Error) => refused.set(part, inWords(error)));
  }
  return refused.size > 0 ? { ...context, refused } : context;
}

/** The engine's first line, without the kind of its error. */
const inWords = ({ message }: Error): string =>
  (message.split('\n')[0] ?? '').replace(/^[A-Z][A-Za-z ]* Error: /, '').replace(/[.\s]+$/, '');
