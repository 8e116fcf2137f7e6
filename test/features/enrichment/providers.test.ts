/** Providers, fields, domains and rules by themselves. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { companyDomain } from '../../../lib/features/enrichment/company-domain.ts';
import { csvProvider } from '../../../lib/features/enrichment/csv-provider.ts';
import { asNumber, asText, at, readCompany } from '../../../lib/features/enrichment/fields.ts';
import { httpProvider, retryAfterMs } from '../../../lib/features/enrichment/http-provider.ts';
import {
  abstractApi,
  apollo,
  knownProviders,
  peopleDataLabs,
} from '../../../lib/features/enrichment/known-providers.ts';
import { enrichmentRules } from '../../../lib/features/enrichment/rules.ts';
import { providerServer } from '../../support/provider-server.ts';

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
    for (const settings of knownProviders) {
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
  test('Retry-After is read as seconds and as a date', () => {
    const now = Date.parse('2026-11-22T10:00:00Z');
    expect(retryAfterMs('120', now)).toBe(120_000);
    expect(retryAfterMs('Sun, 22 Nov 2026 10:00:30 GMT', now)).toBe(30_000);
    expect(retryAfterMs('Sun, 22 Nov 2026 09:00:00 GMT', now)).toBe(0);
    expect(retryAfterMs('soon', now)).toBeNull();
    expect(retryAfterMs(null, now)).toBeNull();
  });
});

describe('a company register as provider', () => {
  test('answers what stands in it, and knows nothing else', async () => {
    const register = csvProvider(
      'register',
      '\uFEFFDomain,Company,Employees,Annual Revenue\nACME.example,Acme,"1,200",\nb.example,,,\nacme.example,Other,1,1\n',
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

describe('whom somebody works for', () => {
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
