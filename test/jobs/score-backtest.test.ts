/**
 * Back-tests of the score: what was not known then has no say, a planted truth is found, and little evidence is
 * refused.
 */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Random } from '../../data/generator/random.ts';
import { main } from '../../lib/cli/main.ts';
import type { ScoreBacktest } from '../../lib/features/scoring/backtest.ts';
import { describeScoreBacktest } from '../../lib/features/scoring/backtest-report.ts';
import { nightShift } from '../fixture/batches.ts';
import { aContact, anEvent, aPurchase, type Row, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

const END = '2026-11-22T12:00:00Z';
const daysBefore = (days: number): string => new Date(Date.parse(END) - days * 86_400_000).toISOString();

let output: string[] = [];
const spies: { mockRestore(): void }[] = [];
beforeAll(() => {
  spies.push(vi.spyOn(console, 'log').mockImplementation((text: string) => void output.push(text)));
  spies.push(vi.spyOn(console, 'error').mockImplementation((text: string) => void output.push(text)));
});
afterAll(() => {
  for (const spy of spies) spy.mockRestore();
});

async function command(folder: string, ...args: string[]): Promise<{ code: number; text: string }> {
  output = [];
  const code = await main(
    ['backtest', ...args, '--workbook', folder, '--as-of', END, '--ledger', join(folder, 'ledger')],
    nightShift,
  );
  return { code, text: output.join('\n') };
}

const backtest = async (folder: string, ...args: string[]): Promise<ScoreBacktest> => {
  const { code, text } = await command(folder, 'score', '--json', ...args);
  expect(code, text).toBe(0);
  return JSON.parse(text) as ScoreBacktest;
};

/** 600 contacts: those who attended before the score's day bought with `likely`, the others with `other`. */
function world(likely: number, other: number): { contacts: Row[]; events: Row[]; purchases: Row[] } {
  const contacts: Row[] = [];
  const events: Row[] = [];
  const purchases: Row[] = [];
  for (let i = 0; i < 600; i++) {
    const random = new Random(9, 1, i);
    const id = `c${i}`;
    contacts.push(aContact({ contact_id: id, email: `p${i}@acme${i % 50}.example`, created_at: daysBefore(400) }));
    const attends = random.chance(0.4);
    if (attends)
      events.push(anEvent({ contact_id: id, type: 'attended', occurred_at: daysBefore(95 + random.between(0, 20)) }));
    if (random.chance(0.3))
      events.push(anEvent({ contact_id: id, type: 'click', occurred_at: daysBefore(92 + random.between(0, 60)) }));
    if (random.chance(attends ? likely : other))
      purchases.push(aPurchase({ contact_id: id, ordered_at: daysBefore(random.between(1, 88)) }));
  }
  return { contacts, events, purchases };
}

/** A cell that a run of ours changed so many days before the end. */
const change = (row: Row, days: number, before: string, after: string): Row => ({
  change_id: `${row.contact_id}-${days}`,
  job: 'list-cleaning',
  period: '2026-11-01',
  run: `run-${days}`,
  at: daysBefore(days),
  table: 'contacts',
  row_key: String(row.contact_id),
  column: 'job_title',
  before,
  after,
  reason: 'test',
});

it('finds a truth that was planted, names the rule that carries it, and writes a page of it', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, world(0.5, 0.1));
  const report = await backtest(folder, '--out', join(folder, 'page.html'));
  expect(report.auc.score.low).toBeGreaterThan(0.5);
  expect(report.auc.engagement.auc).toBeGreaterThan(0.65);
  expect(report.rules.find(({ rule }) => rule === 'attended')?.liftOverOthers).toBeGreaterThan(2.5);
  expect(report.deciles[0]?.rate).toBeGreaterThan(report.deciles[9]?.rate ?? 1);
  expect(report.contacts).toBe(600);
  expect(report.leaks).toEqual(['country', 'email', 'job_title']);
  const page = readFileSync(join(folder, 'page.html'), 'utf8');
  expect(page).toContain('The score ranks');
  expect(page).not.toMatch(/<script|https?:\/\/|acme/);
  const { text } = await command(folder, 'score');
  expect(text).toContain('The score ranks: AUC');
});

