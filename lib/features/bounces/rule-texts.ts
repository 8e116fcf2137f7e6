/**
 * The rules of jobs/rules/bounces.ts as sentences, by the reason that they give: for a person who is asked to approve a
 * plan.
 */
import type { BounceRules } from './rules.ts';

const times = (n: number): string => (n === 1 ? 'one bounce' : `${n} bounces`);

export const bounceRuleTexts = ({
  dead,
  unclear,
  mailboxFull,
  noAnswer,
  routing,
}: BounceRules): Record<string, string> => ({
  hard_bounce:
    `the address is dead (no such user or domain): ${times(dead.bounces)} suppresses it; ` +
    `another permanent fault: ${times(unclear.bounces)} within ${unclear.withinDays} days`,
  soft_bounces:
    `full mailbox: ${times(mailboxFull.bounces)} within ${mailboxFull.withinDays} days; ` +
    `no answer: ${noAnswer.bounces}; routing: ${routing.bounces}`,
  complaint: 'one complaint suppresses the person, for good',
  unsubscribe: 'one unsubscribe suppresses the person, for good',
  invalid: 'the address can receive no mail',
  manual: 'a person put the address on the suppression list',
});
