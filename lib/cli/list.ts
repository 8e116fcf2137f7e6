/**
 * `list`: what there is to run, and when it ran last on this workbook.
 */
import { historyOf, type Session } from './session.ts';
import { print, printJson } from './terminal.ts';
import { table } from './text.ts';

export async function listCommand(session: Session): Promise<number> {
  const { nightShift, options } = session;
  const history = await historyOf(session);
  const lastOf = (job: string) => {
    const last = history.get(job)?.at(-1);
    return last ? { period: last.period, status: last.status, at: last.startedAt } : null;
  };
  const batches = nightShift.batches.map(({ name: batch, purpose, jobs }) => ({
    batch,
    purpose,
    jobs: jobs.map(({ name, purpose, reads, writes }) => ({ job: name, purpose, reads, writes, last: lastOf(name) })),
  }));
  if (options.json) {
    printJson({ batches });
    return 0;
  }
  const lines = batches.flatMap(({ batch, purpose, jobs }) => [
    `${batch}: ${purpose}`,
    ...jobs.flatMap(({ job, purpose: does, reads, writes, last }) => [
      `  ${job}`,
      ...table(
        [
          ['', does],
          ['reads', reads.join(', ')],
          ['writes', writes.join(', ')],
          ['last run', last ? `${last.period}: ${last.status}` : 'never'],
        ],
        '    ',
      ),
    ]),
    '',
  ]);
  print(lines);
  return 0;
}
