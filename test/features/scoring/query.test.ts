import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, Engine, Row } from '../../../lib/core/engine.ts';
import { sql } from '../../../lib/core/sql.ts';
import { countedBounceSteps } from '../../../lib/features/bounces/index.ts';
import { scorePartsQuery, scoreQuery } from '../../../lib/features/scoring/query.ts';
import { checkScoring, type ScoringRules } from '../../../lib/features/scoring/rules.ts';
import { slotSteps } from '../../../lib/features/scoring/steps.ts';
import { unknownEventTypes } from '../../../lib/features/scoring/unknown-types.ts';
import { runSteps } from '../../../lib/run/plan-job.ts';
import { bounces } from '../../fixture/rules/bounces.ts';
import { scoring } from '../../fixture/rules/scoring.ts';
import { engineWith, type Layout } from '../../support/engine-tables.ts';

const asOf = new Date('2026-11-22T12:00:00Z');
const domains = [
  { domain: 'gmail.com', kind: 'free-mail' },
  { domain: 'throwaway.example', kind: 'disposable' },
];
const rules = checkScoring(scoring);

const daysAgo = (days: number, hour = 8): string =>
  new Date(Date.UTC(2026, 10, 22 - days, hour)).toISOString().replace('T', ' ').replace('Z', '');
let count = 0;
const happened = (contact_id: string, type: string, days: number, hour = 8) => ({
  event_id: `e${count++}`,
  contact_id,
  type,
  occurred_at: daysAgo(days, hour),
});

/** An engine with the tables, and the steps that scoring reads. */
async function laidOut(layout: Layout): Promise<Engine> {
  const engine = await engineWith({ domains, ...layout });
  await runSteps(engine, countedBounceSteps(bounces));
  return engine;
}

async function scores(
  layout: Layout,
  by: ScoringRules = rules,
  parts = false,
): Promise<{ scores: Row[]; parts: Row[] }> {
  const engine = await laidOut(layout);
  try {
    const query = scoreQuery(by, asOf);
    return {
      scores: await engine.rows(sql`select * from (${query}) as q order by contact_id`),
      parts: parts ? await engine.rows(scorePartsQuery(by, asOf)) : [],
    };
  } finally {
    engine.close();
  }
}

/** A side's parts added up in hundredths, which doubles hold exactly. */
const added = (parts: readonly Row[], contact: Cell | undefined, side: string): number =>
  parts
    .filter((part) => part.contact_id === contact && part.side === side)
    .reduce((sum, part) => sum + Math.round(Number(part.points) * 100), 0) / 100;

/** The engagement of a contact for each list of what happened: [type, days ago, hour]. */
async function engagements(...lists: readonly (readonly Happening[])[]): Promise<unknown[]> {
  const contacts = lists.map((_, i) => ({ contact_id: `c${i}`, email: `c${i}@example.com` }));
  const events = lists.flatMap((list, i) => list.map((one) => happened(`c${i}`, ...one)));
  return (await scores({ contacts, events })).scores.map((row) => row.engagement);
}
type Happening = readonly [type: string, days: number, hour?: number];

