/**
 * GitHub answers a request of a whole run by 5xx, cuts the connection before or after it did what it was asked, or is
 * gone from there on: for each request. Whatever it was, there is one issue, it closes, and every run has its ledger.
 */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { patience } from '../../lib/github/api/trouble.ts';
import { type ActionsWorld, actionsWorld } from '../support/actions.ts';
import type { Trouble } from '../support/github-server/server.ts';
import { isThorough } from '../support/thorough.ts';
import { aContact, writeWorkbook } from '../support/workbook.ts';

const EVERY = isThorough ? 1 : 7;
const KINDS: readonly Trouble[] = [
  { kind: 'status', status: 502 },
  { kind: 'reset-after' },
  { kind: 'reset' },
  { kind: 'status-after', status: 500 },
];

let world: ActionsWorld;
beforeAll(async () => {
  vi.spyOn(patience, 'sleep').mockResolvedValue();
  vi.spyOn(patience, 'random').mockReturnValue(0);
  world = await actionsWorld('small');
  writeWorkbook(world.workbook, { contacts: [aContact(), aContact()] });
  await world.begin('2026-06-01T03:41:00.000Z');
}, 60_000);
afterAll(async () => {
  vi.restoreAllMocks();
  await world.close();
});

let day = Date.parse('2026-06-01T03:41:00.000Z');
/** One night. `trouble` is what happens to its nth request, `n` from 1. */
async function night(trouble: (n: number) => Trouble | null = () => null): Promise<number | null> {
  const before = world.server.asked.length;
  world.server.trouble = (_, number) => trouble(number - before);
  day += 86_400_000;
  return (await world.runHere({ args: ['shift', '--due', 'nightly'], now: new Date(day).toISOString() })).code;
}
const failing = async (trouble?: (n: number) => Trouble | null): Promise<number | null> => {
  const [here, away] = ['contacts.csv', 'away'].map((name) => join(world.workbook, name)) as [string, string];
  renameSync(here, away);
  const code = await night(trouble);
  renameSync(away, here);
  return code;
};
const issues = (state: string) => world.server.repository.issues.filter((issue) => issue.state === state);
const kept = (): number =>
  new Set(
    world
      .git(join(world.base, 'remote.git'), 'ls-tree', '-r', '--name-only', 'main', 'data/ledger/regions/')
      .split('\n')
      .map((path) => path.split('/')[3]),
  ).size;

it('opens one issue and closes it, and keeps every ledger, whichever request goes wrong', async () => {
  expect(await night()).toBe(0);
  const first = world.server.asked.length;
  await failing();
  const opening = world.server.asked.length - first;
  await night();
  const closing = world.server.asked.length - first - opening;
  const most = Math.max(opening, closing);
  let nights = 4;
  let episodes = 1;
  for (let n = 1; n <= most; n += EVERY) {
    const trouble = KINDS[(n - 1 + (isThorough ? episodes : 0)) % KINDS.length] ?? null;
    const at = (number: number): Trouble | null => (number === n ? trouble : null);
    expect(await failing(at)).toBe(1);
    expect(issues('open'), `one issue, trouble at request ${n} of a failing night`).toHaveLength(1);
    expect(await night(at)).toBe(0);
    nights += 2;
    episodes++;
    expect(issues('open'), `closed, trouble at request ${n} of a good night`).toHaveLength(0);
    expect(kept()).toBe(nights);
  }
  expect(issues('closed').filter(({ stateReason }) => stateReason !== 'duplicate')).toHaveLength(episodes);
  expect([opening, closing].every((requests) => requests > 3)).toBe(true);
}, 120_000);

it('fails visibly where GitHub is gone from some request on, and catches up in the next night', async () => {
  const before = kept();
  for (const from of isThorough ? [1, 2, 3, 4, 5, 6, 7, 8] : [6]) {
    expect(await failing((n) => (n >= from ? { kind: 'status', status: 503 } : null))).toBe(1);
    expect(issues('open').length).toBeLessThanOrEqual(1);
    expect(await failing()).toBe(1);
    expect(issues('open'), `GitHub gone from request ${from} on`).toHaveLength(1);
    expect(await night()).toBe(0);
    expect(issues('open')).toHaveLength(0);
  }
  expect(kept() - before).toBe((isThorough ? 8 : 1) * 3);
  expect(world.server.faults).toEqual([]);
}, 120_000);
