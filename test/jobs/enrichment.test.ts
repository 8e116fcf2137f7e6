/** Enrichment in the workbook: who is asked about, what is paid, and which cells a company may fill. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { enrichmentRules } from '../../lib/features/enrichment/rules.ts';
import type { Store } from '../../lib/workbook/store.ts';
import { enrichment } from '../fixture/enrichment.ts';
import { programFile } from '../support/child-process.ts';
import { type DnsServer, dnsServer, type Zone } from '../support/dns-server.ts';
import { jobOf, type Night, night } from '../support/night.ts';
import { type Behaviour, type ProviderServer, providerServer } from '../support/provider-server.ts';
import { isThorough } from '../support/thorough.ts';
import {
  aContact,
  aPurchase,
  type Given,
  type Row,
  readCsv,
  temporaryFolder,
  writeWorkbook,
} from '../support/workbook.ts';

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(script: Record<string, readonly Behaviour[]> = {}, cut?: (question: number) => boolean) {
  const server = await providerServer(script, cut);
  servers.push(server);
  return server;
}

/** Rules that ask the server, one question after the other unless `limits` say otherwise. */
function rulesFor({ settings }: Pick<ProviderServer, 'settings'>, more: Record<string, unknown> = {}, limits = {}) {
  const { key: _, ...provider } = settings;
  const quick = { perSecond: 1000, parallel: 1, chunk: 5, backoffMs: 1, pauseAfterFailuresMs: 1, ...limits };
  return { provider: { kind: 'http', ...provider }, limits: quick, ...more };
}

async function enrich(folder: string, rules: object, given: Night = {}) {
  const job = enrichment(enrichmentRules.parse(rules));
  const result = await night(folder, { ...given, jobs: [{ job, cadence: 'weekly' }] });
  return jobOf(result, 'enrichment');
}

const worker = (domain: string, given: Given = {}): Row =>
  aContact({ contact_id: domain, email: `ada@${domain}.example`, country: '', ...given });
const rowOf = (folder: string, id: string): Row =>
  readCsv(folder, 'contacts').find((row) => row.contact_id === id) ?? {};

/** Two deaths of one workbook's runs; with NIGHTSHIFT_THOROUGH, one at each question that a run can ask. */
const EVERY_QUESTION: readonly (readonly number[])[] = isThorough
  ? Array.from({ length: 14 }, (_, i) => [i + 1])
  : [[6, 11]];

