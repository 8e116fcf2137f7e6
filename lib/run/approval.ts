/**
 * Approval: a person saw a plan that a guard stopped, and wants exactly that plan. Bound to what the plan would write
 * (its hash), and to no other cell of its tables; used once each time that the plan is shown, stale after a day
 * (Terraform #24078).
 */
import { isRestOf } from './interrupted.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerEntry } from './ledger-entry.ts';

const STALE_AFTER_MS = 24 * 3_600_000;
/** How far back the ledger is searched for the run that showed a plan. */
const LOOK_BACK = 200;

/** Who approved, when, and in which issue, as the ledger keeps it. */
export interface Approval {
  /** A login at GitHub, or "command line". */
  readonly by: string;
  /** ISO 8601, in UTC. */
  readonly at: string;
  readonly issue?: number;
}

export type Verdict = { readonly approved: true } | { readonly approved: false; readonly why: string };

export interface Question {
  readonly job: string;
  readonly workbook: string;
  readonly plan: string;
  readonly changes: LedgerEntry['changes'];
  readonly approvals: ReadonlySet<string>;
  readonly now: Date;
}

/** May the plan go on although a guard stopped it? `why` names what is in the way. */
export async function isApproved(ledger: Ledger, question: Question): Promise<Verdict> {
  if (!question.approvals.has(question.plan)) {
    const last = (await ledger.recent(question.job, LOOK_BACK)).findLast((each) => each.workbook === question.workbook);
    const isFresh = last && question.now.getTime() - Date.parse(last.startedAt) <= STALE_AFTER_MS;
    if (isFresh && isRestOf(question.changes, last)) return { approved: true };
    return { approved: false, why: `look at it with --dry-run, then run again with --approve ${question.plan}` };
  }
  const entries = (await ledger.recent(question.job, LOOK_BACK)).filter((each) => each.workbook === question.workbook);
  const shown = entries.findLast((each) => each.plan === question.plan && each.status === 'blocked');
  const used = entries.findLast((each) => each.approved === question.plan);
  if (used && (!shown || shown.run < used.run)) {
    return {
      approved: false,
      why: 'this approval was used already, and counts once; the plan is shown again now and can be approved again',
    };
  }
  if (!shown) return { approved: true };
  if (question.now.getTime() - Date.parse(shown.startedAt) > STALE_AFTER_MS) {
    return {
      approved: false,
      why: 'the plan was shown more than 24 hours ago; it is shown again now, so approve it once more',
    };
  }
  return { approved: true };
}
