/** What a marketer reads whose rules are wrong: the file, the place, what was found, and what is expected. */
import { expect, it } from 'vitest';
import { workbookRules } from '../../lib/core/workbook-rules.ts';
import { bounceRules } from '../../lib/features/bounces/rules.ts';
import { scoringRules } from '../../lib/features/scoring/rules.ts';
import { text } from '../../lib/features/segments/build.ts';
import { bounces } from '../fixture/rules/bounces.ts';
import { scoring } from '../fixture/rules/scoring.ts';
import { workbook } from '../fixture/rules/workbook.ts';

const messageOf = (check: () => unknown): string => {
  try {
    check();
    return 'nothing';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};
const bounce = (change: object) => messageOf(() => bounceRules({ ...bounces, ...change }));
const scored = (change: object) => messageOf(() => scoringRules({ ...scoring, ...change }));

it.each([
  [bounce({ dead: { bounces: 0 } }), 'bounces.ts: dead.bounces: found 0. Expected at least 1.'],
  [bounce({ dead: { bounces: '1' } }), 'bounces.ts: dead.bounces: found "1". Expected a number.'],
  [bounce({ dead: { bounces: 1.5 } }), 'bounces.ts: dead.bounces: found 1.5. Expected a whole number.'],
  [bounce({ dead: {} }), 'bounces.ts: dead.bounces: found nothing. Expected a number.'],
  [bounce({ dead: { bounces: 1, bouncs: 2 } }), 'bounces.ts: dead: nothing is called "bouncs" here.'],
  [bounce({ activityEvents: [] }), 'bounces.ts: activityEvents: found []. Expected a list whose length is at least 1.'],
  [
    messageOf(() => workbookRules({ ...workbook, aliases: { Kunde: 'compny' as 'company' } })),
    /workbook\.ts: aliases\.Kunde: found "compny"\. Expected one of contact_id, .*\. Did you mean "company"\?$/,
  ],
  [
    scored({ fit: [{ name: ' ', answers: [] }] }),
    'scoring.ts: fit " ", name: a value is blank. Expected a name.\njobs/rules/scoring.ts: fit " ", answers: found []. Expected a list whose length is at least 1.',
  ],
  [
    scored({ excluded: [{ name: 'ours', where: text('country').matches('(') }] }),
    'scoring.ts: excluded "ours", text(country): found "(". Expected a regular expression without look-around and back-references.',
  ],
])('%s', (found, expected) => {
  expect(found).toMatch(/^RulesError: jobs\/rules\//);
  if (typeof expected === 'string') expect(found).toBe(`RulesError: jobs/rules/${expected}`);
  else expect(found).toMatch(expected);
});
