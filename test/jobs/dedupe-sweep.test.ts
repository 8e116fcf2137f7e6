/** The sweep, on a world whose truth is known: who is merged, who is asked about, and that everything can be put back. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWorld } from '../../data/generator/files.ts';
import { sampleOptions } from '../../data/generator/presets.ts';
import { generateWorld } from '../../data/generator/world.ts';
import type { JobResult } from '../../lib/run/result.ts';
import { undoJob } from '../../lib/run/undo.ts';
import { dedupeSweep } from '../fixture/dedupe-sweep.ts';
import { matching } from '../fixture/rules/matching.ts';
import { jobOf, night } from '../support/night.ts';
import { aContact, type Row, readCsv, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';

const world = generateWorld({ ...sampleOptions, contacts: 800, events: 800 });
const person = new Map([...world.contactTruths()].map((each) => [each.contactId, each.person]));
const isOne = (a = '', b = ''): boolean => person.get(a) === person.get(b);
const PERIOD = '2026-11';
const sorted = (folder: string, table: string): string[] =>
  readFileSync(join(folder, `${table}.csv`), 'utf8')
    .split('\n')
    .sort();
const sum = (rows: readonly Row[]): number => rows.reduce((total, row) => total + Number(row.orders || 0), 0);

/** Runs a job; a plan that a guard stops is approved, as a person would who has looked at it. */
async function sweepOf(folder: string, jobs: Parameters<typeof night>[1] = {}): Promise<JobResult> {
  const asked = await night(folder, { jobs: ['dedupe-sweep'], ...jobs });
  const first = asked.jobs[0] as JobResult;
  if (first.status !== 'blocked') return first;
  return (await night(folder, { jobs: ['dedupe-sweep'], ...jobs, approvals: [first.plan ?? ''] })).jobs[0] as JobResult;
}

/** The sample before it was swept, and a copy of its workbook right after. */
let before: string[] = [];
const swept = mkdtempSync(join(tmpdir(), 'nightshift-swept-'));
afterAll(() => rmSync(swept, { recursive: true, force: true }));

describe('a sweep of the sample', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-sweep-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let rowsBefore = 0;
  let stopped: JobResult;
  let result: JobResult;
  let ordersBefore = 0;

  beforeAll(async () => {
    writeWorld(world, folder);
    await night(folder, { jobs: ['list-cleaning', 'bounce-suppression', 'lifetime-value'] });
    rowsBefore = readCsv(folder, 'contacts').length;
    ordersBefore = sum(readCsv(folder, 'contacts'));
    const strict = { job: dedupeSweep(matching, { share: 0.01 }), cadence: 'monthly', period: PERIOD } as const;
    stopped = (await night(folder, { jobs: [strict], dryRun: true })).jobs[0] as JobResult;
    before = sorted(folder, 'contacts');
    result = (await night(folder, { jobs: ['dedupe-sweep'] })).jobs[0] as JobResult;
    cpSync(folder, swept, { recursive: true });
  }, 180_000);

  it('merges only those whom the world knows for one person, and reports how many', () => {
    const merges = readCsv(folder, 'merges');
    expect(result.status).toBe('applied');
    expect(merges.length).toBeGreaterThan(10);
    expect(merges.filter(({ duplicate_id, survivor_id }) => !isOne(duplicate_id, survivor_id))).toEqual([]);
    expect(result.metrics.merged).toBe(merges.length);
    expect(readCsv(folder, 'contacts')).toHaveLength(rowsBefore - merges.length);
  });

  it('stops for a person where it would merge more than its share', () => {
    expect(stopped.status).toBe('blocked');
    expect(stopped.guards).toEqual([
      { guard: 'at most 1 % of contacts merged', limit: 7, found: result.metrics.merged, passed: false },
    ]);
  });

  it('asks in words, both records side by side, and not about those who are merged', () => {
    const asked = readCsv(folder, 'review');
    const there = new Set(readCsv(folder, 'contacts').map(({ contact_id }) => contact_id));
    expect(asked.length).toBeGreaterThan(5);
    for (const row of asked) {
      expect(row.subject).toBe('duplicate');
      expect(row.evidence).toMatch(
        /^One person\? ".+" and ".+"\. (Almost certainly|Very likely|Likely|Perhaps): .+\. Write yes or no/,
      );
      expect(there.has(row.left_id ?? '') && there.has(row.right_id ?? '')).toBe(true);
    }
  });

  it('leaves those unmailable who unsubscribed under any of their names', () => {
    const status = new Map(readCsv(folder, 'contacts').map((row) => [row.contact_id, row.status]));
    for (const { record = '{}', survivor_id } of readCsv(folder, 'merges')) {
      const was: Row = JSON.parse(record);
      if (was.status === 'unsubscribed') expect(status.get(survivor_id)).toBe('unsubscribed');
      if (was.status === 'suppressed') expect(status.get(survivor_id)).not.toBe('subscribed');
    }
  });

  it('finds the purchases of both under the survivor from then on', async () => {
    const value = jobOf(await night(folder, { jobs: ['lifetime-value'], approvals: [] }), 'lifetime-value');
    expect(value.error).toBeUndefined();
    expect(sum(readCsv(folder, 'contacts'))).toBeGreaterThanOrEqual(ordersBefore - 5);
    const owners = new Set(readCsv(folder, 'purchases').map(({ contact_id }) => contact_id));
    const survivors = readCsv(folder, 'merges').filter(({ duplicate_id }) => owners.has(duplicate_id));
    const orders = new Map(readCsv(folder, 'contacts').map((row) => [row.contact_id, Number(row.orders)]));
    expect(survivors.length).toBeGreaterThan(0);
    for (const { survivor_id } of survivors) expect(orders.get(survivor_id)).toBeGreaterThan(0);
  });

  it('someone suppressed at the address of a merged record stays unmailable under the survivor', async () => {
    const survivors = new Map(readCsv(folder, 'contacts').map((row) => [row.contact_id, row]));
    const other = readCsv(folder, 'merges')
      .map((row) => ({ survivor: survivors.get(row.survivor_id ?? ''), was: JSON.parse(row.record ?? '{}') as Row }))
      .find(({ survivor, was }) => survivor?.status === 'subscribed' && was.email && was.email !== survivor.email);
    if (!other?.survivor) throw new Error('no merge of two addresses in this world');
    const bounces = join(folder, 'bounces.csv');
    const [header = ''] = readFileSync(bounces, 'utf8').split('\n');
    const cells: Row = {
      bounce_id: 'late',
      email: other.was.email ?? '',
      kind: 'complaint',
      occurred_at: `${today}T05:00:00Z`,
    };
    writeFileSync(
      bounces,
      `${readFileSync(bounces, 'utf8')}${header
        .split(',')
        .map((each) => cells[each] ?? '')
        .join(',')}\n`,
    );
    await night(folder, { jobs: ['list-refresh'] });
    const lists = readCsv(folder, 'memberships').filter(({ contact_id }) => contact_id === other.survivor?.contact_id);
    expect(lists.map(({ list }) => list)).not.toContain('Newsletter');
  });

  it('has nothing left to do when it runs again; does what a person answered; never asks again after a no', async () => {
    expect((await sweepOf(folder)).status).toBe('unchanged');
    const path = join(folder, 'review.csv');
    const [yes = {}, no = {}, ...others] = readCsv(folder, 'review');
    expect(yes).toHaveProperty('decision', '');
    writeFileSync(path, Papa.unparse([{ ...yes, decision: 'yes' }, { ...no, decision: 'No' }, ...others]));
    const next = await sweepOf(folder, { asOf: '2026-12-02' });
    expect(next.status).toBe('applied');
    const merged = readCsv(folder, 'merges').flatMap((row) => [`${row.duplicate_id} ${row.survivor_id}`]);
    const both = (row: Row) => [`${row.left_id} ${row.right_id}`, `${row.right_id} ${row.left_id}`];
    expect(both(yes).some((pair) => merged.includes(pair))).toBe(true);
    expect(both(no).some((pair) => merged.includes(pair))).toBe(false);
    expect(readCsv(folder, 'review').filter(({ review_id }) => review_id === no.review_id)).toHaveLength(1);
  });
});

