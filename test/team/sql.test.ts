/** The SQL of every job is understood, and means the same, in DuckDB and in BigQuery. */
import { it } from 'vitest';
import { nightShift } from '../../jobs/batches.ts';
import { allJobs } from '../../lib/core/batch.ts';
import { sqlFaults, statementsOf } from '../support/job-sql.ts';
import { CHECK, requireNone } from './require.ts';

it.each(allJobs(nightShift).map((scheduled) => [scheduled.job.name, scheduled] as const))('%s', (name, scheduled) => {
  requireNone(
    statementsOf(scheduled, nightShift).flatMap(([place, statement]) =>
      sqlFaults(statement).map((fault) => `jobs/${name}.ts, ${place}: ${fault}`),
    ),
    CHECK,
  );
});
