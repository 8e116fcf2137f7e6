/**
 * Addresses as other tools and people write them into files: with a name around them, as a link, with characters that nobody sees.
 * Each is taken for the address that it is, and a suppression for the one that the list has already in another spelling.
 */

import type { Engine } from '../core/engine.ts';
import { name, raw, sql } from '../core/sql.ts';
import { withMark } from '../engine/duckdb.ts';
import { readSpelling, SIGNS } from '../snapshot/spellings.ts';
import { incomingTables } from './incoming.ts';

/** Unwraps the addresses of the incoming tables, and adds their spellings to `spellings`. */
export async function unwrapAddresses(engine: Engine): Promise<void> {
  await engine.run(
    raw('create or replace temp table import_spelt (written varchar, address varchar, clean varchar, plain varchar)'),
  );
  for (const table of incomingTables) {
    const odd = await engine.rows(
      sql`select distinct ${withMark(sql`email`)} as email from ${name(`incoming_${table}`)} where ${SIGNS}`,
    );
    const found = odd.flatMap(({ email }) => {
      const written = String(email);
      const spelling = readSpelling(written);
      if (!spelling) return [];
      const { clean, plain } = spelling;
      // Capitals and accents are nothing around an address: they stay as they are written.
      return [[written, clean === written.normalize().toLowerCase() ? written : clean, clean, plain]];
    });
    if (found.length === 0) continue;
    await engine.appendRows('import_spelt', found);
    await engine.run(
      raw(
        `update incoming_${table} set email = u.address from import_spelt u where u.written = incoming_${table}.email`,
      ),
    );
  }
  await engine.run(
    raw(`insert into spellings select address, min(clean), min(plain) from (
        select address_key(address) as address, clean, plain from import_spelt union all select clean, clean, plain from import_spelt
      ) where address not in (select address from spellings) group by address`),
  );
  await engine.run(
    raw(`update incoming_suppressions set email = k.address from (
        select coalesce(s.plain, i.address) as plain, i.address as incoming, min(o.address) as address
        from (select distinct address_key(email) as address from incoming_suppressions where email is not null) i
        left join spellings s on s.address = i.address
        join spellings o on o.plain = coalesce(s.plain, i.address) and o.address in (select email from suppressions)
        where i.address not in (select email from suppressions) group by 1, 2
      ) k where address_key(incoming_suppressions.email) = k.incoming`),
  );
}
