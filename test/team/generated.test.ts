/** What follows from jobs/ is up to date: a workflow for each batch, the choices of run-job.yml, the README's tables. */
import { it } from 'vitest';
import { nightShift } from '../../jobs/batches.ts';
import { outdatedFiles } from '../../lib/cli/generated/files.ts';
import { requireNone } from './require.ts';

it('the workflows, the choices and the README’s tables are as jobs/batches.ts has them', () => {
  const outdated = outdatedFiles(nightShift);
  requireNone(
    outdated.map(({ path, text }) =>
      text === null ? `${path}: its batch is gone from jobs/batches.ts` : `${path} is not as jobs/ has it`,
    ),
    'npm run sync',
  );
});