describe('what is paid', () => {
  it('is one look-up for each domain, though runs are killed with questions under way and a landing fails', {
    timeout: 60_000 + EVERY_QUESTION.length * 10_000,
  }, async () => {
    for (const deaths of EVERY_QUESTION) await killedAt(deaths);
  });

  /**
   * `deaths`: the questions, counted over all runs, at which the run that asks is killed, with three more under way.
   */
  async function killedAt(deaths: readonly number[]): Promise<void> {
    const folder = temporaryFolder();
    const workbook = join(folder, 'workbook');
    const firms = Array.from({ length: 14 }, (_, i) => `firm${i}`);
    writeWorkbook(workbook, { contacts: firms.map((firm) => worker(firm)) });
    let child: ReturnType<typeof spawn> | undefined;
    const slowly = Object.fromEntries(firms.map((firm) => [`${firm}.example`, ['found slowly'] as const]));
    const server = await start(
      { ...slowly, 'firm3.example': ['unknown'] },
      (question) => deaths.includes(question) && child?.kill('SIGKILL') === true,
    );
    const rules = rulesFor(server, {}, { parallel: 4, chunk: 8 });
    const ledger = join(folder, 'ledger');
    const args = ['run', 'enrichment', '--as-of', '2026-11-22', '--workbook', workbook, '--ledger', ledger];
    const program = await programFile('test/features/enrichment/enrich-child.ts');
    for (const _ of deaths) {
      child = spawn(process.execPath, [program, JSON.stringify(rules), ...args], { stdio: 'ignore' });
      const [, signal] = await once(child, 'exit');
      expect(signal).toBe('SIGKILL');
    }
    const failing = (store: Store): Store => ({
      ...store,
      commit: (patches, marker) =>
        marker.entries.length > 0 ? Promise.reject(new Error('the disk is full')) : store.commit(patches, marker),
    });
    await expect(enrich(workbook, rules, { store: failing })).resolves.toMatchObject({ status: 'failed' });
    expect(rowOf(workbook, 'firm1').company).toBe('');
    expect(await enrich(workbook, rules)).toMatchObject({ status: 'applied', metrics: { due: 0 } });
    expect(Object.fromEntries(server.paid), `killed at ${deaths.join(' and ')}`).toEqual(
      Object.fromEntries(firms.filter((firm) => firm !== 'firm3').map((firm) => [`${firm}.example`, 1])),
    );
    expect(server.questions.length).toBeGreaterThan(14);
    expect(existsSync(join(workbook, '.nightshift', 'enrichment-answers.jsonl'))).toBe(false);
    expect(readCsv(workbook, 'companies')).toHaveLength(14);
    expect(rowOf(workbook, 'firm1')).toMatchObject({ company: 'firm1.example Ltd', employees: '40', country: 'NL' });
    expect(await enrich(workbook, rules, { asOf: '2026-12-20' })).toMatchObject({
      status: 'unchanged',
      metrics: { due: 0 },
    });
  }

  it('goes to the contacts worth most, and to none who is suppressed, inactive, or at a free mailbox', async () => {
    const server = await start();
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [
        worker('small', { lifetime_value: 5 }),
        worker('large', { lifetime_value: 900 }),
        worker('none'),
        worker('stopped', { status: 'unsubscribed' }),
        worker('quiet', { created_at: '2024-01-01T00:00:00Z', updated_at: '' }),
        worker('buyer', { created_at: '2024-01-01T00:00:00Z', lifetime_value: 50 }),
        worker('private', { email: 'ada@gmail.com' }),
      ],
      purchases: [aPurchase({ contact_id: 'buyer' })],
    });
    const rules = { ...rulesFor(server), limits: { ...rulesFor(server).limits, budget: 3 } };
    expect(await enrich(folder, rules, { dryRun: true })).toMatchObject({ metrics: { due: 4, rehearsal: true } });
    expect(server.questions).toEqual([]);
    expect(await enrich(folder, rules)).toMatchObject({ metrics: { due: 4, asked: 3, halted: 'budget' } });
    expect(server.questions).toEqual(['large.example', 'buyer.example', 'small.example']);
    await enrich(folder, rules, { asOf: '2026-11-29' });
    expect(server.questions.slice(3)).toEqual(['none.example']);
  });
});

describe('what is written', () => {
  it('fills what is empty, follows the company in its own cells, and leaves what a person entered', async () => {
    const server = await start();
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [
        worker('firm', { industry: 'Pottery', last_activity_at: '2026-11-01T00:00:00Z' }),
        worker('edited', { last_activity_at: '2026-11-01T00:00:00Z' }),
      ],
    });
    await enrich(folder, rulesFor(server));
    expect(rowOf(folder, 'firm')).toMatchObject({
      company: 'firm.example Ltd',
      industry: 'Pottery',
      annual_revenue: '1000000',
    });
    const typed = readCsv(folder, 'contacts').map((row) =>
      row.contact_id === 'edited' ? { ...row, company: 'Ours' } : row,
    );
    writeWorkbook(folder, {
      contacts: typed,
      companies: readCsv(folder, 'companies').map((row) => ({
        ...row,
        company: 'New Name',
        industry: 'Other',
        employees: '41',
      })),
    });
    const soon = await enrich(folder, rulesFor(server), { asOf: '2026-11-29' });
    expect(soon.status).toBe('unchanged');
    expect(await enrich(folder, rulesFor(server), { asOf: '2027-03-01' })).toMatchObject({ status: 'applied' });
    expect(rowOf(folder, 'firm')).toMatchObject({ company: 'New Name', industry: 'Pottery', employees: '41' });
    expect(rowOf(folder, 'edited')).toMatchObject({ company: 'Ours', industry: 'Other', employees: '41' });
    expect(server.questions.length).toBe(2);
  });

  it('leaves contacts as they are when a provider mostly fails, or changes what many hold', async () => {
    const firms = Array.from({ length: 60 }, (_, i) => `firm${i}`);
    const server = await start(
      Object.fromEntries(firms.map((firm, i) => [`${firm}.example`, [i % 3 === 0 ? 'html' : 'found']])),
    );
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: firms.map((firm) => worker(firm, { industry: 'Typed' })) });
    const failing = await enrich(folder, rulesFor(server));
    expect(failing).toMatchObject({ status: 'blocked', metrics: { found: 40, failed: { 'no JSON': 20 } } });
    expect(failing.guards[0]).toMatchObject({ guard: 'at most 20 % of look-ups failing', found: 20, passed: false });
    expect(rowOf(folder, 'firm1').company).toBe('');
    expect(readCsv(folder, 'companies').filter((row) => row.fetched_at !== '')).toHaveLength(40);
    const { limits } = rulesFor(server);
    const patient = { limits: { ...limits, failuresInARow: 100 }, mostFailing: 1 };
    const overwriting = rulesFor(server, { contacts: { industry: 'overwrite' }, ...patient });
    const changing = await enrich(folder, overwriting, { asOf: '2026-11-29' });
    expect(changing.status).toBe('blocked');
    expect(changing.guards.find(({ passed }) => !passed)).toMatchObject({ found: 40 });
  });

  it('is a failed job, with what was paid kept, where the provider refuses the key', async () => {
    const server = await start({ 'firm2.example': ['forbidden'] });
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: ['firm1', 'firm2', 'firm3'].map((firm) => worker(firm)) });
    const { status, error } = await enrich(folder, rulesFor(server));
    expect(status).toBe('failed');
    expect(error).toMatchObject({
      kind: 'JobError',
      message: expect.stringContaining('after 1 answers, which are kept'),
    });
    expect(readCsv(folder, 'companies')).toMatchObject([{ domain: 'firm1.example', source: 'local' }]);
  });
});

