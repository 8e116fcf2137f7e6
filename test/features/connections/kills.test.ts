/**
 * Nights whose process is really killed: while it asks, before its commit, between commit and delivery, and in the middle
 * of it. Whatever it was, in the end each fact is here once, and each change there once or repeated without effect.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { programFile } from '../../support/child-process.ts';
import { connectedWorld, dayOf, deeds, nextNight, type World } from '../../support/connected-world.ts';
import { jobOf } from '../../support/night.ts';
import { isThorough } from '../../support/thorough.ts';
import type { Asked, Fault } from '../../support/vendor-server/server.ts';
import { readCsv } from '../../support/workbook.ts';

type Kill =
  /** The server kills the process as the request comes in; `lost answer`: once it has done what was asked. */
  { readonly on: (asked: Asked) => boolean; readonly fault: Fault } | { readonly at: string };

async function killedNight(world: World, kill: Kill): Promise<string | null> {
  const given = { folder: world.folder, rules: world.rules, asOf: dayOf(world.day.now) };
  const killAt = 'at' in kill ? kill.at : undefined;
  const child = spawn(
    process.execPath,
    [await programFile('test/features/connections/night-child.ts'), JSON.stringify({ ...given, killAt })],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  for (const server of Object.values(world.servers))
    server.fault = (_, asked) => {
      if ('at' in kill || !kill.on(asked)) return undefined;
      child.kill('SIGKILL');
      return kill.fault;
    };
  await once(child, 'exit');
  for (const server of Object.values(world.servers)) server.fault = () => undefined;
  return child.signalCode;
}

const isWrite = (path: string) => (asked: Asked) => asked.method === 'POST' && asked.path.startsWith(path);

it('a night that is killed anywhere, and run again, has each fact and each change once', {
  timeout: 240_000,
}, async () => {
  const world = await worldWithNews();
  const kills: readonly (readonly [Kill, () => void])[] = [
    // While it asks: nothing is here.
    [{ on: ({ path }) => path.includes('abuse-reports'), fault: 'dead' }, () => expect(suppressed(world)).toEqual([])],
    // Once all is planned, ahead of its commit: nothing is here, and nothing there.
    [{ at: 'writing suppressions' }, () => expect([...suppressed(world), ...there(world)]).toEqual([])],
    // Between commit and delivery: all is here, nothing there, and the tab says so.
    [{ at: 'sync-audiences: sendgrid' }, () => expect([suppressed(world), there(world)]).toEqual([LEFT, []])],
    // In the middle of it: what a request did stays done, though its answer was lost.
    [{ on: isWrite('/v3/asm/suppressions'), fault: 'lost answer' }, () => expect(there(world)).toEqual(LEFT)],
    [{ on: isWrite('/3.0/batches'), fault: 'lost answer' }, () => expect(there(world)).toEqual(LEFT)],
  ];
  for (const [nth, [kill, check]] of kills.entries()) {
    expect(await killedNight(world, kill), String(nth)).toBe('SIGKILL');
    check();
  }
  expect(rowOf(world)).toMatchObject({ status: 'applied', note: 'not handed over yet' });
  world.day.now--;
  const last = await nextNight(world);
  expect(jobOf(last, 'sync-audiences')).toMatchObject({ status: 'applied' });
  expect(rowOf(world)).toMatchObject({ status: 'applied', note: '' });
  judge(world);
  // Of a night that was killed only what was written is on record, once.
  const ledger = join(world.folder, '.nightshift/test-ledger');
  for (const job of ['fetch-activity', 'bounce-suppression', 'sync-audiences']) {
    const folder = join(ledger, job, dayOf(world.day.now));
    const applied = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
    const changed = applied.filter(({ changes }) =>
      JSON.stringify(changes.suppressions ?? changes.audiences).match(/[1-9]/),
    );
    expect(changed.length, job).toBe(job === 'bounce-suppression' ? 0 : 1);
  }
});

it.skipIf(!isThorough)(
  'so has a night that is killed at each of its requests in turn',
  { timeout: 900_000 },
  async () => {
    const world = await worldWithNews();
    for (let n = 1, signal: string | null = 'SIGKILL'; signal !== null; n++) {
      let seen = 0;
      signal = await killedNight(world, { on: () => ++seen === n, fault: n % 2 === 0 ? 'dead' : 'lost answer' });
    }
    judge(world);
  },
);

async function worldWithNews(): Promise<World> {
  const world = await connectedWorld(4);
  world.day.now++;
  deeds.join(world, 'p4');
  deeds.complain(world, 'p0@example.com');
  deeds.leave(world, 'p1@example.com', 'mailchimp');
  return world;
}

/** Each fact is here once, and each change there once. */
function judge(world: World): void {
  expect(suppressed(world)).toEqual(LEFT);
  expect(world.unsubscribes.map(({ email }) => email).sort()).toEqual(LEFT);
  expect(readCsv(world.folder, 'connections').map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  for (const [tool, list] of [
    ['mailchimp', 'nightshift'],
    ['brevo', '12'],
  ] as const) {
    const on = world.people[tool].filter(({ lists }) => lists.has(list)).map(({ email }) => email);
    expect(on.sort(), tool).toEqual(['p2@example.com', 'p3@example.com', 'p4@example.com']);
    expect(new Set(world.people[tool].map(({ email }) => email)).size).toBe(world.people[tool].length);
  }
  expect([...world.tools.mailchimp.subscribed, ...world.tools.brevo.subscribed]).toEqual([]);
  expect(Object.values(world.servers).flatMap(({ faults }) => faults)).toEqual([]);
}

const LEFT = ['p0@example.com', 'p1@example.com'];
const suppressed = (world: World): string[] =>
  readCsv(world.folder, 'suppressions')
    .map(({ email = '' }) => email)
    .sort();
const there = (world: World): string[] => [...new Set(world.unsubscribes.map(({ email }) => email))].sort();
const rowOf = (world: World) => readCsv(world.folder, 'runs').find(({ job }) => job === 'sync-audiences');
