/**
 * What the page may show of a ledger entry: each field is named here, every other one is left behind. Texts are
 * checked by kind, so that a text from a cell that got into a ledger by mistake does not get out of it: names of
 * lists, guards and quarantine reasons come from rules and code, and none of those holds an address or a long number.
 */
import { tables } from '../core/tables.ts';
import type { LedgerEntry } from '../run/ledger-entry.ts';
import { total } from './numbers.ts';

export type Counts = Readonly<Record<string, number>>;

export interface Rates {
  readonly delivered: number;
  readonly bounced: number;
  readonly complaints: number;
  readonly unsubscribes: number | null;
  readonly bounceRate: number | null;
  readonly complaintRate: number | null;
  readonly unsubscribeRate: number | null;
  readonly bounceLevel: string;
  readonly complaintLevel: string;
}

/** What is shown of one run. */
export type Figures = Readonly<NonNullable<ReturnType<typeof figuresOf>>>;

const isSuppressionReason = (label: string): boolean =>
  /^(complaint|unsubscribe|hard_bounce|soft_bounces|invalid|manual|other)$/.test(label);
const COMPANY_LABELS = ['company known', 'company unknown', 'company not asked for yet'];
const LEVELS = new Set(['well', 'warn', 'error', 'stop', 'unknown']);
const LONGEST_LABEL = 100;

/** A name that rules or code gave: no address, no long number, one line. */
const isName = (text: string): boolean =>
  text.length > 0 && text.length <= LONGEST_LABEL && !/[@\n\r\t]|\d{5}|https?:/.test(text);
const isGrade = (text: string): boolean => /^([A-Z][0-9]?|no score)$/.test(text);
const isBand = (text: string): boolean => /^[a-z][a-z ]{0,30}$/i.test(text);
const isQuarantine = (text: string): boolean => {
  const table = /^([a-z_]+): /.exec(text)?.[1];
  return table !== undefined && table in tables && isName(text);
};
/** `contacts, column "created_at": not a date or time`, of a column that is ours. */
const isUnreadable = (text: string): boolean => {
  const [, table = '', column = ''] = /^([a-z_]+), column "([^"]+)": /.exec(text) ?? [];
  return table in tables && column in tables[table as keyof typeof tables].columns && isName(text);
};
const isJob = (text: string): boolean => /^[a-z][a-z0-9-]{0,60}$/.test(text);
const isCommit = (text: string): boolean => /^[0-9a-f]{7,64}$/.test(text);
const isHash = (text: string): boolean => /^sha256:[0-9a-f]{64}$/.test(text);
const isKind = (text: string): boolean => /^[A-Z][A-Za-z]{0,40}$/.test(text);
const isPeriod = (text: string): boolean => /^\d{4}-[0-9TWQ-]{1,10}$/.test(text);

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** The numbers of these keys; null where one is missing. */
function allOf<Key extends string>(value: unknown, keys: Readonly<Record<Key, string>>): Record<Key, number> | null {
  const given = fields(value);
  const found = Object.entries<string>(keys).map(([key, name]) => [key, number(given[name])] as const);
  return found.some(([, n]) => n === null) ? null : (Object.fromEntries(found) as Record<Key, number>);
}

/** Numbers by label. A label that is none of its kind counts under "other". */
function counts(value: unknown, isLabel: (label: string) => boolean): Counts | null {
  if (typeof value !== 'object' || value === null) return null;
  const found: Record<string, number> = {};
  for (const [label, n] of Object.entries(value)) {
    const known = number(n);
    if (known === null) continue;
    const shown = isLabel(label) ? label : 'other';
    found[shown] = (found[shown] ?? 0) + known;
  }
  return found;
}

function ratesOf(value: unknown): Rates | null {
  const rates = fields(value);
  const delivered = number(rates.delivered);
  if (delivered === null) return null;
  const level = (text: unknown): string => (LEVELS.has(String(text)) ? String(text) : 'unknown');
  return {
    delivered,
    bounced: number(rates.bounced) ?? 0,
    complaints: number(rates.complaints) ?? 0,
    unsubscribes: number(rates.unsubscribes),
    bounceRate: number(rates.bounce_rate),
    complaintRate: number(rates.complaint_rate),
    unsubscribeRate: number(rates.unsubscribe_rate),
    bounceLevel: level(rates.bounces),
    complaintLevel: level(rates.complaints_level),
  };
}

