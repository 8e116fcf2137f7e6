import { describe, expect, it } from 'vitest';
import { allJobs } from '../../lib/core/batch.ts';
import { nightShift } from '../fixture/batches.ts';
import { analyse, hasAnalyser } from '../support/googlesql/analyse.ts';
import { madeBy, sqlFaults, statementsOf } from '../support/job-sql.ts';

/** Exports say their files in the engine's own words; they have no other statement. */
const jobs = allJobs(nightShift).filter((scheduled) => statementsOf(scheduled, nightShift).length > 0);

it('has jobs to test', () => expect(jobs.length).toBeGreaterThanOrEqual(4));

describe.each(jobs.map((scheduled) => [scheduled.job.name, scheduled] as const))('the SQL of %s', (_, scheduled) => {
  it.each(statementsOf(scheduled, nightShift))('means the same in DuckDB and in BigQuery: %s', (_place, statement) => {
    expect(sqlFaults(statement)).toEqual([]);
  });
});

it.skipIf(!hasAnalyser())(
  'the SQL of every job passes Google’s own analyser (skipped: not installed)',
  () => {
    const groups = jobs.map((scheduled) => {
      const made = madeBy(scheduled, nightShift);
      return statementsOf(scheduled, nightShift).map(([place, statement]) => ({
        place,
        statement,
        ...made.get(place),
      }));
    });
    const places = jobs.flatMap(({ job }, i) => (groups[i] ?? []).map(({ place }) => `${job.name}, ${place}`));
    const faults = analyse(groups).flatMap((fault, i) =>
      // What `prepare` makes is known to the engine alone.
      fault && !/Table not found: (sweep|value)_/.test(fault) ? [`${places[i]}: ${fault}`] : [],
    );
    expect(faults).toEqual([]);
  },
  300_000,
);
