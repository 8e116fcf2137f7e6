/** What holds over nights with connections, in any order: a person who left anywhere is subscribed nowhere by us. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  connectedWorld,
  contactOf,
  dayOf,
  deeds,
  LIST,
  nextNight,
  secrets,
  type World,
} from '../../support/connected-world.ts';
import { connectedNight } from '../../support/connections.ts';
import { jobOf } from '../../support/night.ts';
import { casesOf, seedOf } from '../../support/thorough.ts';
import { aPerson } from '../../support/vendor-server/people.ts';
import { SENDGRID_KEY } from '../../support/vendor-server/sendgrid.ts';
import { aSuppression, readCsv, writeWorkbook } from '../../support/workbook.ts';

const PEOPLE = 6;
const TOOLS = ['mailchimp', 'brevo'] as const;

type Step =
  | { readonly does: 'complain' | 'correct' | 'archive' | 'erase'; readonly who: number }
  | { readonly does: 'leave' | 'come back'; readonly who: number; readonly tool: (typeof TOOLS)[number] }
  | { readonly does: 'merge'; readonly who: number; readonly into: number }
  | { readonly does: 'join' | 'fetch' | 'sync' | 'night' | 'failing fetch' | 'failing sync' };

const who = fc.nat(PEOPLE - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    does: fc.constantFrom('complain' as const, 'correct' as const, 'archive' as const, 'erase' as const),
    who,
  }),
  fc.record({ does: fc.constantFrom('leave' as const, 'come back' as const), who, tool: fc.constantFrom(...TOOLS) }),
  fc.record({ does: fc.constant('merge' as const), who, into: who }),
  fc.record({ does: fc.constantFrom('join' as const, 'fetch' as const, 'sync' as const, 'night' as const) }),
  fc.record({ does: fc.constantFrom('failing fetch' as const, 'failing sync' as const) }),
);

/** A person of the model: one or several contacts that were found to be one. */
interface Known {
  /** The contact that stands for the person now. */
  id: string;
  email: string;
  /** Left somewhere: `unseen` until a night has fetched it; `unsure` where no machine could tell that it was them. */
  left: 'no' | 'unseen' | 'seen' | 'unsure';
  /** The addresses under which the person left. */
  readonly leftAs: Set<string>;
  state: 'here' | 'archived' | 'erased' | 'merged';
}

const aKnown = (id: string): Known => ({
  id,
  email: `${id}@example.com`,
  left: 'no',
  leftAs: new Set(),
  state: 'here',
});

async function take(world: World, known: Known[], given: Step, nth: number): Promise<void> {
  const person = 'who' in given ? known[given.who] : undefined;
  if (person && (person.state === 'merged' || person.state === 'erased')) return;
  if (given.does === 'complain' || given.does === 'leave') {
    const found = given.does === 'complain' || ('tool' in given && deeds.leave(world, person?.email ?? '', given.tool));
    if (!person || !found) return;
    if (given.does === 'complain') deeds.complain(world, person.email);
    person.leftAs.add(person.email);
    if (person.left === 'no') person.left = 'unseen';
  } else if (given.does === 'come back' && person) {
    // Who came back before a night saw that they had left may never be seen to have left.
    if (deeds.comeBack(world, person.email, given.tool) && person.left === 'unseen') person.left = 'unsure';
  } else if (given.does === 'correct' && person?.state === 'here') {
    const email = `${person.id}.v${nth}@example.com`;
    deeds.correct(world, person.id, email);
    // What an address did that no contact had any more is known of no person.
    if (person.left === 'unseen') person.left = 'unsure';
    person.email = email;
  } else if (given.does === 'archive' && person?.state === 'here') {
    deeds.archive(world, person.id);
    person.state = 'archived';
  } else if (given.does === 'erase' && person) {
    await deeds.erase(world, person.id);
    person.state = 'erased';
  } else if (given.does === 'merge' && person?.state === 'here') {
    const into = known[given.into];
    if (!into || into === person || into.state !== 'here') return;
    deeds.merge(world, person.id, into.id);
    person.state = 'merged';
    const states = ['unsure', 'seen', 'unseen', 'no'] as const;
    into.left = states.find((state) => person.left === state || into.left === state) ?? 'no';
    for (const email of person.leftAs) into.leftAs.add(email);
  } else if (given.does === 'join') {
    const id = `p${known.length}`;
    deeds.join(world, id);
    known.push(aKnown(id));
  } else if (!person) {
    const isFailing = given.does.startsWith('failing');
    for (const server of Object.values(world.servers))
      server.fault = (n) => (isFailing && n % 3 === 0 ? 'no right' : undefined);
    const isFetch = given.does.endsWith('fetch');
    await nextNight(world, isFetch ? 'fetch' : given.does.endsWith('sync') ? 'sync' : undefined);
    if (given.does === 'fetch' || given.does === 'night')
      for (const each of known) if (each.left === 'unseen') each.left = 'seen';
  }
  expect([...world.tools.mailchimp.subscribed, ...world.tools.brevo.subscribed], given.does).toEqual([]);
}

