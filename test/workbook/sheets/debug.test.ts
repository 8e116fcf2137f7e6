import { test } from 'vitest';
import { check } from './storm/oracle.ts';
import { CALM, serverOf, weather } from './storm/weather.ts';

test('x', async () => {
  const one = { ...CALM, ...JSON.parse(process.env.STORM ?? '{}') };
  const sky = await serverOf(one);
  await weather(sky, one);
  for (const [i, r] of sky.server.requests.entries()) console.log(i + 1, r.method, r.code, r.fault ?? '');
  console.log(
    JSON.stringify(
      sky.server
        .book('sheet-1')
        .tabs[0]?.rows.map((r) => r.map((c) => Object.values(c?.userEnteredValue ?? { x: null })[0])),
    ),
  );
  if (process.env.HELD) console.log(process.env.HELD);
  check(sky.server, sky.people, one);
});
