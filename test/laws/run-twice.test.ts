/** Law 1: planning again after applying gives an empty plan, and not one byte of the workbook is written again. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeWorld } from '../../data/generator/files.ts';
import { generateWorld } from '../../data/generator/world.ts';
import { allJobs } from '../../lib/core/batch.ts';
import type { RunResult } from '../../lib/run/result.ts';
import { nightShift } from '../fixture/batches.ts';
import { night } from '../support/night.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aPurchase,
  aSuppression,
  temporaryFolder,
  today,
  writeWorkbook,
} from '../support/workbook.ts';

const tomorrow = '2026-11-23';

/** Each file with its content and the moment of its last change: a file that was written again differs. */
const state = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith('.csv'))
      .map((name) => [
        name,
        `${statSync(join(folder, name), { bigint: true }).mtimeNs} ${readFileSync(join(folder, name), 'latin1')}`,
      ]),
  );

const statuses = (result: RunResult): Record<string, string> =>
  Object.fromEntries(result.jobs.map(({ job, status }) => [job, status]));

const unchanged = (jobs: readonly string[]) => Object.fromEntries(jobs.map((job) => [job, 'unchanged']));
const nightly = allJobs(nightShift).flatMap(({ job, cadence }) => (cadence === 'nightly' ? [job.name] : []));
const others = allJobs(nightShift).flatMap(({ job, cadence }) => (cadence === 'nightly' ? [] : [job.name]));

/** What each of these rows is there for is what once made, or could make, a job see work where there is none. */
function edgeCases(folder: string): void {
  writeWorkbook(folder, {
    contacts: [
      aContact({ contact_id: 'p1', email: ' Ada@EXAMPLE.com ', phone: '(555) 555-0110', country: 'usa' }),
      aContact({ contact_id: '', email: 'unlisted@example.com' }),
      aContact({ contact_id: '', email: 'unlisted@example.com', first_name: 'Twin' }),
      aContact({ contact_id: '', email: '', first_name: 'Zoë', last_name: 'O’Neil' }),
      aContact({ contact_id: '', email: '', first_name: '', last_name: '', company: '=1+1' }),
      aContact({ contact_id: 'p2', email: 'no address at all', first_name: 'TRUE', last_name: 'NULL' }),
      aContact({ contact_id: 'p3', email: 'p3@example.com', status: 'Subscribed', created_at: '46000.5' }),
      aContact({ contact_id: 'p4', email: 'p4@example.com', created_at: '2026-01-15' }),
      aContact({ contact_id: 'p4', email: 'second.row@example.com' }),
      aContact({ contact_id: 'p5', email: 'p5@example.com', created_at: 'soon' }),
      aContact({ contact_id: 'p6', email: 'a.b+c@gmail.com', status: '' }),
      aContact({ contact_id: 'p7', email: 'ab@gmail.com', score: '50', score_band: 'Z9', engagement: '7.5' }),
      aContact({ contact_id: '0007', email: 'line\nbreak@example.com', first_name: 'quote"d', last_name: 'a,b' }),
    ],
    bounces: [
      aBounce({ email: 'ADA@example.com' }),
      aBounce({ email: 'ab@gmail.com', kind: 'complaint', code: '' }),
      aBounce({ email: 'unknown@example.com', kind: 'unsubscribe', code: '' }),
      aBounce({ email: 'released@example.com', occurred_at: '2026-01-02T00:00:00Z' }),
      aBounce({ bounce_id: '', email: 'p3@example.com' }),
      ...['01', '08', '15'].map((day) =>
        aBounce({ email: 'p4@example.com', kind: 'soft', code: '4.2.2', occurred_at: `2026-11-${day}T08:00:00Z` }),
      ),
    ],
    suppressions: [
      aSuppression({ email: 'P3@Example.com', note: 'typed by a person' }),
      aSuppression({ email: 'released@example.com', released_at: '2026-02-01T00:00:00Z' }),
      aSuppression({ email: 'half@example.com', scope: '', reason: '', suppressed_at: '' }),
    ],
    events: [
      anEvent({ contact_id: 'p3' }),
      anEvent({ email: ' ADA@example.com', type: 'demo_request' }),
      anEvent({ contact_id: 'p4', occurred_at: '2026-11-22T23:59:59.999Z' }),
      anEvent({ contact_id: 'unlisted' }),
    ],
    purchases: [aPurchase({ contact_id: 'p3', amount: '1e2' })],
    memberships: [
      { list: 'Newsletter', contact_id: 'p1', joined_at: '2026-01-01' },
      { list: 'Newsletter', contact_id: 'gone', joined_at: '' },
      { list: 'A list of long ago', contact_id: 'p3', joined_at: '' },
    ],
  });
}

/** Its second day would show nothing that the others' do not. */
const SMALLEST = 'one contact and nothing else';
const workbooks: [string, (folder: string) => void][] = [
  ['a generated world', (folder) => void writeWorld(generateWorld(aWorld), folder)],
  ['edge cases', edgeCases],
  [SMALLEST, (folder) => writeWorkbook(folder, { contacts: [aContact()] })],
];
/** Half-lives and windows move on by themselves; nothing else does. */
const byTime = /^(contacts\.(engagement|score|score_band)|memberships|list_changes): ?/;
const aWorld = { seed: 3, contacts: 500, events: 1500, lastDay: today, newlySuppressed: 5 };

describe.each(workbooks)('%s', (name, lay) => {
  it('is the same after a second night, byte for byte; a day later only time itself has changed it', async () => {
    const folder = temporaryFolder();
    lay(folder);
    const first = await night(folder);
    expect(Object.values(statuses(first))).not.toContain('failed');
    const after = state(folder);
    expect(statuses(await night(folder))).toEqual(unchanged(nightly));
    expect(state(folder)).toEqual(after);
    if (name === SMALLEST) return;
    const later = await night(folder, { asOf: tomorrow });
    expect(statuses(later)).toMatchObject(unchanged(['list-cleaning', 'bounce-suppression']));
    const reasons = later.jobs.flatMap((each) => Object.keys(each.reasons));
    expect(reasons.filter((reason) => !byTime.test(reason))).toEqual([]);
    expect(statuses(await night(folder, { asOf: tomorrow }))).toEqual(unchanged(nightly));
  });
});

describe.each(workbooks.slice(0, 2))('%s', (name, lay) => {
  it('has nothing left to do for jobs of any other cadence that run again', async () => {
    const folder = temporaryFolder();
    lay(folder);
    // The sweep of so many duplicates waits for approval; its own test runs it twice.
    const jobs = others.filter((each) => each !== 'dedupe-sweep' || name === 'edge cases');
    await night(folder, { jobs });
    // A later job may leave work for one before it.
    await night(folder, { jobs });
    const after = state(folder);
    expect(statuses(await night(folder, { jobs }))).toEqual(unchanged(jobs));
    expect(state(folder)).toEqual(after);
  });
});
