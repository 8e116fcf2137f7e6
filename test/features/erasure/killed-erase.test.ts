/** Forgetting a person by a process that is really killed ahead of one of its writes: run again, it ends what was begun. */
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { main } from '../../../lib/cli/main.ts';
import { ERASE_KEY } from '../../../lib/intake/forgotten.ts';
import { nightShift } from '../../fixture/batches.ts';
import { readyChild } from '../../support/child-process.ts';
import { aBounce, aContact, readCsv, temporaryFolder, today, writeWorkbook } from '../../support/workbook.ts';

const KILLED_AT = [8, 20, 26];
afterEach(() => {
  vi.unstubAllEnvs();
});

const KEY = 'a key of the tests, long enough';
const commandFor = (folder: string): string[] => [
  ...['erase', 'me@example.com', '--yes', '--as-of', today],
  ...['--workbook', join(folder, 'workbook'), '--ledger', join(folder, 'ledger')],
];

/** Forgets the person in a process of its own, killed ahead of its nth write. */
const killedIn = async (folder: string, n: number): Promise<string | null> =>
  (await readyChild(n, commandFor(folder), { [ERASE_KEY]: KEY })).goOn();

/** The same command in this process. */
const eraseIn = (folder: string): Promise<number> => main(commandFor(folder), nightShift);

/** Files that still name the person, by either address. */
const naming = (folder: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile() && !name.endsWith('.db'))
    .filter((name) => /(old\.)?me@example/.test(readFileSync(join(folder, name), 'utf8')));

it('forgets all of a person, under every address, although it was killed', { timeout: 120_000 }, async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  vi.stubEnv(ERASE_KEY, KEY);
  const start = join(temporaryFolder(), 'start');
  mkdirSync(join(start, 'workbook', 'exports'), { recursive: true });
  writeWorkbook(join(start, 'workbook'), {
    contacts: [aContact({ contact_id: 'me', email: 'me@example.com' }), aContact({ contact_id: 'stays' })],
    bounces: [aBounce({ email: 'old.me@example.com', kind: 'soft' }), aBounce({ email: 'stays@example.com' })],
    merges: [
      {
        duplicate_id: 'old',
        survivor_id: 'me',
        probability: '1',
        evidence: '',
        merged_at: '',
        record: '{"email":"old.me@example.com"}',
      },
    ],
  });
  for (const name of ['a', 'b'])
    writeFileSync(join(start, 'workbook', 'exports', `${name}.csv`), 'Email\nold.me@example.com\nstays@example.com\n');
  let killed = 0;
  for (const n of KILLED_AT) {
    const folder = join(start, '..', String(n));
    cpSync(start, folder, { recursive: true });
    if ((await killedIn(folder, n)) === 'SIGKILL') killed++;
    await eraseIn(folder);
    expect(naming(join(folder, 'workbook')), `killed ahead of write ${n}`).toEqual([]);
    expect(readCsv(join(folder, 'workbook'), 'contacts').map((row) => row.contact_id)).toEqual(['stays']);
    expect(readCsv(join(folder, 'workbook'), 'suppressions')).toHaveLength(2);
  }
  expect(killed).toBe(KILLED_AT.length);
});