/** What must hold once the last nights went well. */
function judge(world: World, known: readonly Known[]): void {
  const there = new Set(world.unsubscribes.map(({ email }) => email));
  const ours = new Set(readCsv(world.folder, 'suppressions').map(({ email = '' }) => email));
  const records = (email: string) =>
    TOOLS.flatMap((tool) =>
      world.people[tool].filter((each) => each.email === email).map((each) => ({ ...each, tool })),
    );
  for (const { id, email, left, leftAs, state } of known) {
    if (state === 'merged' || left === 'unsure') continue;
    const about = `${id} ${state} ${left}`;
    const listed = records(email).filter(({ tool, lists, left: gone }) => lists.has(LIST[tool]) && !gone);
    if (left !== 'no' || state !== 'here') expect(listed, about).toEqual([]);
    else expect(records(email).filter(({ tool, lists }) => lists.has(LIST[tool])).length, about).toBe(2);
    if (state === 'erased') continue;
    // A person who stays is suppressed nowhere, and one who left is everywhere, also under a new address.
    for (const each of left === 'no' ? [email] : [email, ...leftAs]) {
      expect(there.has(each), `${about} ${each} at SendGrid`).toBe(left !== 'no');
      expect(ours.has(each), `${about} ${each} here`).toBe(left !== 'no');
      const wrong = records(each).filter(({ left: gone, tool }) =>
        left === 'no' ? gone : !gone && tool === 'mailchimp',
      );
      expect(wrong, `${about} ${each}`).toEqual([]);
    }
    if (state === 'here') expect(contactOf(world, id)?.status === 'subscribed', about).toBe(left === 'no');
  }
  expect(Object.values(world.servers).flatMap(({ faults }) => faults)).toEqual([]);
}

/** One history with each kind of step. */
const everything: Step[] = [
  { does: 'leave', who: 0, tool: 'mailchimp' },
  { does: 'complain', who: 1 },
  { does: 'leave', who: 5, tool: 'brevo' },
  { does: 'join' },
  { does: 'night' },
  { does: 'come back', who: 0, tool: 'mailchimp' },
  { does: 'correct', who: 1 },
  { does: 'merge', who: 2, into: 3 },
  { does: 'complain', who: 6 },
  { does: 'archive', who: 4 },
  { does: 'leave', who: 4, tool: 'brevo' },
  { does: 'erase', who: 5 },
  { does: 'failing fetch' },
];

describe('a person who left anywhere', () => {
  it('is subscribed nowhere by us, no matter what tools, people and the team do in any order, and suppressed everywhere', {
    timeout: 240_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 6 }), async (steps) => {
        const world = await connectedWorld(PEOPLE);
        const known = Array.from({ length: PEOPLE }, (_, i) => aKnown(`p${i}`));
        for (const [nth, each] of steps.entries()) await take(world, known, each, nth);
        for (const nth of [101, 102]) await take(world, known, { does: 'night' }, nth);
        judge(world, known);
      }),
      { numRuns: casesOf(1), examples: [[everything]], ...seedOf() },
    );
  });
});

describe('facts that are old', () => {
  it('hold lists elsewhere back, and are reported by every job that needs them', async () => {
    const world = await connectedWorld(PEOPLE);
    const onLists = () => world.people.mailchimp.filter(({ lists }) => lists.has(LIST.mailchimp)).length;
    world.servers.sendgrid.fault = () => 'expired key';
    const result = await nextNight(world);
    expect(jobOf(result, 'fetch-activity')).toMatchObject({ status: 'applied' });
    expect(Object.values(jobOf(result, 'bounce-suppression').metrics.stale as object)).toEqual([
      'sendgrid: who left there was never fetched; lists for sending are held back until it is fetched again',
    ]);
    expect(onLists()).toBe(0);
    expect(JSON.stringify(result)).not.toContain(SENDGRID_KEY);
    world.servers.sendgrid.fault = () => undefined;
    await nextNight(world);
    expect(onLists()).toBe(PEOPLE);
  });

  it('of our own making, which come back from the tools, are no surge', async () => {
    const world = await connectedWorld(PEOPLE);
    await nextNight(world, 'fetch');
    // Handed over since: 700 suppressions, and 700 members whose fields were set.
    const emails = Array.from({ length: 700 }, (_, i) => `own${i}@example.com`);
    const at = `${dayOf(world.day.now)}T01:00:00Z`;
    const suppressions = emails.map((email) => aSuppression({ email, suppressed_at: at }));
    writeWorkbook(world.folder, { suppressions });
    for (const email of emails) world.unsubscribes.push({ email, created: Date.parse(at) / 1000 + 3600 });
    for (const email of emails) world.people.mailchimp.push(aPerson(email.replace('own', 'member')));
    expect(jobOf(await nextNight(world, 'fetch'), 'fetch-activity')).toMatchObject({ status: 'applied' });
  });

  it('that are ten times the usual wait for a person, and that suddenly end are reported', async () => {
    const world = await connectedWorld(PEOPLE);
    await nextNight(world, 'fetch');
    const asOf = dayOf(world.day.now + 1);
    for (let i = 0; i < 700; i++)
      world.spam.push({
        email: `s${i}@a.example`,
        created: Date.parse(`${asOf}T09:00:00Z`) / 1000 - i,
        ip: '192.0.2.1',
      });
    const held = jobOf(await nextNight(world, 'fetch'), 'fetch-activity');
    expect(held).toMatchObject({ status: 'blocked' });
    expect(held.guards.find(({ passed }) => !passed)?.guard).toBe(
      'at most 10 times the usual number of facts from a connection',
    );
    const given = { asOf, only: 'fetch', approvals: [held.plan ?? ''] } as const;
    const done = await connectedNight(world.folder, world.rules, secrets, given);
    expect(jobOf(done, 'fetch-activity').changes.suppressions?.insert).toBe(700);
    // And where there are usually many, none at all in the days that a fetch overlaps and since is reported.
    world.spam.length = 0;
    world.day.now += 2;
    expect(jobOf(await nextNight(world, 'fetch'), 'fetch-activity').metrics.warnings).toEqual([
      'sendgrid gave no new facts, where 47 a day are usual: check its feed',
    ]);
  });
});
