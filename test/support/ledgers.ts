/** Ledgers of made-up numbers, for the report: years of runs that no test could wait for. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NightShift } from '../../lib/core/batch.ts';
import { slotsBetween } from '../../lib/core/calendar/cron.ts';
import { periodOf } from '../../lib/core/calendar/period.ts';
import type { LedgerEntry } from '../../lib/run/ledger-entry.ts';

const WORKBOOK = '0123456789ab';
const DAY_MS = 86_400_000;

/** An entry with nothing in it but what is given. */
export function anEntry(given: Partial<LedgerEntry> = {}): LedgerEntry {
  const asOf = given.asOf ?? '2026-11-23T03:17:00.000Z';
  return {
    job: 'list-refresh',
    period: asOf.slice(0, 10),
    status: 'unchanged',
    plan: `sha256:${'a'.repeat(64)}`,
    changes: {},
    reasons: {},
    guards: [],
    held: {},
    metrics: {},
    seconds: 2,
    run: `${asOf.replaceAll(/[-:.]/g, '')}-0000`,
    startedAt: asOf,
    endedAt: asOf,
    asOf,
    workbook: WORKBOOK,
    inputs: {},
    rules: `sha256:${'b'.repeat(64)}`,
    commit: 'c'.repeat(40),
    trigger: 'schedule',
    ...given,
  };
}

/** A wave between 0 and 1, the same on every machine. */
const wave = (i: number, length: number): number => (1 + Math.sin((2 * Math.PI * i) / length)) / 2;
const near = (n: number, i: number, length = 37): number => Math.round(n * (1 + 0.04 * wave(i, length)));

/** What a job measures in its i-th run: a list that grows by some people a day. */
function metricsOf(job: string, i: number): LedgerEntry['metrics'] {
  const contacts = 24_000 + i * 23;
  const quarantine = {
    'contacts: no date or time': Math.max(0, 40 - (i % 60)),
    'events: unknown contact': 12 + (i % 5),
    'purchases: duplicate key': 2,
  };
  const byJob: Readonly<Record<string, LedgerEntry['metrics']>> = {
    'list-refresh': {
      lists: {
        Newsletter: near(contacts * 0.7, i),
        'Engaged, last 90 days': near(contacts * 0.31, i, 61),
        'Hot leads': near(310, i, 29),
        Customers: near(4_100 + i * 3, i),
        'Business leads': near(contacts * 0.4, i, 90),
        'Last question, 180 days quiet': 3,
      },
      joined: { Newsletter: 41 + (i % 7), 'Hot leads': 2, Customers: 9 },
      left: { Newsletter: 12 + (i % 5), 'Hot leads': 1 },
      limits: { warn: 0.1, stop: 0.3 },
      mailable: {
        contacts,
        valid: near(contacts * 0.93, i),
        not_suppressed: near(contacts * 0.84, i),
        listed: near(contacts * 0.71, i),
      },
    },
    'score-recalculation': {
      bands: Object.fromEntries([
        ...['A', 'B', 'C', 'D'].flatMap((fit, f) =>
          ['1', '2', '3', '4'].map((digit, d) => [`${fit}${digit}`, near(120 * (1 + f) * (1 + d * d), i + f + d)]),
        ),
        ['no score', 3],
      ]),
    },
    'bounce-suppression': {
      rates: {
        delivered: 90_000,
        bounced: Math.round(900 + 700 * wave(i, 45)),
        complaints: Math.round(20 + 40 * wave(i, 33)),
        bounce_rate: (900 + 700 * wave(i, 45)) / 91_000,
        bounces: 'well',
        complaint_rate: (20 + 40 * wave(i, 33)) / 90_000,
        complaints_level: 'well',
        unsubscribes: 310 + (i % 50),
        unsubscribe_rate: (310 + (i % 50)) / 90_000,
      },
      alarmLines: { bounces_warn: 0.02, bounces_stop: 0.08, complaints_warn: 0.001, complaints_stop: 0.003 },
      suppressions: { hard_bounce: 900 + i, unsubscribe: 2_100 + 2 * i, complaint: 44, soft_bounces: 120, manual: 3 },
    },
    'lifetime-value': {
      bands: { vip: near(205, i), high: near(610, i), medium: near(1_230, i), low: near(1_900, i), lapsing: 155 },
      model: { name: 'pareto' },
      comparison: { weeks: 26, scores: [{ model: 'pareto', meanAbsoluteError: 0.4, bias: 0.034 }] },
    },
    'score-check': {
      ranking: {
        outcome: 'purchase',
        days: 90,
        contacts: 9_000,
        conversions: 210,
        auc: 0.71,
        low: 0.66,
        high: 0.75,
        ranks: true,
      },
    },
    'dedupe-sweep': { merged: 17, asked: 6, unanswered: 12 },
    enrichment: {
      contacts: { 'company known': 9_000 + i, 'company unknown': 2_000, 'company not asked for yet': 400 },
      questions: 220,
    },
    exports: { files: { newsletter: 4_000 }, written: 6 },
  };
  return { ...byJob[job], quarantine };
}

/** The entries of every job of `nightShift` over `days` before `until`; one night in 97 is missed, one in 41 fails. */
export function ledgerOf(nightShift: NightShift, until: Date, days: number): Map<string, LedgerEntry[]> {
  const since = new Date(until.getTime() - days * DAY_MS);
  const entries = new Map<string, LedgerEntry[]>();
  for (const batch of nightShift.batches) {
    const slots = slotsBetween(batch.schedule, since, until);
    batch.jobs.forEach(({ name }, place) => {
      const own = slots.flatMap((slot, i): LedgerEntry[] => {
        if (i % 97 === 50) return [];
        const failed = i % 41 === 20 && i < slots.length - 1 && place === 1;
        return [
          anEntry({
            job: name,
            period: periodOf(batch.name, slot, batch.schedule.timeZone),
            asOf: slot.toISOString(),
            status: failed ? 'failed' : 'applied',
            changes: { contacts: { insert: 0, update: 40 + (i % 30), remove: 0 } },
            metrics: metricsOf(name, i),
            seconds: 3 + wave(i, 19) * 2 + place,
            rules: `sha256:${String(Math.floor(i / 45)).padStart(64, '0')}`,
            inputs: { contacts: { rows: 24_000 + i * 23, hash: 'd'.repeat(64) } },
            ...(failed && { error: { kind: 'SheetsError', message: 'The spreadsheet did not answer.' } }),
          }),
        ];
      });
      entries.set(name, own);
    });
  }
  return entries;
}

/** Writes entries as the ledger's folder of a workbook holds them. */
export function writeLedger(
  folder: string,
  entries: ReadonlyMap<string, readonly LedgerEntry[]>,
  workbook: string,
): void {
  for (const [job, own] of entries) {
    for (const each of own) {
      const entry = { ...each, workbook };
      mkdirSync(join(folder, job, entry.period), { recursive: true });
      writeFileSync(join(folder, job, entry.period, `${entry.run}.json`), `${JSON.stringify(entry, null, 2)}\n`);
    }
  }
}
