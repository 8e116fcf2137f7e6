/** Lifetime values in the workbook: whose orders count, who has no value, what stops the job, and what it tells. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { exportRules } from '../../lib/features/exports/rules.ts';
import { all, date, number, text } from '../../lib/features/segments/build.ts';
import type { Condition } from '../../lib/features/segments/condition.ts';
import { valueMetrics } from '../../lib/features/value/report.ts';
import { folderLedger } from '../../lib/run/ledger.ts';
import { exportFiles } from '../fixture/exports.ts';
import lifetimeValue from '../fixture/lifetime-value.ts';
import { listRefresh } from '../fixture/list-refresh.ts';
import { listSizes } from '../fixture/rules/guards.ts';
import { jobOf, night } from '../support/night.ts';
import { aContact, aPurchase, type Row, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const jobs = ['lifetime-value'];
const value = async (folder: string, asOf = '2026-11-22') =>
  jobOf(await night(folder, { jobs, asOf }), 'lifetime-value');
const rowOf = (folder: string, id: string): Row =>
  readCsv(folder, 'contacts').find((row) => row.contact_id === id) ?? {};

/** 140 customers who order by chance for as long as they stay, over two years; the same ones every time. */
function customers(): { contacts: Row[]; purchases: Row[] } {
  let state = 7;
  const chance = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const contacts = Array.from({ length: 140 }, (_, i) => aContact({ contact_id: `m${i}` }));
  const purchases = contacts.flatMap(({ contact_id = '' }) => {
    const orders: Row[] = [];
    const first = chance() * 600;
    const gap = 15 + 90 * chance();
    const end = Math.min(730, first - Math.log(chance()) * 250);
    for (let day = first; day === first || day < end; day -= Math.log(chance()) * gap) {
      const ordered_at = new Date(Date.UTC(2024, 10, 20) + day * 86_400_000).toISOString();
      orders.push(aPurchase({ contact_id, ordered_at, amount: (20 + 60 * chance()).toFixed(2) }));
    }
    return orders;
  });
  return { contacts, purchases };
}

const VALUES = ['contact_id', 'orders', 'last_order_at', 'expected_orders', 'p_alive', 'lifetime_value', 'value_band'];
const asked = (name: string, where: Condition) => ({
  name,
  description: 'By value.',
  sending: false,
  where,
  examples: { in: [], out: [] },
});
const valueJob = { job: lifetimeValue, cadence: 'monthly' } as const;
const listsByValue = {
  job: listRefresh(
    [
      asked('Best', text('value_band').is('vip')),
      asked(
        'Worth asking',
        all(
          number('orders').atLeast(2),
          date('last_order_at').olderThan('30 days'),
          number('expected_orders').moreThan(0.5),
          number('p_alive').atLeast(0.5),
          number('lifetime_value').moreThan(10),
        ),
      ),
    ],
    listSizes,
  ),
  cadence: 'nightly',
} as const;
const exportByValue = {
  job: exportFiles(
    exportRules(
      [
        {
          name: 'best',
          format: 'csv',
          list: 'Best',
          sending: false,
          columns: Object.fromEntries(VALUES.map((c) => [c, c])),
        },
      ],
      ['Best'],
    ),
  ),
  cadence: 'weekly',
} as const;

