/**
 * What an invented company register says of the sample's companies: the embedded provider of enrichment. One in twelve
 * is not in it, because no register has everybody.
 */
import { companyAt } from './companies.ts';

export const registerColumns = ['domain', 'company', 'industry', 'employees', 'annual_revenue', 'country'] as const;

const MISSING = 12;

/** The rows of the register for the first `count` companies of a seed. */
export function* registerRows(seed: number, count: number): Generator<readonly string[]> {
  for (let index = 0; index < count; index += 1) {
    if (index % MISSING === MISSING - 1) continue;
    const { domain, name, industry, employees, revenue, country } = companyAt(seed, index);
    yield [domain, name, industry, String(employees), String(revenue), country.code];
  }
}
