import { type ConnectionRules, connectionParts, type ExportRules, exportParts, job } from 'nightshift';
import { cleaning } from './rules/cleaning.ts';
import { connections } from './rules/connections.ts';
import { exports } from './rules/exports.ts';

const { domainKinds, exportFile, filterSteps, filtersOf, leftOutWhileWaiting, refusedSteps } = exportParts;
const { fetching, staleConnections } = connectionParts;

/** Writes the files that other tools fetch, of the lists as the night left them. */
export const exportFiles = (rules: ExportRules, feeds: ConnectionRules = connections) => {
  const isFed = fetching(feeds).length > 0;
  const filters = filtersOf(rules);
  const isFiltered = filters.length > 0;
  return job({
    name: 'exports',
    purpose: 'Writes the files that other tools fetch: lists, audiences and suppressions.',
    reads: [
      'contacts',
      'memberships',
      'suppressions',
      'bounces',
      ...(isFed ? ['connections' as const] : []),
      ...(isFiltered ? (['events', 'purchases'] as const) : []),
    ],
    writes: [],
    needs: ['list-refresh'],
    rules,
    steps: ({ asOf }) => [
      ...refusedSteps(rules),
      ...(isFiltered ? [domainKinds(cleaning.allow), ...filterSteps(filters, asOf)] : []),
    ],
    changes: () => [],
    files: (context) =>
      rules.map((rule) => exportFile(rule, context, isFed ? staleConnections(feeds, context.asOf) : undefined)),
    metrics: ({ asOf }) => ({
      warnings: leftOutWhileWaiting,
      ...(isFed && { stale: staleConnections(feeds, asOf) }),
    }),
  });
};

export default exportFiles(exports);
