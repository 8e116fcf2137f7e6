/** A run that never was is no run that was undone. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { nightShift } from '../fixture/batches.ts';
import { bytesOf } from '../support/small-jobs.ts';
import { aContact, anEvent, readCsv, today, writeWorkbook } from '../support/workbook.ts';

let output: string[] = [];
let after: Awaited<ReturnType<typeof aNight>>;
beforeEach(async () => {
  output = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
  vi.spyOn(console, 'error').mockImplementation((text) => void output.push(String(text)));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  after ??= await aNight(mkdtempSync(join(tmpdir(), 'nightshift-undo-')));
});

afterAll(() => rmSync(after.folder, { recursive: true, force: true }));

/** A workbook after a night, and commands on it. */
async function aNight(folder: string) {
  const ledger = join(folder, 'ledger');
  const contact = aContact({ contact_id: 'u1', first_name: 'ADA', email_status: '' });
  writeWorkbook(folder, { contacts: [contact], events: [anEvent({ contact_id: 'u1' })] });
  const command = (...args: string[]) =>
    main([...args, '--workbook', folder, '--ledger', ledger, '--as-of', today], nightShift);
  expect(await command('run', 'list-cleaning', 'score-recalculation', 'list-refresh', 'archive-stale')).toBe(0);
  output = [];
  return { folder, ledger, command };
}

const NEVER_WAS: readonly (readonly [line: string, says: string])[] = [
  [
    'list-cleaning 2020-01-01',
    `There is no run of list-cleaning for 2020-01-01, neither in the ledger nor in the workbook's changes. Runs of it that can be undone: ${today}. Name one of them.`,
  ],
  [
    'bounce-suppression 2026-11-22',
    'The ledger has no run of bounce-suppression on this workbook that undo could put back. Are --workbook and --ledger right?',
  ],
  ['list-cleaning 2026-11-31', '"2026-11-31" is no period.'],
  ['list-cleaning 2026-13', '"2026-13" is no period.'],
  ['list-cleaning 2026-11-22T24', '"2026-11-22T24" is no period.'],
  [
    `score-recalculation ${today}`,
    `score-recalculation decided nothing for ${today} that could be put back: what it wrote are numbers that each run recalculates, or files.`,
  ],
  ['archive-stale 2026-11', 'archive-stale changed nothing for 2026-11 (unchanged).'],
];

it('undo of what never was ends with exit code 2, says why, and writes nothing', async () => {
  const { folder, ledger, command } = after;
  const before = bytesOf(folder);
  for (const [line, says] of NEVER_WAS) {
    output = [];
    expect(await command('undo', ...line.split(' ')), line).toBe(2);
    expect(output.join('\n')).toContain(says);
    expect(existsSync(join(ledger, 'undo')), line).toBe(false);
    expect(bytesOf(folder), line).toEqual(before);
  }
});

it('undoes what the ledger or the workbook knows, and reports no changes the second time', async () => {
  const { folder, ledger, command } = after;
  expect(await command('undo', 'list-refresh', today)).toBe(0);
  expect(readCsv(folder, 'memberships')).toEqual([]);
  expect(await command('undo', 'list-refresh', today)).toBe(0);
  expect(output.at(-1)).toContain('unchanged');
  rmSync(ledger, { recursive: true });
  expect(await command('undo', 'list-cleaning', today)).toBe(0);
  expect(readCsv(folder, 'contacts')[0]?.first_name).toBe('ADA');
});
