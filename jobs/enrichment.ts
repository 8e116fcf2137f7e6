import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { atMost } from '../lib/core/guard.ts';
import { job } from '../lib/core/job.ts';
import { sql } from '../lib/core/sql.ts';
import { cellsChanged, enrichmentSteps, fillContacts } from '../lib/features/enrichment/contacts.ts';
import { gatherCompanies, type Ways } from '../lib/features/enrichment/gather.ts';
import type { EnrichmentRules } from '../lib/features/enrichment/rules.ts';
import { enrichment as rules } from './rules/enrichment.ts';
import { activity } from './rules/segments.ts';

const NAME = 'enrichment';

/** Files that the rules name stand in the repository, wherever the command is given. */
const ways: Ways = {
  readText: (file) => readFile(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8'),
};

/** Asks whom active contacts work for, once per company and never twice for the same money, and fills what is empty. */
export const enrichment = (asked: EnrichmentRules) =>
  job({
    name: NAME,
    purpose: 'Asks a provider about the companies of active contacts, and fills in what their contacts lack.',
    reads: ['contacts', 'events', 'purchases', 'companies', 'changes'],
    writes: ['contacts', 'companies'],
    rules: asked,
    gather: (at) => gatherCompanies(at, asked, ways),
    steps: ({ today }) => enrichmentSteps(asked, activity, today),
    changes: ({ today }) => fillContacts(asked, today, NAME),
    guards: [atMost({ share: asked.mostChanging }, 'contacts', 'changing what they hold', cellsChanged(asked))],
    metrics: () => ({
      contacts: sql`
        select case when k.fetched_at is null then 'company not asked for yet' when k.company is null then 'company unknown' else 'company known' end as label, count(*) as n
        from contact_domains d left join companies k on k.domain = d.domain group by 1 order by 1`,
    }),
    explains: (_, contactId) => [
      {
        title: 'The company of this contact',
        query: sql`
          select k.domain, k.company, k.industry, k.employees, k.annual_revenue, k.country, k.source, k.fetched_at, k.mail, k.website
          from contact_domains d join companies k on k.domain = d.domain where d.contact_id = ${contactId}`,
      },
    ],
  });

export default enrichment(rules);
