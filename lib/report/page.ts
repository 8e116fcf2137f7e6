/**
 * The report: one HTML file of how the list and the runs are, from the ledger alone. It needs no script, no network
 * and no other file, and holds no personal data: what it may show of an entry stands in figures.ts.
 */

import { lists, mailable } from './audience.ts';
import { delivery } from './delivery.ts';
import { Html, html } from './html.ts';
import { morning, verdictOf } from './morning.ts';
import { companies, customers, grades, merges, quarantine, ruleChanges } from './records.ts';
import { batches, calendar } from './runs.ts';
import { type ReportRequest, type Series, seriesOf } from './series.ts';
import { STYLE } from './style.ts';

export type { ReportRequest } from './series.ts';

/** The sections below the verdict and the to-do list, in order, with their place in the table of contents. */
const SECTIONS: readonly {
  readonly id: string;
  readonly title: string;
  readonly write: (series: Series) => Html;
  /** Two of them stand side by side where there is room. */
  readonly isSmall?: true;
}[] = [
  { id: 'mailable', title: 'Mailable', write: mailable },
  { id: 'lists', title: 'Lists', write: lists },
  { id: 'delivery', title: 'Bounces', write: delivery },
  { id: 'calendar', title: 'Runs', write: calendar },
  { id: 'batches', title: 'Batches', write: batches },
  { id: 'quarantine', title: 'Quarantine', write: quarantine },
  { id: 'grades', title: 'Grades', write: grades },
  { id: 'customers', title: 'Customers', write: customers, isSmall: true },
  { id: 'merges', title: 'Duplicates', write: merges, isSmall: true },
  { id: 'companies', title: 'Companies', write: companies, isSmall: true },
  { id: 'rules', title: 'Rule changes', write: ruleChanges, isSmall: true },
];

/** The page as text. */
export function reportPage(request: ReportRequest): string {
  const series = seriesOf(request);
  const parts = SECTIONS.map((section) => ({ ...section, body: section.write(series) })).filter(
    ({ body }) => body.text !== '',
  );
  const title = `Nightshift: ${verdictOf(series).text.toLowerCase()}`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title><style>${new Html(STYLE)}</style></head>
<body><a class="skip" href="#main">Skip to the content</a><main id="main" class="inner">
${morning(series)}
<nav aria-label="Sections"><ul>${parts.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
${parts.filter(({ isSmall }) => !isSmall).map(({ body }) => body)}
<div class="pairs">${parts.filter(({ isSmall }) => isSmall).map(({ body }) => body)}</div>
</main></body></html>
`;
  return page.text;
}
