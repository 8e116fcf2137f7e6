/**
 * Asks the provider about the domains that are due and keeps every answer in the table `companies`, chunk by chunk, each chunk in
 * a landing of its own: a run that is killed, or whose jobs fail later, goes on where it was. Between a chunk's landings
 * answers lie in a file beside the workbook (paid-answers.ts). It never touches contacts.
 */
import { createHash } from 'node:crypto';
import { join as joinPath } from 'node:path';
import { JobError } from '../../core/errors.ts';
import { allowed, type GuardResult } from '../../core/guard.ts';
import { type Change, upsert } from '../../core/job.ts';
import type { Gathered, Gathering } from '../../core/prepare.ts';
import { join, type Sql, sql } from '../../core/sql.ts';
import { checkByDns } from './dns-checks.ts';
import { dueDomains } from './due.ts';
import { type LookUpReport, lookUp } from './look-up.ts';
import { answersLeft, forgetAnswers, noting, type PaidAnswer } from './paid-answers.ts';
import type { Clock } from './provider.ts';
import { providerOf } from './provider-of.ts';
import type { EnrichmentRules } from './rules.ts';

export interface Ways {
  /** The content of a file that the rules name. */
  readonly readText: (file: string) => Promise<string>;
  readonly clock?: Clock;
}

/** Reads the step `contact_domains` (contact_id, domain, worth). @throws JobError where the provider can't be asked */
export async function gatherCompanies(at: Gathering, rules: EnrichmentRules, ways: Ways): Promise<Gathered> {
  const dns = rules.dns && (await checkByDns(at, rules, rules.dns));
  const { metrics, guards, warnings: ofProvider } = await askProvider(at, rules, ways);
  const warnings = [...(dns?.warnings ?? []), ...ofProvider];
  return {
    metrics: { ...metrics, ...(dns && { dns: dns.metrics }), ...(warnings.length > 0 && { warnings }) },
    guards,
  };
}

async function askProvider(at: Gathering, rules: EnrichmentRules, ways: Ways) {
  const path = joinPath(at.stateFolder, 'enrichment-answers.jsonl');
  const left = await answersLeft(path);
  if (at.rehearsal) {
    const due = await domainsDue(at, rules);
    const known = new Set(left.map(({ domain }) => domain));
    const unknown = due.filter(({ domain }) => !known.has(domain)).length;
    return { metrics: { due: unknown, rehearsal: true }, guards: [], warnings: [] };
  }
  for (const chunk of inChunks(left, rules.limits.chunk)) await at.keep(intoCompanies(chunk));
  await forgetAnswers(path);
  const due = await domainsDue(at, rules);
  const metrics = { due: due.length, recovered: left.length };
  if (due.length === 0) return { metrics, guards: [], warnings: [] };
  const report = await ask(at, due, path, rules, ways);
  await forgetAnswers(path);
  refuseSilence(report, rules);
  const { halted, ...counts } = report;
  return {
    metrics: { ...metrics, ...counts, ...(halted && { halted: halted.by }) },
    guards: [failing(report, rules)],
    warnings: halted && halted.by !== 'budget' ? [`look-ups ended early: ${halted.why}`] : [],
  };
}

interface Due {
  readonly domain: string;
  /** When it was answered last; null where it never was. */
  readonly answeredAt: Date | null;
}

async function domainsDue({ engine, context }: Gathering, rules: EnrichmentRules): Promise<Due[]> {
  const contactDomains = sql`select contact_id, domain, worth from contact_domains`;
  const rows = await engine.rows(dueDomains(contactDomains, sql`select * from companies`, context.today, rules));
  return rows.map(({ domain, answered_at: at }) => ({
    domain: String(domain),
    answeredAt: at instanceof Date ? at : null,
  }));
}

/** A register of our own has no price and no limit of questions; its answers can be had again. */
const atOnce = { perSecond: 1e6, chunk: 5_000 };

async function ask(
  { outside, context, keep }: Gathering,
  due: readonly Due[],
  path: string,
  rules: EnrichmentRules,
  { readText, clock }: Ways,
): Promise<LookUpReport> {
  const answered = new Map(due.map(({ domain, answeredAt }) => [domain, answeredAt?.toISOString() ?? 'never']));
  const nameOf = (domain: string): string =>
    createHash('sha256')
      .update(`${domain}\n${answered.get(domain)}`)
      .digest('hex');
  const provider = await providerOf(rules.provider, outside.secret, readText, nameOf).catch((error: unknown) => {
    // Its messages name settings, secrets by name and columns of a register; never a key.
    throw error instanceof Error && !('code' in error) ? new JobError(error.message) : error;
  });
  const source = provider.name;
  const fetchedAt = context.asOf.toISOString();
  return outside.stoppable((signal) =>
    lookUp([...answered.keys()], {
      ...(rules.provider.kind === 'csv'
        ? { provider, limits: { ...rules.limits, ...atOnce } }
        : { provider: noting(provider, path, context.asOf), limits: rules.limits }),
      write: (answers) => keep(intoCompanies(answers.map((answer) => ({ ...answer, source, fetchedAt })))),
      signal,
      ...(clock && { clock }),
    }),
  );
}

/** Answers as rows of `companies`. Who is unknown now keeps what was known of it once. */
function intoCompanies(answers: readonly PaidAnswer[]): Change {
  const rows = answers.map(
    ({ domain, company, source, fetchedAt }): Sql =>
      sql`select ${domain} as domain, ${company?.company ?? null} as company, ${company?.industry ?? null} as industry,
        cast(${company?.employees ?? null} as double) as employees, cast(${company?.annual_revenue ?? null} as double) as annual_revenue,
        ${company?.country ?? null} as country, ${source} as source, ${new Date(fetchedAt)} as fetched_at, ${company === null} as is_unknown`,
  );
  const cell = (column: string): Sql => ({
    text: `case when a.is_unknown then k.${column} else a.${column} end as ${column}`,
    values: [],
  });
  const cells = ['company', 'industry', 'employees', 'annual_revenue', 'country'].map(cell);
  return upsert(
    'companies',
    sql`select a.domain, ${join(cells, ', ')}, a.source, a.fetched_at, 'asked the provider' as why
      from (${join(rows, ' union all ')}) as a left join companies k on k.domain = a.domain`,
  );
}

function* inChunks<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

function failing({ asked, failed }: LookUpReport, { mostFailing }: EnrichmentRules): GuardResult {
  const limit = allowed({ share: mostFailing }, asked);
  const found = sum(failed);
  return { guard: `at most ${mostFailing * 100} % of look-ups failing`, limit, found, passed: found <= limit };
}

/** A provider that refuses us, or only fails, is a failed job; what it answered until then is kept. */
function refuseSilence({ halted, found, unknown }: LookUpReport, { provider }: EnrichmentRules): void {
  if (halted?.by !== 'refused' && halted?.by !== 'failing') return;
  throw new JobError(
    `The provider ${provider.name} was left alone after ${found + unknown} answers, which are kept: ${halted.why}. Look at its key, its status page and jobs/rules/enrichment.ts; the next run goes on.`,
  );
}
