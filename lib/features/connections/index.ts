/**
 * Connections to the tools that a team uses, by their APIs: facts are fetched before the night's work (fetch-job.ts),
 * and lists and suppressions handed over after it (sync-job.ts). A tool's list is compared with ours, never taken for
 * ours: a person who left anywhere is never made mailable, and no suppression is removed.
 */

export {
  type Checked,
  checkConnection,
  connectable,
  connectableNames,
  connectionsOf,
  connectText,
  secretsOf,
} from './check.ts';
export { deliverAudiences } from './deliver.ts';
export {
  fetchActivity,
  fetchedChanges,
  fetchGuards,
  fetching,
  fetchReads,
  fetchWrites,
  notConnected,
  readFetched,
} from './fetch-job.ts';
export { type Connection, type ConnectionRules, connectionRules, type WrittenRules } from './rules.ts';
export { staleConnections } from './stale.ts';
export {
  audienceChanges,
  audienceHolds,
  audienceSteps,
  audiencesOf,
  layOutAudiences,
  readAudiences,
} from './sync-job.ts';
