/**
 * The README's tables that follow from `jobs/batches.ts`: the jobs, and when each batch runs. Each stands between
 * `<!-- NAME -->` and `<!-- /NAME -->`; a README without such a block is left as it is.
 */
import type { NightShift } from '../../core/batch.ts';
import { scheduleText } from './schedule-text.ts';
import type { GeneratedFile, ReadFile } from './workflows.ts';

const PATH = 'README.md';
const cell = (text: string): string => text.replaceAll('|', '\\|');
const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows.map((row) => row.map(cell))]
    .map((row) => `| ${row.join(' | ')} |\n`)
    .join('');

/** The README with its tables as `jobs/` has them; none where there is no README. */
export function readmeFile({ batches }: NightShift, read: ReadFile): GeneratedFile[] {
  const text = read(PATH);
  if (text === undefined) return [];
  const jobs = table(
    ['job', 'when', 'what it does'],
    batches.flatMap((batch) => batch.jobs.map((job) => [job.name, batch.name, job.purpose])),
  );
  const calendar = table(
    ['batch', 'when', 'jobs, in order', 'what for'],
    batches.map(({ name, schedule, jobs, purpose }) => [
      name,
      scheduleText(schedule.cron),
      jobs.map((job) => job.name).join(', '),
      purpose,
    ]),
  );
  return [{ path: PATH, text: withBlock(withBlock(text, 'jobs', jobs), 'calendar', calendar) }];
}

function withBlock(text: string, name: string, block: string): string {
  const start = `<!-- ${name} -->\n`;
  const [from, to] = [text.indexOf(start), text.indexOf(`<!-- /${name} -->`)];
  return from < 0 || to < from ? text : text.slice(0, from + start.length) + block + text.slice(to);
}
