/**
 * The files that other tools fetch each morning, from `exports/` beside the workbook. One entry is one file.
 *
 * `sending: true` exports only contacts that may be mailed, from any list. `only: 'changed'` gives what is new or
 * changed since the export before, and who left in a file of its own. `to: { tab: 'Newsletter' }` fills a tab of a
 * Google Sheet instead of a file, `to: { folder: '/mnt/crm' }` writes it to another folder (docs/export.md). Each is
 * written every night; with `every: 'week'`, in the night to Monday alone.
 */
// Columns of your own are declared there, and may be exported.
import './workbook.ts';
import { exportRules } from 'nightshift';
import { lists } from './segments.ts';

export const exports = exportRules(
  [
    { name: 'newsletter-mailchimp', format: 'mailchimp', list: 'Newsletter', sending: true },
    { name: 'hot-leads-hubspot', format: 'hubspot', list: 'Hot leads', sending: true },
    { name: 'engaged-google-ads', format: 'google-ads', list: 'Engaged, last 90 days', sending: true },
    { name: 'engaged-meta', format: 'meta', list: 'Engaged, last 90 days', sending: true },
    // What your tools must not mail: import it there before the first campaign of the day.
    { name: 'suppressions-mailchimp', suppressionsFor: 'mailchimp' },
    { name: 'suppressions-ses', suppressionsFor: 'ses' },
    { name: 'suppressions-sendgrid', suppressionsFor: 'sendgrid' },
    { name: 'suppressions-mailgun', suppressionsFor: 'mailgun' },
    { name: 'suppressions-postmark', suppressionsFor: 'postmark' },
    { name: 'suppressions-hubspot', suppressionsFor: 'hubspot' },
  ],
  lists.map(({ name }) => name),
);
