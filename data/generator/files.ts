/** Writes a world to a folder, one CSV file a table, and its truth beside it where that is asked for. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registerColumns, registerRows } from './company-register.ts';
import { csvLine, writeLines } from './csv-writer.ts';
import { type World, type WorldOptions, type WorldTable, worldTables } from './world.ts';

/** Writes `TABLE.csv` for every table into the folder (made if need be); returns how many rows each has. */
export function writeWorld(world: World, folder: string): Record<WorldTable, number> {
  mkdirSync(folder, { recursive: true });
  const counts = worldTables.map((table) => [table, writeLines(join(folder, `${table}.csv`), lines(world, table)) - 1]);
  return Object.fromEntries(counts) as Record<WorldTable, number>;
}

/**
 * Writes `truth.json` (rows for the quarantine) and `truth.jsonl` (one contact a line, in the order of contacts.csv).
 */
export function writeTruth(world: World, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'truth.json'), `${JSON.stringify(world.truth, null, 2)}\n`);
  writeLines(join(folder, 'truth.jsonl'), truths(world));
}

/** Writes `register/companies.csv`: as many companies as the small worlds have, one for every fourteen contacts. */
export function writeRegister({ seed, contacts }: WorldOptions, folder: string): void {
  mkdirSync(join(folder, 'register'), { recursive: true });
  writeLines(join(folder, 'register', 'companies.csv'), registerLines(seed, Math.ceil(contacts / 14)));
}

function* registerLines(seed: number, count: number): Generator<string> {
  yield csvLine(registerColumns);
  for (const row of registerRows(seed, count)) yield csvLine(row);
}

function* lines(world: World, table: WorldTable): Generator<string> {
  yield csvLine(world.columns[table]);
  for (const row of world.rows(table)) yield csvLine(row);
}

function* truths(world: World): Generator<string> {
  for (const truth of world.contactTruths()) yield JSON.stringify(truth);
}
