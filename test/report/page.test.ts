/** The report page: what it must never show, what it must not miss, how large it gets. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { reportPage } from '../../lib/report/page.ts';
import type { LedgerEntry } from '../../lib/run/ledger-entry.ts';
import { nightShift } from '../fixture/batches.ts';
import { anEntry, ledgerOf } from '../support/ledgers.ts';

const now = new Date('2026-11-28T08:00:00Z');
const page = (...entries: readonly LedgerEntry[]): string => {
  const byJob = new Map<string, LedgerEntry[]>();
  for (const entry of entries) byJob.set(entry.job, [...(byJob.get(entry.job) ?? []), entry]);
  return reportPage({ nightShift, entries: byJob, now });
};
const title = (text: string): string => /<h1>(.*?)<\/h1>/.exec(text)?.[1] ?? '';
/** What a reader sees, without markup. */
const words = (text: string): string =>
  text
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll(/aria-label="([^"]*)"/g, '>$1<')
    .replaceAll(/<[^>]*>/g, ' ');

const CANARY = 'quokka7@example.com';
/** Every text in a value, and every label, replaced by the canary. */
const spoilt = (value: unknown): unknown => {
  if (typeof value === 'string') return CANARY;
  if (Array.isArray(value)) return value.map(spoilt);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => [
      [key, spoilt(each)],
      [`${CANARY} ${key}`, each],
    ]),
  );
};

it('shows nothing of a cell that got into a ledger, no matter what field it is in', () => {
  const night = ledgerOf(nightShift, now, 40);
  for (const [job, entries] of night) {
    night.set(
      job,
      entries.map((entry) => ({
        ...entry,
        metrics: spoilt({
          ...entry.metrics,
          sentences: 'x',
          warnings: ['x'],
          other: { a: 1 },
        }) as LedgerEntry['metrics'],
        reasons: { [CANARY]: 7 },
        held: { [CANARY]: 7 },
        guards: [{ guard: CANARY, limit: 1, found: 9, passed: false }],
        status: 'blocked' as const,
        plan: CANARY,
        commit: CANARY,
        error: { kind: CANARY, message: CANARY },
        inputs: { ...entry.inputs, [CANARY]: { rows: 9, hash: CANARY } },
      })),
    );
  }
  const text = reportPage({ nightShift, entries: night, now });
  expect(text.toLowerCase()).not.toContain('quokka');
  expect(text).toContain('waits for approval');
});

it('escapes a label that looks like markup', () => {
  const metrics = { lists: { '<script>x</script>': 50 } };
  expect(page(anEntry({ metrics }))).not.toContain('<script>');
});

it('never shows a count of people under 5', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), (few) => {
      const metrics = {
        lists: { Small: few },
        joined: { Small: few },
        left: { Small: few },
        mailable: { contacts: few, valid: few, not_suppressed: few, listed: few },
        suppressions: { manual: few },
        quarantine: { 'contacts: missing': few },
      };
      const text = words(
        page(anEntry({ metrics, seconds: 40, changes: { contacts: { insert: few, update: 0, remove: 0 } } })),
      );
      expect(text).toContain('&lt;5');
      expect(text).not.toMatch(new RegExp(`(Small|manual|missing|changed|contacts)\\s+[+−]?${few}\\b`));
      expect(text).not.toMatch(new RegExp(`\\b${few} rows`));
    }),
    { numRuns: 4 },
  );
});

it.each([
  ['All fine', {}],
  ['Something failed', { status: 'failed' as const, error: { kind: 'SheetsError', message: 'x' } }],
  ['Needs you', { status: 'blocked' as const, guards: [{ guard: 'at most 5 %', limit: 9, found: 90, passed: false }] }],
  ['Needs you', { held: { 'list "Hot leads" changes too much: 40 to 9 members': 31 } }],
])('says "%s" first', (verdict, given) => {
  expect(title(page(anEntry({ asOf: '2026-11-28T03:17:00.000Z', ...given })))).toBe(verdict);
});

it('asks nothing about a plan that a person has rejected', () => {
  const blocked = { asOf: '2026-11-28T03:17:00.000Z', status: 'blocked' as const };
  expect(title(page(anEntry(blocked)))).toBe('Needs you');
  expect(title(page(anEntry({ ...blocked, rejected: 12 })))).toBe('All fine');
});

it('shows the last back-test of the score, and asks for a review where it no longer ranks', () => {
  const ranking = { outcome: 'demo_request', days: 90, auc: 0.71, low: 0.66, high: 0.75, ranks: true };
  const of = (given: object) =>
    words(
      page(
        anEntry({ job: 'score-recalculation', metrics: { bands: { A1: 20 } } }),
        anEntry({ job: 'score-check', metrics: { ranking: { ...ranking, ...given } } }),
      ),
    );
  expect(of({})).toContain('“demo request” in the 90 days to 23 Nov 2026');
  expect(of({})).toContain('in 71 % of all cases');
  expect(of({})).not.toContain('no longer ranks');
  expect(of({ ranks: false })).toContain('The score no longer ranks');
});

it('reports a night that never ran as failed, not as fine', () => {
  const text = page(anEntry({ asOf: '2026-11-25T03:17:00.000Z' }));
  expect(title(text)).toBe('Something failed');
  expect(words(text)).toMatch(/list-refresh missed 3 slots/);
});

it('reads ledgers of before the numbers were kept, and an empty one', () => {
  const old = {
    metrics: { lists: { Newsletter: 900 }, resized: null },
    inputs: { contacts: { rows: 1_200, hash: 'x' } },
  };
  expect(words(page(anEntry(old)))).toMatch(/1,200 contacts\.\s+The next run of list-refresh/);
  expect(title(page())).toBe('No run yet');
});

it('writes two years of nights in under 3 seconds of processor time, and under 1.5 MB', () => {
  const entries = ledgerOf(nightShift, now, 730);
  const before = process.cpuUsage();
  const text = reportPage({ nightShift, entries, now });
  const { user, system } = process.cpuUsage(before);
  expect([...entries.values()].flat().length).toBeGreaterThan(1_800);
  expect(user + system).toBeLessThan(3e6);
  expect(text.length).toBeLessThan(1.5e6);
});

it('needs no script and nothing from another place', () => {
  const text = reportPage({ nightShift, entries: ledgerOf(nightShift, now, 60), now });
  expect(text).not.toMatch(/<script|<link|<img|<iframe|src=|@import|url\(/);
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});
