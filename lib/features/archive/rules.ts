/**
 * When a contact counts as inactive, which never do, and how long records are kept. Checked when the program starts.
 */
import * as z from 'zod';
import { checkRules } from '../../core/rules.ts';

const months = z.number().int().min(1).max(240);

const schema = z.strictObject({
  /** Calendar months without any activity. */
  staleAfterMonths: months,
  /** Types of events that count as activity. Opens and deliveries are made by machines. */
  activityEvents: z.array(z.string().min(1).toLowerCase()).min(1),
  /** Customers whose lifetime value is at least this stay for good. */
  valueFloor: z.number().min(0),
  /** Stages that stay for good, in any case of letters. */
  keptStages: z.array(z.string().min(1)),
  /** So long after a suppression its contact stays, as its evidence. */
  keepSuppressedMonths: months,
  /** A run that would archive more stops and asks; `refuse` is a share that no approval lifts. */
  mostArchived: z.strictObject({ share: z.number(), count: z.number(), refuse: z.number() }),
  /** Rows of `changes` and `runs` are kept so long; those of `quarantine` go by themselves once they are fixed. */
  keepRecordsMonths: z.strictObject({ changes: months, runs: months }),
  /**
   * And no more rows than so many, the newest; without a number there is no limit but their age. For a spreadsheet,
   * which holds 10 million cells.
   */
  mostRecords: z
    .strictObject({
      changes: z.number().int().min(1000).optional(),
      list_changes: z.number().int().min(1000).optional(),
    })
    .default({}),
});

export type ArchiveRules = z.infer<typeof schema>;

/** The archive's rules, checked. @throws RulesError */
export const archiveRules = (rules: z.input<typeof schema>): ArchiveRules =>
  checkRules('jobs/rules/archive.ts', schema, rules);
