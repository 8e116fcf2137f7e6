/**
 * `list`: what there is to run, and when it ran last on this workbook.
 */
import { historyOf, type Session } from './session.ts';
import { print, printJson } from './terminal.ts';
import { table } from './text.ts';

export async function listCommand(session: Session): Promise<number> {
  const { nightShift, options } = session;
  const history = await historyOf(session);
  const batches = [];
  for (const batch of nightShift.batches) {
    const jobs = [];
    for (const { name, purpose, reads, writes } of batch.jobs) {
      const last = history.get(name)?.at(-1);
      jobs.push({
        job: name,
        purpose,
        reads,
        writes,
        last: last ? { period: last.period, status: last.status, at: last.startedAt } : null,
      });
    }
    batches.push({ batch: batch.name, purpose: batch.purpose, jobs });
  }
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
