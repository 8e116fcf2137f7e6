/**
 * The workflows that follow from `jobs/batches.ts`: one for each batch, and the names that run-job.yml offers. Only the
 * name and the schedule differ between batches; everything else is as in nightly.yml or, without it, the next that is
 * there.
 */
import { allJobs, type Batch, type NightShift, namesIn } from '../../core/batch.ts';
import type { Cadence } from '../../core/calendar/period.ts';
import { connectionsOf, secretsOf } from '../../features/connections/index.ts';
import { workflowOf } from '../../github/watch.ts';

/** A file that follows from `jobs/`, by its path below the root; null where there must be none. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string | null;
}

/** Gives the text of a file of the project by its path below the root; undefined where there is none. */
export type ReadFile = (path: string) => string | undefined;

const FOLDER = '.github/workflows';
const cadences: readonly Cadence[] = ['nightly', 'weekly', 'monthly', 'quarterly', 'hourly'];

/** What a workflow of a batch has and no other: it runs the slots that are due. */
const isOfBatch = (text: string): boolean => /uses: \S*_run\.yml/.test(text) && /^ {6}due: true/m.test(text);

/** The workflows of the batches; those of batches that are gone are null. Without any workflow to follow, none. */
export function workflowFiles(nightShift: NightShift, read: ReadFile): GeneratedFile[] {
  const known = [...new Set([...nightShift.batches.map(({ name }) => name), ...cadences])];
  const paths = known.map((name) => `${FOLDER}/${name}.yml`);
  const model = paths.map(read).find((text) => text !== undefined && isOfBatch(text));
  if (model === undefined) return [];
  const own = nightShift.batches.map((batch) => ({
    path: `${FOLDER}/${workflowOf(batch)}`,
    text: workflowText(batch, model),
  }));
  const gone = paths.filter((path) => isOfBatch(read(path) ?? '') && !own.some((each) => each.path === path));
  const files = [...own, ...others(read), ...choices(nightShift, read)];
  const secrets = secretsOf(connectionsOf(allJobs(nightShift).map(({ job }) => job)));
  return [
    ...files.map(({ path, text }) => ({ path, text: withSecrets(text, secrets) })),
    ...gone.map((path) => ({ path, text: null })),
  ];
}

function workflowText({ name, schedule }: Batch, model: string): string {
  return model
    .replace(/- cron: .*/, `- cron: "${schedule.cron}"`)
    .replace(/timezone: .*/, `timezone: ${schedule.timeZone}`)
    .replace(/^name: .*/m, `name: ${name}`)
    .replace(/^ {2}\w+:\n {4}permissions:/m, `  ${name}:\n    permissions:`)
    .replace(/^ {6}name: .*/m, `      name: ${name}`);
}

/** The workflows beside those of batches that hand secrets on. */
const others = (read: ReadFile): { path: string; text: string }[] =>
  ['_run.yml', 'approve.yml'].flatMap((name) => {
    const path = `${FOLDER}/${name}`;
    const text = read(path);
    return text === undefined ? [] : [{ path, text }];
  });

/** Below the secrets that every workflow hands on stand those of the connections in jobs/rules/connections.ts. */
function withSecrets(text: string, secrets: readonly string[]): string {
  const handed =
    /^( +)ENRICHMENT_API_KEY: \$\{\{ secrets\.ENRICHMENT_API_KEY \}\}\n(?:\1\w+: \$\{\{ secrets\.\w+ \}\}\n)*/gm;
  const declared = /^( +)ENRICHMENT_API_KEY:\n( +)required: false\n(?:\1\w+:\n\2required: false\n)*/gm;
  const all = ['ENRICHMENT_API_KEY', ...secrets];
  return text
    .replace(handed, (_, space: string) => all.map((name) => `${space}${name}: \${{ secrets.${name} }}\n`).join(''))
    .replace(declared, (_, space: string, more: string) =>
      all.map((name) => `${space}${name}:\n${more}required: false\n`).join(''),
    );
}

/** The names of batches and jobs that run-job.yml lets a person choose. */
function choices(nightShift: NightShift, read: ReadFile): { path: string; text: string }[] {
  const path = `${FOLDER}/run-job.yml`;
  const text = read(path);
  if (text === undefined) return [];
  const options = namesIn(nightShift)
    .map((name) => `          - ${name}\n`)
    .join('');
  return [{ path, text: text.replace(/( {8}options:\n)(?: {10}- .*\n)+/, (_, head: string) => head + options) }];
}
