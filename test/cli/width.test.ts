/** Every command at 80 columns: nothing is wider than the terminal but a single word. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { commands } from '../../lib/cli/options.ts';
import { nightShift } from '../fixture/batches.ts';
import { temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const [asOf, later] = ['2026-11-22T23:59:59.999Z', '2026-12-01T12:00:00Z'];

/** What a command prints, on stdout and stderr. */
async function printed(...args: string[]): Promise<string> {
  const output: string[] = [];
  const keep = (text: unknown): void => void output.push(String(text));
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(keep),
    vi.spyOn(console, 'error').mockImplementation(keep),
  ];
  await main(args, nightShift);
  for (const spy of spies) spy.mockRestore();
  return output.join('\n');
}

function layOut(folder: string): void {
  writeWorkbook(folder, {
    contacts: Array.from({ length: 40 }, (_, i) => ({
      contact_id: `c${i}`,
      email: `Person.Number.${i}@a-company-with-a-long-name.example`,
      first_name: 'ANNA-MARIA',
      job_title: 'Head of Marketing Operations and Customer Communication',
      country: 'germany',
      employees: 'several hundred',
      created_at: '2025-01-01',
    })),
    events: Array.from({ length: 30 }, (_, i) => ({
      event_id: `e${i}`,
      contact_id: `c${i * 2}`,
      type: 'a webinar of the spring series',
      occurred_at: '2026-11-01T10:00:00Z',
    })),
    purchases: [{ order_id: 'o1', contact_id: 'c0', ordered_at: '2026-10-01', amount: '12', currency: 'EUR' }],
  });
  writeFileSync(join(folder, 'people of the old tool.csv'), 'email\nnew.person@example.com\n');
}

afterEach(() => vi.unstubAllEnvs());

it('nothing is wider than 80 columns, from the first run on', { timeout: 60_000 }, async () => {
  vi.stubEnv('COLUMNS', '80');
  vi.stubEnv('NIGHTSHIFT_ERASE_KEY', 'a key of a test that is long enough');
  const folder = temporaryFolder();
  layOut(folder);
  const here = (...args: string[]) => printed(...args, '--workbook', folder, '--ledger', join(folder, 'ledger'));
  const first = await here('run', 'nightly', 'monthly', '--as-of', asOf);
  expect(first).toMatch(/\nWhat wants attention first:\n/);
  expect(first).toMatch(/ {2}40 {2}cells unreadable, contacts\.csv, column "employees": not a number/);
  const old = join(folder, 'people of the old tool.csv');
  const imported = await here('import', old, '--as', 'contacts');
  // Nothing is applied before a person has confirmed it.
  expect(imported).toMatch(/^import +planned/m);
  expect(imported).not.toMatch(/^import +applied/m);
  expect(imported).toContain('Not applied: no person to confirm. Run again with --yes');
  expect(readFileSync(join(folder, 'contacts.csv'), 'utf8')).not.toContain('new.person');
  const undone = await here('undo', 'list-cleaning', '2026-11-22', '--dry-run');
  expect(undone.replaceAll(/\s+/g, ' ')).toContain('decides the same again from the same rules and cells.');
  expect(undone).toContain('jobs/rules/cleaning.ts');
  const screens = [
    first,
    imported,
    undone,
    await here('list'),
    await here('status', '--as-of', later),
    await here('doctor'),
    await here('explain', 'c0'),
    await here('run', 'list-refresh', 'exports', '--dry-run', '--as-of', '2026-11-23'),
    await here('undo', 'list-cleaning', '2026-11-21'),
    await here('export', 'nothing-of-the-kind'),
    await here('erase', 'c0', '--dry-run'),
    await here('backtest', 'score', '--as-of', asOf),
    await here('backtest', 'value', '--as-of', asOf),
    await here('report', '--out', join(folder, 'page.html')),
    await here('init'),
    await printed('match', join(folder, 'contacts.csv')),
    await printed('run', 'nightlie'),
    await printed('--help'),
    ...(await Promise.all(commands.map(({ name }) => printed(name, '--help')))),
  ];
  const lines = screens.flatMap((text) => text.split('\n'));
  expect(lines.length).toBeGreaterThan(300);
  expect(lines.filter((line) => line.length > 80 && line.trim().includes(' '))).toEqual([]);
});

it.each(commands)('$name answers a wrong command line with one JSON object under --json', async ({ name }) => {
  const log: string[] = [];
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text) => void log.push(String(text))),
    vi.spyOn(console, 'error').mockImplementation(() => {}),
  ];
  const code = await main([name, '--no-such-option', '--json'], nightShift);
  for (const spy of spies) spy.mockRestore();
  expect(code).toBe(2);
  expect(log).toHaveLength(1);
  expect(JSON.parse(log[0] ?? '')).toMatchObject({ exitCode: 2, error: { kind: 'UsageError' } });
});
