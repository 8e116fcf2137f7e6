/**
 * Storms: in the gap before any request people sort, insert, delete, move and type; any request may fail in any way;
 * the process may be killed at any of them. After recovery each person's edits are there, every planned cell is in its
 * own person's row, once, and nothing else differs. An ordinary run plays the same 200 each time, NIGHTSHIFT_THOROUGH=N
 * N times as many others, and a failure prints the seed to repeat it with (NIGHTSHIFT_SEED). Those that once did damage
 * are always played.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FAULTS } from '../../support/sheets-server/scenario.ts';
import { casesOf, isThorough, seedOf } from '../../support/thorough.ts';
import { check } from './storm/oracle.ts';
import { remembered } from './storm/remembered.ts';
import { CALM, DEEDS, type Seen, type Storm, serverOf, storm, weather } from './storm/weather.ts';

const STORMS = casesOf(200);
const isUsual = !isThorough && process.env.NIGHTSHIFT_SEED === undefined;

async function play(one: Storm, seen: Seen = new Map()): Promise<number> {
  const sky = await serverOf(one, seen);
  try {
    await weather(sky, one, seen);
    check(sky.server, sky.people, one);
    return sky.server.requests.length;
  } finally {
    await sky.server.close();
  }
}

test(
  `${STORMS} storms leave every edit, and every planned cell in its own row once`,
  async () => {
    const seen: Seen = new Map();
    let played = 0;
    const property = fc.asyncProperty(storm, async (one) => {
      await play(one, seen);
      played += 1;
    });
    await fc.assert(property, {
      numRuns: STORMS + remembered.length,
      examples: remembered.map((one): [Storm] => [one]),
      endOnFailure: false,
      ...seedOf(),
    });
    expect(played).toBe(STORMS + remembered.length);
    // Nothing of all this is only claimed to happen; other storms than the usual ones may lack a rare deed.
    for (const what of isUsual ? [...DEEDS.map((deed) => deed.do), ...FAULTS, ...OUTCOMES] : [])
      expect.soft(seen.get(what) ?? 0, what).toBeGreaterThan(0);
  },
  60_000 + STORMS * 500,
);

const OUTCOMES = ['killed before', 'killed after', 'repaired', 'repaired after a kill', 'several requests'];

/** An ordinary run plays every seventh of them, so that each deed strikes at other requests than the one before it. */
const STEP = isThorough ? 1 : 7;

test('one deed, fault or kill at each request in its turn', { timeout: isThorough ? 3_600_000 : 300_000 }, async () => {
  const requests = await play(CALM);
  const each: ((at: number) => Partial<Storm>)[] = [
    ...FAULTS.map((fault) => (at: number) => ({ faults: [{ at, fault }] })),
    ...[true, false].map((after) => (at: number) => ({ kills: [{ at, after }] })),
    ...DEEDS.map((deed) => (before: number) => ({ deeds: [{ before, deed }] })),
  ];
  const all = each.flatMap((one) => Array.from({ length: requests }, (_, i): Storm => ({ ...CALM, ...one(i + 1) })));
  expect(all.length).toBeGreaterThan(22 * 10);
  for (let i = 0; i < all.length; i += STEP) {
    const one = all[i] ?? CALM;
    await play(one).catch((error) => {
      throw new Error(`The storm ${JSON.stringify({ ...one, plan: 'calm' })} did damage.`, { cause: error });
    });
  }
});
