/**
 * Which provider is asked about companies, how much that may cost, and what of it is filled into contacts. See
 * docs/enrichment.md.
 */

import { enrichmentRules } from 'nightshift';

export const enrichment = enrichmentRules({
  // The invented register, which is asked for the embedded sample alone: on your own workbook no provider is asked
  // until one is named here. { kind: 'known', name: 'apollo' }, 'people-data-labs' or 'abstract', with its key in a
  // secret; { kind: 'http', … } for any other that answers a domain with JSON; { kind: 'csv', name, file } for a
  // register of your own.
  provider: { kind: 'sample', file: 'data/sample/register/companies.csv' },
  // Questions a run, at most; the contacts worth most come first. `perMinute` and `perHour` stand in place of what a
  // known provider documents for its smallest plan.
  limits: { budget: 1000, parallel: 5, perSecond: 50, chunk: 100 },
  // Whether companies take mail and have a website, by DNS, free and without a key: `dns: {}` turns it on. Notes only.
  // In days: how long an answer is good, how long "unknown" is kept, and how often a contact's own cells follow.
  companyDays: 180,
  unknownDays: 180,
  contactDays: 90,
  // Contacts without activity for longer are not looked up.
  seenWithinDays: 365,
  // `fill`: empty cells, and those that enrichment wrote itself; `overwrite`: also what a person entered; or `never`.
  contacts: { company: 'fill', industry: 'fill', employees: 'fill', annual_revenue: 'fill', country: 'fill' },
  // More look-ups failing, or more contacts changing, and the job waits for approval.
  mostFailing: 0.2,
  mostChanging: 0.1,
});
