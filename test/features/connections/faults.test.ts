/** What goes wrong at any request: nothing is lost, nothing half fetched counts, and no key leaves or is shown. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchConnection, piecesOf } from '../../../lib/features/connections/fetch.ts';
import { type Connection, connectionRules, type WrittenRules } from '../../../lib/features/connections/rules.ts';
import { fastClock, secretsOf, serve } from '../../support/connections.ts';
import { brevoTool } from '../../support/vendor-server/brevo.ts';
import { connected, people, type Written } from '../../support/vendor-server/connected.ts';
import { hubspotTool } from '../../support/vendor-server/hubspot.ts';
import { mailchimpTool } from '../../support/vendor-server/mailchimp.ts';
import { mailgunTool } from '../../support/vendor-server/mailgun.ts';
import { postmarkTool } from '../../support/vendor-server/postmark.ts';
import { type Entry, SENDGRID_KEY, sendgridTool } from '../../support/vendor-server/sendgrid.ts';
import type { Fault, Tool } from '../../support/vendor-server/server.ts';
import { sesTool } from '../../support/vendor-server/ses.ts';
import { shopifyTool } from '../../support/vendor-server/shopify.ts';
import { stripeTool } from '../../support/vendor-server/stripe.ts';

const asOf = new Date('2026-11-22T23:59:59.999Z');
const at = (day: string): number => Date.parse(`${day}T09:00:00Z`) / 1000;
const spam: Entry[] = Array.from({ length: 3 }, (_, i) => ({
  email: `p${i}@a.example`,
  created: at('2026-11-20'),
  ip: '192.0.2.1',
}));

async function sendgrid(more: Partial<WrittenRules> = {}, entries: readonly Entry[] = spam) {
  // Held against no description here: to read it takes longer than the time-out.
  const server = await serve({ ...sendgridTool({ spam_reports: entries }), described: [] });
  const rules = connectionRules(
    { connections: [{ name: 'sendgrid', vendor: 'sendgrid', address: server.address }], firstDays: 30, ...more },
    [],
  );
  const fetch = (
    secrets: Record<string, string> = { SENDGRID_API_KEY: SENDGRID_KEY },
    watermark: Date | null = null,
    againFrom: Date | null = null,
  ) => {
    const folder = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
    const from = { until: watermark, againFrom };
    return fetchConnection(rules.connections[0] as Connection, from, asOf, rules, {
      ...{ folder, stateFolder: folder, outside: secretsOf(secrets), signal: new AbortController().signal },
      ...{ clock: fastClock(), timeoutMs: 300 },
    });
  };
  return { server, fetch, rules };
}

/** Faults that are over with the next request, and those that stay. */
const passing: readonly Fault[] = ['server error', 'throttled', 'slow', 'cut', 'dead', 'lost answer'];
const lasting: readonly [Fault, RegExp][] = [
  ['expired key', /status 401: the key is refused/],
  ['no right', /status 403: the key lacks a right/],
  ['redirect', /status 302: it redirects, and no key is sent elsewhere/],
  ['garbage', /answered with what is no JSON/],
  ['throttled for long', /too many requests/],
];
const REQUESTS = [1, 3, 6];

