import { job } from '../lib/core/job.ts';
import { exportFile, filterSteps, filtersOf } from '../lib/features/exports/queries.ts';
import type { ExportRules } from '../lib/features/exports/rules.ts';
import { domainKinds } from '../lib/features/hygiene/email/domain-kinds.ts';
import { cleaning } from './rules/cleaning.ts';
import { exports } from './rules/exports.ts';

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
    steps: ({ asOf }) => (isFiltered ? [domainKinds(cleaning.allow), ...filterSteps(filters, asOf)] : []),
    changes: () => [],
    files: ({ asOf }) => rules.map((rule) => exportFile(rule, asOf)),
  });
};

export default exportFiles(exports);
