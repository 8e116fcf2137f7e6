/** A part of the sample, small enough for tests of whole nights. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';

const sample = join(import.meta.dirname, '../../../data/sample');
const read = (table: string): string[][] =>
  Papa.parse<string[]>(readFileSync(join(sample, `${table}.csv`), 'utf8').trim()).data;

/** Every nth contact of the sample, with what is known of them, and the sample's broken rows. */
export function aPart(nth: number): Record<string, string[][]> {
  const [header = [], ...contacts] = read('contacts');
  const kept = contacts.filter((_, i) => i % nth === 0);
  const names = new Set(kept.flatMap((row) => [row[0], row[1]?.trim().toLowerCase()]));
  const isTheirs = (row: readonly string[]): boolean =>
    /^[a-z]9000\d\d/.test(row[0] ?? '') || row.some((cell) => names.has(cell) || names.has(cell.trim().toLowerCase()));
  const part = (table: string): [string, string[][]] => {
    const [columns = [], ...rows] = read(table);
    return [table, [columns, ...rows.filter(isTheirs)]];
  };
  const facts = ['events', 'bounces', 'purchases', 'suppressions'].map(part);
  return { contacts: [header, ...kept], ...Object.fromEntries(facts) };
}
