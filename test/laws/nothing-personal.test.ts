/** Law 5: a canary in every cell of a workbook, and it sings nowhere but in the workbook itself. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { nightShift } from '../../jobs/batches.ts';
import { main } from '../../lib/cli/main.ts';
import type { Job } from '../../lib/core/job.ts';
import { update } from '../../lib/core/job.ts';
import { sql } from '../../lib/core/sql.ts';
import { aJob } from '../support/small-jobs.ts';
import {
  aBounce,
  aContact,
  anEvent,
  aPurchase,
  aSuppression,
  temporaryFolder,
  today,
  writeWorkbook,
} from '../support/workbook.ts';
import { filesBelow } from './one-outcome.ts';

/** Part of every cell that may hold text of people's own. */
const CANARY = 'quokka';
const sings = (text: string): string[] => text.split('\n').filter((line) => line.toLowerCase().includes(CANARY));

function aWorkbook(folder: string): void {
  const word = `${CANARY} 7`;
  const spoilt = (row: Record<string, string>, ...kept: string[]) =>
    Object.fromEntries(Object.entries(row).map(([column, cell]) => [column, kept.includes(column) ? cell : word]));
  const id = `${CANARY}-1`;
  const email = `${CANARY}.1@example.com`;
  writeWorkbook(folder, {
    contacts: [
      { ...aContact({ contact_id: id, email }), first_name: CANARY.toUpperCase(), company: `=${CANARY}`, mine: word },
      { ...aContact({ contact_id: `${CANARY}-2`, email: `${CANARY}.2@gmial.com` }), lifecycle_stage: word },
      aContact({ contact_id: `${CANARY}-3`, email: `@@${CANARY}`, country: word, region: word, phone: word }),
      aContact({ contact_id: `${CANARY}-4`, email: `${CANARY}.4@example.com`, score_band: word, industry: word }),
      spoilt(aContact()),
      spoilt(aContact(), 'status', 'email'),
    ],
    events: [
      spoilt(anEvent(), 'occurred_at'),
      { ...anEvent({ contact_id: id }), type: word, campaign: word },
      spoilt(anEvent()),
    ],
    bounces: [
      aBounce({ bounce_id: `${CANARY}-b`, email, kind: word, code: word, detail: word, provider: word }),
      aBounce({ email, code: '', kind: 'soft', detail: word }),
      spoilt(aBounce()),
      spoilt(aBounce(), 'occurred_at'),
    ],
    purchases: [spoilt(aPurchase()), { ...aPurchase({ contact_id: id }), currency: word }],
    suppressions: [
      aSuppression({
        email: `${CANARY}.4@example.com`,
        reason: word,
        note: word,
        source: word,
        contact_id: `${CANARY}-4`,
      }),
      aSuppression({ email, scope: word, reason: word, note: word }),
      spoilt(aSuppression()),
    ],
    memberships: [
      { list: word, contact_id: id, joined_at: word },
      { list: word, contact_id: id, joined_at: '' },
    ],
    changes: [{ change_id: word, job: word, period: word, row_key: word, column: word, before: word, after: word }],
    quarantine: [{ table: word, row_key: word, column: word, value: word, reason: word, first_seen: word }],
    runs: [{ job: word, period: word, status: word, changes: word, note: word }],
  });
  const path = join(folder, 'contacts.csv');
  writeFileSync(path, `${readFileSync(path, 'utf8')}${CANARY},"too few${CANARY}\n${CANARY}"x,${CANARY}\n`);
}

const failing: Job[] = ['double', 'date', 'timestamp'].map((type) =>
  aJob({
    name: `to-${type}`,
    changes: () => [
      update('contacts', {
        ...sql`select contact_id, cast(cast(email as T) as varchar) as email_note, 'so' as why from contacts`,
        text: `select contact_id, cast(cast(email as ${type}) as varchar) as email_note, 'so' as why from contacts`,
      }),
    ],
  }),
);

it('no cell of a workbook reaches the ledger, stdout or stderr, whatever the jobs make of it', async () => {
  const folder = temporaryFolder();
  const workbook = join(folder, 'workbook');
  const ledger = join(folder, 'ledger');
  aWorkbook(workbook);
  const said: string[] = [];
  const take = (...parts: unknown[]): void => void said.push(parts.map(String).join(' '));
  vi.spyOn(console, 'log').mockImplementation(take);
  vi.spyOn(console, 'error').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    take(text);
    return true;
  });
  const [batch] = nightShift.batches;
  if (!batch) throw new Error('no batch');
  const shift = { ...nightShift, batches: [{ ...batch, jobs: [...batch.jobs, ...failing] }] };
  const places = ['--workbook', workbook, '--ledger', ledger];
  const codes: number[] = [];
  for (const args of [['--dry-run'], [], ['--json'], ['--json', '--dry-run']])
    codes.push(await main(['run', 'nightly', '--as-of', today, ...places, ...args], shift));
  for (const command of ['list', 'status', 'doctor']) codes.push(await main([command, ...places], shift));
  vi.restoreAllMocks();

  // The canary is in the workbook, the failing jobs failed, and there is something that it could have got into.
  expect(codes.slice(0, 4)).toEqual([1, 1, 1, 1]);
  expect(sings(readFileSync(join(workbook, 'quarantine.csv'), 'utf8')).length).toBeGreaterThan(5);
  const entries = filesBelow(ledger).map((file) => readFileSync(join(ledger, file), 'utf8'));
  expect(entries.length).toBeGreaterThan(10);
  expect(entries.filter((text) => JSON.parse(text).status === 'failed').length).toBeGreaterThan(3);
  expect(said.join('\n').length).toBeGreaterThan(2000);
  expect(entries.flatMap(sings)).toEqual([]);
  expect(said.flatMap(sings)).toEqual([]);
  expect(filesBelow(ledger).flatMap(sings)).toEqual([]);
});
