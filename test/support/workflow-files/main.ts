/**
 * Writes the workflows that follow from jobs/batches.ts: one per batch, made after nightly.yml, and the choice of names in
 * run-job.yml. Run it after a batch, a job or a schedule has changed:
 *
 *   npx tsx test/support/workflow-files/main.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nightShift } from '../../../jobs/batches.ts';
import { allJobs } from '../../../lib/core/batch.ts';
import { workflowOf } from '../../../lib/github/watch.ts';

const folder = join(import.meta.dirname, '../../../.github/workflows');
const model = readFileSync(join(folder, 'nightly.yml'), 'utf8');

for (const batch of nightShift.batches) {
  const { cron, timeZone } = batch.schedule;
  const text = model
    .replace(/- cron: .*/, `- cron: "${cron}"`)
    .replace(/timezone: .*/, `timezone: ${timeZone}`)
    .replace(/^name: .*/m, `name: ${batch.name}`)
    .replace(/^ {2}\w+:\n {4}permissions:/m, `  ${batch.name}:\n    permissions:`)
    .replace(/^ {6}name: .*/m, `      name: ${batch.name}`);
  writeFileSync(join(folder, workflowOf(batch)), text);
}

const names = [...nightShift.batches.map(({ name }) => name), ...allJobs(nightShift).map(({ job }) => job.name)];
const runJob = join(folder, 'run-job.yml');
const options = names.map((name) => `          - ${name}\n`).join('');
writeFileSync(
  runJob,
  readFileSync(runJob, 'utf8').replace(/( {8}options:\n)(?: {10}- .*\n)+/, (_, head: string) => head + options),
);
