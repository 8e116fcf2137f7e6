/**
 * What a provider of company data is: one question, one of a few answers. How many questions run at once, how often,
 * how long to wait and what to remember is decided by look-up.ts.
 */
import * as z from 'zod';
import type { DocumentedLimits } from '../http/index.ts';

/** The columns of `companies` that a provider can fill; what it doesn't know is absent. */
export const company = z.strictObject({
  company: z.string().exactOptional(),
  industry: z.string().exactOptional(),
  employees: z.number().exactOptional(),
  /** In whole units of the provider's currency; of a range, its lower end. */
  annual_revenue: z.number().exactOptional(),
  /** As the provider writes it: a name or a code. */
  country: z.string().exactOptional(),
});
export type Company = z.output<typeof company>;
export const companyColumns = company.keyof().options;

/**
 * found       the company; this was paid for
 * other       an answer about another company, or an unsure one (`why`): paid for and remembered, but not filled in
 * unknown     the provider knows no such company
 * later       the provider is still collecting; ask again after a while (202)
 * throttled   too many questions; no question before `afterMs` (429)
 * failed      no answer: network, time-out, server error. Asking again may help
 * nonsense    an answer that can't be read. It may have been paid for, so it is not asked for again in this run
 * rejected    this one question is refused (400, 404 without an answer, 405, 422); others may be answered
 * exhausted   no credit is left (402)
 * refused     the key or the account is refused (401, 403): no other question would be answered either
 */
export type Answer =
  | { readonly kind: 'found'; readonly company: Company }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'later' | 'throttled'; readonly afterMs: number | null }
  | { readonly kind: 'other' | 'failed' | 'nonsense' | 'rejected' | 'refused'; readonly why: string }
  | { readonly kind: 'exhausted' };

export interface Provider {
  /** Stands in `companies.source`. */
  readonly name: string;
  readonly limits?: DocumentedLimits;
  /** Asks about one domain. Never throws, and never takes for ever. */
  ask(domain: string): Promise<Answer>;
}
