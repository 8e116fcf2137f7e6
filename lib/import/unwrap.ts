/**
 * Addresses as other tools and people write them into files: with a name around them, as a link, with characters that nobody sees.
 * Each is taken for the address that it is.
 */
import { type Engine, withMark } from '../engine/duckdb.ts';
import { raw } from '../engine/sql.ts';
import { readSpelling, SIGNS } from '../snapshot/spellings.ts';
import { incomingTables } from './format.ts';

/** Unwraps the addresses of the incoming tables. */
export async function unwrapAddresses(engine: Engine): Promise<void> {
  for (const table of incomingTables) {
    const odd = await engine.rows(
      raw(`select distinct ${withMark('email')} as email from incoming_${table} where ${SIGNS}`),
    );
    const found = odd.flatMap(({ email }) => {
      const written = String(email);
      const clean = readSpelling(written)?.clean;
      // Capitals and accents are nothing around an address: they stay as they are written.
      return clean && clean !== written.normalize().toLowerCase() ? [[written, clean] as const] : [];
    });
    if (found.length === 0) continue;
    await engine.run(raw('create or replace temp table import_unwrapped (written varchar, address varchar)'));
    await engine.append('import_unwrapped', columns(found));
    await engine.run(
      raw(
        `update incoming_${table} set email = u.address from import_unwrapped u where u.written = incoming_${table}.email`,
      ),
    );
  }
}

async function* columns(found: readonly (readonly [string, string])[]): AsyncGenerator<string[][]> {
  yield [found.map(([written]) => written), found.map(([, address]) => address)];
}
