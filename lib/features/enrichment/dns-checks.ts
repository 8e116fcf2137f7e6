/**
 * Checks by DNS the domains of active contacts that are due, and notes in `companies` whether they take mail and have
 * a website: `yes`, `no`, or unchanged where that is unknown. A second source beside the provider: free, off unless
 * the rules ask for it, and a note for people. It suppresses no contact.
 */

import { upsert } from '../../core/change.ts';
import { inChunks } from '../../core/in-chunks.ts';
import type { Gathering, Metrics } from '../../core/prepare.ts';
import { join, type Sql, sql } from '../../core/sql.ts';
import { type DomainCheck, dnsChecker } from './dns.ts';
import { uncheckedDomains } from './due.ts';
import type { DnsChecks, EnrichmentRules } from './rules.ts';

/** After so many domains in a row without any result there is no network, and the rest waits for the next run. */
const MOST_UNKNOWN_IN_A_ROW = 20;
/** With fewer domains than this, a share of them says nothing about the name server. */
const FEW = 20;
const CHUNK = 1_000;

/** Reads the step `contact_domains`; a dry run sends no question. `warnings`: what a person should review. */
export async function checkByDns(
  at: Gathering,
  rules: EnrichmentRules,
  checks: DnsChecks,
): Promise<{ readonly metrics: Metrics; readonly warnings: readonly string[] }> {
  const rows = await at.engine.rows(uncheckedDomains(at.context.today, rules));
  const due = rows.map(({ domain }) => String(domain));
  if (at.rehearsal || due.length === 0) return { metrics: { due: due.length }, warnings: [] };
  const checked = await at.outside.stoppable((signal) => checkAll(due.slice(0, checks.budget), checks, signal));
  const metrics = { due: due.length, mail: counted(checked, 'mail'), website: counted(checked, 'website') };
  if (checked.length >= FEW && metrics.mail.no > checks.mostWithoutMail * checked.length) {
    return {
      metrics,
      warnings: [
        `the name server reports that ${metrics.mail.no} of ${checked.length} domains take no mail. ` +
          'Its answers are ignored: check dns in jobs/rules/enrichment.ts',
      ],
    };
  }
  const known = checked.filter(({ mail, website }) => mail !== null || website !== null);
  for (const chunk of inChunks(known, CHUNK)) await at.keep(intoCompanies(chunk, at.context.asOf));
  const silent = checked.length < Math.min(due.length, checks.budget);
  return {
    metrics,
    warnings: silent ? ['checks by DNS ended early: no name server answers, or the run was stopped'] : [],
  };
}

/** In order, several at once; ends at the signal, or when no result comes any more. */
async function checkAll(domains: readonly string[], checks: DnsChecks, signal: AbortSignal): Promise<DomainCheck[]> {
  const checker = dnsChecker(checks);
  const checked: DomainCheck[] = [];
  const queue = domains.values();
  let unknownInARow = 0;
  const work = async (): Promise<void> => {
    for (const domain of queue) {
      if (signal.aborted || unknownInARow >= MOST_UNKNOWN_IN_A_ROW) return;
      const found = await checker.check(domain);
      unknownInARow = found.mail === null && found.website === null ? unknownInARow + 1 : 0;
      checked.push(found);
    }
  };
  const stop = () => checker.stop();
  signal.addEventListener('abort', stop, { once: true });
  await Promise.all(Array.from({ length: checks.parallel }, work));
  signal.removeEventListener('abort', stop);
  return checked;
}

/** Only results are written; a domain of which something is still unknown is checked again. */
function intoCompanies(checked: readonly DomainCheck[], asOf: Date) {
  const rows = checked.map(({ domain, mail, website }): Sql => {
    const at = mail === null || website === null ? null : asOf;
    return sql`select ${domain} as domain, cast(${word(mail)} as varchar) as mail,
      cast(${word(website)} as varchar) as website, cast(${at} as timestamp) as checked_at`;
  });
  return upsert(
    'companies',
    sql`select a.domain, coalesce(a.mail, k.mail) as mail, coalesce(a.website, k.website) as website,
        coalesce(a.checked_at, k.checked_at) as checked_at, 'asked the DNS' as why
      from (${join(rows, ' union all ')}) as a left join companies k on k.domain = a.domain`,
  );
}

const word = (result: boolean | null): string | null => (result === null ? null : result ? 'yes' : 'no');

function counted(checked: readonly DomainCheck[], what: 'mail' | 'website') {
  const of = (result: boolean | null) => checked.filter((check) => check[what] === result).length;
  return { yes: of(true), no: of(false), unknown: of(null) };
}
