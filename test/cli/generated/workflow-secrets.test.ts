/** The secrets of connections reach the workflows by `sync`, and leave them when the connection goes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workflowFiles } from '../../../lib/cli/generated/workflows.ts';
import type { NightShift } from '../../../lib/core/batch.ts';
import { connectionRules, type WrittenRules } from '../../../lib/features/connections/index.ts';
import { nightShift } from '../../fixture/batches.ts';
import { fetchJob } from '../../fixture/fetch-activity.ts';

const root = join(import.meta.dirname, '../../..');
const onDisk = (path: string): string | undefined => {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
};

function connected(connections: WrittenRules['connections']): NightShift {
  const job = fetchJob(connectionRules({ connections: connections ?? [] }, []), nightShift.workbook);
  const batches = nightShift.batches.map((batch) => ({
    ...batch,
    jobs: batch.jobs.map((each) => (each.name === job.name ? job : each)),
  }));
  return { ...nightShift, batches };
}

it('each workflow hands on the secrets that the connections name, each once, and no others', () => {
  const shift = connected([
    { name: 'sendgrid', vendor: 'sendgrid', secrets: { key: 'SENDGRID_EU_KEY' } },
    { name: 'ses', vendor: 'ses', region: 'eu-west-1' },
  ]);
  const names = ['SENDGRID_EU_KEY', 'AWS_SES_ACCESS_KEY_ID', 'AWS_SES_SECRET_ACCESS_KEY'];
  const made = new Map(workflowFiles(shift, onDisk).map(({ path, text }) => [path, text ?? '']));
  const again = new Map(
    workflowFiles(shift, (path) => made.get(path) ?? onDisk(path)).map(({ path, text }) => [path, text]),
  );
  expect(Object.fromEntries(again)).toEqual(Object.fromEntries(made));
  for (const name of ['nightly', 'weekly', '_run', 'approve']) {
    const text = made.get(`.github/workflows/${name}.yml`) ?? '';
    for (const secret of names) {
      const handed = text.split(`${secret}: \${{ secrets.${secret} }}\n`).length - 1;
      expect([name, secret, handed]).toEqual([name, secret, 1]);
    }
    expect(text, name).not.toContain('SENDGRID_API_KEY');
  }
  expect(made.get('.github/workflows/_run.yml')).toContain('      SENDGRID_EU_KEY:\n        required: false\n');
  const without = workflowFiles(connected([]), (path) => made.get(path) ?? onDisk(path));
  expect(without.filter(({ text }) => text?.includes('SENDGRID')).map(({ path }) => path)).toEqual([]);
  expect(without.map(({ path, text }) => [path, text])).toEqual(
    workflowFiles(nightShift, onDisk).map(({ path, text }) => [path, text]),
  );
});