describe('what is remembered', () => {
  it('goes past a rejected domain, and asks about it last the next time', async () => {
    const server = await start({ 'large.example': ['unprocessable', 'found'] });
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: [
        worker('large', { lifetime_value: 900 }),
        ...['a', 'b', 'c', 'd'].map((firm) => worker(firm, { lifetime_value: 5 })),
      ],
    });
    const rules = rulesFor(server, {}, { budget: 3 });
    expect(await enrich(folder, rules)).toMatchObject({ metrics: { found: 2, failed: { 'status 422': 1 } } });
    expect(readCsv(folder, 'companies').find((row) => row.domain === 'large.example')).toMatchObject({
      source: '',
      fetched_at: '',
      source_note: 'local: status 422',
    });
    expect(await enrich(folder, rules, { asOf: '2026-11-29' })).toMatchObject({ metrics: { due: 3, found: 3 } });
    expect(server.questions).toEqual(['large', 'a', 'b', 'c', 'd', 'large'].map((firm) => `${firm}.example`));
    const answered = readCsv(folder, 'companies').find((row) => row.domain === 'large.example');
    expect(answered).toMatchObject({ company: 'large.example Ltd', source: 'local', source_note: '', missed_at: '' });
  });

  it('an answer about another company is noted, not filled in, and not asked for again', async () => {
    const server = await start({ 'shop.example': ['parent company'] });
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [worker('shop', { last_activity_at: '2026-11-01T00:00:00Z' })] });
    const rules = rulesFor(server);
    const matching = { ...rules, provider: { ...rules.provider, matches: 'website' } };
    expect(await enrich(folder, matching)).toMatchObject({ metrics: { other: 1, found: 0 } });
    expect(rowOf(folder, 'shop').company).toBe('');
    expect(rowOf(folder, 'shop')).not.toHaveProperty('employees');
    expect(readCsv(folder, 'companies')).toMatchObject([
      { source: 'local', source_note: 'local: another company, parent.example' },
    ]);
    expect(await enrich(folder, matching, { asOf: '2026-11-29' })).toMatchObject({ metrics: { due: 0 } });
  });

  it('with its source: another source asks again, and what it does not know stays known of the first', async () => {
    const first = await start({ 'b.example': ['unknown'] });
    const folder = temporaryFolder();
    const seen = { last_activity_at: '2026-11-01T00:00:00Z' };
    writeWorkbook(folder, { contacts: ['a', 'b'].map((firm) => worker(firm, seen)) });
    await enrich(folder, rulesFor(first));
    expect(readCsv(folder, 'companies')[0]).not.toHaveProperty('source_note');
    const second = await start({ 'a.example': ['unknown'] });
    const rules = rulesFor(second);
    const other = { ...rules, provider: { ...rules.provider, name: 'other' } };
    expect(await enrich(folder, other, { asOf: '2026-11-29' })).toMatchObject({
      metrics: { due: 2, found: 1, unknown: 1 },
    });
    expect(readCsv(folder, 'companies')).toMatchObject([
      { domain: 'a.example', company: 'a.example Ltd', source: 'local', source_note: 'other: unknown' },
      { domain: 'b.example', company: 'b.example Ltd', source: 'other', source_note: '' },
    ]);
    expect(await enrich(folder, other, { asOf: '2026-12-06' })).toMatchObject({ metrics: { due: 0 } });
  });

  it('no provider is asked on a workbook of one’s own while the rules name the sample’s register', async () => {
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: [worker('firm')] });
    const result = await enrich(folder, { provider: { kind: 'sample', file: 'data/sample/register/companies.csv' } });
    expect(result).toMatchObject({ status: 'unchanged', metrics: { provider: 'none' } });
    expect(existsSync(join(folder, 'companies.csv'))).toBe(false);
  });
});

