/** Lifetime values in the workbook: whose orders count, who has no value, what stops the job, and what it reports. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { exportRules } from '../../lib/features/exports/rules.ts';
import { all, date, number, text } from '../../lib/features/segments/build.ts';
import type { Condition } from '../../lib/features/segments/condition.ts';
import { valueMetrics } from '../../lib/features/value/report.ts';
import { valueRules } from '../../lib/features/value/rules.ts';
import { folderLedger } from '../../lib/run/ledger.ts';
import type { RunResult } from '../../lib/run/result.ts';
import { nightShift } from '../fixture/batches.ts';
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

/** The sections of `explain` about a contact, by title. */
async function explained(folder: string, id: string): Promise<Record<string, Record<string, unknown>[]>> {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void lines.push(String(text)));
  const where = ['--workbook', folder, '--ledger', join(folder, 'ledger'), '--as-of', '2026-11-22'];
  await main(['explain', id, ...where, '--json'], nightShift);
  log.mockRestore();
  const [{ sections }] = JSON.parse(lines.join('')).contacts;
  return Object.fromEntries(sections.map(({ title, rows }: { title: string; rows: unknown }) => [title, rows]));
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

const { contacts, purchases } = customers();
/** A workbook of them and a few others after its first night, and what the night came to. */
const base = mkdtempSync(join(tmpdir(), 'nightshift-values-'));
let firstNight: RunResult;
beforeAll(async () => {
  writeWorkbook(base, {
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
    // An earlier run wrote what stands in value_band.
    runs: [{ job: 'lifetime-value', period: '2026-10', status: 'applied', changes: 'contacts 1 changed' }],
  });
  firstNight = await night(base, { jobs: [valueJob, listsByValue, exportByValue], asOf: '2026-11-22' });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A copy of the workbook of these customers, whose values stand already. */
function valued(): string {
  const folder = temporaryFolder();
  cpSync(base, folder, { recursive: true });
  return folder;
}

describe('lifetime-value', () => {
  it('values every buyer after merges and no other contact, and counts who changed band', async () => {
    const folder = valued();
    const first = jobOf(firstNight, 'lifetime-value');
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
    // Lists and exports of the same batch use all that it computed.
    const listed = (list: string) => readCsv(folder, 'memberships').filter((row) => row.list === list).length;
    expect(listed('Best')).toBe(counted.vip);
    expect(listed('Worth asking')).toBeGreaterThan(0);
    const [exported = {}] = Papa.parse<Row>(readFileSync(join(folder, 'exports', 'best.csv'), 'utf8'), {
      header: true,
    }).data;
    expect(exported).toEqual(
      Object.fromEntries(VALUES.map((column) => [column, rowOf(folder, exported.contact_id ?? '')[column]])),
    );
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
    expect(second.metrics.warnings).toContainEqual(expect.stringMatching(/^Gamma-Gamma: mean order value went from /));
    expect(second.metrics.sentences).toContainEqual(
      expect.stringMatching(/^The past quarter: \d+ buyers .* customers changed band\.$/),
    );
  });

  it('values the purchases that it can read, averages too few customers, and counts the rest by cause', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [aContact({ contact_id: 'c1' })],
      purchases: [
        aPurchase({ currency: 'JPY' }),
        aPurchase({ currency: 'JPY' }),
        aPurchase({ currency: 'ada@example.com' }),
        aPurchase(),
        aPurchase({ ordered_at: '2026-05-01T09:00:00Z' }),
      ],
    });
    const result = await value(folder);
    const { status, metrics } = result;
    expect(status).toBe('applied');
    expect(metrics.ignored).toEqual({
      'currency JPY without a rate': 2,
      'a currency that is no code of three letters': 1,
    });
    expect(metrics.warnings).toContainEqual(
      '3 purchases were not counted: 2 with currency JPY without a rate, 1 with a currency that is no code of three letters. ' +
        'Correct the cells, or add a missing rate to currencies.rates in jobs/rules/lifetime-value.ts.',
    );
    expect(metrics).toMatchObject({ model: { name: 'average rate', simplerBecause: '1 customers, a fit needs 100' } });
    expect(metrics.warnings).toContain('average rate stands in for a model: 1 customers, a fit needs 100');
    expect(JSON.stringify(result)).not.toContain('example.com');
    expect(rowOf(folder, 'c1')).toMatchObject({ orders: '2' });
    expect(rowOf(folder, 'c1').p_alive ?? '').toBe('');
    expect(Number(rowOf(folder, 'c1').expected_orders)).toBeGreaterThan(0);
  });

  it('stops where the total value more than doubles, or the purchases of many are gone, and names what it found', async () => {
    const folder = valued();
    const before = readCsv(folder, 'contacts');
    // Rows stay as many as they were: only the contacts that some name are gone, and each amount is a hundred times as large.
    writeWorkbook(folder, {
      purchases: readCsv(folder, 'purchases').map((row) => ({
        ...row,
        amount: String(Number(row.amount) * 100),
        ...(Number(row.contact_id?.slice(1)) < 20 && { contact_id: 'm139' }),
      })),
    });
    const second = await value(folder, '2026-12-20');
    expect(second.status).toBe('blocked');
    expect(second.guards.find(({ guard }) => guard.includes('total lifetime value'))).toMatchObject({
      guard: 'at most 100 % change of the total lifetime value',
      limit: 100,
      passed: false,
    });
    expect(second.guards.find(({ guard }) => guard.includes('losing their value'))).toMatchObject({
      found: 20,
      passed: false,
    });
    expect(readCsv(folder, 'contacts')).toEqual(before);
    expect(await folderLedger(`${folder}/.nightshift/test-ledger`).recent('lifetime-value', 5)).toHaveLength(2);
  });

  it('explains model, expected orders, order value, their product, and similar customers by band', async () => {
    const folder = valued();
    const parts = await explained(folder, 'm3');
    expect(parts['How lifetime_value is computed']?.[0]).toMatchObject({
      model: expect.stringContaining('NBD'),
      order_value_by: 'Gamma-Gamma',
      expected_orders: Number(rowOf(folder, 'm3').expected_orders),
      lifetime_value: expect.stringMatching(new RegExp(` an order = ${rowOf(folder, 'm3').lifetime_value}$`)),
    });
    const alike = parts['The 50 customers most like this one, by band'] ?? [];
    expect(alike.reduce((sum, row) => sum + Number(row.customers), 0)).toBe(50);
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
      regularity: 1,
      totalValue: 0,
      ignored: {},
      bands: { vip: 25, high: 75, medium: 150, low: 250, lapsing: 0 },
      quarter: {},
      bandMoves: [],
    };
    const { bands } = valueRules.parse({});
    const warned = (earlier: unknown) =>
      valueMetrics(report, { model: earlier, orderValue }, { jump: 0.3, bands }).warnings;
    expect(warned(model(0.45))).toBeUndefined();
    expect(warned(model(0.2))).toEqual([
      'BG/NBD: orders per year of an active customer went from 2.61 to 6.52 since the last run',
    ]);
    expect(warned('not a model')).toBeUndefined();
  });
});
