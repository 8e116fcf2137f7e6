/** Enrichment in the workbook: who is asked about, what is paid, and which cells a company may fill. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { enrichmentRules } from '../../lib/features/enrichment/rules.ts';
import type { Store } from '../../lib/workbook/store.ts';
import { rulesFor } from '../features/enrichment/look-ups.ts';
import { enrichment } from '../fixture/enrichment.ts';
import { programFile } from '../support/child-process.ts';
import { jobOf, type Night, night } from '../support/night.ts';
import { type Behaviour, providerServer } from '../support/provider-server.ts';
import { isThorough } from '../support/thorough.ts';
import { aContact, type Given, type Row, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(script: Record<string, readonly Behaviour[]> = {}, cut?: (question: number) => boolean) {
  const server = await providerServer(script, cut);
  servers.push(server);
  return server;
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

/**
 * The questions, counted over all runs, at which a run is killed; with NIGHTSHIFT_THOROUGH, each that a run can ask, and
 * two in a row.
 */
const DEATHS: readonly (readonly number[])[] = isThorough
  ? [...Array.from({ length: 14 }, (_, i) => [i + 1]), [6, 11]]
  : [[6]];

describe('what is paid', () => {
  it('is one look-up for each domain, though runs are killed with questions under way and commits fail', {
    timeout: 60_000 + DEATHS.length * 10_000,
  }, async () => {
    for (const deaths of DEATHS) await killedAt(deaths);
  });

  /** With three more questions under way at each death. */
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
    // No piece of what was paid for can be written, then all of them and not the plan.
    for (const isFull of [() => true, (entries: number) => entries > 0]) {
      const failing = (store: Store): Store => ({
        ...store,
        commit: (patches, marker) =>
          isFull(marker.entries.length) ? Promise.reject(new Error('the disk is full')) : store.commit(patches, marker),
      });
      expect(await enrich(workbook, rules, { store: failing })).toMatchObject({ status: 'failed' });
    }
    expect(rowOf(workbook, 'firm1').company).toBe('');
    expect(await enrich(workbook, rules)).toMatchObject({ status: 'applied', metrics: { due: 0 } });
    expect(Object.fromEntries(server.paid), `killed at ${deaths.join(' and ')}`).toEqual(
      Object.fromEntries(firms.filter((firm) => firm !== 'firm3').map((firm) => [`${firm}.example`, 1])),
    );
    // Only what was under way at a death is asked again: its four questions at most.
    expect(server.questions.length).toBeGreaterThan(14);
    expect(server.questions.length).toBeLessThanOrEqual(14 + 4 * deaths.length);
    expect(existsSync(join(workbook, '.nightshift', 'enrichment-answers.jsonl'))).toBe(false);
    expect(readCsv(workbook, 'companies')).toHaveLength(14);
    expect(rowOf(workbook, 'firm1')).toMatchObject({ company: 'firm1.example Ltd', employees: '40', country: 'NL' });
  }
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
    for (const column of ['source_note', 'mail']) expect(readCsv(folder, 'companies')[0]).not.toHaveProperty(column);
    expect(rowOf(folder, 'firm')).toMatchObject({
      company: 'firm.example Ltd',
      industry: 'Pottery',
      annual_revenue: '1000000',
    });
    const typed = readCsv(folder, 'contacts').map((row) =>
      row.contact_id === 'edited' ? { ...row, company: 'Ours' } : row,
    );
    writeWorkbook(folder, {
      contacts: [...typed, worker('new', { last_activity_at: '2026-11-01T00:00:00Z' })],
      companies: readCsv(folder, 'companies').map((row) => ({
        ...row,
        company: 'New Name',
        industry: 'Other',
        employees: '41',
      })),
    });
    const soon = await enrich(folder, rulesFor(server), { asOf: '2026-11-29', dryRun: true });
    expect(soon).toMatchObject({ status: 'unchanged', metrics: { due: 1, rehearsal: true } });
    expect(server.questions.length).toBe(2);
    expect(await enrich(folder, rulesFor(server), { asOf: '2027-03-01' })).toMatchObject({ status: 'applied' });
    expect(rowOf(folder, 'firm')).toMatchObject({ company: 'New Name', industry: 'Pottery', employees: '41' });
    expect(rowOf(folder, 'edited')).toMatchObject({ company: 'Ours', industry: 'Other', employees: '41' });
    expect(server.questions.length).toBe(3);
  });

  it('leaves contacts as they are when a provider mostly fails, or changes what many hold', async () => {
    const firms = Array.from({ length: 60 }, (_, i) => `firm${i}`);
    const server = await start(
      Object.fromEntries(firms.map((firm, i) => [`${firm}.example`, [i % 3 === 0 ? 'html' : 'found']])),
    );
    const folder = temporaryFolder();
    writeWorkbook(folder, { contacts: firms.map((firm) => worker(firm, { industry: 'Typed' })) });
    const failing = await enrich(folder, rulesFor(server, {}, { chunk: 60 }));
    expect(failing).toMatchObject({ status: 'blocked', metrics: { found: 40, failed: { 'no JSON': 20 } } });
    expect(failing.guards[0]).toMatchObject({ guard: 'at most 20 % of look-ups failing', found: 20, passed: false });
    expect(rowOf(folder, 'firm1').company).toBe('');
    expect(readCsv(folder, 'companies').filter((row) => row.fetched_at !== '')).toHaveLength(40);
    const patient = { chunk: 60, failuresInARow: 100 };
    const overwriting = rulesFor(server, { contacts: { industry: 'overwrite' }, mostFailing: 1 }, patient);
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
