/** One id names a job everywhere: its file, its test, and what `list` prints. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { allJobs } from '../../lib/core/batch.ts';
import { nightShift } from '../fixture/batches.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const names = allJobs(nightShift)
  .map(({ job }) => job.name)
  .sort();
const namesIn = (folder: string, ending: string): string[] =>
  readdirSync(`${root}${folder}`)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();

it('test/fixture holds one file for each job, and nothing else but the batches', () => {
  expect(namesIn('test/fixture', '.ts').filter((name) => name !== 'batches')).toEqual(names);
});

it('each job has a test of its name', () => {
  const tests = namesIn('test/jobs', '.test.ts');
  expect(names.filter((name) => !tests.includes(name))).toEqual([]);
});

it('`list --json` names the same jobs, with the purposes that they declare', async () => {
  const out: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void out.push(String(text)));
  expect(await main(['list', '--json', '--workbook', root], nightShift)).toBe(0);
  log.mockRestore();
  const { batches } = JSON.parse(out.join('')) as { batches: { jobs: { job: string; purpose: string }[] }[] };
  const listed = batches.flatMap(({ jobs }) => jobs.map(({ job, purpose }) => [job, purpose]));
  expect(listed).toEqual(allJobs(nightShift).map(({ job }) => [job.name, job.purpose]));
});
