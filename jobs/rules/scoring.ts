/**
 * How contacts are scored. Change the numbers here, in a pull request; no job needs to change.
 *
 * Engagement is what a contact does, fit is who it is; each ends at 0 and at 100. The score is their sum, and
 * the grade their two marks: A1 is the best fit and the most engaged, D4 neither. `npx nightshift explain CONTACT`
 * shows a contact's score part by part, `npx nightshift backtest score` whether scores predict what came. See
 * docs/scoring.md.
 *
 * An event counts under its `type` and the names in `also` (`also: ['webinar attended']`). `atMost` caps one type by
 * day, week or ever; `caps: [{ name: 'website visits', types: ['page_view', 'pricing_page'], points: 40 }]` caps
 * several together.
 */

import { domainOf, knownAndNot, scoringRules, text } from 'nightshift';

/** Put your own domains, and those of companies you compete with, here: they get no score. */
const ourDomains = ['nightshift.example'];
const competitors = ['competitor.example'];

/** Where you sell, as two-letter country codes. */
const targetCountries = ['US', 'CA', 'GB', 'IE', 'DE', 'AT', 'CH', 'NL', 'BE', 'FR'];

const page = '30 days';
const content = '60 days';
const product = '90 days';

export const scoring = scoringRules({
  engagement: {
    events: [
      // Straight to the top, and there for 90 days.
      { type: 'demo_request', points: 100, halfLife: content, fullFor: '90 days' },
      { type: 'contact_request', points: 100, halfLife: content, fullFor: '90 days' },

      { type: 'attended', points: 40, halfLife: content },
      { type: 'gated_content', points: 35, halfLife: content },
      { type: 'pricing_page', points: 25, halfLife: page, atMost: { times: 1, per: 'week' } },
      { type: 'registered', points: 20, halfLife: content },
      { type: 'download', points: 15, halfLife: content },
      { type: 'conference', points: 10, halfLife: content },
      { type: 'click', points: 5, halfLife: page, atMost: { times: 3, per: 'week' } },
      { type: 'subscribe', points: 5, halfLife: content },
      { type: 'product_use', points: 5, halfLife: product, atMost: { times: 1, per: 'week' } },

      // Opens are made by machines since 2021, and a delivery is no interest: both count for nothing.
      { type: 'open', points: 0 },
      { type: 'delivered', points: 0 },
      { type: 'page_view', points: 0 },

      // Looking for work, not for a product.
      { type: 'careers_page', points: -10, halfLife: page, atMost: { times: 1, per: 'day' } },
    ],
    hardBounce: -20,
    unsubscribedAtMost: 0,
    // The half-lives let interest fade already; points below 0 here make inactivity count twice.
    inactive: { after: '90 days', points: 0 },
  },

  fit: [
    {
      name: 'Address',
      answers: [
        { name: 'free mail', points: -10, where: domainOf('email').isKind('free-mail') },
        { name: 'business domain', points: 35, where: knownAndNot(domainOf('email').isKind('disposable')) },
      ],
    },
    {
      name: 'Function',
      answers: [
        {
          name: 'not a buyer',
          points: -20,
          where: text('job_title').hasWord(
            'student',
            'intern',
            'trainee',
            'recruiter',
            'recruiting',
            'retired',
            'unemployed',
          ),
        },
        {
          name: 'marketing',
          points: 20,
          where: text('job_title').hasWord(
            'marketing',
            'cmo',
            'growth',
            'demand generation',
            'crm',
            'brand',
            'campaign',
          ),
        },
        {
          name: 'sales and revenue',
          points: 15,
          where: text('job_title').hasWord('sales', 'revenue', 'cro', 'business development', 'account executive'),
        },
        {
          name: 'data, product, operations',
          points: 10,
          where: text('job_title').hasWord('data', 'analytics', 'product', 'operations', 'it', 'cto', 'cio', 'coo'),
        },
      ],
    },
    {
      name: 'Seniority',
      answers: [
        {
          name: 'runs the company',
          points: 15,
          where: text('job_title').hasWord(
            ...['ceo', 'cmo', 'cro', 'cto', 'cio', 'coo', 'cfo', 'chief', 'founder', 'owner', 'president', 'vp'],
            ...['managing director', 'partner'],
          ),
        },
        { name: 'runs a department', points: 15, where: text('job_title').hasWord('director', 'head') },
        { name: 'runs a team', points: 5, where: text('job_title').hasWord('manager', 'lead') },
      ],
    },
    { name: 'Country', answers: [{ name: 'where we sell', points: 5, where: text('country').in(targetCountries) }] },
  ],

  excluded: [
    { name: 'our own domain', where: domainOf('email').is(...ourDomains) },
    { name: 'a competitor', where: domainOf('email').is(...competitors) },
  ],

  grades: {
    fit: { A: 75, B: 50, C: 25, D: 0 },
    engagement: { '1': 75, '2': 50, '3': 25, '4': 0 },
  },
});