describe('lifetime-value', () => {
  it('values every buyer after merges and nobody else, says who changed band, and finds nothing to do twice', async () => {
    const folder = temporaryFolder();
    const { contacts, purchases } = customers();
    writeWorkbook(folder, {
      contacts: [
        ...contacts,
        aContact({ contact_id: 'browser' }),
        aContact({ contact_id: 'regretful' }),
        aContact({ contact_id: 'merged', value_band: 'Ada Secret' }),
      ],
      purchases: [
        ...purchases,
        aPurchase({ contact_id: 'was-double', amount: '50' }),
        aPurchase({ contact_id: 'merged', ordered_at: '2026-06-01T09:00:00Z', amount: '30' }),
        aPurchase({ contact_id: 'regretful', ordered_at: '2026-06-01T09:00:00Z', amount: '30' }),
        aPurchase({ contact_id: 'regretful', ordered_at: '2026-06-09T09:00:00Z', amount: '-30' }),
        aPurchase({ contact_id: 'stranger' }),
        aPurchase({ contact_id: 'm0', ordered_at: '2026-12-24T09:00:00Z' }),
      ],
      merges: [
        {
          duplicate_id: 'was-double',
          survivor_id: 'merged',
          probability: '1',
          evidence: '',
          merged_at: '',
          record: '',
        },
      ],
    });
    const result = await night(folder, { jobs: [valueJob, listsByValue, exportByValue], asOf: '2026-11-22' });
    const first = jobOf(result, 'lifetime-value');
    expect(first).toMatchObject({ status: 'applied', changes: { contacts: { insert: 0, update: 141, remove: 0 } } });
    expect(first.metrics).toMatchObject({
      customers: 141,
      model: { customers: 141, logLikelihood: expect.any(Number) },
    });
    expect(JSON.stringify(first)).not.toContain('Ada Secret');
    expect(rowOf(folder, 'merged')).toMatchObject({ orders: '2', last_order_at: '2026-11-21T09:00:00Z' });
    for (const id of ['browser', 'regretful']) {
      expect(rowOf(folder, id)).toMatchObject({ orders: '', lifetime_value: '', value_band: '', p_alive: '' });
    }
    const bands = readCsv(folder, 'contacts').flatMap(({ value_band: band = '' }) => (band === '' ? [] : [band]));
    const counted = Object.fromEntries(
      ['vip', 'high', 'medium', 'low', 'lapsing'].map((band) => [band, bands.filter((each) => each === band).length]),
    );
    expect(first.metrics.bands).toEqual(counted);
    expect(counted.vip).toBeGreaterThan(0);
    // Lists and exports of the same batch ask for all that it worked out.
    const listed = (list: string) => readCsv(folder, 'memberships').filter((row) => row.list === list).length;
    expect(listed('Best')).toBe(counted.vip);
    expect(listed('Worth asking')).toBeGreaterThan(0);
    const [exported = {}] = Papa.parse<Row>(readFileSync(join(folder, 'exports', 'best.csv'), 'utf8'), {
      header: true,
    }).data;
    expect(exported).toEqual(
      Object.fromEntries(VALUES.map((column) => [column, rowOf(folder, exported.contact_id ?? '')[column]])),
    );
    expect((await value(folder)).status).toBe('unchanged');
    // The next month: a customer of the lowest band buys a lot, another's orders vanish, and every order is worth twice as much.
    const climber = readCsv(folder, 'contacts').find((row) => row.value_band === 'low')?.contact_id ?? '';
    const more = [1, 8, 15].map((day) =>
      aPurchase({ contact_id: climber, ordered_at: `2026-12-${String(day).padStart(2, '0')}T09:00:00Z`, amount: 1800 }),
    );
    const dearer = purchases.map((row): Row => ({ ...row, amount: String(Number(row.amount) * 2) }));
    writeWorkbook(folder, { purchases: [...dearer.filter((row) => row.contact_id !== 'm5'), ...more] });
    const second = await value(folder, '2026-12-20');
    expect(second.reasons['contacts.value_band: low → vip']).toBeGreaterThan(0);
    expect(rowOf(folder, climber).value_band).toBe('vip');
    expect(rowOf(folder, 'm5').lifetime_value).toBe('');
    expect(second.metrics.warnings).toEqual([expect.stringMatching(/^Gamma-Gamma: mean order value went from /)]);
    expect(second.metrics.said).toEqual([
      expect.stringMatching(/^The past quarter: \d+ buyers .* customers changed band\.$/),
    ]);
  });

  it('stops, naming currencies and rows, rather than mix money that it has no rate for', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'c1' })],
      purchases: [
        aPurchase({ currency: 'JPY' }),
        aPurchase({ currency: 'JPY' }),
        aPurchase({ currency: 'ada@example.com' }),
        aPurchase(),
      ],
    });
    const { status, error } = await value(folder);
    expect(status).toBe('failed');
    expect(error?.message).toContain('2 in JPY, 1 in something that is no currency code');
    expect(error?.message).toContain('jobs/rules/lifetime-value.ts');
    expect(rowOf(folder, 'c1').lifetime_value).toBeUndefined();
  });

  it('says in the metrics that too few customers were averaged, and is content with no purchases at all', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [aContact({ contact_id: 'c1' })], purchases: [] });
    expect(await value(folder)).toMatchObject({ status: 'unchanged', metrics: { customers: 0 } });
    writeWorkbook(folder, { purchases: [aPurchase(), aPurchase({ ordered_at: '2026-05-01T09:00:00Z' })] });
    const { metrics } = await value(folder);
    expect(metrics).toMatchObject({ model: { name: 'average rate', simplerBecause: '1 customers, a fit needs 100' } });
    expect(metrics.warnings).toContain('average rate stands in for a model: 1 customers, a fit needs 100');
    expect(rowOf(folder, 'c1')).toMatchObject({ orders: '2' });
    expect(rowOf(folder, 'c1').p_alive ?? '').toBe('');
    expect(Number(rowOf(folder, 'c1').expected_orders)).toBeGreaterThan(0);
  });

  it('stops when the purchases of many are gone, instead of calling them worth nothing', async () => {
    const folder = temporaryFolder();
    const { contacts, purchases } = customers();
    writeWorkbook(folder, { contacts, purchases });
    await value(folder);
    const before = readCsv(folder, 'contacts');
    // Rows stay as many as they were: only the contacts that they name are gone.
    writeWorkbook(folder, {
      purchases: purchases.map((row) => (Number(row.contact_id?.slice(1)) < 20 ? { ...row, contact_id: 'm139' } : row)),
    });
    const second = await value(folder, '2026-12-20');
    expect(second.status).toBe('blocked');
    expect(second.guards.find(({ guard }) => guard.includes('losing their value'))).toMatchObject({
      found: 20,
      passed: false,
    });
    expect(readCsv(folder, 'contacts')).toEqual(before);
    expect(await folderLedger(`${folder}/.nightshift/test-ledger`).recent('lifetime-value', 5)).toHaveLength(2);
  });

  it('warns when a model jumped since last month, and not when it moved a little', () => {
    const model = (r: number) => ({
      name: 'BG/NBD',
      parameters: { r, alpha: 4, a: 1, b: 3 },
      logLikelihood: -1,
      customers: 500,
    });
    const orderValue = { name: 'Gamma-Gamma', parameters: { p: 6, q: 4, v: 15 }, logLikelihood: -1, customers: 200 };
    const report = {
      customers: 500,
      model: model(0.5),
      orderValue,
      comparison: { weeks: 0, scores: [] },
      bands: {},
      quarter: {},
      bandMoves: [],
    };
    const warned = (earlier: unknown) => valueMetrics(report, { model: earlier, orderValue }, { jump: 0.3 }).warnings;
    expect(warned(model(0.45))).toBeUndefined();
    expect(warned(model(0.2))).toEqual([
      'BG/NBD: orders per week of an active customer went from 0.0500 to 0.125 since the last run',
    ]);
    expect(warned('not a model')).toBeUndefined();
  });
});
