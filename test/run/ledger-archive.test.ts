import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderLedger } from '../../lib/run/ledger.ts';
import { compactLedger } from '../../lib/run/ledger-archive.ts';
import type { LedgerEntry } from '../../lib/run/ledger-entry.ts';
import { temporaryFolder } from '../support/workbook.ts';

const entry = (at: Date): LedgerEntry => ({
  job: 'list-cleaning',
  period: at.toISOString().slice(0, 13),
  status: 'unchanged',
  plan: null,
  changes: {},
  reasons: {},
  guards: [],
  held: {},
  metrics: {},
  seconds: 1,
  run: `${at.toISOString().replace(/[-:.]/g, '')}-0000`,
  startedAt: at.toISOString(),
  endedAt: at.toISOString(),
  asOf: at.toISOString(),
  workbook: 'w',
  inputs: {},
  rules: '',
  commit: null,
  trigger: 'schedule',
});

it('keeps every run of half a year, in a few files', async () => {
  const folder = temporaryFolder();
  const ledger = folderLedger(folder);
  const entries = Array.from({ length: 180 }, (_, i) => entry(new Date(Date.UTC(2026, 4, 1 + i, 5))));
  for (const each of entries) await ledger.add(each);
  const { write, remove } = await compactLedger(folder, new Date('2026-10-28T00:00:00Z'));
  expect(write).toEqual(['05', '06', '07'].map((month) => `list-cleaning/2026-${month}.jsonl`));
  expect(remove).toHaveLength(92);
  const after = folderLedger(folder);
  expect(await after.recent('list-cleaning', 1000)).toEqual(entries);
  expect(await after.recent('list-cleaning', 100)).toEqual(entries.slice(-100));
  const [old] = entries;
  expect(old && (await after.statusOf(old.job, old.period, old.run))).toBe('unchanged');
  expect(await after.statusOf('list-cleaning', '2026-05-01T06', old?.run ?? '')).toBeNull();
  expect(await after.jobs()).toEqual(['list-cleaning']);
  expect(readdirSync(join(folder, 'list-cleaning')).filter((name) => name.endsWith('.jsonl'))).toHaveLength(3);
});

it('tidies up where it was cut off between writing a month and clearing it away', async () => {
  const folder = temporaryFolder();
  const ledger = folderLedger(folder);
  const at = entry(new Date('2026-05-01T05:00:00Z'));
  await ledger.add(at);
  await compactLedger(folder, new Date('2026-10-28T00:00:00Z'));
  await folderLedger(folder).add(at);
  const again = await compactLedger(folder, new Date('2026-10-28T00:00:00Z'));
  expect(again.remove).toHaveLength(1);
  expect(await folderLedger(folder).recent('list-cleaning', 10)).toEqual([at]);
});
