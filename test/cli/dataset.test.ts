/** The commands on a dataset of BigQuery, as a person types them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { raw } from '../../lib/core/sql.ts';
import { nightShift } from '../fixture/batches.ts';
import { startBigQueryServer } from '../support/bigquery-server/server.ts';
import { temporaryFolder } from '../support/workbook.ts';

it('lays out, imports, runs, explains and checks a workbook in BigQuery', async () => {
  const server = await startBigQueryServer();
  server.polls = 0;
  const folder = temporaryFolder();
  const people = join(folder, 'people.csv');
  writeFileSync(people, 'Email Address,First Name,Last Name\nada@example.com,Ada,Sample\nBOB@example.com,bob,Sample\n');
  const command = async (...argv: string[]): Promise<{ code: number; output: string }> => {
    const output: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
    vi.spyOn(console, 'error').mockImplementation((text) => void output.push(String(text)));
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.stubEnv('NIGHTSHIFT_BIGQUERY_URL', server.url);
    vi.stubEnv('NIGHTSHIFT_ERASE_KEY', 'a-key-for-tests-that-is-long-enough-0123456789');
    vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'));
    const place = [
      '--workbook',
      'bigquery://example-project/marketing?location=EU',
      '--ledger',
      join(folder, 'ledger'),
    ];
    try {
      return { code: await main([...argv, ...place], nightShift), output: output.join('\n') };
    } finally {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
    }
  };
  expect(await command('init')).toMatchObject({ code: 0, output: expect.stringContaining('Made: contacts, events') });
  expect(await command('import', people, '--yes')).toMatchObject({ code: 0 });
  const night = await command('run', 'list-cleaning');
  expect(night).toMatchObject({ code: 0, output: expect.stringMatching(/BigQuery: \d+ statements, .* GB billed/) });
  expect(night.output).toContain('Open the dataset');
  const rows = await server.tables.engine.rows(raw('select email, email_status from "marketing/contacts" order by 1'));
  expect(rows).toEqual([
    { email: 'ada@example.com', email_status: expect.any(String) },
    { email: 'bob@example.com', email_status: expect.any(String) },
  ]);
  expect((await command('explain', 'ada@example.com')).output).toContain('ada@example.com');
  const { code, output } = await command('doctor');
  expect(code).toBe(0);
  expect(output).toContain('OK     bigquery://example-project/marketing is in EU');
  expect(output).toContain('OK     table "contacts": 2 rows of contacts');
  await server.act('marketing', 'events', `insert into "marketing/events" (email) values ('ada@example.com')`);
  const erased = await command('erase', 'ada@example.com', '--yes');
  expect(erased).toMatchObject({ code: 0, output: expect.stringContaining('Removed from table "events": 1 line') });
  expect(server.violations).toEqual([]);
  await server.close();
}, 300_000);
