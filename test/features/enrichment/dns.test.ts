/** Mail and website by DNS, over real packets: unknown is never "no". */
import { afterEach, describe, expect, test } from 'vitest';
import { dnsChecker } from '../../../lib/features/enrichment/dns.ts';
import { type DnsServer, dnsServer, type Zone } from '../../support/dns-server.ts';

const servers: DnsServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function checked(zone: Zone, domain = 'acme.example', timeoutMs = 2_000) {
  const server = await dnsServer(zone);
  servers.push(server);
  const { mail, website } = await dnsChecker({ servers: [server.address], timeoutMs }).check(domain);
  return { mail, website, questions: server.questions };
}

const one = { A: ['192.0.2.1'] };

describe('what a domain has', () => {
  test.each<[string, Zone, boolean, boolean]>([
    ['mail servers and an address', { 'acme.example': { MX: ['mx.acme.example'], ...one } }, true, true],
    ['an address and no MX: mail goes there', { 'acme.example': one }, true, true],
    ['an address of the newer kind only', { 'acme.example': { AAAA: ['2001:db8:0:0:0:0:0:1'] } }, true, true],
    [
      'mail servers, and its website at www',
      { 'acme.example': { MX: ['mx.acme.example'] }, 'www.acme.example': one },
      true,
      true,
    ],
    ['mail servers and no website', { 'acme.example': { MX: ['mx.acme.example'] } }, true, false],
    ['a null MX', { 'acme.example': { MX: ['.'], ...one } }, false, true],
    ['a null MX beside a real one', { 'acme.example': { MX: ['.', 'mx.acme.example'], ...one } }, true, true],
    ['nothing at all', { 'acme.example': {} }, false, false],
    ['no existence', {}, false, false],
  ])('%s', async (_, zone, mail, website) => {
    expect(await checked(zone)).toMatchObject({ mail, website });
  });
});

describe('what stays unknown', () => {
  test.each<[string, Zone]>([
    ['a server that fails', { 'acme.example': 'fails' }],
    ['a server that refuses', { 'acme.example': 'refuses' }],
    ['nonsense', { 'acme.example': 'talks nonsense' }],
    ['an answer cut off', { 'acme.example': 'cuts off' }],
    ['silence', { 'acme.example': 'is silent' }],
  ])('%s is neither yes nor no', async (_, zone) => {
    expect(await checked(zone, 'acme.example', 100)).toMatchObject({ mail: null, website: null });
  });
  test('no network is neither yes nor no', async () => {
    const server = await dnsServer({});
    await server.close();
    const checker = dnsChecker({ servers: [server.address], timeoutMs: 100 });
    expect(await checker.check('acme.example')).toEqual({ domain: 'acme.example', mail: null, website: null });
  });
  test('mail that depends on an address that can’t be asked for is not known', async () => {
    expect(await checked({ 'acme.example': { fails: 'A' } })).toMatchObject({ mail: null, website: null });
    expect(await checked({ 'acme.example': { fails: 'AAAA' } })).toMatchObject({ mail: null, website: null });
    const withMail = { 'acme.example': { MX: ['mx.acme.example'], fails: 'A' as const } };
    expect(await checked(withMail)).toMatchObject({ mail: true, website: null });
  });
  test('a server that is silent is not asked for everything else', async () => {
    const { questions } = await checked({ 'acme.example': 'is silent' }, 'acme.example', 50);
    expect(new Set(questions)).toEqual(new Set(['MX acme.example']));
  });
  test('stopped, what is under way stays unknown', async () => {
    const server = await dnsServer({ 'acme.example': 'is silent' });
    servers.push(server);
    const checker = dnsChecker({ servers: [server.address], timeoutMs: 60_000 });
    setTimeout(() => checker.stop(), 20);
    expect(await checker.check('acme.example')).toMatchObject({ mail: null, website: null });
  });
});
