/** A score is a function of the whole history up to as-of, and of nothing that stood in the cell before. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exitCode } from '../../lib/cli/run.ts';
import { text } from '../../lib/features/segments/build.ts';
import { scoring } from '../fixture/rules/scoring.ts';
import { scoreRecalculation } from '../fixture/score-recalculation.ts';
import { night } from '../support/night.ts';
import { nightly } from '../support/small-jobs.ts';
import { aContact, anEvent, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

it('an old score, a later event and a missed night change nothing; who may not be mailed has no score', async () => {
  const [one, two] = [temporaryFolder(), temporaryFolder()];
  const contacts = [aContact({ contact_id: 's1' }), aContact({ contact_id: 's2', status: 'suppressed' })];
  const events = ['s1', 's2'].map((contact_id) => anEvent({ contact_id, type: 'demo_request' }));
  writeWorkbook(one, { contacts, events });
  const stale = contacts.map((row) => ({ ...row, score: '99', engagement: '3', fit: '1', score_band: 'D4' }));
  writeWorkbook(two, {
    contacts: stale,
    // An earlier run wrote them.
    runs: [{ job: 'score-recalculation', period: '2026-11-20', status: 'applied', changes: 'contacts 2 changed' }],
    events: [...events, anEvent({ contact_id: 's1', occurred_at: '2026-11-23T10:00:00Z' })],
  });
  await night(two, { jobs: ['score-recalculation'], asOf: '2026-11-21' });
  for (const folder of [one, two]) await night(folder, { jobs: ['score-recalculation'] });
  const scores = (folder: string) =>
    readCsv(folder, 'contacts').map(({ contact_id, score = '', score_band = '' }) => [contact_id, score, score_band]);
  expect(scores(two)).toEqual(scores(one));
  expect(Number(scores(one)[0]?.[1])).toBeGreaterThan(50);
  expect(scores(one)[1]).toEqual(['s2', '', '']);
});

it('a rule about a column that the workbook lacks is a fault of the rules, and named with its file', async () => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact()] });
  const rules = { ...scoring, excluded: [{ name: 'ours', where: text('contry').is('DE') }] };
  const { jobs } = await night(folder, { jobs: nightly(scoreRecalculation(rules)) });
  expect(jobs[0]?.error).toMatchObject({
    kind: 'RulesError',
    message:
      'jobs/rules/scoring.ts: excluded "ours", text(contry): contacts has no column "contry". Did you mean "country"?',
  });
  expect(exitCode(jobs)).toBe(2);
});

it('an event counts as any other, whatever the case and spaces of its type', async () => {
  const folder = temporaryFolder();
  const types = ['Demo_Request', 'DEMO_REQUEST', ' demo_request '];
  writeWorkbook(folder, {
    contacts: types.map((_, i) => aContact({ contact_id: `s${i}` })),
    events: types.map((type, i) => anEvent({ contact_id: `s${i}`, type })),
  });
  const file = readFileSync(join(folder, 'events.csv'), 'utf8');
  const events = scoring.engagement.events.map((each) => ({ ...each, type: each.type.toUpperCase() }));
  for (const rules of [scoring, { ...scoring, engagement: { ...scoring.engagement, events } }]) {
    await night(folder, { jobs: nightly(scoreRecalculation(rules)) });
    expect(readCsv(folder, 'contacts').map(({ engagement }) => engagement)).toEqual(['100', '100', '100']);
  }
  expect(readFileSync(join(folder, 'events.csv'), 'utf8')).toBe(file);
});
