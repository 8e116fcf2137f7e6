/** Look-ups for tests: a server that behaves as providers do, clocks without real waiting, and one run. */
import { afterEach } from 'vitest';
import { httpProvider } from '../../../lib/features/enrichment/http-provider.ts';
import { type DomainAnswer, type LookUp, lookUp } from '../../../lib/features/enrichment/look-up.ts';
import type { Provider } from '../../../lib/features/enrichment/provider.ts';
import { lookUpLimits } from '../../../lib/features/enrichment/rules.ts';
import type { Clock } from '../../../lib/features/http/index.ts';
import { type Behaviour, type ProviderServer, providerServer, type Window } from '../../support/provider-server.ts';

const servers: ProviderServer[] = [];
export const nameOf = (domain: string) => `question about ${domain}`;
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

export async function start(script: Record<string, readonly Behaviour[]> = {}, window?: Window) {
  const server = await providerServer(script, undefined, window);
  servers.push(server);
  return { server, provider: httpProvider(server.settings, () => 'k', nameOf) };
}

/** Rules that ask the server, one question after the other unless `limits` say otherwise. */
export function rulesFor(
  { settings }: Pick<ProviderServer, 'settings'>,
  more: Record<string, unknown> = {},
  limits = {},
) {
  const { key: _, ...provider } = settings;
  const quick = { perSecond: 1000, parallel: 1, chunk: 5, backoffMs: 1, pauseAfterFailuresMs: 1, ...limits };
  return { provider: { kind: 'http', ...provider }, limits: quick, ...more };
}

/** A clock without real waiting: a sleep moves it on. */
export function quickClock() {
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
export function virtualClock(): Clock {
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

export const domainsOf = (count: number) => Array.from({ length: count }, (_, i) => `company${i}.example`);
export const limits = (changes: Partial<LookUp['limits']> = {}) =>
  lookUpLimits.parse({ perSecond: 1000, parallel: 3, ...changes });

export function run(provider: Provider, domains: readonly string[], changes: Partial<LookUp['limits']> = {}) {
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
