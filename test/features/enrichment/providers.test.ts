/** Providers, fields, domains and rules by themselves. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { companyDomain } from '../../../lib/features/enrichment/company-domain.ts';
import { csvProvider } from '../../../lib/features/enrichment/csv-provider.ts';
import { asNumber, asText, at, readCompany } from '../../../lib/features/enrichment/fields.ts';
import { httpProvider } from '../../../lib/features/enrichment/http-provider.ts';
import {
  abstractApi,
  apollo,
  knownProviders,
  peopleDataLabs,
} from '../../../lib/features/enrichment/known-providers.ts';
import { otherCompany } from '../../../lib/features/enrichment/other-company.ts';
import type { Answer } from '../../../lib/features/enrichment/provider.ts';
import { enrichmentRules } from '../../../lib/features/enrichment/rules.ts';
import { retryHintMs } from '../../../lib/features/http/index.ts';
import { type Behaviour, providerServer } from '../../support/provider-server.ts';

const nameOf = () => 'a question';

describe('numbers and texts that providers write', () => {
  test.each([
    [81, 81],
    ['6907', 6907],
    ['1,200', 1200],
    ['$50m-$100m', 50_000_000],
    ['$1B-$10B', 1_000_000_000],
    ['5K-10K', 5000],
    ['10001+', 10_001],
    ['51-200', 51],
    ['1.5M', 1_500_000],
    ['9917000000', 9_917_000_000],
    [0, 0],
  ])('%s is %d', (written, number) => expect(asNumber(written)).toBe(number));
  test.each([[''], ['unknown'], ['-5'], [-5], [Number.NaN], [null], [{}], ['1e9'], ['12 or so'], [true]])(
    '%s is unknown, not a guess',
    (written) => expect(asNumber(written)).toBeUndefined(),
  );
  test('control characters and novels are no names', () => {
    expect(asText(' Acme\u0000\u202e Ltd\n')).toBe('Acme Ltd');
    expect(asText('x'.repeat(201))).toBeUndefined();
    expect(asText('  ')).toBeUndefined();
    expect(asText(12)).toBeUndefined();
  });
  test('a path never reaches what an object inherits, and never throws', () => {
    expect(at({}, 'constructor.name')).toBeUndefined();
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (json, path) => {
        readCompany(json, { company: path, employees: path });
      }),
    );
  });
});

describe('well-known providers', () => {
  test('their documented answers become companies', () => {
    expect(
      readCompany(
        {
          organization: {
            name: 'Acme',
            industry: 'ceramics',
            estimated_num_employees: 40,
            annual_revenue: 2e6,
            country: 'Chile',
          },
        },
        apollo.fields,
      ),
    ).toEqual({ company: 'Acme', industry: 'ceramics', employees: 40, annual_revenue: 2e6, country: 'Chile' });
    expect(
      readCompany(
        {
          status: 200,
          name: 'acme',
          industry: 'ceramics',
          employee_count: 40,
          inferred_revenue: '$1M-$10M',
          location: { country: 'chile' },
        },
        peopleDataLabs.fields,
      ),
    ).toEqual({ company: 'acme', industry: 'ceramics', employees: 40, annual_revenue: 1e6, country: 'chile' });
    expect(
      readCompany(
        {
          company_name: 'Acme',
          industry: 'Ceramics',
          employee_count: '40',
          annual_revenue: '2000000',
          country_iso_code: 'CL',
        },
        abstractApi.fields,
      ),
    ).toEqual({ company: 'Acme', industry: 'Ceramics', employees: 40, annual_revenue: 2e6, country: 'CL' });
  });
  test('no key ever stands in an address', () => {
    for (const settings of Object.values(knownProviders)) {
      expect(settings.address).not.toMatch(/key/i);
      expect(() => httpProvider(settings, () => 'k', nameOf)).not.toThrow();
      expect(() => httpProvider(settings, () => undefined, nameOf)).toThrow(settings.key?.secret);
    }
  });
});

describe('the HTTP provider', () => {
  test('sends the key in its header, and nothing of it in an answer', async () => {
    const server = await providerServer({ 'a.example': ['forbidden'] });
    const answer = await httpProvider(server.settings, (name) => `value of ${name}`, nameOf).ask('a.example');
    expect(server.lastKey()).toBe('value of LOCAL_KEY');
    expect(answer).toEqual({ kind: 'refused', why: 'status 403' });
    await server.close();
    expect(await httpProvider(server.settings, () => 'k', nameOf).ask('a.example')).toEqual({
      kind: 'failed',
      why: 'ECONNREFUSED',
    });
  });
  test('a question has a name only where the provider takes one', async () => {
    const server = await providerServer({ 'a.example': ['lost', 'found'] });
    const { once: _, ...nameless } = server.settings;
    for (const [settings, times] of [
      [server.settings, 1],
      [nameless, 3],
    ] as const) {
      await httpProvider(
        settings,
        () => 'k',
        (domain) => `about ${domain}`,
      ).ask('a.example');
      await httpProvider(
        settings,
        () => 'k',
        (domain) => `about ${domain}`,
      ).ask('a.example');
      expect(server.paid.get('a.example')).toBe(times);
    }
    await server.close();
  });
  test('a domain cannot add to the question', async () => {
    const server = await providerServer();
    await httpProvider(server.settings, () => 'k', nameOf).ask('a.example&domain=b.example#');
    expect(server.questions).toEqual(['a.example&domain=b.example#']);
    await server.close();
  });
  test('a key never travels unencrypted', () => {
    expect(() => httpProvider({ ...apollo, address: 'http://api.example.com/{domain}' }, () => 'k', nameOf)).toThrow(
      /https/,
    );
    expect(() => httpProvider({ ...apollo, address: 'https://api.example.com/' }, () => 'k', nameOf)).toThrow(
      /\{domain\}/,
    );
  });
  test.each<[Record<string, string>, number | null]>([
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{ 'x-ratelimit-reset': '2026-11-22T10:00:42Z' }, 42_000],
    [{ 'x-ratelimit-reset': '2026-11-22 10:00:42' }, 42_000],
    [{ 'x-ratelimit-reset': String(Date.parse('2026-11-22T10:00:42Z') / 1000) }, 42_000],
    [{ 'x-ratelimit-reset': String(Date.parse('2026-11-22T10:00:42Z')) }, 42_000],
    [{ 'x-ratelimit-reset': '17' }, 17_000],
    [{ 'ratelimit-reset': '50' }, 50_000],
    [{ ratelimit: 'limit=100, remaining=0, reset=50' }, 50_000],
    [{ ratelimit: '"default";r=0;t=50' }, 50_000],
    [{ 'retry-after': '5', 'x-ratelimit-reset': '17' }, 5_000],
    [{ 'x-ratelimit-remaining': '0' }, null],
    [{}, null],
  ])('the time to ask again in %j is %s', (headers, ms) => {
    expect(retryHintMs(new Headers(headers), Date.parse('2026-11-22T10:00:00Z'))).toBe(ms);
  });
  test.each<[Behaviour, Answer]>([
    ['bad request', { kind: 'rejected', why: 'status 400' }],
    ['no such page', { kind: 'rejected', why: 'status 404' }],
    ['no such method', { kind: 'rejected', why: 'status 405' }],
    ['unprocessable', { kind: 'rejected', why: 'status 422' }],
    ['unknown', { kind: 'unknown' }],
    ['forbidden', { kind: 'refused', why: 'status 403' }],
    ['throttled without a time', { kind: 'throttled', afterMs: null }],
  ])('%s concerns one question, or all of them, as the status says', async (behaviour, answer) => {
    const server = await providerServer({ 'a.example': [behaviour] });
    expect(await httpProvider(server.settings, () => 'k', nameOf).ask('a.example')).toEqual(answer);
    await server.close();
  });
  test('a 422 that Abstract uses for a bad domain is not read as "no credit left"', async () => {
    const server = await providerServer({ 'a.example': ['unprocessable'], 'b.example': ['no credit, its own way'] });
    const { exhausted, exhaustedCode } = abstractApi;
    const settings = { ...server.settings, ...(exhausted && { exhausted }), ...(exhaustedCode && { exhaustedCode }) };
    const provider = httpProvider(settings, () => 'k', nameOf);
    expect(await provider.ask('a.example')).toEqual({ kind: 'rejected', why: 'status 422' });
    expect(await provider.ask('b.example')).toEqual({ kind: 'exhausted' });
    await server.close();
  });
  test.each([null, false, '', 0, {}, []])('"error": %j throws no paid answer away', async (error) => {
    const answers = createServer((_, response) => response.end(JSON.stringify({ error, company: { name: 'A' } })));
    await new Promise<void>((resolve) => answers.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(answers.address() as AddressInfo).port}/{domain}`;
    const provider = httpProvider({ name: 'x', address, fields: { company: 'company.name' } }, () => 'k', nameOf);
    expect(await provider.ask('a.example')).toEqual({ kind: 'found', company: { company: 'A' } });
    answers.closeAllConnections();
    answers.close();
  });
});

describe('an answer about another company', () => {
  const paths = { matches: ['primary', 'sites'], likelihood: { path: 'likelihood', least: 6 } };
  test.each<[object, string, string | null]>([
    [{ primary: 'acme.example' }, 'acme.example', null],
    [{ primary: 'https://www.ACME.example/about' }, 'acme.example', null],
    [{ primary: 'shop.acme.co.uk' }, 'acme.co.uk', null],
    [{ primary: 'parent.example', sites: ['x.example', 'acme.example'] }, 'acme.example', null],
    [{ primary: 'acme.uk.com' }, 'acme.uk.com', null],
    [{ primary: 'http://www.bücher.example' }, 'xn--bcher-kva.example', null],
    [{ primary: null, sites: [] }, 'acme.example', null],
    [{ likelihood: 6 }, 'acme.example', null],
    [{ primary: 'parent.example' }, 'acme.example', 'another company, parent.example'],
    [{ primary: 'other.uk.com' }, 'acme.uk.com', 'another company, other.uk.com'],
    [{ primary: 'acme.example.org' }, 'acme.example', 'another company, example.org'],
    [{ primary: 'acme.example', likelihood: 2 }, 'acme.example', 'likelihood 2, at least 6 is needed'],
  ])('%j for %s: %s', (json, domain, why) => expect(otherCompany(json, domain, paths)).toBe(why));
  test.each([
    [
      apollo,
      { organization: { name: 'Global Parent', estimated_num_employees: 250_000, primary_domain: 'parent.example' } },
    ],
    [peopleDataLabs, { name: 'other', website: 'other.example', likelihood: 9 }],
    [peopleDataLabs, { name: 'acme', website: 'acme.example', likelihood: 2 }],
  ])('of $name is recognised in its documented fields', ({ matches, likelihood }, json) => {
    const paths = { ...(matches && { matches }), ...(likelihood && { likelihood }) };
    expect(otherCompany(json, 'acme.example', paths)).not.toBeNull();
  });
  test('People Data Labs: the name as the company writes it, not the one in lower case', () => {
    const json = { name: 'people data labs', display_name: 'People Data Labs', industry_v2: 'software development' };
    expect(readCompany(json, peopleDataLabs.fields)).toEqual({
      company: 'People Data Labs',
      industry: 'software development',
    });
  });
});

describe('a company register as provider', () => {
  test('answers what stands in it, and knows nothing else', async () => {
    const register = csvProvider(
      'register',
      '\uFEFFDomain,Company,Employees,Annual Revenue\nACME.example,Acme,"1,200",\n' +
        'b.example,,,\nacme.example,Other,1,1\n',
    );
    expect(await register.ask('acme.example')).toEqual({
      kind: 'found',
      company: { company: 'Acme', employees: 1200 },
    });
    expect(await register.ask('b.example')).toEqual({ kind: 'unknown' });
    expect(await register.ask('c.example')).toEqual({ kind: 'unknown' });
  });
  test('a file without domains is an error that names its columns', () => {
    expect(() => csvProvider('register', 'name,size\nx,1\n')).toThrow(
      'no column "domain"; its columns are: name, size',
    );
  });
});

describe('the company of an address', () => {
  const nobodys = (domain: string) => domain === 'mail.example' || domain === 'relay.acme.example';
  test.each([
    ['ana@acme.example', 'acme.example'],
    ['ana@Mail.Acme.CO.UK', 'acme.co.uk'],
    ['"a@b"@acme.example', 'acme.example'],
    ['www.acme.example', 'acme.example'],
    ['ana@bücher.example', 'xn--bcher-kva.example'],
    ['ana@mail.example', null],
    ['ana@eu.mail.example', null],
    ['ana@relay.acme.example', null],
    ['ana@co.uk', null],
    ['ana@localhost', null],
    ['ana@[192.0.2.1]', null],
    ['ana@192.0.2.1', null],
    ['ana@acme.invalidtld', null],
    ['', null],
    ['ann@acme.onmicrosoft.com', null],
    ['ann@onmicrosoft.com', null],
    ['ann@shop.myshopify.com', null],
    ['ann@me.wordpress.com', null],
    ['ann@me.github.io', null],
    ['ann@me.blogspot.com', null],
    ['ann@acme.zendesk.com', null],
    ['ann@zendesk.com', 'zendesk.com'],
    ['ann@uk.com', null],
    ['ann@acme.uk.com', 'acme.uk.com'],
    ['ann@mail.acme.uk.com', 'acme.uk.com'],
    ['ann@acme.eu.org', 'acme.eu.org'],
    ['ann@acme.gov.uk', 'acme.gov.uk'],
  ])('%s: %s', (address, domain) => expect(companyDomain(address, nobodys)).toBe(domain));
});

describe('rules', () => {
  test('a key in place of the name of a secret is refused', () => {
    const provider = {
      kind: 'http',
      name: 'x',
      address: 'https://api.example.com/{domain}',
      fields: { company: 'name' },
    };
    expect(enrichmentRules.parse({ provider }).limits.budget).toBe(1000);
    expect(() =>
      enrichmentRules.parse({ provider: { ...provider, key: { header: 'x-key', secret: 'sk_live_0123456789' } } }),
    ).toThrow(/name of a secret/);
    expect(() => enrichmentRules.parse({ provider: { ...provider, address: 'https://api.example.com/' } })).toThrow(
      /\{domain\}/,
    );
    expect(() => enrichmentRules.parse({ provider, contacts: { phone: 'fill' } })).toThrow();
  });
});
