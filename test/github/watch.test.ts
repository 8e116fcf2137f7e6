import { describe, expect, it } from 'vitest';
import type { Batch, NightShift } from '../../lib/core/batch.ts';
import { dueSlots } from '../../lib/github/due.ts';
import { type Seen, watch } from '../../lib/github/watch.ts';
import type { History } from '../../lib/run/history.ts';
import type { LedgerEntry } from '../../lib/run/ledger-entry.ts';
import { nightShift } from '../fixture/batches.ts';

const [first] = nightShift.batches;
const job = first?.jobs.find(({ writes }) => writes.length > 0);
if (!first || !job) throw new Error('the night shift has no batch');
const batch = (missed: Batch['schedule']['missed'] = 'latest'): Batch => ({
  name: 'nightly',
  purpose: 'Tests.',
  jobs: [job],
  schedule: { cron: '17 3 * * *', timeZone: 'UTC', missed },
});
const shift = (jobs = [job]): NightShift => ({ ...nightShift, batches: [{ ...batch(), jobs }] });

const entry = (asOf: string, given: Partial<LedgerEntry> = {}): LedgerEntry => ({
  job: job.name,
  period: asOf.slice(0, 10),
  status: 'applied',
  plan: null,
  changes: {},
  reasons: {},
  guards: [],
  held: {},
  metrics: {},
  seconds: 60,
  run: asOf,
  startedAt: asOf,
  endedAt: asOf,
  asOf,
  workbook: 'w',
  inputs: {},
  rules: '',
  commit: null,
  trigger: 'schedule',
  ...given,
});
const history = (...entries: LedgerEntry[]): History => new Map([[job.name, entries]]);
const at = (day: string, time = '03:17'): Date => new Date(`2026-11-${day}T${time}:00.000Z`);
const ran = (day: string, given: Partial<LedgerEntry> = {}): LedgerEntry => entry(at(day).toISOString(), given);
const days = (dates: readonly Date[]): string[] => dates.map((date) => date.toISOString().slice(8, 16));

describe('which slots are due', () => {
  const due = (missed: Batch['schedule']['missed'], now: Date, ...entries: LedgerEntry[]) => {
    const { slots, passedOver } = dueSlots(batch(missed), history(...entries), now);
    return [days(slots), passedOver];
  };

  it('stands for the slot, however late GitHub is', () => {
    expect(due('latest', at('12', '22:50'), ran('11'))).toEqual([['12T03:17'], 0]);
  });
  it('does no slot twice, be it that a guard stopped it', () => {
    expect(due('latest', at('12', '04:00'), ran('12'))).toEqual([[], 0]);
    expect(due('latest', at('12', '04:00'), ran('12', { status: 'blocked' }))).toEqual([[], 0]);
  });
  it('tries a slot again that failed', () => {
    expect(due('latest', at('12', '04:00'), ran('11'), ran('12', { status: 'failed' }))).toEqual([['12T03:17'], 0]);
  });
  it('catches up by the newest alone, or by each up to a cap', () => {
    expect(due('latest', at('20', '04:00'), ran('12'))).toEqual([['20T03:17'], 7]);
    expect(due(3, at('20', '04:00'), ran('12'))).toEqual([['18T03:17', '19T03:17', '20T03:17'], 5]);
  });
  it('begins with the newest slot, not with history', () => {
    expect(due(7, at('20', '04:00'))).toEqual([['20T03:17'], 0]);
  });
});

