/** Requests to services: when the next one may be asked, by the headers of the last answer. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Client } from '../../lib/features/http/index.ts';

const NOW = Math.floor(Date.now() / 1000);

/** The pauses that a client makes between three requests, in seconds, where each answer has these headers. */
async function pausesWith(headers: Record<string, string>, status = 200) {
  const server = createServer((_, response) => response.writeHead(status, headers).end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const pauses: number[] = [];
  let now = 0;
  const sleep = async (ms: number) => {
    pauses.push(Math.round(ms / 1000));
    now += ms;
  };
  const client = new Client({
    ...{ service: 'test', address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, signIn: () => ({}) },
    limits: {
      ...{ perSecond: 1e6, budget: 100, attempts: 3, backoffMs: 1000, longestBackoffMs: 1000, longestPauseMs: 300_000 },
      ...{ throttledInARow: 3, failuresInARow: 8, pauseAfterFailuresMs: 1000 },
    },
    clock: { now: () => now, sleep },
  });
  let fault = '';
  try {
    for (const _ of [1, 2, 3]) await client.json({ path: '/' });
  } catch (error) {
    fault = (error as Error).message;
  }
  return { fault, pauses: pauses.filter((seconds) => seconds > 0) };
}

it.each([
  ['requests are left', { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '60' }, []],
  ['none is left, for so many seconds', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' }, [60, 60]],
  ['none is left until a moment', { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(NOW + 100) }, [100, 100]],
  ['Brevo has none left', { 'x-sib-ratelimit-remaining': '0', 'x-sib-ratelimit-reset': '7' }, [7, 7]],
  [
    'HubSpot has none left in its interval',
    { 'x-hubspot-ratelimit-remaining': '0', 'x-hubspot-ratelimit-interval-milliseconds': '10000' },
    [10, 10],
  ],
  ['the standard header says none is left', { ratelimit: '"default";r=0;t=30' }, [30, 30]],
  [
    'the service’s clock is an hour ahead',
    {
      date: new Date((NOW + 3600) * 1000).toUTCString(),
      ...{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW + 3620) },
    },
    [20, 20],
  ],
])('a client waits ahead of a 429 where %s', async (_, headers, pauses) => {
  const made = await pausesWith(headers as Record<string, string>);
  expect(made.fault).toBe('');
  expect(made.pauses).toHaveLength(pauses.length);
  for (const [nth, pause] of pauses.entries())
    expect(Math.abs(Number(made.pauses[nth]) - pause)).toBeLessThanOrEqual(2);
});

it('a client that may not ask for longer than a run waits ends, and asks no more', async () => {
  const made = await pausesWith({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3000' });
  expect(made).toEqual({ fault: 'as many requests as it allows for now were sent', pauses: [] });
});

it.each([
  ['seconds', '5'],
  ['a date', new Date((NOW + 5) * 1000).toUTCString()],
])('a client that is throttled waits as Retry-After says, in %s', async (_, after) => {
  const made = await pausesWith({ 'retry-after': after }, 429);
  expect(made.fault).toBe('too many requests, by its word');
  expect(made.pauses).toHaveLength(2);
  for (const pause of made.pauses) expect(Math.abs(pause - 5)).toBeLessThanOrEqual(2);
});
