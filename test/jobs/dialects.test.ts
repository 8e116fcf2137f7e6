import { describe, expect, it } from 'vitest';
import { allJobs } from '../../lib/core/batch.ts';
import { nightShift } from '../fixture/batches.ts';
import { sqlFaults, statementsOf } from '../support/job-sql.ts';

/** Exports say their files in the engine's own words; they have no other statement. */
const jobs = allJobs(nightShift).filter((scheduled) => statementsOf(scheduled, nightShift).length > 0);

it('has jobs to test', () => expect(jobs.length).toBeGreaterThanOrEqual(4));

describe.each(jobs.map((scheduled) => [scheduled.job.name, scheduled] as const))('the SQL of %s', (_, scheduled) => {
  it.each(statementsOf(scheduled, nightShift))('means the same in DuckDB and in BigQuery: %s', (_place, statement) => {
    expect(sqlFaults(statement)).toEqual([]);
  });
});
