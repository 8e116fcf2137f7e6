import { describe, expect, it } from 'vitest';
import { companyAt, mostCompanies } from '../../data/generator/companies.ts';
import { countries } from '../../data/generator/people.ts';
import { slug } from '../../data/generator/person.ts';

describe('invented companies', () => {
  it('never share a domain, and stand where no company can be', () => {
    const domains = Array.from({ length: mostCompanies }, (_, index) => companyAt(7, index).domain);
    expect(new Set(domains).size).toBe(mostCompanies);
    for (const domain of domains) expect(domain).toMatch(/^[a-z]+-[a-z]+\.example$/);
  });
});

describe('invented colleagues', () => {
  it('have enough last names in every country for each to have another, and another address', () => {
    for (const { family } of new Set(countries)) {
      expect(new Set(family.map(slug)).size).toBe(family.length);
      expect(family.length).toBeGreaterThanOrEqual(48);
      expect(family.length % 23).not.toBe(0);
    }
  });
});
