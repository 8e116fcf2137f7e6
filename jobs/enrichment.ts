import { atMost, companyParts, type EnrichmentRules, job, readRepositoryFile, sql } from 'nightshift';
import { enrichment as rules } from './rules/enrichment.ts';
import { activity } from './rules/segments.ts';

const { cellsChanged, enrichmentSteps, fillContacts, gatherCompanies } = companyParts;

const NAME = 'enrichment';

/** Asks a provider about the companies of active contacts, each once, and fills what is empty. */
export const enrichment = (asked: EnrichmentRules) =>
  job({
    name: NAME,
    purpose: 'Asks a provider about the companies of active contacts, and fills in what their contacts lack.',
    reads: ['contacts', 'events', 'purchases', 'companies', 'changes'],
    writes: ['contacts', 'companies'],
    rules: asked,
    gather: (at) => gatherCompanies(at, asked, { readText: readRepositoryFile }),
    steps: ({ today }) => enrichmentSteps(asked, activity, today),
    changes: ({ today }) => fillContacts(asked, today, NAME),
    guards: [atMost({ share: asked.mostChanging }, 'contacts', 'changing what they hold', cellsChanged(asked))],
    metrics: () => ({
      contacts: sql`
        select case when k.fetched_at is null then 'company not asked for yet'
          when k.company is null then 'company unknown' else 'company known' end as label, count(*) as n
        from contact_domains d left join companies k on k.domain = d.domain group by 1 order by 1`,
    }),
    explains: (_, contactId) => [
      {
        title: 'The company of this contact',
        query: sql`
          select k.domain, k.company, k.industry, k.employees, k.annual_revenue, k.country, k.source, k.source_note,
            k.fetched_at, k.mail, k.website
          from contact_domains d join companies k on k.domain = d.domain where d.contact_id = ${contactId}`,
      },
    ],
  });

export default enrichment(rules);
