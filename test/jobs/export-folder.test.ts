/** Exports to a folder that a rule names: they arrive there, or the run says why not; and a forgotten person is cut out of them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { exportRules } from '../../lib/features/exports/rules.ts';
import { ERASE_KEY } from '../../lib/intake/forgotten.ts';
import { exportFolderNamed } from '../../lib/run/export-folder.ts';
import { exportFiles } from '../fixture/exports.ts';
import { storyBatch, storyShift } from '../support/story-shift/jobs.ts';
import { aContact, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const columns = { Email: 'email', Id: 'contact_id' };
let share: string;
let workbook: string;
beforeEach(() => {
  share = temporaryFolder();
  workbook = temporaryFolder();
  writeWorkbook(workbook, {
    contacts: [aContact({ contact_id: 'one', email: 'one@example.com' }), aContact({ contact_id: 'two' })],
  });
});
afterEach(() => void vi.unstubAllEnvs());

/** Runs a command on a night shift whose exports go to these folders; undefined is beside the workbook. */
async function command(folders: Readonly<Record<string, string | undefined>>, ...argv: string[]) {
  const printed: string[] = [];
  const spies = (['log', 'error'] as const).map((stream) =>
    vi.spyOn(console, stream).mockImplementation((text) => void printed.push(String(text))),
  );
  spies.push(vi.spyOn(process.stderr, 'write').mockReturnValue(true) as never);
  const rules = Object.entries(folders).map(([name, folder]) => ({
    ...{ name, format: 'csv' as const, sending: false, columns },
    every: name === 'weekly' ? ('week' as const) : ('night' as const),
    ...(folder !== undefined && { to: { folder } }),
  }));
  const { needs: _needs, ...job } = exportFiles(exportRules(rules, []));
  try {
    const at = [`--workbook=${workbook}`, `--ledger=${join(workbook, '.nightshift/ledger')}`];
    const code = await main([...argv, ...at], { ...storyShift, batches: [{ ...storyBatch, jobs: [job] }] });
    return { code, text: printed.join('\n') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

it('arrive there complete, with their note, and nowhere else', async () => {
  expect((await command({ crm: share, other: undefined }, 'run', 'exports')).code).toBe(0);
  expect(readdirSync(share).sort()).toEqual(['crm.csv', 'crm.csv.json']);
  expect(readFileSync(join(share, 'crm.csv'), 'utf8')).toContain('one@example.com');
  expect(readdirSync(join(workbook, 'exports')).sort()).toEqual(['other.csv', 'other.csv.json']);
});

it('are written on any day by hand, also those of Mondays', async () => {
  const tuesday = '--as-of=2026-01-06';
  expect((await command({ weekly: share }, 'run', 'exports', tuesday)).code).toBe(0);
  expect(readdirSync(share)).toEqual([]);
  expect((await command({ weekly: share }, 'export', 'weekly', tuesday)).code).toBe(0);
  expect(readdirSync(share).sort()).toEqual(['weekly.csv', 'weekly.csv.json']);
});

it('are left out where the folder is not there, with a sentence; the others are written', async () => {
  rmSync(share, { recursive: true });
  const ended = await command({ crm: share, other: undefined }, 'run', 'exports');
  expect([ended.code, existsSync(share), readdirSync(join(workbook, 'exports'))]).toEqual([
    2,
    false,
    expect.anything(),
  ]);
  expect(ended.text).toContain(`export "crm": the folder "${share}" is not there, or may not be written to.`);
});

it('never lie in the repository, where they would be committed, or be thrown away with a hosted runner', async () => {
  const own = await exportFolderNamed('data');
  expect(own.fault).toContain('files there get committed');
  const checkout = temporaryFolder();
  mkdirSync(join(checkout, 'out'));
  vi.stubEnv('GITHUB_ACTIONS', 'true');
  vi.stubEnv('GITHUB_WORKSPACE', checkout);
  const ended = await command({ crm: join(checkout, 'out') }, 'run', 'exports');
  expect([ended.code, readdirSync(join(checkout, 'out'))]).toEqual([2, []]);
  expect(ended.text).toContain('GitHub throws it away after the run. Write to a tab (to: { tab })');
});

it('lose a forgotten person, and the files that other people keep in the folder stay as they are', async () => {
  await command({ crm: share }, 'run', 'exports');
  writeFileSync(join(share, 'other.csv'), 'one@example.com\n');
  vi.stubEnv(ERASE_KEY, 'a key of the tests, long enough');
  const erased = await command({ crm: share }, 'erase', 'one', '--yes');
  expect([erased.code, readFileSync(join(share, 'crm.csv'), 'utf8')]).toEqual([
    0,
    expect.not.stringContaining('one@example.com'),
  ]);
  expect(erased.text).toContain(`Removed from ${join(share, 'crm.csv')}: 1 line`);
  expect(readFileSync(join(share, 'other.csv'), 'utf8')).toBe('one@example.com\n');
  rmSync(share, { recursive: true });
  const again = await command({ crm: share }, 'erase', 'two', '--yes');
  expect([again.code, again.text]).toEqual([1, expect.stringContaining(`the export folder ${share} is not there`)]);
});
