/** Law 2, without processes: the disk fails at each single writing operation of a run. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { insert, update } from '../../lib/core/change.ts';
import { job } from '../../lib/core/job.ts';
import { sql } from '../../lib/core/sql.ts';
import { night } from '../support/night.ts';
import { isThorough } from '../support/thorough.ts';
import { aContact, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';
import { type Fault, withFault } from './failing-disk.ts';
import { entriesByOutcome, leftovers, workbookOf } from './one-outcome.ts';

/** Small, so that hundreds of its nights are soon over; it writes a table that is there, and one that is not. */
const smallJob = job({
  name: 'small-job',
  purpose: 'Changes a table, and begins another.',
  reads: ['contacts'],
  writes: ['contacts', 'suppressions'],
  changes: () => [
    update('contacts', sql`select contact_id, 'seen' as email_note, 'looked at' as why from contacts`),
    insert('suppressions', sql`select email, 'manual' as reason, 'asked for' as why from contacts`),
  ],
});
const jobs = [{ job: smallJob, cadence: 'nightly' }] as const;

/**
 * A workbook whose night writes suppressions, contacts, quarantine, runs and changes, some of them for the first time.
 */
const aWorkbook = (folder: string): void =>
  writeWorkbook(folder, { contacts: [aContact(), aContact(), aContact({ created_at: 'soon' })] });

describe.each<Fault>(['once', 'for good'])('a disk that fails %s', (fault) => {
  it('leaves nothing half done: the next run ends as if it had not failed', { timeout: 240_000 }, async () => {
    const start = temporaryFolder();
    aWorkbook(start);
    const whole = temporaryFolder();
    cpSync(start, whole, { recursive: true });
    const operations = await withFault(Number.POSITIVE_INFINITY, fault, () => night(whole, { jobs }));
    expect(operations).toBeGreaterThan(40);
    const expected = workbookOf(whole);
    const nights = temporaryFolder();
    const wrong: unknown[] = [];
    // Every sixth operation is struck, by one of the two faults; each by both with NIGHTSHIFT_THOROUGH.
    const step = isThorough ? 1 : 12;
    for (let n = step === 1 || fault === 'once' ? 1 : 7; n <= operations; n += step) {
      const folder = join(nights, String(n));
      cpSync(start, folder, { recursive: true });
      await withFault(n, fault, () => night(folder, { jobs }).catch(() => undefined));
      await night(folder, { jobs });
      const ledger = entriesByOutcome(join(folder, '.nightshift', 'test-ledger'));
      const applied = ledger[`small-job ${today} applied`] ?? 0;
      const same = JSON.stringify(workbookOf(folder)) === JSON.stringify(expected);
      const left = leftovers(folder);
      if (!same || applied !== 1 || left.length > 0) wrong.push({ n, same, ledger, left });
    }
    expect(wrong).toEqual([]);
  });
});
