/** Law 2 for an import: a process that is really killed ahead of one of its writes leaves nothing half done. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workbookOf } from '../laws/one-outcome.ts';
import { readyChild } from '../support/child-process.ts';
import { aContact, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';

const KILLED_AT = [14, 22, 30, 38];

/** Imports the folder's file in a process of its own, killed ahead of its nth write; 0 lets it end. */
async function importIn(folder: string, n: number): Promise<string | null> {
  const where = ['--workbook', join(folder, 'workbook'), '--ledger', join(folder, 'ledger'), '--as-of', today];
  return (await readyChild(n, ['import', join(folder, 'people.csv'), '--yes', ...where])).goOn();
}

it('an import that is killed, and done again, ends as if nothing had happened', { timeout: 120_000 }, async () => {
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
  expect(await importIn(whole, 0)).toBeNull();
  const expected = workbookOf(join(whole, 'workbook'));
  let killed = 0;
  await Promise.all(
    [0, 1].map(async (lane) => {
      for (const n of KILLED_AT.filter((_, i) => i % 2 === lane)) {
        const folder = join(root, String(n));
        cpSync(start, folder, { recursive: true });
        if ((await importIn(folder, n)) === 'SIGKILL') killed++;
        await importIn(folder, 0);
        expect(workbookOf(join(folder, 'workbook')), `killed ahead of write ${n}`).toEqual(expected);
      }
    }),
  );
  expect(killed).toBeGreaterThan(1);
});
