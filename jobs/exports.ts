import { exportFile } from '../lib/export/queries.ts';
import type { ExportRules } from '../lib/export/rules.ts';
import { job } from '../lib/job/job.ts';
import { exports } from './rules/exports.ts';

/** Writes the files that other tools fetch, of the lists as the night left them. */
export const exportFiles = (rules: ExportRules) =>
  job({
    name: 'exports',
    purpose: 'Writes the files that other tools fetch: lists, audiences and suppressions.',
    reads: ['contacts', 'memberships', 'suppressions', 'bounces'],
    writes: [],
    needs: ['list-refresh'],
    rules,
    changes: () => [],
    files: () => rules.map(exportFile),
  });

export default exportFiles(exports);
