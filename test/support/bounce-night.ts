/** A night of bounce-suppression on invented bounces. */
import { expect } from 'vitest';
import type { RunResult } from '../../lib/run/result.ts';
import { bounceSuppression } from '../fixture/bounce-suppression.ts';
import { bounces as rules } from '../fixture/rules/bounces.ts';
import { night } from './night.ts';
import { type Given, type Row, readCsv, temporaryFolder, writeWorkbook } from './workbook.ts';

/** The morning of the day so many days before `today`. */
export const ago = (days: number, hour = 9): string =>
  new Date(Date.UTC(2026, 10, 22 - days, hour)).toISOString().replace('.000Z', 'Z');

export const every = (kind: Given, ...days: number[]): Given[] =>
  days.map((day) => ({ ...kind, occurred_at: ago(day) }));

export const dead = { kind: 'hard', code: '5.1.1', detail: 'user unknown' };
export const unclear = { kind: 'hard', code: '5.0.0', detail: 'undefined permanent failure' };
export const full = { kind: 'soft', code: '4.2.2', detail: 'mailbox full' };
export const noAnswer = { kind: 'soft', code: '4.4.1', detail: '' };
export const routing = { kind: 'soft', code: '4.4.6', detail: '' };
export const passing = { kind: 'soft', code: '4.0.0', detail: 'try again later' };

/** The job without the limit on how many it may suppress, which has a test of its own. */
export const unlimited = [
  {
    job: bounceSuppression({ ...rules, mostSuppressed: { share: 1, count: 1_000_000, from: 1 } }),
    cadence: 'nightly' as const,
  },
];

export interface After {
  readonly result: RunResult;
  readonly suppression: (email: string) => Row | undefined;
  readonly status: (contactId: string) => string | undefined;
}

type Tables = Parameters<typeof writeWorkbook>[1];

export async function afterNight(tables: Tables, folder = temporaryFolder(), asOf?: string): Promise<After> {
  writeWorkbook(folder, tables);
  const result = await night(folder, { jobs: unlimited, ...(asOf !== undefined && { asOf }) });
  expect(result.jobs.map(({ status, error }) => error ?? status)).toEqual([expect.stringMatching(/applied|unchanged/)]);
  const suppressions = new Map(readCsv(folder, 'suppressions').map((row) => [row.email?.toLowerCase(), row]));
  const contacts = new Map(readCsv(folder, 'contacts').map((row) => [row.contact_id, row.status]));
  return { result, suppression: (email) => suppressions.get(email), status: (id) => contacts.get(id) };
}
