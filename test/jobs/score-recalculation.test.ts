/** A score is a function of the whole history up to as-of, and of nothing that stood in the cell before. */
import { expect, it } from 'vitest';
import { night } from '../support/night.ts';
import { aContact, anEvent, readCsv, temporaryFolder, writeWorkbook } from '../support/workbook.ts';

it('an old score, a later event and a missed night change nothing; who may not be mailed has no score', async () => {
  const [one, two] = [temporaryFolder(), temporaryFolder()];
  const contacts = [aContact({ contact_id: 's1' }), aContact({ contact_id: 's2', status: 'suppressed' })];
  const events = ['s1', 's2'].map((contact_id) => anEvent({ contact_id, type: 'demo_request' }));
  writeWorkbook(one, { contacts, events });
  const stale = contacts.map((row) => ({ ...row, score: '99', engagement: '3', fit: '1', score_band: 'D4' }));
  writeWorkbook(two, {
    contacts: stale,
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
