import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { beat, say } from '../../lib/github/notify.ts';

let server: Server;
let url: string;
let asked: string[];
let status: number;
beforeEach(async () => {
  asked = [];
  status = 200;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += String(chunk);
    });
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${body}`.trim());
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping`;
});
afterEach(() => server.close());

it('tells a heartbeat of start, success and failure, and a webhook in Slack’s shape', async () => {
  for (const what of ['start', 'success', 'fail'] as const) expect(await beat(url, what)).toBe(true);
  expect(await say(url, 'nightly: 1 job failed')).toBe(true);
  expect(asked).toEqual([
    'POST /ping/start',
    'POST /ping',
    'POST /ping/fail',
    'POST /ping {"text":"nightly: 1 job failed"}',
  ]);
});

it('never throws: not where there is no answer, where the answer is no, or where no address is set', async () => {
  status = 500;
  expect(await say(url, 'text')).toBe(false);
  expect(asked).toHaveLength(2);
  expect(await beat('http://127.0.0.1:9/', 'fail')).toBe(false);
  expect(await beat('no address', 'fail')).toBe(false);
  expect(await beat(null, 'fail')).toBe(true);
});
