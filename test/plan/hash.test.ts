/** A plan's hash is what a person approves: it must stand for the plan's content, all of it and nothing else. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { insert, remove, update } from '../../lib/core/change.ts';
import { sql } from '../../lib/core/sql.ts';
import { jobOf, type Night, night } from '../support/night.ts';
import { aJob, nightly } from '../support/small-jobs.ts';
import { aContact, aSuppression, type Row, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const adding = aJob({
  writes: ['contacts', 'suppressions'],
  releases: true,
  changes: ({ asOf }) => [
    update('contacts', sql`select contact_id, upper(email) as email_note, 'asked for' as why from contacts`),
    insert(
      'suppressions',
      sql`select email, 'manual' as reason, ${asOf} as suppressed_at, 'asked for' as why from contacts`,
    ),
    remove('suppressions', sql`select email, 'asked for' as why from suppressions`),
  ],
});

const people = ['c1', 'c2', 'c3'].map((contact_id) => aContact({ contact_id }));
const listed = [aSuppression({ email: 'x@example.com' }), aSuppression({ email: 'y@example.com' })];

async function hashOf(contacts: Row[], suppressions: Row[] = listed, given: Night = {}, folder = temporaryFolder()) {
  writeWorkbook(folder, { contacts, suppressions });
  const { plan, status } = jobOf(await night(folder, { jobs: nightly(adding), dryRun: true, ...given }), 'a-job');
  expect(status).toBe('planned');
  return plan;
}

/** The hash that all others are compared with, worked out once. */
let plain: ReturnType<typeof hashOf> | undefined;
const hashOfPeople = () => {
  plain ??= hashOf(people);
  return plain;
};

describe('the hash of a plan', () => {
  it('does not hang on the order of rows or columns, the folder, the clock, or the time of day of as-of', async () => {
    const plan = await hashOfPeople();
    expect(plan).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await hashOf([...people].reverse(), [...listed].reverse())).toBe(plan);
    expect(await hashOf(people.map((row) => Object.fromEntries(Object.entries(row).reverse())))).toBe(plan);
    const elsewhere = join(temporaryFolder(), 'somewhere else');
    mkdirSync(elsewhere);
    expect(await hashOf(people, listed, { asOf: '2026-11-22T04:05:06Z', now: '2026-11-22T11:00:00Z' }, elsewhere)).toBe(
      plan,
    );
  });

  it.each<[string, Row[], Row[]]>([
    ['a row more', [...people, aContact({ contact_id: 'c4' })], listed],
    ['a row less', people.slice(1), listed],
    ['another value to write', [{ ...people[0], email: 'other@example.com' }, ...people.slice(1)], listed],
    ['another value to be written over', [{ ...people[0], email_note: 'was' }, ...people.slice(1)], listed],
    [
      'two rows that change places',
      [{ ...people[0], contact_id: 'c2' }, { ...people[1], contact_id: 'c1' }, { ...people[2] }] as Row[],
      listed,
    ],
    [
      'another row to take away',
      people,
      [aSuppression({ email: 'z@example.com' }), aSuppression({ email: 'y@example.com' })],
    ],
  ])('changes with %s', async (_, contacts, suppressions) => {
    expect(await hashOf(contacts, suppressions)).not.toBe(await hashOfPeople());
  });
});
