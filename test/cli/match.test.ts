/** The command as a person types it: no workbook, clear answers, exit codes. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { nightShift } from '../fixture/batches.ts';
import { temporaryFolder } from '../support/workbook.ts';

it('matches a file without any workbook, by rules of a file, and prints one object with --json', () => {
  const folder = temporaryFolder();
  const [file, rules] = [join(folder, 'people.csv'), join(folder, 'rules.json')];
  const rows = Array.from({ length: 20 }, (_, n) => `Name${n % 10},Stone${n % 10},n${n % 10}@example.net,x${n}`);
  writeFileSync(file, `${['first_name,last_name,email,extra', ...rows].join('\n')}\n`);
  writeFileSync(rules, '{ "columns": { "extra": "ignore" } }');
  const env = { ...process.env, NIGHTSHIFT_WORKBOOK: join(folder, 'no such workbook') };
  const args = ['bin/nightshift.js', 'match', file, '--rules', rules, '--json'];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ rows: 20, duplicateRows: 10, output: join(folder, 'people.matches.csv') });
  expect(JSON.parse(stdout).ignored).toEqual([{ column: 'extra', reason: expect.any(String) }]);
  expect(existsSync(join(folder, 'people.matches.csv'))).toBe(true);
});

it('says what a wrong call should have been, with exit code 2', async () => {
  const folder = temporaryFolder();
  const rules = join(folder, 'rules.json');
  writeFileSync(rules, '{ "bands": { "certain": 2 } }');
  const calls: [string[], RegExp][] = [
    [[], /Give one file: nightshift match FILE\.csv/],
    [[join(folder, 'none.csv')], /There is no file .*none\.csv/],
    [['a.csv', '--threshold', 'high'], /--threshold high is no probability/],
    [['a.csv', '--rules', rules], /rules\.json: [\s\S]*bands\.certain: /],
    [['a.csv', '--dry-run'], /Unknown option '--dry-run'/],
  ];
  const [printed, faults] = (['log', 'error'] as const).map((stream) =>
    vi.spyOn(console, stream).mockImplementation(() => undefined),
  );
  for (const [args, message] of calls) {
    expect(await main(['match', ...args], nightShift)).toBe(2);
    expect(faults?.mock.lastCall?.join()).toMatch(message);
  }
  expect(printed).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
