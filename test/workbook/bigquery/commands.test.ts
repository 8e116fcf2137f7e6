/** Commands on a dataset, as a person would type them, one after the other; no row of facts comes here that none names. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { main } from '../../../lib/cli/main.ts';
import { ERASE_KEY } from '../../../lib/intake/forgotten.ts';
import { nightShift } from '../../fixture/batches.ts';
import { type BigQueryServer, startBigQueryServer } from '../../support/bigquery-server/server.ts';
import { aSheet, bigQueryBench, SPREADSHEET, writeTables } from '../../support/store-bench.ts';
import { temporaryFolder } from '../../support/workbook.ts';
import { aPart } from './part-of-sample.ts';

const ADDRESS = 'bigquery://example-project/marketing?location=EU';
const AS_OF = ['--as-of', '2026-11-22'];

/** Statements that fetched rows of facts here. */
const readings = ({ requests }: BigQueryServer): string[] =>
  requests
    .flatMap(({ job }) => (job?.configuration?.dryRun ? [] : (job?.configuration?.query?.query ?? [])))
    .filter((text) => /^select t\..*(events|purchases|bounces)`/.test(text));

/** More contacts bounce than a run may suppress without a person. */
const BURST = `insert into "marketing/bounces" (bounce_id, email, kind, code, provider, occurred_at)
  select 'b' || contact_id, email, 'hard', '550 5.1.1', 'ses', timestamp '2026-11-22 12:00:00' from "marketing/contacts"`;

it('runs every command on a dataset, approvals too, and fetches only the rows of facts that they name', {
  timeout: 300_000,
}, async () => {
  const server = await startBigQueryServer();
  server.polls = 0;
  onTestFinished(() => server.close());
  const folder = temporaryFolder();
  const settings = { NIGHTSHIFT_BIGQUERY_URL: server.url, XDG_STATE_HOME: join(folder, 'state') };
  for (const [name, value] of Object.entries({ ...settings, [ERASE_KEY]: 'a key of the tests, long enough' }))
    vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const output: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const run = async (...argv: string[]): Promise<number> => {
    output.length = 0;
    const ledger = argv[0] === 'init' ? [] : ['--ledger', join(folder, 'ledger')];
    const code = await main([...argv, '--workbook', ADDRESS, ...ledger], nightShift);
    expect(server.violations, argv.join(' ')).toEqual([]);
    return code;
  };
  const rowsIn = (table: string, where = 'true'): Promise<number> =>
    server.tables.engine.number({ text: `select count(*) from "marketing/${table}" where ${where}`, values: [] });
  const { contacts = [], ...facts } = aPart(150);
  writeTables(folder, { contacts, ...facts });
  const files = ['contacts', 'events', 'bounces', 'purchases', 'suppressions'].map((table) =>
    join(folder, `${table}.csv`),
  );
  const id = String(contacts[3]?.[0]);

  const shown = (): string => output.join('\n');
  expect(await run('init')).toBe(0);
  expect(shown()).toContain('Made: contacts, events');
  expect(await run('import', ...files, '--yes')).toBe(0);
  expect(await run('run', 'bounce-suppression', 'score-recalculation', 'list-refresh', ...AS_OF)).toBe(0);
  expect(shown()).toMatch(/BigQuery: \d+ statements, .* GB billed.*Open the dataset/s);
  expect(await run('explain', id, ...AS_OF)).toBe(0);
  expect(shown()).toContain('Score, part by part');
  await server.act('marketing', 'bounces', BURST);
  expect(await run('run', 'bounce-suppression', '--as-of', '2026-11-23')).toBe(3);
  const suppressed = await rowsIn('suppressions');
  const plan = /--approve (sha256:\w+)/.exec(shown())?.[1] ?? '';
  expect(await run('run', 'bounce-suppression', '--as-of', '2026-11-23', '--approve', plan)).toBe(0);
  expect(await rowsIn('suppressions')).toBeGreaterThan(suppressed + 10);
  expect(await run('backtest', 'value', ...AS_OF)).toBe(0);
  expect(await run('export', 'suppressions-ses')).toBe(0);

  const before = await rowsIn('events');
  const more = join(folder, 'more.csv');
  const known = facts.events?.[20] ?? [];
  writeFileSync(more, `${facts.events?.[0]}\n${known}\nx1,${id},,click,2026-11-20T10:00:00Z,,\n`);
  server.requests.length = 0;
  expect(await run('import', more, '--yes')).toBe(0);
  expect(await rowsIn('events')).toBe(before + 1);
  const period = /undo import (\S+)/.exec(shown())?.[1] ?? '';
  expect(await run('undo', 'import', period)).toBe(0);
  expect(await rowsIn('events')).toBe(before);
  await server.act('marketing', 'events', `insert into "marketing/events" (contact_id) values ('${id}')`);
  expect(await run('erase', id, '--yes')).toBe(0);
  expect(shown()).toContain('Removed from table "events": 1 line');
  expect(await rowsIn('events', `contact_id = '${id}'`)).toBe(0);
  expect(await run('doctor')).toBe(0);
  expect(shown()).toContain('OK     bigquery://example-project/marketing is in EU');
  const whole = readings(server).filter((text) => !text.includes('in (select text from'));
  expect(whole).toEqual([]);
  expect(readings(server).length).toBeGreaterThan(2);
});

/** Jobs that read every table of facts. */
const OF_FACTS = ['bounce-suppression', 'score-recalculation', 'list-refresh', 'lifetime-value'];

it('plans the same beside a folder and a sheet whose facts are in a dataset', { timeout: 300_000 }, async () => {
  const { contacts = [], suppressions = [], ...facts } = aPart(150);
  const [whole, apart] = [temporaryFolder(), temporaryFolder()];
  writeTables(whole, { contacts, suppressions, ...facts });
  writeTables(apart, { contacts, suppressions });
  const sheet = await aSheet({ contacts, suppressions });
  const dataset = await bigQueryBench(
    Object.fromEntries(Object.entries(facts).map(([table, rows]) => [`web_${table}`, rows])),
  );
  dataset.server.polls = 0;
  onTestFinished(() => dataset.close());
  const { workbook } = nightShift;
  const sourceOf = (table: string) => ({
    files: `bigquery://example-project/marketing/web_${table}?location=EU`,
    columns: {},
  });
  const sources = { events: sourceOf('events'), bounces: sourceOf('bounces'), purchases: sourceOf('purchases') };
  const beside = { ...nightShift, workbook: { ...workbook, sources } };
  const settings = { NIGHTSHIFT_BIGQUERY_URL: dataset.server.url, NIGHTSHIFT_SHEETS_URL: sheet.server.url };
  for (const [name, value] of Object.entries({ ...settings, XDG_STATE_HOME: temporaryFolder() }))
    vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const plansOf = async (named: string, shift: typeof nightShift, jobs = OF_FACTS): Promise<unknown[]> => {
    const output: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
    const command = ['run', ...jobs, ...AS_OF, '--dry-run', '--json', '--ledger', join(temporaryFolder(), 'ledger')];
    expect(await main([...command, '--workbook', named], shift)).toBe(0);
    return JSON.parse(output.join('')).jobs.map(({ job, plan }: { job: string; plan: string }) => ({ job, plan }));
  };
  const plans = await plansOf(whole, nightShift);
  expect(await plansOf(apart, beside)).toEqual(plans);
  expect(await plansOf(SPREADSHEET, beside, OF_FACTS.slice(0, 2))).toEqual(plans.slice(0, 2));
  expect(readings(dataset.server)).toEqual([]);
  expect(dataset.server.violations).toEqual([]);
});
