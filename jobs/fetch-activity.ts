import { type ConnectionRules, connectionParts, job, sql, type WorkbookRules } from 'nightshift';
import { connections } from './rules/connections.ts';
import { workbook } from './rules/workbook.ts';

const { fetchActivity, fetchedChanges, fetchGuards, fetching, fetchReads, fetchWrites, notConnected, readFetched } =
  connectionParts;

type Ways = Parameters<typeof fetchActivity>[2];

/** Fetches what is new in the tools of the team: who bounced, complained or left, what was bought. */
export const fetchJob = (rules: ConnectionRules, reading: WorkbookRules, ways: Ways = {}) => {
  const base = {
    name: 'fetch-activity',
    purpose: 'Fetches new bounces, complaints, unsubscribes, events and orders from the tools that are connected.',
    rules,
  };
  if (fetching(rules).length === 0)
    return job({ ...base, reads: [], writes: [], prepare: notConnected, changes: () => [] });
  return job({
    ...base,
    reads: fetchReads,
    writes: fetchWrites,
    gatherReads: ['connections'],
    gather: (at) => fetchActivity(at, rules, ways),
    prepare: (at) => readFetched(at, rules, reading),
    changes: () => fetchedChanges(reading),
    guards: fetchGuards(rules),
    metrics: () => ({ status: sql`select status as label, count(*) as n from fetched group by 1 order by 1` }),
  });
};

export default fetchJob(connections, workbook);