describe('engagement', () => {
  it('halves after a half-life, and stays whole where the rules say so', async () => {
    expect(
      await engagements(
        [['attended', 0]],
        [['attended', 60]],
        [['download', 30]],
        [['demo_request', 90]],
        [['demo_request', 150]],
      ),
    ).toEqual([40, 20, 10.6, 100, 50]);
  });

  it('counts no more than the cap of a week or a day', async () => {
    const clicks = (n: number, day: number) => Array.from({ length: n }, (_, i): Happening => ['click', day, i]);
    const attended: Happening = ['attended', 0];
    // 2026-11-22 is a Sunday: day 6 is its week's Monday, day 7 the week before.
    expect(
      await engagements(
        [...clicks(2, 0), ...clicks(2, 0)],
        clicks(2, 0),
        [...clicks(3, 0), ...clicks(3, 6)],
        [...clicks(3, 0), ...clicks(3, 7)],
        [attended, ['careers_page', 0, 1], ['careers_page', 0, 2]],
        [attended, ['careers_page', 0], ['careers_page', 1]],
      ),
    ).toEqual([15, 10, 15, 27.8, 30, 20.2]);
  });

  it('is nothing for opens and for events that the rules do not name, and ends at 0 and at 100', async () => {
    const unnamed: Happening[] = [
      ['open', 0],
      ['delivered', 0],
    ];
    const many: Happening[] = [
      ['demo_request', 0],
      ['attended', 0],
    ];
    expect(await engagements(unnamed, [['careers_page', 0]], many)).toEqual([0, 0, 100]);
  });

  it('is 0 for the unsubscribed, and loses points for a bounce of the present address that counts', async () => {
    const contacts = [
      { contact_id: 'a', email: 'a@example.com', status: 'unsubscribed' },
      { contact_id: 'b', email: 'B@example.com' },
      { contact_id: 'c', email: 'c@example.com' },
    ];
    const events = ['a', 'b', 'c'].map((id) => happened(id, 'attended', 0));
    const bounce = { bounce_id: '1', email: ' b@example.com', kind: 'hard', code: '5.0.0', occurred_at: daysAgo(300) };
    const bounces = [
      bounce,
      { ...bounce, bounce_id: '2' },
      { ...bounce, bounce_id: '3', email: 'c@example.com', kind: 'soft' },
    ];
    const found = await scores({ contacts, events, bounces });
    expect(found.scores.map((row) => row.engagement)).toEqual([0, 20, 40]);
  });

  it('loses nothing for a bounce that says nothing of the address: policy, full, released', async () => {
    const reasons: readonly (readonly [id: string, kind: string, code: string, detail: string])[] = [
      ['policy', 'hard', '5.7.1', '550 5.7.1 message blocked: sender IP on a blocklist'],
      ['full', 'hard', '5.2.2', '552 5.2.2 mailbox full'],
      ['released', 'hard', '5.1.1', 'no such user'],
      ['dead', 'Hard Bounce', '5.1.1', 'no such user'],
      ['unclear', 'Permanent', '', ''],
    ];
    const contacts = reasons.map(([id]) => ({ contact_id: id, email: `${id}@${id}.example` }));
    const events = reasons.map(([id]) => happened(id, 'attended', 0));
    const bouncing = reasons.map(([id, kind, code, detail]) => {
      return { bounce_id: id, email: `${id}@${id}.example`, kind, code, detail, occurred_at: daysAgo(100) };
    });
    const released = { email: 'released@released.example', reason: 'hard_bounce', released_at: daysAgo(50) };
    const found = await scores({ contacts, events, bounces: bouncing, suppressions: [released] });
    const byId = Object.fromEntries(found.scores.map((row) => [row.contact_id, row.engagement]));
    expect(byId).toEqual({ policy: 40, full: 40, released: 40, dead: 20, unclear: 20 });
  });

  it('counts a type under its other names, once ever where capped, and no more than its group may', async () => {
    const tuned = checkScoring({
      ...rules,
      engagement: {
        ...rules.engagement,
        events: [
          { type: 'attended', also: ['Webinar attended', 'form_submission'], points: 40 },
          { type: 'subscribe', points: 5, halfLife: '60 days', atMost: { times: 1, per: 'ever' } },
          { type: 'page_view', points: 4 },
          { type: 'pricing_page', points: 6 },
        ],
        caps: [{ name: 'website visits', types: ['page_view', 'pricing_page'], points: 15 }],
      },
    });
    const contacts = ['a', 'b', 'c'].map((contact_id) => ({ contact_id }));
    const events = [
      happened('a', 'webinar attended', 300),
      ...[0, 60, 120, 200].map((days) => happened('b', 'subscribe', days)),
      ...[1, 2, 3].flatMap((days) => [happened('c', 'page_view', days), happened('c', 'pricing_page', days)]),
      happened('c', 'attended', 5),
    ];
    const found = await scores({ contacts, events }, tuned, true);
    expect(found.scores.map((row) => row.engagement)).toEqual([40, 5, 55]);
    expect(added(found.parts, 'c', 'engagement')).toBe(55);
    expect(found.parts.find(({ part }) => part === 'website visits: at most 15 points')).toMatchObject({ points: -15 });
  });

  it('takes points for silence once, where the rules say so', async () => {
    const strict = { ...rules, engagement: { ...rules.engagement, inactive: { after: '90 days', points: -10 } } };
    const contacts = ['a', 'b', 'c'].map((contact_id) => ({ contact_id, email: `${contact_id}@example.com` }));
    const events = [
      happened('a', 'demo_request', 90),
      happened('b', 'demo_request', 91),
      happened('b', 'careers_page', 0),
    ];
    const found = await scores({ contacts, events }, strict);
    expect(found.scores.map((row) => row.engagement)).toEqual([100, 78.9, 0]);
  });
});

