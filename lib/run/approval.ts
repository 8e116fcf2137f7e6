/**
 * Approval: a person saw a plan that a guard stopped, and wants exactly that plan. Bound to the plan's hash and to
 * what was read then, used once, stale after a day (Terraform #24078).
 */
import { isRestOf } from './interrupted.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerEntry } from './ledger-entry.ts';

const STALE_AFTER_MS = 24 * 3_600_000;
/** How far back the ledger is searched for the run that showed a plan. */
const LOOK_BACK = 200;

export type Verdict = { readonly approved: true } | { readonly approved: false; readonly why: string };

export interface Question {
  readonly job: string;
  readonly workbook: string;
  readonly plan: string;
  readonly inputs: LedgerEntry['inputs'];
  readonly changes: LedgerEntry['changes'];
  readonly approvals: ReadonlySet<string>;
  readonly now: Date;
}

/** May the plan go on although a guard stopped it? `why` tells a person who did ask for it what is in the way. */
export async function isApproved(ledger: Ledger, question: Question): Promise<Verdict> {
  if (!question.approvals.has(question.plan)) {
    const last = (await ledger.recent(question.job, LOOK_BACK)).findLast((each) => each.workbook === question.workbook);
    const isFresh = last && question.now.getTime() - Date.parse(last.startedAt) <= STALE_AFTER_MS;
    if (isFresh && isRestOf(question.changes, last)) return { approved: true };
    return { approved: false, why: `look at it with --dry-run, then run again with --approve ${question.plan}` };
  }
  const entries = (await ledger.recent(question.job, LOOK_BACK)).filter((each) => each.workbook === question.workbook);
  if (entries.some((each) => each.approved === question.plan)) {
    return { approved: false, why: 'this approval was used already; an approval counts once' };
  }
  const shown = entries.findLast((each) => each.plan === question.plan && each.status === 'blocked');
  if (!shown) return { approved: true };
  if (question.now.getTime() - Date.parse(shown.startedAt) > STALE_AFTER_MS) {
    return { approved: false, why: 'the plan was shown more than 24 hours ago; look at it again, then approve it' };
  }
  const ours = await writtenBy(ledger, shown.run);
  const moved = Object.keys(question.inputs).filter(
    (table) => question.inputs[table]?.hash !== shown.inputs[table]?.hash && !ours.has(table),
  );
  if (moved.length > 0) {
    return {
      approved: false,
      why: `${moved.join(', ')} changed since the plan was shown; look at it again, then approve it`,
    };
  }
  return { approved: true };
}

/** The tables that a run wrote: that they are not as it read them is its own doing, and the plan's hash still holds. */
async function writtenBy(ledger: Ledger, run: string): Promise<ReadonlySet<string>> {
  const entries = await Promise.all((await ledger.jobs()).map((job) => ledger.recent(job, LOOK_BACK)));
  const applied = entries.flat().filter((entry) => entry.run === run && entry.status === 'applied');
  return new Set(
    applied.flatMap(({ changes }) =>
      Object.entries(changes).flatMap(([table, { insert, update, remove }]) =>
        insert + update + remove > 0 ? [table] : [],
      ),
    ),
  );
}
