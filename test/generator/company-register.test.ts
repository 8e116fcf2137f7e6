/** The invented company register: as the generator gives it, and without some, as registers are. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { registerColumns, registerRows } from '../../data/generator/company-register.ts';
import { csvLine } from '../../data/generator/csv-writer.ts';
import { sampleOptions } from '../../data/generator/presets.ts';

test('the committed register is what the generator gives (else: npm run sample)', () => {
  const count = Math.ceil(sampleOptions.contacts / 14);
  const rows = [...registerRows(sampleOptions.seed, count)];
  expect(rows.length).toBe(count - Math.floor(count / 12));
  const text = [registerColumns, ...rows].map((row) => `${csvLine(row)}\n`).join('');
  expect(readFileSync('data/sample/register/companies.csv', 'utf8')).toBe(text);
});
