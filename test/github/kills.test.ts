import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ActionsWorld, actionsWorld } from '../support/actions.ts';
import { aBounce, aContact, readCsv, writeWorkbook } from '../support/workbook.ts';

let world: ActionsWorld;
beforeAll(async () => {
  world = await actionsWorld('small');
  const contacts = Array.from({ length: 40 }, (_, i) => aContact({ contact_id: `k${i}` }));
  writeWorkbook(world.workbook, { contacts });
  await world.begin('2026-11-09T03:30:00.000Z');
}, 60_000);
afterAll(async () => {
  await world.close();
});

/** A git that kills the run which called it, once, before or after it did what it was asked. */
function deadlyGit(step: string, when: 'before' | 'after'): string {
  const bin = join(world.base, `bin-${step}-${when}`);
  mkdirSync(bin);
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  const death = when === 'before' ? 'kill -9 $PPID; exit 1' : `"${real}" "$@"; kill -9 $PPID; exit 1`;
  writeFileSync(join(bin, 'git'), `#!/bin/sh\n[ "$1" = ${step} ] && { ${death}; }\nexec "${real}" "$@"\n`, {
    mode: 0o755,
  });
  return `${bin}:${process.env.PATH}`;
}

const kills = [
  ['fetch', 'after'],
  ['push', 'before'],
  ['push', 'after'],
] as const;

it.each(kills)('loses no ledger where the run is killed at git %s, %s it', { timeout: 60_000 }, async (step, when) => {
  const day = `2026-11-1${kills.findIndex(([s, w]) => s === step && w === when)}`;
  const email = `k${kills.findIndex(([s, w]) => s === step && w === when)}@example.com`;
  writeWorkbook(world.workbook, { bounces: [aBounce({ email, occurred_at: `${day}T01:00:00Z` })] });
  const order = { args: ['shift', '--due', 'nightly'], now: `${day}T03:30:00.000Z` };
  const killed = await world.run({ ...order, env: { PATH: deadlyGit(step, when) } });
  expect(killed.code).toBeNull();
  expect((await world.runHere(order)).code).toBe(0);
  const ledger = world
    .git(
      join(world.base, 'remote.git'),
      'ls-tree',
      '-r',
      '--name-only',
      'main',
      `data/ledger/bounce-suppression/${day}/`,
    )
    .split('\n');
  const statuses = ledger.map(
    (path) =>
      (JSON.parse(world.git(join(world.base, 'remote.git'), 'show', `main:${path}`)) as { status: string }).status,
  );
  expect(statuses.filter((status) => status === 'applied')).toHaveLength(1);
  expect(readCsv(world.workbook, 'suppressions').filter((row) => row.email === email)).toHaveLength(1);
  expect(world.server.repository.issues).toEqual([]);
});

it('opens one issue and keeps every ledger where two runs fail at the same moment', { timeout: 60_000 }, async () => {
  rmSync(join(world.workbook, 'contacts.csv'));
  const order = { args: ['shift', '--due', 'nightly'], now: '2026-11-19T03:30:00.000Z' };
  const both = await Promise.all([world.run(order), world.run(order)]);
  // Both fail, or one finds the workbook held by the other and leaves it the work.
  const codes = both.map(({ code }) => code);
  expect(codes.filter((code) => code === 1).length).toBeGreaterThan(0);
  expect(codes.every((code) => code === 1 || code === 4)).toBe(true);
  const open = world.server.repository.issues.filter(({ state }) => state === 'open');
  expect(open.map(({ title }) => title)).toEqual(['nightly fails']);
  const remote = join(world.base, 'remote.git');
  const kept = world.git(remote, 'ls-tree', '-r', '--name-only', 'main', 'data/ledger/regions/2026-11-19/');
  expect(kept.split('\n')).toHaveLength(codes.filter((code) => code === 1).length);
  expect(world.server.faults).toEqual([]);
});