describe('fit', () => {
  it('is the points of the first answer to each question, never below 0', async () => {
    const cases = [
      [75, 'Head of Marketing', 'a@acme.example', 'de'],
      [55, 'VP', 'a@acme.example', 'US'],
      [15, 'Marketing Manager', 'a@gmail.com', null],
      [15, 'Student', 'a@acme.example', null],
      [0, 'Student', 'a@gmail.com', null],
      [0, 'Internist', 'a@throwaway.example', null],
      [0, null, null, null],
    ] as const;
    const contacts = cases.map(([, job_title, email, country], i) => ({
      contact_id: `c${i}`,
      job_title,
      email,
      country,
    }));
    const found = await scores({ contacts });
    expect(found.scores.map(({ fit }, i) => [fit, ...(cases[i] ?? []).slice(1)])).toEqual(cases);
  });
});

describe('a score', () => {
  it('is unknown for the suppressed, our own people and competitors, and says why', async () => {
    const contacts = [
      { contact_id: 'a', email: 'a@example.com', status: 'suppressed' },
      { contact_id: 'b', email: 'b@Competitor.example' },
    ];
    const found = await scores({ contacts, events: [happened('a', 'click', 1)] }, rules, true);
    const none = { engagement: null, fit: null, score: null, score_band: null };
    expect(found.scores).toEqual([
      { contact_id: 'a', ...none },
      { contact_id: 'b', ...none },
    ]);
    expect(found.parts.map(({ side, part, points }) => ({ side, part, points }))).toEqual([
      { side: 'none', part: 'no score: suppressed', points: null },
      { side: 'none', part: 'no score: a competitor', points: null },
    ]);
  });

  it('has the grade of its rounded sides', async () => {
    const contacts = [
      { contact_id: 'a', email: 'a@acme.example', job_title: 'CMO', country: 'DE' },
      { contact_id: 'b', email: 'b@gmail.com' },
      { contact_id: 'c', email: 'c@acme.example', job_title: 'Sales' },
    ];
    const events = [happened('a', 'contact_request', 1), happened('c', 'pricing_page', 0)];
    const found = await scores({ contacts, events });
    expect(found.scores).toEqual([
      { contact_id: 'a', engagement: 100, fit: 75, score: 175, score_band: 'A1' },
      { contact_id: 'b', engagement: 0, fit: 0, score: 0, score_band: 'D4' },
      { contact_id: 'c', engagement: 25, fit: 50, score: 75, score_band: 'B3' },
    ]);
  });

  it('is explained by parts in words', async () => {
    const contacts = [{ contact_id: 'a', email: 'a@gmail.com', status: 'unsubscribed' }, { contact_id: 'b' }];
    const events = [happened('a', 'click', 1), happened('a', 'click', 3), happened('b', 'click', 3)];
    const engine = await laidOut({ contacts, events });
    const parts = await engine.rows(scorePartsQuery(rules, asOf, 'a'));
    engine.close();
    const lines = parts.map((row) => `${row.contact_id} ${row.side}: ${row.part} | ${row.detail} | ${row.points}`);
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "a engagement: click (5 points, at most 3 a week, half after 30 days) | 2, the last on 2026-11-21 | 9.55
      a engagement: unsubscribed | null | -9.55
      a fit: Address | free mail | -10
      a fit: never below 0, never above 100 | null | 10"
    `);
  });

  it('is the sum of its parts, and independent of the order of rows and the number of threads', async () => {
    const kinds = rules.engagement.events.map(({ type }) => type);
    const contact = fc.record({
      email: fc.constantFrom('x@gmail.com', 'x@acme.example', 'x@competitor.example', 'bounced@acme.example', null),
      job_title: fc.constantFrom('Head of Marketing', 'Student', 'Sales lead', null),
      status: fc.constantFrom('subscribed', 'unsubscribed', 'suppressed', null),
      events: fc.array(fc.tuple(fc.constantFrom(...kinds, 'delivered'), fc.nat(400)), { maxLength: 30 }),
    });
    const bounced = [{ bounce_id: '1', email: 'bounced@acme.example', kind: 'hard', occurred_at: daysAgo(3) }];
    const caps = [{ name: 'site', types: ['pricing_page', 'download', 'click'], points: 12.345 }];
    const strict = {
      ...rules,
      engagement: { ...rules.engagement, caps, inactive: { after: '90 days', points: -10.123 } },
    };
    await fc.assert(
      fc.asyncProperty(fc.array(contact, { minLength: 40, maxLength: 80 }), async (people) => {
        const contacts = people.map(({ events: _, ...cells }, i) => ({ contact_id: `c${i}`, ...cells }));
        const events = people.flatMap(({ events }, i) => events.map(([type, days]) => happened(`c${i}`, type, days)));
        const found = await scores({ contacts, events, bounces: bounced }, strict, true);
        expect(found.scores).toHaveLength(people.length);
        for (const row of found.scores) {
          expect(added(found.parts, row.contact_id, 'engagement')).toBe(row.engagement ?? 0);
          expect(added(found.parts, row.contact_id, 'fit')).toBe(row.fit ?? 0);
          if (row.score !== null) expect(row.score).toBe((Number(row.engagement) * 10 + Number(row.fit) * 10) / 10);
        }
        const turned = { contacts: contacts.toReversed(), events: events.toReversed(), bounces: bounced, threads: 2 };
        expect((await scores(turned, strict)).scores).toEqual(found.scores);
      }),
      { numRuns: 5 },
    );
  });

  it('adds up whole millionths, which no order of rows can round differently', async () => {
    const events = Array.from({ length: 300 }, (_, i) => happened('a', i % 2 ? 'download' : 'click', i));
    const engine = await engineWith({ contacts: [{ contact_id: 'a' }], events });
    const { least, odd } = await engine.row(sql`with ${slotSteps(rules, asOf)}
      select min(micro) as least, countif(micro <> floor(micro)) as odd from slots`);
    engine.close();
    expect(odd).toBe(0);
    expect(least).toBeGreaterThan(0);
  });

  it('agrees with a calculation by hand of the uncapped types', async () => {
    const uncapped = rules.engagement.events.filter(({ atMost, points }) => !atMost && points > 0);
    const after = [1, 17, 91, 200];
    const sums = after.map((days) =>
      uncapped.slice(2).reduce((total, { points }) => total + points * 0.5 ** (days / 60), 0),
    );
    const found = await engagements(
      ...after.map((days) => uncapped.slice(2).map(({ type }): Happening => [type, days])),
    );
    expect(found).toEqual(sums.map((sum) => Math.round(Math.min(sum, 100) * 10) / 10));
  });
});

it('events that no rule knows are counted and named, and never quoted where they are no types', async () => {
  const unknown = async (...types: string[]) => {
    const engine = await engineWith({ events: types.map((type) => happened('a', type, 1)) });
    return unknownEventTypes(engine, rules).finally(() => engine.close());
  };
  expect(await unknown('email click', 'form_submission', 'webinar attended', 'click')).toEqual({
    unknownEvents: { events: 3, types: 3 },
    warnings: [
      '3 events of 3 types that no scoring rule knows: "email click" (1, like "click"), "form_submission" (1), ' +
        '"webinar attended" (1, like "attended"). Add them to a rule in jobs/rules/scoring.ts: ' +
        "also: ['email click', 'form_submission', 'webinar attended']",
    ],
  });
  const odd = await unknown('ann@acme.example', '+1 202 555 0143');
  expect(JSON.stringify(odd)).not.toMatch(/acme|555/);
  expect(odd.unknownEvents).toEqual({ events: 2, types: 2 });
});
