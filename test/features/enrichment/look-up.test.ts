/**
 * Look-ups against a server that behaves as providers do: what is paid for, what is asked again, and when a run ends.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { httpProvider } from '../../../lib/features/enrichment/http-provider.ts';
import { type DomainAnswer, type LookUp, lookUp } from '../../../lib/features/enrichment/look-up.ts';
import type { Provider } from '../../../lib/features/enrichment/provider.ts';
import { lookUpLimits } from '../../../lib/features/enrichment/rules.ts';
import type { Clock } from '../../../lib/features/http/index.ts';
import { type Behaviour, type ProviderServer, providerServer, type Window } from '../../support/provider-server.ts';

const servers: ProviderServer[] = [];
const nameOf = (domain: string) => `question about ${domain}`;
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(script: Record<string, readonly Behaviour[]> = {}, window?: Window) {
  const server = await providerServer(script, undefined, window);
  servers.push(server);
  return { server, provider: httpProvider(server.settings, () => 'k', nameOf) };
}

/** A clock without real waiting: a sleep moves it on. */
function quickClock() {
  let now = 0;
  const slept: number[] = [];
  const clock: Clock = {
    now: () => now,
    sleep: async (ms, signal) => {
      if (signal.aborted) return;
      slept.push(ms);
      now = Math.max(now, now + ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return { clock, slept };
}

/** A clock that moves on to the next sleeper's time as soon as nothing else is left to do. */
function virtualClock(): Clock {
  let now = 0;
  let moving = false;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  const move = () =>
    setImmediate(() => {
      const next = Math.min(...[...sleepers].map(({ at }) => at));
      moving = sleepers.size > 0;
      if (!moving) return;
      now = Math.max(now, next);
      for (const sleeper of sleepers) if (sleeper.at <= now) sleeper.wake();
      move();
    });
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper = {
          at: now + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        signal.addEventListener('abort', sleeper.wake, { once: true });
        sleepers.add(sleeper);
        if (!moving) move();
        moving = true;
      }),
  };
}

const domainsOf = (count: number) => Array.from({ length: count }, (_, i) => `company${i}.example`);
const limits = (changes: Partial<LookUp['limits']> = {}) =>
  lookUpLimits.parse({ perSecond: 1000, parallel: 3, ...changes });

function run(provider: Provider, domains: readonly string[], changes: Partial<LookUp['limits']> = {}) {
  const written: DomainAnswer[] = [];
  const chunks: number[] = [];
  const { clock, slept } = quickClock();
  const write = async (answers: readonly DomainAnswer[]) => {
    await new Promise((resolve) => setImmediate(resolve));
    written.push(...answers);
    chunks.push(answers.length);
  };
  const report = lookUp(domains, { provider, limits: limits(changes), write, clock, random: () => 1 });
  return { report, written, chunks, slept };
}

describe('what is asked and paid', () => {
  test('every domain is asked for once, and every answer is written once', async () => {
    const { server, provider } = await start({ 'company3.example': ['unknown'] });
    const { report, written } = run(provider, [...domainsOf(40), ...domainsOf(10)], { chunk: 7 });
    expect(await report).toMatchObject({ asked: 40, found: 39, unknown: 1, questions: 40, failed: {}, halted: null });
    expect(server.questions.length).toBe(40);
    expect(written.map(({ domain }) => domain).sort()).toEqual(domainsOf(40).sort());
    expect(written.find(({ domain }) => domain === 'company3.example')?.company).toBeNull();
    expect(written.find(({ domain }) => domain === 'company1.example')?.company).toEqual({
      company: 'company1.example Ltd',
      industry: 'Ceramics',
      employees: 40,
      annual_revenue: 1_000_000,
      country: 'NL',
    });
  });
  test('the budget ends a run, with the first domains asked for', async () => {
    const { server, provider } = await start();
    const report = await run(provider, domainsOf(9), { budget: 4 }).report;
    expect(report).toMatchObject({ asked: 4, halted: { by: 'budget' } });
    expect([...server.questions].sort()).toEqual(domainsOf(4));
  });
  test('no more than a chunk is ever under way or unwritten', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 }), async (chunk, parallel) => {
        let [open, most] = [0, 0];
        const provider: Provider = {
          name: 'counting',
          ask: async () => {
            most = Math.max(most, ++open);
            await new Promise((resolve) => setImmediate(resolve));
            return { kind: 'found', company: { company: 'x' } };
          },
        };
        const written: string[] = [];
        const report = await lookUp(domainsOf(40), {
          provider,
          limits: limits({ chunk, parallel, perSecond: 1e6 }),
          clock: quickClock().clock,
          write: async (answers) => {
            await new Promise((resolve) => setTimeout(resolve, 1));
            open -= answers.length;
            written.push(...answers.map(({ domain }) => domain));
          },
        });
        expect(most).toBeLessThanOrEqual(chunk);
        expect(report.found).toBe(40);
        expect(new Set(written).size).toBe(40);
        expect(written.length).toBe(40);
      }),
      { numRuns: 30 },
    );
  });
});

