/**
 * Addresses as other tools and people write them into files: with a name around them, as a link, with characters that nobody sees.
 * Each is taken for the address that it is, and a suppression for the one that the list has already in another spelling.
 */

import type { Engine } from '../core/engine.ts';
import { name, raw, sql } from '../core/sql.ts';
import { withMark } from '../engine/duckdb.ts';
import { readSpelling, SIGNS } from '../snapshot/spellings.ts';
import { addressesIn } from '../snapshot/unreadable-rows.ts';
import { kindText } from './formats/report-kind.ts';
import { incomingTables } from './incoming.ts';

/** One address and nothing else. */
export const ONE_ADDRESS = '[^@[:space:]]+@[^@[:space:]]+';
const IS_ADDRESS = /^[^@\s]+@[^@\s]+$/;

/** Unwraps the addresses of the incoming tables, and adds their spellings to `spellings`. */
export async function unwrapAddresses(engine: Engine): Promise<void> {
  await engine.run(
    sql`create or replace temp table import_spelt (written varchar, address varchar, clean varchar, plain varchar)`,
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
    sql`insert into spellings select address, min(clean), min(plain) from (
        select address_key(address) as address, clean, plain from import_spelt union all select clean, clean, plain from import_spelt
      ) where address not in (select address from spellings) group by address`,
  );
  await keepUnclearAddresses(engine);
  await engine.run(
    sql`update incoming_suppressions set email = k.address from (
        select coalesce(s.plain, i.address) as plain, i.address as incoming, min(o.address) as address
        from (select distinct address_key(email) as address from incoming_suppressions where email is not null) i
        left join spellings s on s.address = i.address
        join spellings o on o.plain = coalesce(s.plain, i.address) and o.address in (select email from suppressions)
        where i.address not in (select email from suppressions) group by 1, 2
      ) k where address_key(incoming_suppressions.email) = k.incoming`,
  );
}

/** Who refuses mail by a row of each table, as SQL for the reason; NULL for who does not. */
const REFUSES: Readonly<Record<string, string>> = {
  contacts: `case lower(status) when 'unsubscribed' then 'unsubscribe' when 'suppressed' then 'manual' end`,
  suppressions: 'reason',
  bounces: kindText('kind', ['complaint', 'unsubscribe']),
};

/** A cell that is not one address still refuses mail for each address that it may name; its row is rejected all the same. */
async function keepUnclearAddresses(engine: Engine): Promise<void> {
  for (const [table, reason] of Object.entries(REFUSES)) {
    const rows = await engine.rows(
      sql`select file, line, ${withMark(sql`email`)} as email, ${raw(reason)} as reason from ${name(`incoming_${table}`)}
        where contains(email, '@') and not regexp_full_match(email, ${ONE_ADDRESS}) and (${raw(reason)}) is not null`,
    );
    for (const row of rows)
      for (const address of addressesIn(String(row.email)).filter((each) => IS_ADDRESS.test(each)))
        await engine.run(
          sql`insert into incoming_suppressions by name select cast(${Number(row.file)} as integer) as file,
            cast(${Number(row.line)} as bigint) as line, ${address} as email, 'person' as scope, ${String(row.reason)} as reason,
            'import' as source, 'from a cell with more than an address' as note`,
        );
  }
}
