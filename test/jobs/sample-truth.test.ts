/** The jobs' decisions on a generated world, held against what its generator knows to be true. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeWorld } from '../../data/generator/files.ts';
import type { ContactTruth } from '../../data/generator/truth.ts';
import { generateWorld } from '../../data/generator/world.ts';
import type { RunResult } from '../../lib/run/result.ts';
import { lists } from '../fixture/rules/segments.ts';
import { jobOf, night } from '../support/night.ts';
import { type Row, readCsv } from '../support/workbook.ts';

const world = generateWorld({ seed: 3_141_592, contacts: 3000, events: 9000, lastDay: '2026-11-22' });
const truths = [...world.contactTruths()];
const sending = new Set(lists.filter((each) => each.sending).map(({ name }) => name));

let result: RunResult;
let contacts: readonly Row[];
let suppressions: ReadonlyMap<string, Row>;
let mailed: ReadonlySet<string>;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
  writeWorld(world, folder);
  result = await night(folder, { asOf: world.truth.lastDay });
  contacts = readCsv(folder, 'contacts');
  suppressions = new Map(readCsv(folder, 'suppressions').map((row) => [row.email?.trim().toLowerCase() ?? '', row]));
  mailed = new Set(
    readCsv(folder, 'memberships').flatMap((row) => (sending.has(row.list ?? '') ? [row.contact_id ?? ''] : [])),
  );
  return () => rmSync(folder, { recursive: true });
}, 120_000);

const rowOf = (truth: ContactTruth): Row => contacts[truth.row - 1] ?? {};
const suppressionOf = ({ address, suppression }: ContactTruth): Row | undefined =>
  suppressions.get((suppression.under ?? address).toLowerCase());
const inForce = (row: Row | undefined): boolean =>
  row !== undefined && (!row.released_at || (row.suppressed_at ?? '') > row.released_at);
const withVerdict = (verdict: ContactTruth['suppression']['verdict']): ContactTruth[] =>
  truths.filter(({ suppression }) => suppression.verdict === verdict);
const withFate = (...fates: readonly string[]): ContactTruth[] =>
  truths.filter(({ fate }) => fates.includes(fate ?? ''));

describe('on a world whose truth is known, a night', () => {
  it('is quiet: its guards pass, and its jobs apply', () => {
    expect(result.jobs.map(({ job, status }) => [job, status])).toEqual([
      ['fetch-activity', 'unchanged'],
      ['list-cleaning', 'applied'],
      ['suppression-release', 'unchanged'],
      ['bounce-suppression', 'applied'],
      ['score-recalculation', 'applied'],
      ['list-refresh', 'applied'],
      ['exports', 'applied'],
      ['sync-audiences', 'unchanged'],
    ]);
  });

  it('suppresses every address that is due, for the true reason and scope', () => {
    const due = withVerdict('due');
    expect(due.length).toBeGreaterThan(35);
    const found = due.map((truth) => ({
      address: truth.address,
      scope: suppressionOf(truth)?.scope,
      reason: suppressionOf(truth)?.reason,
      inForce: inForce(suppressionOf(truth)),
    }));
    expect(found).toEqual(
      due.map(({ address, suppression: { scope, reason } }) => ({ address, scope, reason, inForce: true })),
    );
    expect(due.filter((truth) => rowOf(truth).status === 'subscribed')).toEqual([]);
  });

  it('newly suppresses no other address', () => {
    const rightly = new Set([...withVerdict('due'), ...withVerdict('standing')].map(({ address }) => address));
    const others = truths.filter(({ address }) => address !== '' && !rightly.has(address));
    expect(others.length).toBeGreaterThan(2000);
    expect(others.filter((truth) => inForce(suppressionOf(truth)))).toEqual([]);
  });

  it('suppresses no address for the sender’s fault, a burst, or too few soft bounces', () => {
    const spared = withFate(
      'blocked',
      'burst',
      'fullTwice',
      'fullReset',
      'fullActive',
      'fullExpired',
      'fullOneDay',
      'unclearOnce',
      'unreachable',
    );
    expect(spared.length).toBeGreaterThan(150);
    expect(
      spared.filter((truth) => suppressionOf(truth) !== undefined || rowOf(truth).status !== 'subscribed'),
    ).toEqual([]);
    expect(jobOf(result, 'bounce-suppression').metrics).toMatchObject({
      bursts: { bursts: expect.toSatisfy((n: number) => n >= 1) },
    });
  });

  it('leaves alone whom a person released', () => {
    const released = withVerdict('released');
    expect(released.length).toBeGreaterThan(5);
    expect(released.filter((truth) => inForce(suppressionOf(truth)))).toEqual([]);
  });

  it('keeps what stands, the wrongly suppressed among it, and no unsubscribed person may be mailed', () => {
    const standing = withVerdict('standing');
    expect(standing.length).toBeGreaterThan(250);
    expect(standing.filter((truth) => !inForce(suppressionOf(truth)))).toEqual([]);
    expect(standing.filter((truth) => rowOf(truth).status === 'subscribed')).toEqual([]);
    const left = truths.filter((truth) => truth.left);
    expect(left.length).toBeGreaterThan(100);
    expect(left.filter((truth) => rowOf(truth).status === 'subscribed')).toEqual([]);
  });

  it('lets a person who moved take the suppression along', () => {
    const moved = withFate('moved');
    expect(moved.length).toBeGreaterThan(5);
    for (const truth of moved)
      expect(suppressions.get(truth.address)).toMatchObject({ scope: 'person', reason: 'unsubscribe' });
  });

  it('puts no contact on a sending list that unsubscribed, is due, is suppressed or has no address, and fills the lists all the same', () => {
    const silent = truths.filter(
      ({ left, address, suppression: { verdict } }) =>
        left || address === '' || verdict === 'due' || verdict === 'standing',
    );
    const ids = silent.map((truth) => rowOf(truth).contact_id ?? '');
    expect(ids.filter((id) => mailed.has(id))).toEqual([]);
    expect(mailed.size).toBeGreaterThan(1500);
  });

  it('finds mistyped, disposable and role addresses and says why; plain ones are valid, broken ones invalid', () => {
    const noted = { typo: /did you mean|disposable/, disposable: /disposable/, role: /role/ };
    for (const [oddity, note] of Object.entries(noted)) {
      const rows = truths.filter((truth) => truth.oddity === oddity).map(rowOf);
      expect(rows.length).toBeGreaterThan(10);
      const expected = oddity === 'typo' ? ['risky', 'invalid'] : ['risky'];
      expect(rows.filter(({ email_status = '' }) => !expected.includes(email_status))).toEqual([]);
      expect(rows.filter(({ email_note = '' }) => !note.test(email_note))).toEqual([]);
    }
    const broken = truths.filter(({ oddity }) => oddity === 'invalid').map(rowOf);
    expect(broken.length).toBeGreaterThan(10);
    expect(broken.filter(({ email_status }) => email_status !== 'invalid')).toEqual([]);
    const plain = truths.filter(({ oddity, address }) => oddity === undefined && address !== '');
    expect(plain.filter((truth) => rowOf(truth).email_status !== 'valid')).toEqual([]);
  });
});
