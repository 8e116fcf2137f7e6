/** Law 2 for an import: a process that is really killed ahead of one of its writes leaves nothing half done. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { nightShift } from '../fixture/batches.ts';
import { workbookOf } from '../laws/one-outcome.ts';
import { readyChild } from '../support/child-process.ts';
import { aContact, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';

const KILLED_AT = [16, 34];

const commandFor = (folder: string): string[] => [
  ...['import', join(folder, 'people.csv'), '--yes', '--as-of', today],
  ...['--workbook', join(folder, 'workbook'), '--ledger', join(folder, 'ledger')],
];

/** Imports the folder's file in a process of its own, killed ahead of its nth write. */
const killedIn = async (folder: string, n: number): Promise<string | null> =>
  (await readyChild(n, commandFor(folder))).goOn();

/** The same command in this process. */
const importIn = (folder: string): Promise<number> => main(commandFor(folder), nightShift);

it('an import that is killed, and done again, ends as if nothing had happened', { timeout: 120_000 }, async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const root = temporaryFolder();
  const start = join(root, 'start');
  mkdirSync(start);
  writeWorkbook(join(start, 'workbook'), {
    contacts: [aContact({ contact_id: 'w1', email: 'p1@example.com', company: '' })],
  });
  const rows = Array.from(
    { length: 50 },
    (_, i) => `p${i}@example.com,Sample Inc,${i % 7 === 0 ? 'unsubscribed' : 'subscribed'}`,
  );
  writeFileSync(join(start, 'people.csv'), `email,company,status\n${rows.join('\n')}\n`);
  const whole = join(root, 'whole');
  cpSync(start, whole, { recursive: true });
  expect(await importIn(whole)).toBe(0);
  const expected = workbookOf(join(whole, 'workbook'));
  for (const n of KILLED_AT) {
    const folder = join(root, String(n));
    cpSync(start, folder, { recursive: true });
    expect(await killedIn(folder, n)).toBe('SIGKILL');
    expect(await importIn(folder)).toBe(0);
    expect(workbookOf(join(folder, 'workbook')), `killed ahead of write ${n}`).toEqual(expected);
  }
});
