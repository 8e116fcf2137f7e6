/**
 * The public interface of Nightshift: all that a file in `jobs/` imports, as `from 'nightshift'`. It has three
 * sections:
 *
 * 1. the terms in which a job is declared, and SQL. `docs/jobs.md` walks through them
 * 2. one function for each file in `jobs/rules/`, which checks that file's rules, and the conditions of lists and
 *    scores
 * 3. the parts of the jobs that come with Nightshift, one object a feature. A job of a team's own rarely needs them
 *
 * Sections 1 and 2 change only with an entry in the changelog. Section 3 follows the jobs that use it.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type * as z from 'zod';
import { checkRules } from './core/rules.ts';
import * as archiveSteps from './features/archive/steps.ts';
import { bounceExplanations } from './features/bounces/explain.ts';
import { bounceMetrics } from './features/bounces/metrics.ts';
import * as releases from './features/bounces/releases.ts';
import { bounceRuleTexts } from './features/bounces/rule-texts.ts';
import { countedBounceSteps, verdictSteps } from './features/bounces/verdicts.ts';
import * as connections from './features/connections/index.ts';
import * as companyContacts from './features/enrichment/contacts.ts';
import { gatherCompanies } from './features/enrichment/gather.ts';
import { enrichmentRules as enrichmentSchema } from './features/enrichment/rules.ts';
import * as exportQueries from './features/exports/queries.ts';
import { domainKinds } from './features/hygiene/email/domain-kinds.ts';
import { emailRules } from './features/hygiene/email/rules.ts';
import { ROLE_NOTE } from './features/hygiene/email/verdict.ts';
import * as cleaningSteps from './features/hygiene/steps.ts';
import { matchingRules as matchingSchema } from './features/matching/rules.ts';
import * as mergeSweep from './features/matching/sweep/sweep.ts';
import {
  backtestScore,
  checkRanking,
  checkScoring,
  describeScoreBacktest,
  bandsOf as gradesOf,
  nextGradeQuery,
  scorePartsQuery,
  scoreQuery,
  unknownEventTypes,
} from './features/scoring/index.ts';
import { contactColumns } from './features/segments/check.ts';
import { segmentInputQuery } from './features/segments/input.ts';
import { listFaults } from './features/segments/list-faults.ts';
import { checkLists, membershipQuery, trials } from './features/segments/lists.ts';
import * as sizeGuard from './features/segments/size-guard.ts';
import { whyNotQuery } from './features/segments/why-not.ts';
import { backtestValue } from './features/value/backtest.ts';
import { describeValueBacktest } from './features/value/backtest-report.ts';
import { bandsOf } from './features/value/bands.ts';
import { explainValue, hasOrders, totalChange } from './features/value/explain.ts';
import { valueCustomers } from './features/value/lifetime-value.ts';
import { lastModel, valueMetrics } from './features/value/report.ts';
import { valueRules as valueSchema } from './features/value/rules.ts';

// ── 1. A job ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type { Batch, BatchSchedule, NightShift } from './core/batch.ts';
export { adopt, type Change, insert, remove, replace, update, upsert } from './core/change.ts';
export type { Context } from './core/context.ts';
export { ofFacts } from './core/facts.ts';
export { atMost, atMostChange, type Guard, type Hold, type Limit } from './core/guard.ts';
export { type Explanation, type Job, job, type Step } from './core/job.ts';
export type { JobFile } from './core/job-file.ts';
export { join, list, name, raw, type Sql, sql } from './core/sql.ts';
export type { TableName } from './core/tables.ts';
export { views } from './snapshot/views.ts';

/**
 * Reads a file that the rules name, as text; its path begins at the repository's folder. Rejects where it is missing.
 */
