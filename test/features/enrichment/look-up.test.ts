/** Look-ups against a server that behaves as providers do: what is paid for, and what is asked again. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { httpProvider } from '../../../lib/features/enrichment/http-provider.ts';
import { type DomainAnswer, lookUp } from '../../../lib/features/enrichment/look-up.ts';
import type { Provider } from '../../../lib/features/enrichment/provider.ts';
import { type Behaviour, providerServer } from '../../support/provider-server.ts';
import { domainsOf, limits, nameOf, quickClock, run, start, virtualClock } from './look-ups.ts';

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
