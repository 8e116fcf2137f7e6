/**
 * One address may be written in several ways: with a name around it, as a link, with invisible characters, its domain
 * in its own letters or in ASCII (RFC 5891), with a dot at the end. A refusal under one spelling holds for all of them.
 * Every row keeps the spelling that it has; `spellings` maps each to the form that they have in common.
 */
import { domainToASCII } from 'node:url';
import type { Engine } from '../core/engine.ts';
import { ofFacts } from '../core/facts.ts';
import { join, literal, name, type Sql, sql } from '../core/sql.ts';
import { readAddress } from '../core/text/address.ts';
import { withMark } from '../engine/duckdb.ts';

const FROM =
  'contacts archive suppressions event_reports unread_contacts unread_suppressions unread_bounces consent_hints';

/**
 * SQL over the column `email`: whether an address may have other spellings. Few have such signs, and the check is
 * cheap.
 */
export const SIGNS: Sql = join(
  [
    sql`strlen(email) <> length(email)`,
    sql`ends_with(email, '.')`,
    ...['<', ':', 'xn--', 'XN--', '\t', '\n', '\r'].map((sign) => sql`contains(email, ${literal(sign)})`),
  ],
  ' or ',
);

/** The same of the bounces' addresses, in the SQL that a warehouse shares. */
const OF_BOUNCES = ofFacts(
  'bounces',
  sql`select distinct address_key(email) as email from bounces
    where regexp_contains(email, ${literal('[^ -~]|[.]$|<|:|xn--|XN--')})`,
);

export interface Spelling {
  /** Freed of all that is around it. */
  readonly clean: string;
  /** What all spellings have in common. */
  readonly plain: string;
}

/** The other spellings of an address as it stands in a cell; null where it is none. */
export function readSpelling(address: string): Spelling | null {
  const parts = readAddress(address);
  if ('fault' in parts) return null;
  const { local, domain } = parts;
  const bare = domain.replace(/\.$/, '');
  return { clean: `${local}@${bare}`, plain: `${local}@${domainToASCII(bare) || bare}` };
}

/**
 * Fills `spellings(address, clean, plain)` with each address (as `address_key` gives it) that may have others, and
 * `respelt(address, spelling)` with bounces, which no job writes, are read in a spelling that a contact has, where no
 * contact has the bounce's own.
 */
export async function createSpellings(engine: Engine): Promise<void> {
  const merged = sql`(select json_extract_string(record, '$.email') as email from merges where json_valid(record))`;
  const each = [...FROM.split(' ').map(name), merged].map((table) => sql`select email from ${table}`);
  const found = await engine.rows(
    sql`select distinct ${withMark(sql`address_key(email)`)} as address from (
      select email from (${join(each, ' union all ')}) where ${SIGNS}
      union all select email from ${OF_BOUNCES} as of_bounces)`,
  );
  const rows = found.flatMap(({ address }) => {
    const spelling = readSpelling(String(address));
    if (!spelling) return [];
    const { clean, plain } = spelling;
    return [...new Set([String(address), clean])].map((each) => [each, clean, plain]);
  });
  if (rows.length === 0) return;
  await engine.appendRows('spellings', rows);
  await engine.run(
    sql`create or replace table spellings as
      select address, min(clean) as clean, min(plain) as plain from spellings group by address`,
  );
  await createRespelt(engine);
}

/** Its own clean spelling comes first where a contact has it, then the plain one, then that of any contact. */
const createRespelt = (engine: Engine): Promise<void> =>
  engine.run(
    sql`insert into respelt select r.address, r.spelling from (
      with odd as (select * from spellings where address in (
        select email from ${OF_BOUNCES} as of_bounces
        union all select address_key(email) from event_reports where ${SIGNS})),
      present as (select distinct address_key(email) as address from contacts
        where address_key(email) in (select address from spellings union all select plain from spellings)),
      kept as (
        select s.plain, min(s.clean) as clean from spellings s join present p on p.address = s.address group by s.plain)
      select s.address, coalesce(c.address, p.address, k.clean, s.plain) as spelling
      from odd s left join present c on c.address = s.clean left join present p on p.address = s.plain
        left join kept k on k.plain = s.plain
      where s.address not in (select address from present)
    ) r where r.spelling <> r.address`,
  );
