import {
  atMost,
  type BounceRules,
  bounceParts,
  type ConnectionRules,
  connectionParts,
  insert,
  job,
  list,
  sql,
  update,
  upsert,
} from 'nightshift';
import { bounces } from './rules/bounces.ts';
import { connections } from './rules/connections.ts';

const { bounceExplanations, bounceMetrics, bounceRuleTexts, verdictSteps } = bounceParts;
const { fetching, staleConnections } = connectionParts;

/** New on the list, or there already. Every bounce adds to the evidence. */
const listed = sql`
  select email, scope, contact_id, reason, suppressed_at, source, note, why, 'more evidence' as why_note from listings`;

/** Whoever wants no mail wants none at a new address either. */
const followed = sql`
  select m.email, 'person' as scope, min(m.contact_id) as contact_id, min(l.reason) as reason,
    min(l.suppressed_at) as suppressed_at,
    'bounce-suppression' as source, 'follows the person from an earlier address' as note, 'follows the person' as why
  from mailboxes m join on_the_list l on l.person = m.contact_id
  where l.plain <> m.plain group by m.email`;

/**
 * The reasons of workbook.md. What else people write as a reason stays in the workbook: a `why` is counted in the
 * ledger.
 */
const known = list(['complaint', 'unsubscribe', 'hard_bounce', 'soft_bounces', 'invalid', 'manual']);

/** Every contact that carries such an address, or is such a person. Whoever left or is marked already stays so. */
const marked = sql`
  select m.contact_id, case when k.leaves = 1 then 'unsubscribed' else 'suppressed' end as status,
    case when k.reason in ${known} then k.reason else 'on the suppression list' end as why
  from mailboxes m join marks k on k.contact_id = m.contact_id
  where m.status = 'subscribed'`;

const newlyMarked = sql`select count(*) from planned_contacts where op = 'u'`;

/** Moves addresses that bounced for good to the suppression list, so that tomorrow's campaigns leave them out. */
export const bounceSuppression = (rules: BounceRules, feeds: ConnectionRules = connections) =>
  job({
    name: 'bounce-suppression',
    purpose:
      'Moves addresses that bounced for good, complained or left to the suppression list, and marks their contacts.',
    reads: [
      ...(['contacts', 'bounces', 'suppressions', 'events', 'purchases'] as const),
      ...(fetching(feeds).length > 0 ? ['connections' as const] : []),
    ],
    writes: ['suppressions', 'contacts'],
    rules,
    ruleTexts: bounceRuleTexts(rules),
    steps: ({ asOf }) => verdictSteps(rules, asOf),
    changes: () => [upsert('suppressions', listed), insert('suppressions', followed), update('contacts', marked)],
    guards: [atMost(rules.mostSuppressed, 'contacts', 'newly suppressed', newlyMarked)],
    metrics: ({ asOf }) => ({
      ...bounceMetrics(rules, asOf),
      ...(fetching(feeds).length > 0 && { stale: staleConnections(feeds, asOf) }),
    }),
    explains: (_, contactId) => bounceExplanations(contactId),
  });

export default bounceSuppression(bounces);
