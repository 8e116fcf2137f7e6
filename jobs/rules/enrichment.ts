/**
 * Who is asked about companies, how much that may cost, and what of it may stand in a contact. See docs/enrichment.md.
 */

import { checkRules } from '../../lib/core/workbook-rules.ts';
import { enrichmentRules } from '../../lib/features/enrichment/rules.ts';

export const enrichment = checkRules('jobs/rules/enrichment.ts', enrichmentRules, {
  // An invented company register that costs nothing. A real provider: { kind: 'known', name: 'apollo' }, 'people-data-labs'
  // or 'abstract', with its key in a secret; or { kind: 'http', … } for any other that answers a domain with JSON.
  provider: { kind: 'csv', name: 'sample register', file: 'data/sample/register/companies.csv' },
  // Look-ups a run, at most; the contacts worth most come first.
  limits: { budget: 1000, parallel: 5, perSecond: 50, chunk: 100 },
  // Whether companies take mail and have a website, by DNS, free and without a key: `dns: {}` turns it on. A note, no verdict.
  // In days: how long an answer is good, how long "unknown" is believed, and how often a contact's own cells follow.
  companyDays: 180,
  unknownDays: 180,
  contactDays: 90,
  // Whoever showed no sign of life for longer is not worth a look-up.
  seenWithinDays: 365,
  // `fill`: empty cells, and those that enrichment wrote itself; `overwrite`: also what a person typed; or `never`.
  contacts: { company: 'fill', industry: 'fill', employees: 'fill', annual_revenue: 'fill', country: 'fill' },
  // More look-ups failing, or more contacts changing, stops and asks.
  mostFailing: 0.2,
  mostChanging: 0.1,
});
