/** The command `report`: from the ledger of one workbook alone, fast enough to be written after each run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { placeId } from '../../lib/workbook/csv/workbook-id.ts';
import { nightShift } from '../fixture/batches.ts';
import { anEntry, ledgerOf, writeLedger } from '../support/ledgers.ts';
import { temporaryFolder, today } from '../support/workbook.ts';

it('writes two years of one workbook’s nights, without opening it and without those of another', {
  timeout: 60_000,
}, async () => {
  const folder = temporaryFolder();
  const ledger = join(folder, 'ledger');
  writeLedger(ledger, ledgerOf(nightShift, new Date(`${today}T08:00:00Z`), 730), placeId(folder));
  const other = anEntry({ asOf: `${today}T03:18:00.000Z`, metrics: { lists: { 'Of another workbook': 900 } } });
  writeLedger(ledger, new Map([['list-refresh', [other]]]), 'ffffffffffff');
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(String(text)));
  const out = join(folder, 'deep', 'page.html');
  const before = process.cpuUsage();
  const code = await main(
    ['report', '--out', out, '--ledger', ledger, '--workbook', folder, '--as-of', `${today}T08:00:00Z`, '--json'],
    nightShift,
  );
  const { user, system } = process.cpuUsage(before);
  log.mockRestore();
  expect(code).toBe(0);
  expect(JSON.parse(printed.join(''))).toEqual({ report: out });
  const page = readFileSync(out, 'utf8');
  expect(page).toContain('<h1>');
  expect(page).toContain('Hot leads');
  expect(page).not.toContain('Of another workbook');
  expect(page.length).toBeLessThan(1.5e6);
  expect(user + system).toBeLessThan(3e6);
});
