/** The texts that `new job` writes. */

/** Words that can't name a variable. */
const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
    'finally for function if implements import in instanceof interface let new null package private protected public ' +
    'return static super switch this throw true try typeof var void while with yield workbook'
  ).split(' '),
);

/** `lead-countries` as a variable: `leadCountries`. */
function variableOf(name: string): string {
  const camel = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return RESERVED.has(camel) ? `${camel}Job` : camel;
}

/** A job that asks a person about contacts, through the table `review`, and finds none yet. */
export const jobText = (name: string): string => `import { atMost, insert, job, sql } from 'nightshift';

/** One row for each contact that a person should look at. Replace \`false\` by the condition, and the two texts. */
const found = sql\`
  select concat('${name}-', contact_id) as review_id, '${name}' as subject, contact_id as left_id,
    'what a person should look at' as evidence, 'the reason, in a few fixed words' as why
  from contacts where false\`;

/** Say here, and in \`purpose\`, what it does and what for. docs/jobs.md explains each part. */
export default job({
  name: '${name}',
  purpose: 'Asks a person about contacts in the table review. It finds none yet.',
  reads: ['contacts', 'review'],
  writes: ['review'],
  changes: () => [insert('review', found)],
  guards: [
    atMost(
      { share: 0.05, count: 500 },
      'contacts',
      'asked about at once',
      sql\`select count(*) from planned_review where op = 'i'\`,
    ),
  ],
});
`;

/** A test of that job: what it does to contacts that it is about, and to others. */
export const testText = (name: string): string => `import { expect, it } from 'vitest';
import ${variableOf(name)} from '../../../jobs/${name}.ts';
import { nightly } from '../../support/small-jobs.ts';
import { aContact, readCsv, temporaryFolder, writeWorkbook } from '../../support/workbook.ts';
import { night } from '../night.ts';

it('asks about no contact that is not meant', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact({ contact_id: 'c1' })] });
  const { jobs } = await night(folder, { jobs: nightly(${variableOf(name)}) });
  expect(jobs.map(({ status, error }) => error ?? status)).toEqual(['unchanged']);
  expect(readCsv(folder, 'review')).toEqual([]);
});
`;

/**
 * `jobs/batches.ts` with the job imported, and last in the batch; undefined where the batch is not written as ours are.
 */
export function addToBatch(batches: string, batch: string, name: string): string | undefined {
  const variable = variableOf(name);
  const at = new RegExp(`name: ['"]${batch}['"]`).exec(batches)?.index;
  if (at === undefined) return undefined;
  const [list, before = ''] = /\bjobs: \[([^\]]*)\]/.exec(batches.slice(at)) ?? [];
  const next = batches.slice(at + 1).search(/\bname: ['"]/);
  const start = list === undefined ? -1 : batches.indexOf(list, at);
  if (list === undefined || (next >= 0 && start > at + 1 + next)) return undefined;
  const jobs = before.trim().replace(/,$/, '');
  const added = `jobs: [${jobs === '' ? variable : `${jobs}, ${variable}`}]`;
  const listed = batches.slice(0, start) + added + batches.slice(start + list.length);
  const imports = [...listed.matchAll(/^import .* from '\.\/.*';\n/gm)];
  const last = imports.at(-1);
  const place = last ? last.index + last[0].length : 0;
  return `${listed.slice(0, place)}import ${variable} from './${name}.ts';\n${listed.slice(place)}`;
}