describe('with any answer of a provider', () => {
  const behaviour = fc.constantFrom<Behaviour>(
    ...([
      'found',
      'empty',
      'unknown',
      'later',
      'throttled',
      'throttled without a time',
      'server error',
      'unavailable',
    ] as const),
    ...([
      'bad request',
      'no such page',
      'unprocessable',
      'html',
      'reset',
      'null error',
      'parent company',
      'no credit',
    ] as const),
  );
  test('each domain asked for has one outcome, every question counts, and the budget holds', async () => {
    const scripts = fc.array(fc.array(behaviour, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(
        scripts,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (plans, budget, parallel) => {
          const domains = domainsOf(plans.length);
          const server = await providerServer(
            Object.fromEntries(domains.map((domain, i) => [domain, plans[i] ?? ['found']])),
          );
          const settings = { ...server.settings, matches: 'website' };
          const { report, written } = run(
            httpProvider(settings, () => 'k', nameOf),
            domains,
            { budget, parallel },
          );
          const { asked, found, unknown, other, later, failed, questions, missed } = await report;
          await server.close();
          const failures = Object.values(failed).reduce((sum, n) => sum + n, 0);
          expect(found + unknown + other + later + failures).toBe(asked);
          expect(questions).toBe(server.questions.length);
          expect(questions).toBeLessThanOrEqual(budget);
          expect(written.length).toBe(found + unknown + other);
          expect(new Set([...written.map(({ domain }) => domain), ...missed.keys()]).size).toBe(
            written.length + missed.size,
          );
        },
      ),
      { numRuns: 60 },
    );
  });
  test('no more questions lie in any minute or hour than are allowed', async () => {
    const most = fc.integer({ min: 1, max: 30 });
    await fc.assert(
      fc.asyncProperty(
        most,
        fc.integer({ min: 20, max: 60 }),
        fc.integer({ min: 1, max: 8 }),
        async (perMinute, perHour, parallel) => {
          const clock = virtualClock();
          const times: number[] = [];
          const provider: Provider = {
            name: 'counting',
            limits: { perMinute, perHour },
            ask: async () => {
              times.push(clock.now());
              return { kind: 'unknown' };
            },
          };
          const unlimited = limits({ parallel, longestPauseMs: 1e9 });
          const report = await lookUp(domainsOf(90), { provider, limits: unlimited, clock, write: async () => {} });
          expect(report.unknown).toBe(90);
          for (const [ms, allowed] of [
            [60_000, perMinute],
            [3_600_000, perHour],
          ] as const)
            for (const [i, time] of times.entries())
              expect((times[i + allowed] ?? Infinity) - time).toBeGreaterThanOrEqual(ms);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a run that is killed', () => {
  const domains = domainsOf(12);
  const script: Record<string, readonly Behaviour[]> = {
    'company2.example': ['server error', 'found'],
    'company5.example': ['throttled', 'found'],
    'company7.example': ['later', 'found'],
    'company8.example': ['reset', 'partial', 'lost', 'found'],
  };
  /** Dies when question `at` is about to be asked: nothing is answered, and nothing written, from then on. */
  async function killedAt(at: number, provider: Provider, companies: Map<string, DomainAnswer>, chunk: number) {
    let questions = 0;
    let kill = () => {};
    const killed = new Promise<void>((resolve) => {
      kill = resolve;
    });
    let dead = false;
    const dying: Provider = {
      name: provider.name,
      ask: (domain) => {
        if (++questions >= at) {
          dead = true;
          kill();
        }
        return dead ? new Promise(() => {}) : provider.ask(domain);
      },
    };
    const write = async (answers: readonly DomainAnswer[]) => {
      if (dead) return new Promise<void>(() => {});
      for (const answer of answers) companies.set(answer.domain, answer);
    };
    const left = domains.filter((domain) => !companies.has(domain));
    const finished = lookUp(left, { provider: dying, limits: limits({ chunk }), write, clock: quickClock().clock });
    await Promise.race([finished, killed]);
  }

  test('at any question, and run again, pays for each domain exactly once', async () => {
    for (let at = 1; at <= 20; at++) {
      const { server, provider } = await start(script);
      const companies = new Map<string, DomainAnswer>();
      await killedAt(at, provider, companies, 1);
      await killedAt(Number.POSITIVE_INFINITY, provider, companies, 1);
      expect([...companies.keys()].sort()).toEqual([...domains].sort());
      expect([...server.paid.values()], `killed at question ${at}`).toEqual(domains.map(() => 1));
    }
  });
  test('with questions under way and answers unwritten, pays once where questions have names', async () => {
    for (let at = 1; at <= 20; at++) {
      const { server, provider } = await start(script);
      const companies = new Map<string, DomainAnswer>();
      await killedAt(at, provider, companies, 6);
      await killedAt(Number.POSITIVE_INFINITY, provider, companies, 6);
      expect(companies.size).toBe(domains.length);
      expect([...server.paid.values()], `killed at question ${at}`).toEqual(domains.map(() => 1));
    }
  });
  test('with larger chunks loses a chunk at most where questions have none', async () => {
    const plain = { ...script, 'company8.example': ['reset', 'found'] as const };
    for (let at = 1; at <= 18; at += 3) {
      const { server } = await start(plain);
      const { once: _, ...nameless } = server.settings;
      const provider = httpProvider(nameless, () => 'k', nameOf);
      const companies = new Map<string, DomainAnswer>();
      await killedAt(at, provider, companies, 4);
      await killedAt(Number.POSITIVE_INFINITY, provider, companies, 4);
      const paid = [...server.paid.values()].reduce((sum, times) => sum + times, 0);
      expect(paid).toBeLessThanOrEqual(domains.length + 4);
      expect(companies.size).toBe(domains.length);
    }
  });
  test('stopped, it writes what is under way and asks nothing more', async () => {
    const { server, provider } = await start(Object.fromEntries(domains.map((domain) => [domain, ['found slowly']])));
    const stop = new AbortController();
    const written: DomainAnswer[] = [];
    const stopping: Provider = {
      name: 'stopping',
      ask: (domain) => {
        if (server.questions.length >= 5) stop.abort();
        return provider.ask(domain);
      },
    };
    const report = await lookUp(domains, {
      provider: stopping,
      limits: limits({ chunk: 12 }),
      signal: stop.signal,
      clock: quickClock().clock,
      write: async (answers) => void written.push(...answers),
    });
    expect(report.halted).toMatchObject({ by: 'stopped' });
    expect(written.map(({ domain }) => domain).sort()).toEqual([...server.paid.keys()].sort());
    expect(written.length).toBeLessThan(domains.length);
  });
  test('a write that fails ends the run with its error, and nothing more is paid for', async () => {
    const { server, provider } = await start();
    const failing = lookUp(domainsOf(50), {
      provider,
      limits: limits({ chunk: 6 }),
      clock: quickClock().clock,
      write: async () => {
        throw new Error('the sheet is gone');
      },
    });
    await expect(failing).rejects.toThrow('the sheet is gone');
    expect(server.questions.length).toBeLessThanOrEqual(6);
  });
});

describe('answers that are none', () => {
  const one = ['company0.example'];
  test.each<[Behaviour]>([['server error'], ['reset'], ['partial'], ['lost'], ['hang']])(
    '%s is asked again',
    async (behaviour) => {
      const { server } = await start({ 'company0.example': [behaviour, behaviour, 'found'] });
      const impatient = behaviour === 'hang' ? { timeoutMs: 300 } : {};
      const provider = httpProvider({ ...server.settings, ...impatient }, () => 'k', nameOf);
      const { report, slept } = run(provider, one);
      expect(await report).toMatchObject({ asked: 1, found: 1, questions: 3 });
      expect(server.paid.get('company0.example')).toBe(1);
      expect(slept.filter((ms) => ms >= 1000)).toEqual([1000, 2000]);
    },
  );
  test('a domain that never answers is given up, and left for the next run', async () => {
    const { provider } = await start({ 'company0.example': ['server error'] });
    const { report, written } = run(provider, one);
    expect(await report).toMatchObject({ questions: 4, failed: { 'status 500': 1 }, halted: null });
    expect(written).toEqual([]);
  });
  test.each<[Behaviour, string]>([
    ['html', 'no JSON'],
    ['other fields', 'none of the mapped fields'],
    ['error in the body', 'an error with status 200'],
    ['endless', 'far too large'],
  ])('nonsense (%s) may have been paid for, and is not asked for again', async (behaviour, why) => {
    const { server, provider } = await start({ 'company0.example': [behaviour] });
    expect(await run(provider, one).report).toMatchObject({ questions: 1, failed: { [why]: 1 } });
    expect(server.questions.length).toBe(1);
  });
  test('empty fields are an unknown company, remembered as one', async () => {
    const { provider } = await start({ 'company0.example': ['empty'] });
    const { report, written } = run(provider, one);
    expect(await report).toMatchObject({ unknown: 1 });
    expect(written).toEqual([{ domain: 'company0.example', company: null }]);
  });
  test('"later" is asked for again when all others have been', async () => {
    const { server, provider } = await start({ 'company0.example': ['later', 'found'] });
    const { report, slept } = run(provider, domainsOf(5), { parallel: 1 });
    expect(await report).toMatchObject({ asked: 5, found: 5, questions: 6, later: 0 });
    expect(server.questions.at(-1)).toBe('company0.example');
    expect(slept).toContain(2000);
  });
  test('"later" without end is left for the next run', async () => {
    const { provider } = await start({ 'company0.example': ['later'] });
    const { report, written } = run(provider, one);
    expect(await report).toMatchObject({ asked: 1, later: 1, questions: 4, failed: {} });
    expect(written).toEqual([]);
  });
});

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
