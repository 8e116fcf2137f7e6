/**
 * What stops a plan before anything is written, and what does not: limits, shrunken tables, single lists, failed jobs.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCode } from '../../lib/cli/run.ts';
import { reportRun } from '../../lib/cli/run-report.ts';
import { type Change, insert, remove, replace, update } from '../../lib/core/change.ts';
import type { Context } from '../../lib/core/context.ts';
import { allowed } from '../../lib/core/guard.ts';
import { type Sql, sql } from '../../lib/core/sql.ts';
import { all, text } from '../../lib/features/segments/build.ts';
import type { ListRule } from '../../lib/features/segments/lists.ts';
import { planHash } from '../../lib/plan/hash.ts';
import { listRefresh } from '../fixture/list-refresh.ts';
import { jobOf, type Night, night } from '../support/night.ts';
import { aJob, blocksAll, bytesOf, nightly, sets } from '../support/small-jobs.ts';
import {
  aContact,
  anEvent,
  aSuppression,
  type Row,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

describe('a limit', () => {
  it.each([
    [{ share: 0.02, count: 500, from: 1000 }, 1_000_000, 500],
    [{ share: 0.02, count: 500, from: 1000 }, 2000, 40],
    [{ share: 0.02, count: 500, from: 1000 }, 1000, 20],
    [{ share: 0.02, count: 500, from: 1000 }, 999, 19],
    [{ share: 0.02, count: 500, from: 1000 }, 100, 10],
    [{ share: 0.05 }, 20, 1],
    [{ share: 0.05 }, 19, 10],
    [{ share: 0, atLeast: 0, from: 0 }, 5, 0],
  ])('%j allows in %i rows %i', (limit, rows, most) => {
    expect(allowed(limit, rows)).toBe(most);
  });
});

const people = (n: number): Row[] => Array.from({ length: n }, (_, i) => aContact({ contact_id: `g${i}` }));
const looking = aJob({ name: 'looking', reads: ['contacts', 'events'], changes: () => [] });

const reading = aJob({ name: 'looking', reads: ['contacts', 'suppressions'], changes: () => [] });

describe('a job that would make people mailable again', () => {
  const at = '2026-11-20T09:00:00Z';
  const left = (id: string, more: Row = {}): Row =>
    aSuppression({ email: `${id}@a.example`, contact_id: id, reason: 'unsubscribe', scope: 'person', ...more });
  const suppressions = [
    left('g1'),
    left('g2', { scope: '' }),
    left('again', { suppressed_at: at, released_at: '2026-11-01T09:00:00Z' }),
    left('released', { suppressed_at: '2026-11-01T09:00:00Z', released_at: at }),
  ];
  const of = (query: Sql): Sql => sql`select ${query}, 'w' as why from suppressions`;
  const freeing: Record<string, readonly [found: number, change: (context: Context) => Change]> = {
    'lifts a status': [
      1,
      () => update('contacts', sql`select contact_id, 'subscribed' as status, 'w' as why from contacts`),
    ],
    'empties a status': [
      1,
      () => update('contacts', sql`select contact_id, cast(null as string) as status, 'w' as why from contacts`),
    ],
    'removes suppressions': [3, () => remove('suppressions', of(sql`email`))],
    'replaces the list by one that leaves out, releases and keeps': [
      2,
      ({ asOf }) =>
        replace(
          'suppressions',
          sql`select email, case when contact_id = 'again' then ${asOf} else released_at end as released_at, 'w' as why
            from suppressions where contact_id <> 'g1'`,
        ),
    ],
    'releases suppressions, also one of after a release': [
      3,
      ({ asOf }) => update('suppressions', of(sql`email, ${asOf} as released_at`)),
    ],
    'dates one before its release': [
      1,
      () => update('suppressions', of(sql`email, cast('2026-10-01' as timestamp) as suppressed_at`)),
    ],
    'makes those of a person ones of an address': [3, () => update('suppressions', of(sql`email, 'address' as scope`))],
    'gives those of a person to another': [3, () => update('suppressions', of(sql`email, 'g9' as contact_id`))],
  };
  const names = Object.keys(freeing);
  const jobs = Object.values(freeing).map(([, change], i) =>
    aJob({
      name: `freeing-${i}`,
      reads: ['contacts', 'suppressions'],
      writes: ['contacts', 'suppressions'],
      changes: (context) => [change(context)],
    }),
  );
  it('waits for approval, in each way, and writes nothing before', async () => {
    const folder = temporaryFolder();
    const contact = aContact({ contact_id: 'g1', email: 'g1@a.example', status: 'unsubscribed' });
    writeWorkbook(folder, { contacts: [contact, aContact({ contact_id: 'g2' })], suppressions });
    const before = bytesOf(folder);
    const waiting = await night(folder, { jobs: nightly(...jobs) });
    const came = waiting.jobs.map(({ status, guards }, i) => [names[i], status, ...guards.map(({ found }) => found)]);
    expect(came).toEqual(Object.entries(freeing).map(([name, [found]]) => [name, 'blocked', found]));
    expect(bytesOf(folder)).toMatchObject(before);
    const approvals = [jobOf(waiting, 'freeing-2').plan ?? ''];
    const approved = await night(folder, { jobs: nightly(...jobs.slice(2, 3)), approvals });
    expect(approved.jobs.map(({ status }) => status)).toEqual(['applied']);
    expect(readCsv(folder, 'suppressions')).toEqual([]);
  });
});

describe('a table that lost rows since the last night', () => {
  async function twoNights(first: Parameters<typeof writeWorkbook>[1], second: typeof first, given: Night = {}) {
    const folder = temporaryFolder();
    const jobs = given.jobs ?? nightly(looking);
    writeWorkbook(folder, first);
    await night(folder, { jobs, now: '2026-11-22T01:00:00Z' });
    writeWorkbook(folder, second);
    return jobOf(await night(folder, { jobs, now: '2026-11-22T02:00:00Z', ...given }), 'looking');
  }

  it('stops the jobs that read it from 5 % on, and no other', async () => {
    const cut = await twoNights({ contacts: people(100) }, { contacts: people(94) });
    expect(cut).toMatchObject({ status: 'blocked', plan: expect.stringMatching(/^sha256/) });
    expect(cut.guards).toEqual([
      { guard: 'at most 5 % fewer rows in contacts than at the last run', limit: 5, found: 6, passed: false },
    ]);
    expect((await twoNights({ contacts: people(100) }, { contacts: people(95) })).status).toBe('unchanged');
    const facts = Array.from({ length: 40 }, () => anEvent({ contact_id: 'g1' }));
    const lost = await twoNights({ contacts: people(3), events: facts }, { contacts: people(3), events: [] });
    expect(lost).toMatchObject({ status: 'blocked', guards: [{ limit: 0, found: 40 }] });
  });

  it('stops them where it is empty or gone, however few rows it had', async () => {
    const few = { contacts: people(30), suppressions: [aSuppression({ email: 'left@example.com' })] };
    const emptied = await twoNights(few, { ...few, suppressions: [] }, { jobs: nightly(reading) });
    expect(emptied).toMatchObject({ status: 'blocked', guards: [{ limit: 0, found: 1, passed: false }] });
    const folder = temporaryFolder();
    writeWorkbook(folder, few);
    await night(folder, { jobs: nightly(reading), now: '2026-11-22T01:00:00Z' });
    rmSync(join(folder, 'suppressions.csv'));
    expect(jobOf(await night(folder, { jobs: nightly(reading) }), 'looking').status).toBe('blocked');
  });

  it('is let through as often as a person looks, each time for what was read then', async () => {
    const folder = temporaryFolder();
    const cutTo = async (n: number, hour: number, approvals: string[] = []) => {
      writeWorkbook(folder, { contacts: people(n) });
      const now = `2026-11-22T0${hour}:00:00Z`;
      return jobOf(await night(folder, { jobs: nightly(looking), now, approvals }), 'looking');
    };
    await cutTo(100, 1);
    const { plan: first } = await cutTo(90, 2);
    expect(await cutTo(80, 3, [first ?? ''])).toMatchObject({ status: 'blocked' });
    expect(await cutTo(90, 4, [first ?? ''])).toMatchObject({ status: 'unchanged', approved: first });
    const { plan: second } = await cutTo(70, 5, [first ?? '']);
    expect(second).not.toBe(first);
    expect(await cutTo(70, 6, [second ?? ''])).toMatchObject({ status: 'unchanged', approved: second });
  });

  it('is no alarm where jobs took the rows away, of this batch or another', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: people(100) });
    await night(folder, { jobs: nightly(looking), now: '2026-11-22T01:00:00Z' });
    const sweep = aJob({
      name: 'sweep',
      changes: () => [remove('contacts', sql`select contact_id, 'old' as why from contacts where contact_id > 'g5'`)],
    });
    const swept = await night(folder, { jobs: nightly(sweep), now: '2026-11-22T02:00:00Z' });
    expect(jobOf(swept, 'sweep').changes).toEqual({ contacts: { insert: 0, update: 0, remove: 54 } });
    const next = await night(folder, { jobs: nightly(looking), now: '2026-11-22T03:00:00Z' });
    expect(jobOf(next, 'looking').status).toBe('unchanged');
  });

  it('fails the run where it has no contacts at all', async () => {
    const empty = await twoNights({ contacts: people(3) }, { contacts: [] });
    expect(empty).toMatchObject({ status: 'failed', error: { kind: 'EmptyWorkbook' } });
    expect(empty.error?.message).toContain('looks like a cut or filtered read, so nothing was done');
  });
});

describe('lists', () => {
  const list = (name: string, company: string, sending = false): ListRule => ({
    name,
    description: `Everybody at ${company}.`,
    sending,
    where: all(text('company').is(company)),
    examples: { in: [], out: [] },
  });
  const sizes = { warn: 0.1, stop: 0.3 };
  const rows = (big: number, small: number): Row[] => [
    ...Array.from({ length: big }, (_, i) => aContact({ contact_id: `b${i}`, company: 'Big' })),
    ...Array.from({ length: small }, (_, i) => aContact({ contact_id: `s${i}`, company: 'Small' })),
  ];
  const members = (folder: string): Record<string, number> => {
    const found: Record<string, number> = {};
    for (const { list: name = '' } of readCsv(folder, 'memberships')) found[name] = (found[name] ?? 0) + 1;
    return found;
  };

  it('stand alone: one that changes too much or is wrong is held, the others go on, and an approval of the part lets it through', async () => {
    const folder = temporaryFolder();
    const right = [list('Big', 'Big'), list('Small', 'Small', true), list('Kept out', 'Small')];
    writeWorkbook(folder, { contacts: rows(40, 4) });
    await night(folder, { jobs: nightly(listRefresh([...right, list('Odd', 'Big')], sizes)) });
    expect(members(folder)).toEqual({ Big: 40, 'Kept out': 4, Odd: 40, Small: 4 });

    writeWorkbook(folder, { contacts: rows(20, 30) });
    const wrong = { ...list('Odd', 'Big'), where: all(text('compny').is('Big')) };
    const jobs = nightly(listRefresh([...right, wrong, list('New', 'Small')], sizes));
    const job = jobOf(await night(folder, { jobs, asOf: '2026-11-23' }), 'list-refresh');
    expect(job.status).toBe('applied');
    // One that is never sent to may grow.
    expect(members(folder)).toEqual({ Big: 40, 'Kept out': 30, New: 30, Odd: 40, Small: 4 });
    expect(exitCode([{ ...job, heldParts: job.heldParts.filter(({ plan }) => plan !== null) }])).toBe(3);
    expect(job.heldParts.map(({ part, reason, rows: n }) => [part, reason, n])).toEqual([
      ['Big', 'list "Big" changes too much: 40 to 20 members', 40],
      ['Small', 'list "Small" changes too much: 4 to 30 members', 52],
      ['Odd', expect.stringMatching(/^list is wrong: .*compny/), 40],
    ]);

    const approvals = [job.heldParts[0]?.plan ?? ''];
    const second = await night(folder, { jobs, asOf: '2026-11-23', approvals });
    expect(second.unmatched).toBeUndefined();
    const approved = jobOf(second, 'list-refresh');
    expect(approved.heldParts.map(({ part }) => part)).toEqual(['Small', 'Odd']);
    expect(approved.letThrough).toEqual(approvals);
    expect(members(folder)).toEqual({ Big: 20, 'Kept out': 30, New: 30, Odd: 40, Small: 4 });
  });

  it('whose rules are wrong say so every night, can’t be approved, and end the run with exit code 2', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: rows(2, 0) });
    await night(folder, { jobs: nightly(listRefresh([list('Odd', 'Big'), list('Big', 'Big')], sizes)) });
    const wrong = ['Odd', 'New'].map((name) => ({ ...list(name, 'Big'), where: text('contry').is('DE') }));
    const jobs = nightly(listRefresh([...wrong, list('Big', 'Big')], sizes));
    const first = await night(folder, { jobs });
    const hash = await planHash(null as never, 'list-refresh', [], new Date());
    const second = await night(folder, { jobs, asOf: '2026-11-23', approvals: [hash] });
    for (const result of [first, second]) {
      expect(exitCode(result.jobs)).toBe(2);
      expect(reportRun('A night', result).slice(2, 5)).toEqual([
        'list-refresh          unchanged  no changes but what is held',
        '  held: list is wrong: jobs/rules/segments.ts: List "Odd", text(contry): contacts has no column "contry". Did you mean "country"? 2 rows stay as they are until the rule is fixed.',
        '  held: list is wrong: jobs/rules/segments.ts: List "New", text(contry): contacts has no column "contry". Did you mean "country"? Nothing of it changes until the rule is fixed.',
      ]);
    }
    expect(members(folder)).toEqual({ Big: 2, Odd: 2 });
  });

  it('that lose only whom no one may mail are not held', async () => {
    const folder = temporaryFolder();
    const jobs = nightly(listRefresh([{ ...list('Big', 'Big'), sending: true }], sizes));
    writeWorkbook(folder, { contacts: rows(40, 0) });
    await night(folder, { jobs });
    writeWorkbook(folder, {
      contacts: rows(40, 0).map((row, i) => (i < 30 ? { ...row, status: 'unsubscribed' } : row)),
    });
    const job = jobOf(await night(folder, { jobs, asOf: '2026-11-23' }), 'list-refresh');
    expect(job.heldParts).toEqual([]);
    expect(job.metrics.resized).toEqual({ Big: 'list "Big" changes much: 40 to 10 members' });
    expect(members(folder)).toEqual({ Big: 10 });
  });
});

describe('a job that fails', () => {
  const failing = aJob({ name: 'failing', changes: () => [insert('contacts', sql`select nothing from nowhere`)] });
  const other = sets('email_note', 'seen', { name: 'other' });

  it('skips those that need it, and those that need these; the others run', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: people(2) });
    const jobs = nightly(
      failing,
      aJob({ name: 'needing', needs: ['failing'] }),
      aJob({ name: 'needing-more', needs: ['needing'] }),
      other,
    );
    const result = await night(folder, { jobs });
    expect(result.jobs.map(({ job, status, next }) => [job, status, next])).toEqual([
      ['failing', 'failed', undefined],
      ['needing', 'skipped', 'it needs failing, which failed'],
      ['needing-more', 'skipped', 'it needs needing, which skipped'],
      ['other', 'applied', undefined],
    ]);
    expect(readCsv(folder, 'contacts').map((row) => row.email_note)).toEqual(['seen', 'seen']);
    expect(readCsv(folder, 'runs').map(({ job, status }) => [job, status])).toEqual([
      ['failing', 'failed'],
      ['needing', 'skipped'],
      ['needing-more', 'skipped'],
      ['other', 'applied'],
    ]);
    expect(exitCode(result.jobs)).toBe(1);
  });

  it('alone leaves the workbook as it was', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: people(2) });
    const before = bytesOf(folder);
    expect(exitCode((await night(folder, { jobs: nightly(failing) })).jobs)).toBe(1);
    expect(bytesOf(folder)).toEqual(before);
  });

  it('says more in the exit code than one that waits, and that more than those that went well', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: people(2) });
    const waiting = sets('email_note', 'no', { name: 'waiting', guards: [blocksAll] });
    expect(exitCode((await night(folder, { jobs: nightly(other, waiting) })).jobs)).toBe(3);
    expect(exitCode((await night(folder, { jobs: nightly(other, waiting, failing) })).jobs)).toBe(1);
    expect(exitCode((await night(folder, { jobs: nightly(other) })).jobs)).toBe(0);
    rmSync(join(folder, 'runs.csv'));
  });
});