describe('checks by DNS', () => {
  const found = { MX: ['mx.example'], A: ['192.0.2.1'] };
  const dnsOf = ({ address }: DnsServer) => ({ dns: { servers: [address], timeoutMs: 1_000 } });
  const noted = (folder: string) =>
    Object.fromEntries(
      readCsv(folder, 'companies').map(({ domain = '', mail = '', website = '' }) => [domain, `${mail} ${website}`]),
    );

  it('note what a company has, change no contact, and never read silence as a no', async () => {
    const zone: Record<string, Zone[string]> = {
      'firm.example': found,
      'nomail.example': { MX: ['.'], A: ['192.0.2.1'] },
      'down.example': 'fails',
      'half.example': { MX: ['mx.example'], fails: 'A' },
    };
    const name = await dnsServer(zone);
    servers.push(name);
    const provider = await start();
    const folder = temporaryFolder();
    writeWorkbook(folder, {
      contacts: ['firm', 'nomail', 'down', 'half', 'gone'].map((domain) =>
        worker(domain, { last_activity_at: '2026-11-01T00:00:00Z' }),
      ),
    });
    const rules = rulesFor(provider, dnsOf(name));
    expect(await enrich(folder, rules, { dryRun: true })).toMatchObject({ metrics: { dns: { due: 5 } } });
    await enrich(folder, rulesFor(provider));
    expect(name.questions).toEqual([]);
    expect(readCsv(folder, 'companies')[0]).not.toHaveProperty('mail');
    const before = readCsv(folder, 'contacts');
    const first = await enrich(folder, rules, { asOf: '2026-11-29' });
    expect(first.metrics.dns).toEqual({
      due: 5,
      mail: { yes: 2, no: 2, unknown: 1 },
      website: { yes: 2, no: 1, unknown: 2 },
    });
    expect(noted(folder)).toEqual({
      'firm.example': 'yes yes',
      'nomail.example': 'no yes',
      'gone.example': 'no no',
      'down.example': ' ',
      'half.example': 'yes ',
    });
    expect(readCsv(folder, 'contacts')).toEqual(before);
    // Only what is unknown is asked about again; and when all of it is old, silence takes nothing back.
    const asked = name.questions.length;
    await enrich(folder, rules, { asOf: '2026-12-06' });
    const again = new Set(name.questions.slice(asked).map((question) => question.split(' ')[1]));
    expect(again).toEqual(new Set(['down.example', 'half.example', 'www.half.example']));
    for (const domain of ['nomail.example', 'half.example', 'gone.example']) zone[domain] = 'refuses';
    Object.assign(zone, { 'firm.example': { fails: 'A' }, 'www.firm.example': found });
    const later = await enrich(folder, rules, { asOf: '2027-07-01' });
    expect(later.metrics.dns).toMatchObject({ due: 5, mail: { yes: 0, no: 0, unknown: 5 } });
    expect(noted(folder)).toMatchObject({ 'firm.example': 'yes yes', 'nomail.example': 'no yes' });
  });

  it('ignore a name server that knows no domain, and stop at one that does not answer', async () => {
    const firms = Array.from({ length: 40 }, (_, i) => `firm${i}`);
    const lying = await dnsServer({});
    const silent = await dnsServer(Object.fromEntries(firms.map((firm) => [`${firm}.example`, 'refuses'])));
    servers.push(lying, silent);
    const provider = await start();
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: firms.map((firm) => worker(firm)) });
    const limits = { chunk: 50 };
    const first = await enrich(folder, rulesFor(provider, dnsOf(lying), limits));
    expect(first.metrics.warnings).toEqual([expect.stringContaining('40 of 40 domains take no mail')]);
    expect(readCsv(folder, 'companies')).toHaveLength(40);
    expect(readCsv(folder, 'companies')[0]).not.toHaveProperty('mail');
    const second = await enrich(folder, rulesFor(provider, dnsOf(silent), limits), { asOf: '2026-11-29' });
    expect(second.metrics.warnings).toEqual([expect.stringContaining('no name server answers')]);
    expect(silent.questions.length).toBeLessThan(firms.length * 2);
  });
});
