/** What slows a run of look-ups down, and what ends it. */
import { describe, expect, test } from 'vitest';
import { httpProvider } from '../../../lib/features/enrichment/http-provider.ts';
import { lookUp } from '../../../lib/features/enrichment/look-up.ts';
import type { Provider } from '../../../lib/features/enrichment/provider.ts';
import type { Behaviour, Window } from '../../support/provider-server.ts';
import { domainsOf, limits, nameOf, quickClock, run, start } from './look-ups.ts';

describe('a provider that wants no more', () => {
  test('Retry-After pauses all workers, not only the one that got it', async () => {
    const { provider } = await start({
      'company0.example': ['throttled', 'found'],
      'company1.example': ['unavailable', 'found'],
    });
    const { clock, slept } = quickClock();
    const report = await lookUp(domainsOf(6), {
      provider,
      limits: limits({ parallel: 1 }),
      clock,
      write: async () => {},
    });
    expect(report).toMatchObject({ found: 6, questions: 8 });
    expect(slept.filter((ms) => ms > 1000).map((ms) => Math.round(ms / 1000))).toEqual([3, 7]);
  });
  test.each<[Window['hint'], number]>([
    ['none', 30],
    ['x-ratelimit-reset', 20],
    ['ratelimit-reset', 20],
    ['retry-after', 20],
  ])('a limit of 100 a minute (hint: %s) loses no domain and costs few refused questions', async (hint, most) => {
    const { clock } = quickClock();
    const { server } = await start({}, { questions: 100, ms: 60_000, now: clock.now, hint });
    // The header names a moment of the test's clock, which begins in 1970.
    const real = httpProvider(server.settings, () => 'k', nameOf);
    const provider: Provider = {
      name: real.name,
      ask: async (domain) => {
        const answer = await real.ask(domain);
        if (hint !== 'x-ratelimit-reset' || answer.kind !== 'throttled') return answer;
        return { kind: 'throttled', afterMs: 60_000 - (clock.now() % 60_000) };
      },
    };
    const report = await lookUp(domainsOf(150), {
      provider,
      limits: limits({ parallel: 5, perSecond: 50 }),
      clock,
      write: async () => {},
    });
    expect(report).toMatchObject({ found: 150, failed: {}, halted: null });
    expect(server.questions.length - 150).toBeLessThanOrEqual(most);
  });
  test('a limit an hour without a time ends the run after a few questions, each after twice the pause', async () => {
    const { clock, slept } = quickClock();
    const { server, provider } = await start({}, { questions: 20, ms: 3_600_000, now: clock.now, hint: 'none' });
    const report = await lookUp(domainsOf(200), {
      provider,
      limits: limits({ parallel: 5 }),
      clock,
      write: async () => {},
    });
    expect(report).toMatchObject({ found: 20, halted: { by: 'throttled' } });
    expect(server.questions.length).toBeLessThanOrEqual(20 + 5 + 8);
    const pauses = slept.map((ms) => Math.round(ms / 1000)).filter((seconds) => seconds > 0);
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60]);
  });
  test('documented limits of a provider hold before it refuses anything', async () => {
    const { clock } = quickClock();
    const { server, provider } = await start({}, { questions: 50, ms: 60_000, now: clock.now, hint: 'none' });
    const limited = { ...provider, limits: { perMinute: 50 } };
    const all = await lookUp(domainsOf(120), { provider: limited, limits: limits(), clock, write: async () => {} });
    expect(all).toMatchObject({ found: 120, questions: 120, halted: null });
    expect(clock.now()).toBeGreaterThanOrEqual(120_000);
    const hourly = { ...provider, limits: { perHour: 30 } };
    const some = await lookUp(domainsOf(120), { provider: hourly, limits: limits(), clock, write: async () => {} });
    expect(some).toMatchObject({ questions: 30, halted: { by: 'throttled' } });
    expect(server.questions.length).toBe(150);
  });
  test.each<[Behaviour]>([['bad request'], ['no such page'], ['no such method'], ['unprocessable']])(
    'one rejected question (%s) stops no other, and many in a row stop the run',
    async (behaviour) => {
      const { provider } = await start({ 'company0.example': [behaviour] });
      const report = await run(provider, domainsOf(30), { parallel: 1 }).report;
      expect(report).toMatchObject({ found: 29, questions: 30, halted: null });
      expect([...report.missed.keys()]).toEqual(['company0.example']);
      const all = await start(Object.fromEntries(domainsOf(30).map((domain) => [domain, [behaviour]])));
      const refused = await run(all.provider, domainsOf(30), { parallel: 1 }).report;
      expect(refused).toMatchObject({ halted: { by: 'rejected' }, questions: 10 });
      expect(refused.missed.size).toBe(10);
    },
  );
  test('one domain that always fails (500) stops no other, and comes last the next time', async () => {
    const { provider } = await start({ 'company0.example': Array.from({ length: 9 }, () => 'server error') });
    const report = await run(provider, domainsOf(30), { parallel: 1 }).report;
    expect(report).toMatchObject({ found: 29, questions: 33, halted: null });
    expect([...report.missed.keys()]).toEqual(['company0.example']);
  });
  test('the budget counts questions, those asked again included', async () => {
    const { server, provider } = await start(
      Object.fromEntries(domainsOf(20).map((domain) => [domain, ['server error', 'found']])),
    );
    const report = await run(provider, domainsOf(20), { budget: 10, parallel: 1 }).report;
    expect(report).toMatchObject({ asked: 5, found: 5, questions: 10, halted: { by: 'budget' } });
    expect(server.questions.length).toBe(10);
  });
  test('an answer about another company is paid for, remembered and not filled in', async () => {
    const { server } = await start({ 'company0.example': ['parent company'], 'company1.example': ['unsure'] });
    const settings = { ...server.settings, matches: 'website', likelihood: { path: 'likelihood', least: 6 } };
    const { report, written } = run(
      httpProvider(settings, () => 'k', nameOf),
      domainsOf(3),
      { parallel: 1 },
    );
    expect(await report).toMatchObject({ found: 1, other: 2, questions: 3 });
    expect(written.slice(0, 2)).toEqual([
      { domain: 'company0.example', company: null, note: 'another company, parent.example' },
      { domain: 'company1.example', company: null, note: 'likelihood 2, at least 6 is needed' },
    ]);
  });
  test('no credit ends the run at once; the rest waits for the next', async () => {
    const { server, provider } = await start({ 'company2.example': ['no credit'] });
    const { report, written } = run(provider, domainsOf(30), { parallel: 1 });
    expect(await report).toMatchObject({ found: 2, halted: { by: 'exhausted' }, failed: { 'no credit left': 1 } });
    expect(server.questions.length).toBe(3);
    expect(written.length).toBe(2);
  });
  test('a provider that says "no credit" in its own way is understood', async () => {
    const { server } = await start({ 'company1.example': ['no credit, its own way'] });
    const provider = httpProvider({ ...server.settings, exhausted: [422] }, () => 'k', nameOf);
    expect(await run(provider, domainsOf(9), { parallel: 1 }).report).toMatchObject({ halted: { by: 'exhausted' } });
    expect(server.questions.length).toBe(2);
  });
  test.each<[Behaviour, string]>([
    ['forbidden', 'refused'],
    ['redirect', 'refused'],
    ['throttled for long', 'throttled'],
  ])('%s ends the run', async (behaviour, by) => {
    const { server, provider } = await start({ 'company0.example': [behaviour] });
    expect(await run(provider, domainsOf(30), { parallel: 1 }).report).toMatchObject({ halted: { by } });
    expect(server.questions.length).toBe(1);
  });
  test('a provider that is down is left alone for a while, and then until the next run', async () => {
    const down = Object.fromEntries(domainsOf(60).map((domain) => [domain, ['server error'] as const]));
    const { server, provider } = await start(down);
    const { report, slept } = run(provider, domainsOf(60), { parallel: 1, attempts: 1, failuresInARow: 5 });
    expect(await report).toMatchObject({ halted: { by: 'failing' }, failed: { 'status 500': 10 } });
    expect(server.questions.length).toBe(10);
    expect(slept.filter((ms) => ms > 50_000).length).toBe(1);
  });
  test('no more questions a second than allowed', async () => {
    const { provider } = await start();
    const { clock } = quickClock();
    await lookUp(domainsOf(20), {
      provider,
      limits: limits({ perSecond: 4, parallel: 5 }),
      clock,
      write: async () => {},
    });
    expect(clock.now()).toBeGreaterThanOrEqual((19 / 4) * 1000);
  });
});
