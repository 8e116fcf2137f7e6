/** Law 2, with processes that are really killed: at moments spread over the whole run, and ahead of single writes. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { nightShift } from '../fixture/batches.ts';
import { type ReadyChild, readyChild } from '../support/child-process.ts';
import { casesOf } from '../support/thorough.ts';
import { aBounce, aContact, anEvent, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';
import { entriesByOutcome, leftovers, workbookOf } from './one-outcome.ts';

const KILLS = casesOf(4);
/** As many processes at once as a small machine has processors. */
const LANES = 2;
const JOBS = ['list-cleaning', 'bounce-suppression', 'list-refresh'];

function aWorkbook(folder: string): void {
  const contacts = Array.from({ length: 40 }, (_, i) =>
    aContact({ contact_id: `k${i}`, email: `K${i}@Example.com`, phone: `(555) 555-01${10 + i}`, email_status: '' }),
  );
  writeWorkbook(folder, {
    contacts: [...contacts, aContact({ contact_id: 'k40', created_at: 'soon' })],
    bounces: [aBounce({ email: 'k1@example.com' }), aBounce({ email: 'k2@example.com', kind: 'complaint', code: '' })],
    events: contacts.map(({ contact_id = '' }) => anEvent({ contact_id })),
  });
}

const commandFor = (folder: string): string[] => [
  ...['run', ...JOBS, 'exports', '--as-of', today, '--json'],
  ...['--workbook', join(folder, 'workbook'), '--ledger', join(folder, 'ledger')],
];

/** The workbook's tables, and the files that the night hands over. */
const writtenIn = (folder: string) => ({
  tables: workbookOf(join(folder, 'workbook')),
  exports: workbookOf(join(folder, 'workbook/exports')),
});

/** The same command in this process. */
const mainIn = async (folder: string): Promise<number> => main(commandFor(folder), nightShift);

/** Lets a night begin, kills it after `killAfterMs` if it runs so long, and waits for its end. */
async function goOn({ child, goOn }: ReadyChild, killAfterMs?: number): Promise<{ ms: number; signal: string | null }> {
  const started = performance.now();
  if (killAfterMs !== undefined) wait(killAfterMs).then(() => child.kill('SIGKILL'));
  const signal = await goOn();
  return { ms: performance.now() - started, signal };
}

it(`a run killed at ${KILLS} moments ends as if nothing had happened`, { timeout: 600_000 }, async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const root = temporaryFolder();
  const start = join(root, 'start');
  aWorkbook(join(start, 'workbook'));
  const whole = join(root, 'whole');
  cpSync(start, whole, { recursive: true });
  const undisturbed = await goOn(await readyChild(0, commandFor(whole)));
  const expected = writtenIn(whole);
  expect(Object.keys(expected.exports).length).toBeGreaterThan(0);
  expect(entriesByOutcome(join(whole, 'ledger'))).toEqual(
    Object.fromEntries([...JOBS, 'exports'].map((job) => [`${job} ${today} applied`, 1])),
  );

  let killed = 0;
  const wrong: unknown[] = [];
  /** Two of three are killed by the clock, anywhere in the run; every third ahead of one of its writes. */
  async function killOne(k: number): Promise<void> {
    const folder = join(root, String(k));
    cpSync(start, folder, { recursive: true });
    const write = k % 3 === 2 ? 12 + ((k * 7) % 60) : 0;
    const child = await readyChild(write, commandFor(folder));
    const { signal } = await goOn(child, write > 0 ? undefined : ((k + Math.random()) / KILLS) * undisturbed.ms);
    if (signal === 'SIGKILL') killed++;
    await mainIn(folder);
    const same = JSON.stringify(writtenIn(folder)) === JSON.stringify(expected);
    const ledger = entriesByOutcome(join(folder, 'ledger'));
    const applied = JOBS.filter((job) => ledger[`${job} ${today} applied`] === 1);
    const left = leftovers(join(folder, 'workbook'));
    if (!same || applied.length < JOBS.length || left.length > 0) wrong.push({ k, write, same, ledger, left });
  }
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      for (let k = lane; k < KILLS; k += LANES) await killOne(k);
    }),
  );
  expect(wrong).toEqual([]);
  expect(killed).toBeGreaterThan(KILLS / 2);
});
