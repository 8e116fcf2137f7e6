import { type ConnectionRules, connectionParts, job } from 'nightshift';
import { connections } from './rules/connections.ts';

const { audienceChanges, audienceHolds, audienceSteps, audiencesOf, deliverAudiences, layOutAudiences } =
  connectionParts;
const { notConnected, readAudiences, staleConnections } = connectionParts;

type Ways = Parameters<typeof readAudiences>[2];

/** Hands lists and suppressions over to the tools of the team, as a plan against what stands there. */
export const syncAudiences = (rules: ConnectionRules, ways: Ways = {}) => {
  const base = {
    name: 'sync-audiences',
    purpose: 'Adds suppressions to the tools that send, and keeps their lists equal to ours.',
    rules,
  };
  if (audiencesOf(rules).length === 0)
    return job({ ...base, reads: [], writes: [], prepare: notConnected, changes: () => [] });
  return job({
    ...base,
    reads: ['contacts', 'memberships', 'suppressions', 'bounces', 'connections'],
    writes: ['audiences', 'bounces'],
    needs: ['list-refresh'],
    gatherReads: [],
    gather: (at) => readAudiences(at, rules, ways),
    prepare: layOutAudiences,
    steps: ({ asOf }) => audienceSteps(rules, asOf),
    changes: audienceChanges,
    holds: () => audienceHolds(rules),
    metrics: ({ asOf }) => ({ stale: staleConnections(rules, asOf) }),
    deliver: (at) => deliverAudiences(at, rules, ways),
  });
};

export default syncAudiences(connections);
