/**
 * What holds for the workbook as a whole.
 */
import { workbookRules } from 'nightshift';

export const workbook = workbookRules({
  // Days are days there, and times without an offset are local there.
  timeZone: 'UTC',
  // What 01/02/2026 means in your files: 'MM/DD/YYYY' or 'DD/MM/YYYY'. Left out, a column decides by its own values, or
  // its dates are unknown.
  // slashedDates: 'DD/MM/YYYY',

  // Your own names of columns, such as { 'E-Mail (work)': 'email' }. Mailchimp's and HubSpot's are known.
  aliases: {},
  // What a column about consent means: { 'Marketing status': { yes: ['A'], no: ['B', 'C'] }, 'Segment status': 'ignore' }.
  // A run that finds an unknown one stops, and prints the line to add here.
  consent: {},
  // Columns and tables of your own, with their types (docs/workbook.md): text, number, date or time.
  // columns: { contacts: { postal_mailing: 'text' } },
  // tables: { visits: { key: ['visit_id'], columns: { visit_id: 'text', contact_id: 'text', seen_on: 'date' } } },
  // Where a derived column goes whose header holds values of your own: another header, or 'take over'.
  // derived: { score: 'nightshift_score' },
  // Facts that are kept elsewhere, as CSV or Parquet files: { events: 'warehouse/events' }, a file, a folder or a
  // pattern such as 'warehouse/*.parquet', or { files: 'warehouse/events', columns: { ts: 'occurred_at' } } where
  // columns have other names; or in BigQuery: { events: 'bigquery://PROJECT/DATASET/TABLE?location=EU' }.
  sources: {},
  // A table that lost more than 5 % of its rows since the last run, without a job that took them away, was cut.
  shrink: { share: 0.05 },
  // What a workbook or facts in BigQuery may cost, in gigabytes billed, and for how many days `init` keeps facts there:
  // bigquery: { gigabytesPerQuery: 100, gigabytesPerRun: 500, keepDays: { events: 730 } },
  // On GitHub Actions export files are kept as an artifact of the run, in private repositories alone, for so many days.
  exportFiles: { keptDays: 7 },
});