export const readRepositoryFile = (path: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

// ── 2. Rules ──────────────────────────────────────────────────────────────────────────────────────────────────────────
// Each takes the rules of one file, checks them and gives them back; it throws a `RulesError` that names every fault.

export type { WorkbookRules } from './core/workbook-rules.ts';
export { workbookRules } from './core/workbook-rules.ts';
export { type ArchiveRules, archiveRules } from './features/archive/rules.ts';
export { type BounceRules, bounceRules } from './features/bounces/index.ts';
export { type ConnectionRules, connectionRules } from './features/connections/index.ts';
export type { EnrichmentRules } from './features/enrichment/rules.ts';
export { type ExportRules, exportRules } from './features/exports/rules.ts';
export type { EmailRules as CleaningRules } from './features/hygiene/email/rules.ts';
export type { MatchingRules } from './features/matching/rules.ts';
export { eventNames, type ScoringRules, scoringRules } from './features/scoring/index.ts';
export type { ValueRules } from './features/value/rules.ts';

/** The rules of `jobs/rules/cleaning.ts`: how addresses are judged. */
export const cleaningRules = (rules: z.input<typeof emailRules>): z.output<typeof emailRules> =>
  checkRules('jobs/rules/cleaning.ts', emailRules, rules);

/** The rules of `jobs/rules/enrichment.ts`: the provider of company data, its limits, and which cells may be filled. */
export const enrichmentRules = (rules: z.input<typeof enrichmentSchema>): z.output<typeof enrichmentSchema> =>
  checkRules('jobs/rules/enrichment.ts', enrichmentSchema, rules);

/** The rules of `jobs/rules/lifetime-value.ts`: horizon, margin, currencies and value bands. */
export const valueRules = (rules: z.input<typeof valueSchema>): z.output<typeof valueSchema> =>
  checkRules('jobs/rules/lifetime-value.ts', valueSchema, rules);

/** The rules of `jobs/rules/matching.ts`: when two records are one person, and what the merged record keeps. */
export const matchingRules = (rules: z.input<typeof matchingSchema>): z.output<typeof matchingSchema> =>
  checkRules('jobs/rules/matching.ts', matchingSchema, rules);

/** The conditions of lists, scores and exports; each is explained in `docs/segments.md`. */
export {
  all,
  any,
  band,
  date,
  domainOf,
  event,
  firstEvent,
  firstPurchase,
  knownAndNot,
  lastEvent,
  lastPurchase,
  mailable,
  memberOf,
  not,
  number,
  purchases,
  spent,
  text,
} from './features/segments/build.ts';
export type { ListRule } from './features/segments/lists.ts';
export type { SizeLimits } from './features/segments/size-guard.ts';

// ── 3. Parts of the jobs that come with Nightshift ────────────────────────────────────────────────────────────────────

/** The job archive-stale. */
export const archiveParts = archiveSteps;

/** The jobs bounce-suppression, suppression-release and suppression-review. */
export const bounceParts = { ...releases, bounceExplanations, bounceMetrics, bounceRuleTexts, verdictSteps };

/** The job list-cleaning. */
export const cleaningParts = { ...cleaningSteps, ROLE_NOTE };

/** The job enrichment. */
export const companyParts = { ...companyContacts, gatherCompanies };

/** The jobs fetch-activity and sync-audiences. */
export const connectionParts = connections;

/** The job exports; `domainKinds` is a step of every job whose conditions ask for the kind of a domain. */
export const exportParts = { ...exportQueries, domainKinds };

/** The job dedupe-sweep. */
export const mergeParts = mergeSweep;

/** The job score-recalculation. `bandsOf` gives the bands of scoring rules, which the conditions of lists may name. */
export const scoreParts = {
  scorePartsQuery,
  scoreQuery,
  backtestScore,
  bandsOf: gradesOf,
  checkRanking,
  checkScoring,
  columnsNamed: sizeGuard.columnsNamed,
  contactColumns,
  countedBounceSteps,
  describeScoreBacktest,
  domainKinds,
  nextGradeQuery,
  unknownEventTypes,
};

/** The job list-refresh. */
export const listParts = {
  ...sizeGuard,
  checkLists,
  contactColumns,
  domainKinds,
  listFaults,
  membershipQuery,
  segmentInputQuery,
  trials,
  whyNotQuery,
};

/** The job lifetime-value. */
export const valueParts = {
  backtestValue,
  bandsOf,
  describeValueBacktest,
  explainValue,
  hasOrders,
  lastModel,
  totalChange,
  valueCustomers,
  valueMetrics,
};
