/** The ledger's entries hold exactly what design says, and what went wrong between landing and ledger is made good. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { insert } from '../../lib/core/change.ts';
import { sql } from '../../lib/core/sql.ts';
import { filesBelow } from '../laws/one-outcome.ts';
import { jobOf, night } from '../support/night.ts';
import { aJob, nightly, sets } from '../support/small-jobs.ts';
import { aContact, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';

const ledgerOf = (folder: string): string => join(folder, '.nightshift', 'test-ledger');

it('an entry is at JOB/PERIOD/RUN.json and has these fields', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact(), aContact({ created_at: 'soon' })] });
  const failing = aJob({ name: 'failing', changes: () => [insert('contacts', sql`select nothing from nowhere`)] });
  await night(folder, { jobs: nightly(sets('email_note', 'seen'), failing) });
  const files = filesBelow(ledgerOf(folder));
  expect(files).toEqual([`a-job/${today}/000000-test.json`, `failing/${today}/000000-test.json`]);
  const [applied, failed] = files.map((file) => JSON.parse(readFileSync(join(ledgerOf(folder), file), 'utf8')));
  const hash = expect.stringMatching(/^(sha256:)?[0-9a-f]{16,64}$/);
  const metrics = { quarantine: {}, unreadable: { 'contacts, column "created_at": not a date or time': 1 } };
  const both = {
    period: today,
    run: '000000-test',
    startedAt: '2026-11-22T23:59:59.999Z',
    endedAt: expect.stringMatching(/^2026-11-23T00:0\d:\d\d\.\d{3}Z$/),
    asOf: '2026-11-22T23:59:59.999Z',
    workbook: 'test',
    inputs: { contacts: { rows: 2, hash } },
    rules: hash,
    commit: null,
    trigger: 'local',
    seconds: expect.any(Number),
    guards: [],
    held: {},
  };
  expect(applied).toEqual({
    ...both,
    job: 'a-job',
    status: 'applied',
    plan: hash,
    changes: { contacts: { insert: 0, update: 2, remove: 0 } },
    reasons: { 'contacts.email_note: asked for': 2 },
    metrics,
  });
  expect(failed).toEqual({
    ...both,
    job: 'failing',
    status: 'failed',
    plan: null,
    changes: {},
    reasons: {},
    metrics,
    error: {
      kind: expect.any(String),
      message: expect.stringContaining('there is no table "nowhere" here. A job sees'),
    },
  });
});

it('a ledger that could not be written is completed by the next run, with what really happened', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact()] });
  const jobs = nightly(sets('email_note', 'seen'));
  let times = 0;
  const failingOnce = night(folder, {
    jobs,
    ledger: (ledger) => ({
      ...ledger,
      add: async (entry) => {
        if (times++ === 0) throw new Error('no space left');
        await ledger.add(entry);
      },
    }),
  });
  expect(jobOf(await failingOnce, 'a-job').status).toBe('failed');
  await night(folder, { jobs });
  const files = filesBelow(ledgerOf(folder));
  const statuses = files.map((file) => JSON.parse(readFileSync(join(ledgerOf(folder), file), 'utf8')).status);
  expect(statuses).toEqual(['applied']);
});