const MAILABLE = { contacts: 'contacts', valid: 'valid', notSuppressed: 'not_suppressed', listed: 'listed' };
const RANKING = { days: 'days', auc: 'auc', low: 'low', high: 'high' };

/** Expected orders over actual ones, less 1, of the chosen model on held-out weeks. */
function forecastOf(metrics: Fields): { readonly bias: number; readonly weeks: number } | null {
  const comparison = fields(metrics.comparison);
  const chosen = fields(metrics.model).name;
  const scores = Array.isArray(comparison.scores) ? comparison.scores.map(fields) : [];
  const bias = number(scores.find(({ model }) => model === chosen)?.bias);
  const weeks = number(comparison.weeks);
  return bias === null || weeks === null ? null : { bias, weeks };
}

/** How well the score of `days` ago ranks the outcomes since: an AUC with its 95 % interval. */
function rankingOf(value: unknown) {
  const { outcome, ranks } = fields(value);
  const numbers = allOf(value, RANKING);
  const known = isBand(String(outcome).replaceAll('_', ' '));
  return numbers && { outcome: known ? String(outcome) : 'other', ...numbers, ranks: ranks === true };
}

/** Parts of the plan that were left out, and how many rows wait in them. */
function heldOf(held: LedgerEntry['held']) {
  const parts = Object.entries(held);
  return {
    parts: parts.length,
    rows: total(held),
    wrong: parts.filter(([reason]) => reason.includes('jobs/rules/')).length,
  };
}

/** The figures of a ledger entry; null for one whose job or period is not named as jobs and periods are. */
export function figuresOf(entry: LedgerEntry) {
  if (!isJob(entry.job) || !isPeriod(entry.period)) return null;
  const { metrics } = entry;
  const merged = number(metrics.merged);
  const lines = fields(metrics.alarmLines);
  return {
    job: entry.job,
    period: entry.period,
    status: entry.status,
    run: entry.run,
    asOf: new Date(entry.asOf),
    endedAt: new Date(entry.endedAt),
    seconds: entry.seconds,
    rowsChanged: Object.values(entry.changes).reduce((sum, c) => sum + c.insert + c.update + c.remove, 0),
    // A person has rejected what would wait: it asks nothing of the reader.
    isRejected: entry.rejected !== undefined,
    rules: entry.rules,
    commit: entry.commit !== null && isCommit(entry.commit) ? entry.commit : null,
    plan: entry.plan !== null && isHash(entry.plan) ? entry.plan : null,
    errorKind: entry.error ? (isKind(entry.error.kind) ? entry.error.kind : 'Error') : null,
    guards: entry.guards.map(({ guard, limit, found, passed }) => ({
      guard: isName(guard) ? guard : 'a guard',
      limit,
      found,
      passed,
    })),
    held: heldOf(entry.held),
    contacts: entry.inputs.contacts?.rows ?? null,
    lists: entry.job === 'list-refresh' ? counts(metrics.lists, isName) : null,
    joined: counts(metrics.joined, isName) ?? {},
    left: counts(metrics.left, isName) ?? {},
    // The share of a list's members that may come or go in one run.
    stop: number(fields(metrics.limits).stop),
    mailable: allOf(metrics.mailable, MAILABLE),
    grades: entry.job === 'score-recalculation' ? counts(metrics.bands, isGrade) : null,
    rates: ratesOf(metrics.rates),
    alarmLines: counts(lines, (label) => /^(bounces|complaints)_(warn|stop)$/.test(label)) ?? {},
    suppressions: counts(metrics.suppressions, isSuppressionReason),
    quarantine: counts(metrics.quarantine, isQuarantine),
    unreadable: counts(metrics.unreadable, isUnreadable) ?? {},
    valueBands: entry.job === 'lifetime-value' ? counts(metrics.bands, isBand) : null,
    forecast: entry.job === 'lifetime-value' ? forecastOf(metrics) : null,
    ranking: rankingOf(metrics.ranking),
    merges:
      merged === null ? null : { merged, questions: (number(metrics.asked) ?? 0) + (number(metrics.unanswered) ?? 0) },
    companies: entry.job === 'enrichment' ? counts(metrics.contacts, (label) => COMPANY_LABELS.includes(label)) : null,
    questions: number(metrics.questions),
    filesWritten: number(metrics.written),
  };
}