describe('the watch', () => {
  const found = (now: Date, entries: LedgerEntry[], seen: Seen | null = null) =>
    watch(shift(), history(...entries), now, seen).map(({ what, alarm }) => `${what}${alarm ? '!' : ''}`);
  const seen = (given: Partial<Seen>, state: 'active' | 'disabled_inactivity' = 'active'): Seen => ({
    workflows: [{ file: 'nightly.yml', state }],
    running: new Map(),
    ended: new Map(),
    ...given,
  });
  const run = (startedAt: Date, conclusion: string | null = null) =>
    new Map([['nightly.yml', [{ url: 'u', status: '', conclusion, startedAt }]]]);

  it('waits for GitHub before it raises an alarm, and no longer', () => {
    expect(found(at('12', '05:00'), [ran('11')])).toEqual([]);
    expect(found(at('12', '08:00'), [ran('11')])).toEqual(['late']);
    expect(found(at('12', '17:16'), [ran('11')])).toEqual(['late']);
    expect(found(at('12', '17:17'), [ran('11')])).toEqual(['missed!']);
  });
  it('leaves a run that failed to its own alert', () => {
    expect(found(at('12', '18:00'), [ran('11'), ran('12', { status: 'failed' })])).toEqual([]);
  });
  it('misses nothing before the first run for real on a workbook, however old the workflow is', () => {
    expect(found(at('12', '18:00'), [], seen({}))).toEqual([]);
    expect(found(at('12', '18:00'), [ran('10', { status: 'failed' })], seen({}))).toEqual([]);
  });
  it('expects a batch that never ran from its first slot after the workbook’s first run', () => {
    const other: Batch = { ...batch(), name: 'weekly', jobs: [{ ...job, name: 'other' }] };
    const both = { ...nightShift, batches: [batch(), other] };
    const at18 = watch(
      both,
      history(ran('11', { startedAt: at('11', '09:00').toISOString() })),
      at('11', '18:00'),
      null,
    );
    expect(at18.map(({ what }) => what)).toEqual([]);
    const nextDay = watch(both, history(ran('11'), ran('12')), at('13', '01:00'), null);
    expect(nextDay.map(({ what, subject }) => [what, subject])).toEqual([['missed', 'weekly']]);
  });
  it('counts no run as done that ran as of a year that has not come', () => {
    const slip = ran('12', { asOf: '2027-11-12T03:17:00.000Z', startedAt: at('12', '09:00').toISOString() });
    expect(dueSlots(batch(), history(ran('11'), slip), at('13', '04:00')).slots.length).toBe(1);
  });
  it('links the failed runs of a slot that never reached the workbook', () => {
    const failed = seen({ ended: run(at('12', '03:40'), 'failure') });
    const [finding] = watch(shift(), history(ran('11')), at('12', '18:00'), failed);
    expect(finding?.text).toContain('failed before it reached the workbook');
    expect(finding?.text).toContain('(u)');
  });
  it('takes a job that was run by hand for no run of its batch', () => {
    const other = first.jobs[1];
    if (!other) throw new Error('a second job is needed');
    expect(watch(shift([job, other]), history(ran('12')), at('12', '05:00'), null)).toEqual([]);
  });
  it('finds what was switched off, what hangs and what was cancelled', () => {
    const well = [ran('11'), ran('12')];
    expect(found(at('12', '05:00'), well, seen({}, 'disabled_inactivity'))).toEqual(['disabled!']);
    expect(found(at('12', '05:00'), well, seen({ running: run(at('12', '04:44')) }))).toEqual(['stuck!']);
    expect(found(at('12', '05:00'), well, seen({ running: run(at('12', '04:46')) }))).toEqual([]);
    expect(found(at('12', '05:00'), well, seen({ ended: run(at('12', '04:00'), 'cancelled') }))).toEqual([
      'cancelled!',
    ]);
    expect(found(at('12', '05:00'), well, seen({ ended: run(at('12', '03:00'), 'cancelled') }))).toEqual([]);
  });
  it('finds a job that a run of its batch left out', () => {
    const [, other, third] = first.jobs;
    if (!other || !third) throw new Error('three jobs are needed');
    const both = new Map([...history(ran('12')), [other.name, [{ ...ran('12'), job: other.name }]]]);
    const findings = watch(shift([job, other, third]), both, at('12', '05:00'), null);
    expect(findings.map(({ what, subject }) => [what, subject])).toEqual([['never run', third.name]]);
  });
  it('says nothing of the other jobs where two were run by hand', () => {
    const jobs = first.jobs.slice(0, 4);
    const both = new Map(jobs.slice(0, 2).map(({ name }) => [name, [{ ...ran('12'), job: name }]]));
    expect(watch(shift(jobs), both, at('12', '05:00'), null)).toEqual([]);
  });
  it('has not begun with a run that a guard stopped: nothing is missed until one wrote', () => {
    expect(found(at('20', '05:00'), [ran('12', { status: 'blocked' })])).toEqual([]);
    expect(found(at('20', '05:00'), [ran('12')])).toEqual(['missed!']);
  });
  it('finds a job that succeeds and never does anything, though its input moves', () => {
    const nights = Array.from({ length: 30 }, (_, i) => {
      const asOf = new Date(at('12').getTime() - (29 - i) * 86_400_000).toISOString();
      return entry(asOf, { status: 'unchanged', inputs: { contacts: { rows: 9, hash: `h${i}` } } });
    });
    const still = nights.map((each) => ({ ...each, inputs: { contacts: { rows: 9, hash: 'h' } } }));
    expect(found(at('12', '05:00'), nights)).toEqual(['constant!']);
    expect(found(at('12', '05:00'), still)).toEqual([]);
    expect(found(at('12', '05:00'), [...nights.slice(0, -1), ran('12')])).toEqual([]);
  });
});
