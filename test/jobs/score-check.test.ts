/** The monthly check of the score: it warns where the score no longer ranks, and the jobs beside it see today's tables. */
import { expect, it } from 'vitest';
import { Random } from '../../data/generator/random.ts';
import { night } from '../support/night.ts';
import { aContact, anEvent, aPurchase, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';

const daysBefore = (days: number): string => new Date(Date.parse(today) - days * 86_400_000).toISOString();

/** 400 contacts of whom 160 attended before the score's day; those bought later with `likely`, the others with `other`. */
function workbook(likely: number, other: number): string {
  const folder = temporaryFolder();
  const people = Array.from({ length: 400 }, (_, i) => ({
    id: `c${i}`,
    attends: i % 5 < 2,
    random: new Random(7, 1, i),
  }));
  writeWorkbook(folder, {
    contacts: people.map(({ id }) =>
      aContact({ contact_id: id, email: `${id}@acme.example`, created_at: daysBefore(400) }),
    ),
    events: people.flatMap(({ id, attends }) => [
      ...(attends ? [anEvent({ contact_id: id, type: 'attended', occurred_at: daysBefore(100) })] : []),
      anEvent({ contact_id: id, type: 'click', occurred_at: daysBefore(3) }),
    ]),
    purchases: people.flatMap(({ id, attends, random }) =>
      random.chance(attends ? likely : other) ? [aPurchase({ contact_id: id, ordered_at: daysBefore(20) })] : [],
    ),
  });
  return folder;
}

async function checked(folder: string, ...others: string[]) {
  const { jobs } = await night(folder, { jobs: ['score-check', ...others], dryRun: true });
  const [check, score] = jobs;
  return { check, score };
}

it('measures a score that ranks, and the jobs after it plan as if it had not run', async () => {
  const folder = workbook(0.6, 0.1);
  const { check, score } = await checked(folder, 'score-recalculation');
  expect(check).toMatchObject({
    status: 'unchanged',
    metrics: { ranking: { ranks: true, outcome: 'purchase', days: 90 } },
  });
  expect(check?.metrics.warnings).toBeUndefined();
  const alone = await night(folder, { jobs: ['score-recalculation'], dryRun: true });
  expect(score?.plan).toBe(alone.jobs[0]?.plan);
});

it('warns where the score ranks no better than chance', async () => {
  const { check } = await checked(workbook(0.2, 0.5));
  expect(check?.metrics).toMatchObject({ ranking: { ranks: false } });
  expect(check?.metrics.warnings).toEqual([expect.stringContaining('does not rank the purchases of the last 90 days')]);
});

it('says so, and warns of nothing, where too few bought', async () => {
  const { check } = await checked(workbook(0, 0.02));
  expect(check?.metrics).toEqual({ sentences: expect.stringMatching(/^No back-test: between .* only \d+ of 400/) });
});