describe('a fetch', () => {
  it.each(passing)('with a request that is answered by "%s" asks again, and has everything', async (fault) => {
    for (const n of REQUESTS) {
      const { server, fetch } = await sendgrid();
      server.fault = (nth) => (nth === n ? fault : undefined);
      expect(await fetch(), String(n)).toMatchObject({ fault: null, rows: 3, until: asOf, requests: 7 });
    }
  });

  it.each(lasting)(
    'that meets "%s" at any request ends, keeps nothing of its piece, and says why',
    async (fault, why) => {
      for (const n of REQUESTS) {
        const { server, fetch } = await sendgrid();
        server.fault = (nth) => (nth >= n ? fault : undefined);
        const watermark = new Date('2026-11-19T00:00:00Z');
        const fetched = await fetch(undefined, watermark);
        expect(fetched, String(n)).toMatchObject({ rows: 0, files: [], until: watermark });
        expect(fetched.fault).toMatch(why);
        expect(JSON.stringify(fetched)).not.toMatch(/SG\.|127\.0\.0\.1|example/);
      }
    },
  );

  it('that is down for good ends after a few attempts', async () => {
    const { server, fetch } = await sendgrid();
    server.fault = () => 'server error';
    expect(await fetch()).toMatchObject({ fault: 'bounces: status 500', requests: 4, until: null });
  });

  it('with a fault in a later piece keeps the pieces before it, and goes on there', async () => {
    const { server, fetch } = await sendgrid({ firstDays: 90 });
    server.fault = (nth) => (nth > 8 ? 'no right' : undefined);
    const fetched = await fetch();
    expect(fetched).toMatchObject({ rows: 0, until: new Date(asOf.getTime() - 60 * 86_400_000) });
    server.fault = () => undefined;
    expect(await fetch(undefined, fetched.until)).toMatchObject({ rows: 3, fault: null, until: asOf });
  });

  it('whose requests run out ends after a whole piece, and the next run goes on', async () => {
    const { fetch } = await sendgrid({ firstDays: 90, requests: 12 });
    const first = await fetch();
    expect(first).toMatchObject({ requests: 12, until: new Date(asOf.getTime() - 30 * 86_400_000) });
    expect(first.fault).toMatch(/12 requests a run/);
    expect(await fetch(undefined, first.until)).toMatchObject({ fault: null, until: asOf });
  });

  it('refuses records that are not of the documented form, and does not count them as none', async () => {
    const { fetch } = await sendgrid({}, [{ mail: 'p1@a.example', created: at('2026-11-20') } as never]);
    expect((await fetch()).fault).toMatch(/spam-reports: 1 of 1 records are not in the form that its API documents/);
  });

  it('without its secret names the secret, and asks nothing', async () => {
    const { server, fetch } = await sendgrid();
    expect(await fetch({})).toMatchObject({ fault: 'the secret SENDGRID_API_KEY isn’t set', requests: 0 });
    expect(server.asked).toEqual([]);
  });

  it('sends no key to an address that is not https', async () => {
    const { rules } = await sendgrid();
    const [connection] = rules.connections;
    const folder = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
    const plain = { ...(connection as Connection), address: 'http://api.example.com' };
    const fetched = await fetchConnection(plain, { until: null, againFrom: null }, asOf, rules, {
      ...{ folder, stateFolder: folder, outside: secretsOf({ SENDGRID_API_KEY: SENDGRID_KEY }), clock: fastClock() },
      signal: new AbortController().signal,
    });
    expect(fetched.fault).toBe('its address is not one for a key');
  });

  it('counts as fresh what was asked for by its days, and not a list that is read from the beginning', async () => {
    const { fetch } = await sendgrid();
    expect(await fetch()).toMatchObject({ rows: 3, files: [{ isFresh: false }] });
    const later = await fetch(undefined, new Date('2026-11-20T00:00:00Z'));
    expect(later).toMatchObject({ rows: 3, files: [{ isFresh: true }] });
  });

  it('writes records as the tool has them, for the one reader of formats', async () => {
    const { fetch } = await sendgrid();
    const [file] = (await fetch()).files;
    expect(readFileSync(file?.path ?? '', 'utf8').split('\n')[0]).toBe(JSON.stringify(spam[0]));
  });
});

const vendors: readonly [string, () => Tool, Written][] = [
  ['sendgrid', () => sendgridTool({ spam_reports: spam }), { vendor: 'sendgrid' }],
  ['mailgun', () => mailgunTool(people()), { vendor: 'mailgun', domain: 'news.example.com', events: true }],
  ['postmark', () => postmarkTool(people()), { vendor: 'postmark' }],
  ['ses', () => sesTool(people()), { vendor: 'ses', region: 'eu-west-1' }],
  ['brevo', () => brevoTool(people()), { vendor: 'brevo', events: true }],
  ['mailchimp', () => mailchimpTool(people()), { vendor: 'mailchimp', server: 'us6', audience: 'aud1' }],
  ['hubspot', () => hubspotTool(people()), { vendor: 'hubspot' }],
  ['stripe', stripeTool, { vendor: 'stripe' }],
  ['shopify', shopifyTool, { vendor: 'shopify', shop: 'a-shop' }],
];

it.each(vendors)('%s: no fault loses, doubles or half fetches anything', async (_, tool, given) => {
  const { server, fetch } = await connected({ ...tool(), described: [] }, given, 200);
  server.skewMs = 7_200_000;
  const healthy = await fetch();
  expect(healthy.fault).toBeNull();
  const last = healthy.requests;
  for (const [nth, fault] of passing.entries()) {
    const start = server.asked.length;
    const at = 1 + (nth % last);
    server.fault = (n) => (n - start === at ? fault : undefined);
    const { rows, until, fault: why } = await fetch();
    expect({ rows, until, why }, fault).toEqual({ rows: healthy.rows, until: asOf, why: null });
  }
  server.fault = () => undefined;
  const { requests } = await fetch({ until: asOf, againFrom: null });
  for (const [fault, why] of lasting) {
    const start = server.asked.length;
    server.fault = (n) => (n - start >= requests ? fault : undefined);
    const fetched = await fetch({ until: asOf, againFrom: null });
    expect({ rows: fetched.rows, until: fetched.until }, fault).toEqual({ rows: 0, until: asOf });
    expect(fetched.fault).toMatch(why);
    expect(fetched.fault).not.toMatch(/invented|127\.0\.0\.1|\.example/);
  }
});

it('the pieces of a time follow on one another', () => {
  const pieces = piecesOf(new Date('2026-10-30T00:00:00Z'), asOf, 10);
  expect(pieces.map(({ from, to }) => [from.toISOString().slice(0, 10), to.toISOString().slice(0, 10)])).toEqual([
    ['2026-10-30', '2026-11-09'],
    ['2026-11-09', '2026-11-19'],
    ['2026-11-19', '2026-11-22'],
  ]);
});