it('undo gives every row back character for character, and the sweep does not merge them again', async () => {
  const merged = readCsv(swept, 'merges').length;
  const back = { job: undoJob('dedupe-sweep', PERIOD), cadence: 'nightly', period: `dedupe-sweep-${PERIOD}` } as const;
  expect((await sweepOf(swept, { jobs: [back] })).status).toBe('applied');
  expect(sorted(swept, 'contacts')).toEqual(before);
  expect(readCsv(swept, 'merges')).toEqual([]);
  expect(merged).toBeGreaterThan(5);
  expect((await sweepOf(swept, { asOf: '2026-12-02' })).metrics.merged).toBe(0);
}, 180_000);

it('a contact with a row in quarantine is not merged: that row may be an unsubscription of another address', async () => {
  const folder = temporaryFolder();
  const review = [
    { review_id: 'r1', subject: 'duplicate', left_id: 'twice', right_id: 'once', decision: 'yes' },
    { review_id: 'r2', subject: 'duplicate', left_id: 'other', right_id: 'another', decision: 'yes' },
  ];
  const contacts = [
    aContact({ contact_id: 'once', created_at: '2026-01-01T00:00:00Z' }),
    aContact({ contact_id: 'twice', created_at: '2026-02-01T00:00:00Z' }),
    aContact({ contact_id: 'twice', email: 'before@example.com', status: 'opted out' }),
    aContact({ contact_id: 'other', created_at: '2026-01-01T00:00:00Z' }),
    aContact({ contact_id: 'another', created_at: '2026-02-01T00:00:00Z' }),
  ];
  writeWorkbook(folder, { contacts, review });
  const swept = await sweepOf(folder);
  expect(swept.metrics).toMatchObject({ merged: 1, leftOut: { 'with a row in quarantine': 1 } });
  expect(readCsv(folder, 'merges').map((row) => row.duplicate_id)).toEqual(['another']);
  // Once the row is fixed, the answer counts.
  writeWorkbook(folder, { contacts: [...contacts.slice(0, 2), ...contacts.slice(3, 4)] });
  expect((await sweepOf(folder)).metrics.merged).toBe(1);
});
