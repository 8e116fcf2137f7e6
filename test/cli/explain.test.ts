/** What `explain` tells of one person: a score whose parts add up, in words that no cell can bend. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import type { Batch, NightShift } from '../../lib/core/batch.ts';
import { nightShift } from '../fixture/batches.ts';
import { night } from '../support/night.ts';
import { aJob } from '../support/small-jobs.ts';
import { aContact, anEvent, aSuppression, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';

const explain = (folder: string, ...args: string[]) => explainOn(nightShift, folder, ...args);

async function explainOn(
  shift: NightShift,
  folder: string,
  ...args: string[]
): Promise<{ code: number; text: string }> {
  const output: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
  const error = vi.spyOn(console, 'error').mockImplementation((text) => void output.push(String(text)));
  const code = await main(
    ['explain', ...args, '--workbook', folder, '--ledger', join(folder, 'ledger'), '--as-of', today],
    shift,
  );
  log.mockRestore();
  error.mockRestore();
  return { code, text: output.join('\n') };
}

/** Of one job: for what `explain` says without asking the jobs. */
const smallShift = { ...nightShift, batches: [{ ...(nightShift.batches[0] as Batch), jobs: [aJob()] }] };

it('the parts of a score add up to it; escapes reach no terminal; a log that others keep gets nothing', async () => {
  const folder = temporaryFolder();
  const first_name = '\u001b[31mRed\u202e';
  writeWorkbook(folder, {
    contacts: [
      aContact({ contact_id: 'x1', email: 'x1@example.com', first_name, last_name: '::error::no', job_title: 'CTO' }),
    ],
    events: ['click', 'attended', 'pricing_page', 'download'].map((type, i) =>
      anEvent({ contact_id: 'x1', type, occurred_at: `2026-10-0${i + 1}T08:00:00Z` }),
    ),
  });
  await night(folder, { jobs: ['bounce-suppression', 'score-recalculation', 'list-refresh'] });
  const { code, text } = await explain(folder, 'X1@Example.com', '--json');
  expect(code).toBe(0);
  const [{ sections }] = JSON.parse(text).contacts;
  const rowsOf = (title: RegExp) => sections.find((each: { title: string }) => title.test(each.title))?.rows ?? [];
  const parts: { points: number }[] = rowsOf(/^Score/);
  expect(parts.length).toBeGreaterThan(4);
  expect(parts.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(rowsOf(/^Contact$/)[0].score, 6);

  const shown = await explain(folder, 'x1');
  expect(shown.text).toContain('\\u{1b}[31mRed\\u{202e}');
  expect(shown.text).not.toContain('\u001b');
  expect(shown.text).not.toMatch(/^\s*::error/m);
  expect(await explainOn(smallShift, folder, 'unlisted@example.com')).toEqual({
    code: 2,
    text: 'There is no contact "unlisted@example.com" in this workbook: neither as contact_id nor as address.',
  });
  vi.stubEnv('GITHUB_ACTIONS', 'true');
  const refused = await explain(folder, 'x1');
  vi.unstubAllEnvs();
  expect(refused).toEqual({
    code: 2,
    text: 'explain prints personal data, and this log is kept by others. Run it on your own machine.',
  });
});

it('finds a person by an address however it is written, and the broken row that keeps mail from them', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, {
    contacts: [aContact({ contact_id: 'x1', email: 'x1@xn--mnchen-3ya.example.com' })],
    suppressions: [aSuppression({ email: 'elsewhere@example.com' })],
  });
  appendFileSync(join(folder, 'suppressions.csv'), 'x1@xn--mnchen-3ya.example.com,person\n');
  for (const named of ['X <x1@münchen.example.com>', 'mailto:x1@xn--mnchen-3ya.example.com', 'x1']) {
    const { code, text } = await explainOn(smallShift, folder, named);
    expect({ named, code }).toEqual({ named, code: 0 });
    expect(text).toMatch(/No sending list may hold this contact\s+why\s+release\s+a broken row of suppressions/);
    expect(text).toMatch(/A row that can’t be read may mean this contact[\s\S]*suppressions\s+row 3\s+has 2 cells/);
  }
});

it('shows of a list which condition failed, and on which value; of a score, what the next grade lacks', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, {
    contacts: [
      aContact({ contact_id: 'x1', email: 'x1@example.com', created_at: '2020-01-01' }),
      aContact({ contact_id: 'x2', email: 'x2@example.com', status: 'unsubscribed' }),
    ],
    events: [anEvent({ contact_id: 'x1', type: 'click', occurred_at: '2026-10-01T08:00:00Z' })],
  });
  await night(folder, { jobs: ['bounce-suppression', 'score-recalculation', 'list-refresh'] });
  const explained = async (id: string) => {
    const [{ sections }] = JSON.parse((await explain(folder, id, '--json')).text).contacts;
    return (title: RegExp) => sections.find((each: { title: string }) => title.test(each.title))?.rows ?? [];
  };
  const ofX1 = await explained('x1');
  const whyNot: Record<string, string>[] = ofX1(/^Not on these lists/);
  expect(whyNot.some(({ list }) => list === 'Newsletter')).toBe(false);
  expect(whyNot.filter(({ list }) => list === 'Cooling, inactive 90 to 180 days')).toMatchObject([
    { held: 'yes', condition: expect.stringMatching(/^may be mailed/) },
    {
      held: 'no',
      condition: expect.stringMatching(/^the newest of .* within 180 days and more than 90 days ago/),
      value: '2026-10-01',
    },
    { held: 'yes', condition: 'not: created_at within 90 days', value: '2020-01-01' },
  ]);
  const grades = ofX1(/^The next grade$/);
  expect(grades).toMatchObject([
    { side: 'fit', next_grade: expect.any(String), points_missing: expect.any(Number) },
    { side: 'engagement', next_grade: expect.any(String), points_missing: expect.any(Number) },
  ]);
  expect((await explained('x2'))(/^No sending list/)).toMatchObject([
    { why: 'status: unsubscribed', release: expect.stringMatching(/^only the person/) },
  ]);
});
