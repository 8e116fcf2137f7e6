/**
 * A CSV file as provider: a company register with a column `domain` and any of company, industry, employees,
 * annual_revenue, country. Costs nothing and uses no network; a domain that stands in it twice is answered by its
 * first row.
 */
import Papa from 'papaparse';
import { readCompany } from './fields.ts';
import { type Answer, companyColumns, type Provider } from './provider.ts';

const paths = Object.fromEntries(companyColumns.map((column) => [column, column]));

/** @param text the file's content; @throws where it has no column "domain" */
export function csvProvider(name: string, text: string): Provider {
  const { data, meta } = Papa.parse<Record<string, string>>(text.replace(/^\uFEFF/, ''), {
    header: true,
    skipEmptyLines: 'greedy',
    transformHeader: (header) =>
      header
        .trim()
        .toLowerCase()
        .replace(/[\s-]+/g, '_'),
  });
  if (!meta.fields?.includes('domain')) {
    throw new Error(
      `The company register ${name} has no column "domain"; its columns are: ${(meta.fields ?? []).join(', ')}.`,
    );
  }
  const register = new Map<string, Answer>();
  for (const row of data) {
    const domain = (row.domain ?? '').trim().toLowerCase();
    const company = readCompany(row, paths);
    if (domain === '' || register.has(domain) || Object.keys(company).length === 0) continue;
    register.set(domain, { kind: 'found', company });
  }
  return { name, ask: async (domain) => register.get(domain) ?? { kind: 'unknown' } };
}
