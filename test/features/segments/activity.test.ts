/** One meaning of activity for lists, archive and explain: the column `last_activity_at` counts where the rules name it. */
import { expect, it } from 'vitest';
import { sql } from '../../../lib/core/sql.ts';
import { archiveSteps } from '../../../lib/features/archive/steps.ts';
import { eventNames } from '../../../lib/features/scoring/index.ts';
import { slotSteps } from '../../../lib/features/scoring/steps.ts';
import { event, lastEvent } from '../../../lib/features/segments/build.ts';
import { compile, segmentInputQuery } from '../../../lib/features/segments/index.ts';
import { checkLists } from '../../../lib/features/segments/lists.ts';
import { archive } from '../../fixture/rules/archive.ts';
import { scoring } from '../../fixture/rules/scoring.ts';
import { engineWith } from '../../support/engine-tables.ts';

const asOf = new Date('2026-11-22T12:00:00Z');
const contacts = [
  { contact_id: 'kept', last_activity_at: '2026-11-01 00:00:00' },
  { contact_id: 'later', last_activity_at: '2026-11-30 00:00:00' },
  { contact_id: 'clicked', last_activity_at: '2024-01-01 00:00:00' },
  { contact_id: 'none' },
];
const events = [{ event_id: 'e1', contact_id: 'clicked', type: 'click', occurred_at: '2026-11-10 00:00:00' }];

it('an event under another name of its type counts in lists and archive as it does in the score', async () => {
  const [attended] = scoring.engagement.events.filter(({ type }) => type === 'attended');
  if (!attended) throw new Error('no such rule');
  const renamed = { ...attended, also: ['Webinar attended'] };
  const rules = { ...scoring, engagement: { ...scoring.engagement, events: [renamed] } };
  const webinar = { event_id: 'e2', contact_id: 'none', type: 'webinar attended', occurred_at: '2026-11-10 00:00:00' };
  const engine = await engineWith({ contacts, events: [webinar] });
  const scored = await engine.rows(sql`with ${slotSteps(rules, asOf)} select contact_id from slots`);
  expect(scored).toEqual([{ contact_id: 'none' }]);
  const names = (types: readonly string[]) => eventNames(rules, types);
  for (const where of [event('attended'), lastEvent('attended').within('90 days')]) {
    const list = { name: 'A', description: 'a', sending: false, where, examples: { in: [], out: [] } };
    const [members] = checkLists([list], { eventNames: names }).segments.map((segment) => segment.members);
    if (!members) throw new Error('no list');
    const rows = await engine.rows(
      sql`select contact_id from (${segmentInputQuery([members], asOf)}) as c where ${compile(members, asOf)}`,
    );
    expect(rows).toEqual([{ contact_id: 'none' }]);
  }
  const [lastLife] = archiveSteps({ ...archive, activityEvents: names(['attended']) }, '2026-11-22');
  if (!lastLife || !('query' in lastLife)) throw new Error('no step');
  const seen = sql`select contact_id from (${lastLife.query}) as l where seen_at > timestamp '2026-09-01'`;
  expect(await engine.rows(seen)).toEqual([{ contact_id: 'none' }]);
  engine.close();
});

it.each([
  [
    ['click', 'last_activity_at'],
    ['clicked', 'kept'],
  ],
  [['click'], ['clicked']],
])('activity %j is the same in a list’s count, in its last day and in the archive', async (types, active) => {
  const engine = await engineWith({ contacts, events });
  for (const condition of [event(types, { within: '90 days' }), lastEvent(types).within('90 days')]) {
    const input = segmentInputQuery([condition], asOf);
    const rows = await engine.rows(
      sql`select contact_id from (${input}) as c where ${compile(condition, asOf)} order by contact_id`,
    );
    expect(rows.map((row) => row.contact_id)).toEqual(active);
  }
  const [lastLife] = archiveSteps({ ...archive, activityEvents: types }, '2026-11-22');
  if (!lastLife || !('query' in lastLife)) throw new Error('no step');
  const seen = await engine.rows(
    sql`select contact_id from (${lastLife.query}) as l where seen_at > timestamp '2026-09-01' order by contact_id`,
  );
  expect(seen.map((row) => row.contact_id)).toEqual(active);
  engine.close();
});