it('does not call a score good that ranks nothing', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, world(0.25, 0.25));
  const report = await backtest(folder);
  expect(report.auc.engagement.low).toBeLessThan(0.5);
  expect(describeScoreBacktest(report).findings[0]).toMatch(/The score does not rank/);
});

it('nothing that came later has a say: events, contacts, a suppression, and a cell that a run changed', async () => {
  const { events, purchases, ...made } = world(0.5, 0.1);
  const contacts = made.contacts.map((row, i) => (i % 7 === 0 ? { ...row, job_title: 'Head of Marketing' } : row));
  const [one, two] = [temporaryFolder(), temporaryFolder()];
  writeWorkbook(one, { contacts, events, purchases });
  const ids = contacts.map((row) => String(row.contact_id));
  writeWorkbook(two, {
    contacts: [
      ...contacts.map((row, i) => ({
        ...row,
        ...(i % 10 === 0 && { status: 'suppressed', score: '3' }),
        ...(i % 7 === 0 && { job_title: 'Student' }),
      })),
      aContact({ contact_id: 'later', email: 'later@acme.example', created_at: daysBefore(10) }),
    ],
    events: [
      ...events,
      ...ids
        .filter((_, i) => i % 3 === 0)
        .map((contact_id) => anEvent({ contact_id, type: 'demo_request', occurred_at: daysBefore(30) })),
    ],
    purchases: [...purchases, aPurchase({ contact_id: 'later', ordered_at: daysBefore(5) })],
    changes: contacts
      .filter((_, i) => i % 7 === 0)
      .flatMap((row) => [change(row, 30, 'Head of Marketing', 'Intern'), change(row, 20, 'Intern', 'Student')]),
    suppressions: contacts
      .filter((_, i) => i % 10 === 0)
      .map((row) => ({
        email: String(row.email),
        scope: 'address',
        contact_id: String(row.contact_id),
        reason: 'hard_bounce',
        suppressed_at: daysBefore(20),
      })),
  });
  const [before, after] = [await backtest(one), await backtest(two)];
  expect(after).toEqual(before);
  expect((await backtest(two, '--outcome', 'demo_request', '--days', '60')).scoredAt).toBe(daysBefore(60));
});

it('refuses with exit code 2, and says why: few conversions, no such outcome, no such number', async () => {
  const folder = temporaryFolder();
  const { contacts, events, purchases } = world(0.5, 0.1);
  writeWorkbook(folder, { contacts, events, purchases: purchases.slice(0, 49) });
  const few = await command(folder, 'score');
  expect(few.code).toBe(2);
  expect(few.text).toContain('only 49 of 600 scored contacts had the outcome "purchase"');
  const none = await command(folder, 'score', '--outcome', 'demo_requests');
  expect(none).toMatchObject({ code: 2, text: expect.stringContaining('Did you mean "demo_request"?') });
  expect(await command(folder, 'scores')).toMatchObject({
    code: 2,
    text: expect.stringContaining('Did you mean "score"?'),
  });
  expect(await command(folder, 'score', '--days', '0')).toMatchObject({
    code: 2,
    text: expect.stringContaining('--days: found "0"'),
  });
});

it('the sample’s own score predicts who buys, well above chance', async () => {
  const folder = temporaryFolder();
  cpSync(join(import.meta.dirname, '../../data/sample'), folder, { recursive: true });
  output = [];
  const args = [
    'score',
    '--json',
    '--workbook',
    folder,
    '--as-of',
    '2026-11-22T00:00:00Z',
    '--ledger',
    join(folder, 'l'),
  ];
  expect(await main(['backtest', ...args], nightShift)).toBe(0);
  const { auc, deciles, rules } = JSON.parse(output.join('\n')) as ScoreBacktest;
  expect(auc.score.low).toBeGreaterThan(0.6);
  expect(auc.score.auc).toBeGreaterThan(auc.daysSinceLastEvent.auc);
  expect(deciles[0]?.lift).toBeGreaterThan(2.5);
  for (const rule of ['attended', 'pricing_page', 'gated_content', 'Function: marketing'])
    expect(rules.find((each) => each.rule === rule)?.liftOverOthers, rule).toBeGreaterThan(1.3);
});
