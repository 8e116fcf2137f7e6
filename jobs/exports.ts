import { type ExportRules, exportParts, job } from 'nightshift';
import { cleaning } from './rules/cleaning.ts';
import { exports } from './rules/exports.ts';

const { domainKinds, exportFile, filterSteps, filtersOf, leftOutWhileWaiting, refusedSteps } = exportParts;

/** Writes the files that other tools fetch, of the lists as the night left them. */
export const exportFiles = (rules: ExportRules) => {
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
    files: (context) => rules.map((rule) => exportFile(rule, context)),
    metrics: () => ({ warnings: leftOutWhileWaiting }),
  });
};

export default exportFiles(exports);
