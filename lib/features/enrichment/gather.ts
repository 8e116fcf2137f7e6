/**
 * Asks the provider about the domains that are due and writes every answer to the table `companies`, chunk by chunk,
 * each chunk in a commit of its own: a run that is killed, or whose jobs fail later, goes on where it was. Between
 * two commits answers are in a file beside the workbook (paid-answers.ts). It never touches contacts.
 */
import { createHash } from 'node:crypto';
import { join as joinPath } from 'node:path';
import { type Change, upsert } from '../../core/change.ts';
import { JobError } from '../../core/errors.ts';
import { allowed, type GuardResult } from '../../core/guard.ts';
import { inChunks } from '../../core/in-chunks.ts';
import type { Gathered, Gathering } from '../../core/prepare.ts';
import { join, name, type Sql, sql } from '../../core/sql.ts';
import { checkByDns } from './dns-checks.ts';
import { dueDomains, notePrefix } from './due.ts';
import { type LookUpReport, lookUp } from './look-up.ts';
import { answersLeft, forgetAnswers, noting, type PaidAnswer } from './paid-answers.ts';
import { companyColumns } from './provider.ts';
import { providerOf, sourceOf } from './provider-of.ts';
import type { EnrichmentRules } from './rules.ts';

interface Ways {
  /** The content of a file that the rules name. */
  readonly readText: (file: string) => Promise<string>;
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

const NO_PROVIDER =
  'no provider is asked on this workbook: name one in jobs/rules/enrichment.ts (the invented register is the sample’s)';

async function askProvider(at: Gathering, rules: EnrichmentRules, ways: Ways) {
  const path = joinPath(at.stateFolder, 'enrichment-answers.jsonl');
  const left = await answersLeft(path);
  if (rules.provider.kind === 'sample' && !at.outside.isSample) {
    if (!at.rehearsal) await keepAll(at, left, rules, path);
    return { metrics: { due: 0, provider: 'none', sentences: NO_PROVIDER }, guards: [], warnings: [] };
  }
  if (at.rehearsal) {
    const due = await domainsDue(at, rules);
    for (const { domain } of left) due.delete(domain);
    return { metrics: { due: due.size, rehearsal: true }, guards: [], warnings: [] };
  }
  await keepAll(at, left, rules, path);
  const due = await domainsDue(at, rules);
  const metrics = { due: due.size, recovered: left.length };
  if (due.size === 0) return { metrics, guards: [], warnings: [] };
  const report = await ask(at, due, path, rules, ways);
  await forgetAnswers(path);
  await keepMisses(at, report, rules);
  failOnRefusal(report, rules);
  const { halted, missed: _, ...counts } = report;
  return {
    metrics: { ...metrics, ...counts, ...(halted && { halted: halted.by }) },
    guards: [failing(report, rules)],
    warnings: halted && halted.by !== 'budget' ? [`look-ups ended early: ${halted.why}`] : [],
  };
}

/** Writes what a killed run had paid for. */
async function keepAll(at: Gathering, left: readonly PaidAnswer[], rules: EnrichmentRules, path: string) {
  for (const chunk of inChunks(left, rules.limits.chunk)) await at.keep(intoCompanies(chunk));
  await forgetAnswers(path);
}

/** The domains that are due, in order, with the time of their last answer, or `never`. */
async function domainsDue({ engine, context }: Gathering, rules: EnrichmentRules): Promise<Map<string, string>> {
  const rows = await engine.rows(dueDomains(context.today, sourceOf(rules.provider), rules));
  return new Map(
    rows.map(({ domain, answered_at: at }) => [String(domain), at instanceof Date ? at.toISOString() : 'never']),
  );
}

/** A register of our own has no price and no limit of questions; its answers can be had again. */
const atOnce = { perSecond: 1e6, chunk: 5_000 };

async function ask(
  { outside, context, keep }: Gathering,
  due: ReadonlyMap<string, string>,
  path: string,
  rules: EnrichmentRules,
  { readText }: Ways,
): Promise<LookUpReport> {
  const nameOf = (domain: string): string =>
    createHash('sha256')
      .update(`${domain}\n${due.get(domain)}`)
      .digest('hex');
  const provider = await providerOf(rules.provider, outside.secret, readText, nameOf).catch((error: unknown) => {
    // Its messages name settings, secrets by name and columns of a register; never a key.
    throw error instanceof Error && !('code' in error) ? new JobError(error.message) : error;
  });
  const source = provider.name;
  const fetchedAt = context.asOf.toISOString();
  return outside.stoppable((signal) =>
    lookUp([...due.keys()], {
      ...(rules.provider.kind === 'csv' || rules.provider.kind === 'sample'
        ? { provider, limits: { ...rules.limits, ...atOnce } }
        : { provider: noting(provider, path, context.asOf), limits: rules.limits }),
      write: (answers) => keep(intoCompanies(answers.map((answer) => ({ ...answer, source, fetchedAt })))),
      signal,
    }),
  );
}

/**
 * Answers as rows of `companies`. A domain that is unknown now keeps what was known of it, with the source that gave
 * it; the note then says which source was asked since.
 */
function intoCompanies(answers: readonly PaidAnswer[]): Change {
  const rows = answers.map(({ domain, company, source, fetchedAt, note }): Sql => {
    const remark = note === undefined ? null : `${notePrefix(source)}${note}`;
    const { company: companyName, industry, employees, annual_revenue: revenue, country } = company ?? {};
    return sql`select ${domain} as domain, ${companyName ?? null} as company, ${industry ?? null} as industry,
        cast(${employees ?? null} as double) as employees, cast(${revenue ?? null} as double) as annual_revenue,
        ${country ?? null} as country, ${source} as source, ${new Date(fetchedAt)} as fetched_at,
        ${company === null} as is_unknown, cast(${remark} as varchar) as note,
        ${`${notePrefix(source)}unknown`} as unknown_note`;
  });
  const kept = companyColumns.map(
    (cell) => sql`case when a.is_unknown then k.${name(cell)} else a.${name(cell)} end as ${name(cell)}`,
  );
  const anothers = sql`a.is_unknown and k.source <> a.source
    and (coalesce(k.company, k.industry, k.country) is not null
      or coalesce(k.employees, k.annual_revenue) is not null)`;
  return upsert(
    'companies',
    sql`select a.domain, ${join(kept, ', ')}, a.fetched_at,
        case when ${anothers} then k.source else a.source end as source,
        coalesce(a.note, case when ${anothers} then a.unknown_note end) as source_note,
        cast(null as timestamp) as missed_at, 'asked the provider' as why
      from (${join(rows, ' union all ')}) as a left join companies k on k.domain = a.domain`,
  );
}

/** Remembers whose question was rejected, so that they are asked about last in the next run. */
async function keepMisses({ keep, context }: Gathering, { missed }: LookUpReport, rules: EnrichmentRules) {
  const source = sourceOf(rules.provider);
  for (const chunk of inChunks([...missed], atOnce.chunk)) {
    const rows = chunk.map(
      ([domain, why]): Sql =>
        sql`select ${domain} as domain, ${context.asOf} as missed_at, ${`${notePrefix(source)}${why}`} as source_note,
          'not answered' as why`,
    );
    await keep(upsert('companies', join(rows, ' union all ')));
  }
}

function failing({ asked, failed }: LookUpReport, { mostFailing }: EnrichmentRules): GuardResult {
  const limit = allowed({ share: mostFailing }, asked);
  const found = Object.values(failed).reduce((sum, count) => sum + count, 0);
  return { guard: `at most ${mostFailing * 100} % of look-ups failing`, limit, found, passed: found <= limit };
}

/** A provider that refuses the key or all questions, or only fails, fails the job; its answers are kept. */
function failOnRefusal({ halted, found, unknown, other }: LookUpReport, { provider }: EnrichmentRules): void {
  if (halted?.by !== 'refused' && halted?.by !== 'rejected' && halted?.by !== 'failing') return;
  throw new JobError(
    `Look-ups at the provider ${sourceOf(provider)} ended after ${found + unknown + other} answers, which are kept: ` +
      `${halted.why}. Check its key, its status page and jobs/rules/enrichment.ts; the next run goes on.`,
  );
}
