/**
 * One address may be written in several ways: with a name around it, as a link, with characters that nobody sees, its domain in its
 * own letters or in ASCII (RFC 5891), with a dot at the end. Whoever wants no mail wants none under any of them.
 */
import { domainToASCII } from 'node:url';
import { readAddress } from '../email/normalise.ts';
import type { Engine } from '../engine/duckdb.ts';
import { raw } from '../engine/sql.ts';

const FROM = [
  'contacts',
  'archive',
  'suppressions',
  'bounces',
  'unread_contacts',
  'unread_suppressions',
  'unread_bounces',
];

/** What tells an address that may have other spellings; few have any of it, and it costs next to nothing to see. */
const SIGNS = ['strlen(email) <> length(email)', `ends_with(email, '.')`]
  .concat(['<', ':', 'xn--', 'XN--', '\t', '\n', '\r'].map((sign) => `contains(email, '${sign}')`))
  .join(' or ');

/** The spelling that list-cleaning leaves, and the one that all spellings have in common; null where it is no address. */
function readSpelling(address: string): { readonly clean: string; readonly plain: string } | null {
  const parts = readAddress(address);
  if ('fault' in parts) return null;
  const { local, domain } = parts;
  const bare = domain.replace(/\.$/, '');
  return { clean: `${local}@${domain}`, plain: `${local}@${domainToASCII(bare) || bare}` };
}

/**
 * Creates `spellings(address, plain, kept)` of each address that may have others: the one that they share, and, where a contact has
 * it, how it will stand there once it is clean. Bounces and suppressions are read in their contact's spelling, else in the plain one;
 * of two suppressions that become alike so, the second keeps its own.
 */
export async function createSpellings(engine: Engine): Promise<void> {
  await engine.run(raw('create or replace table spellings (address varchar, plain varchar, kept varchar)'));
  const each = FROM.map((table) => `select email, '${table}' = 'contacts' as is_contact from ${table}`).join(
    ' union all ',
  );
  const found = await engine.rows(
    raw(`select address_key(email) as address, max(is_contact) as is_contact from (${each}) where ${SIGNS} group by 1`),
  );
  const rows = found.flatMap(({ address, is_contact }) => {
    const spelling = readSpelling(String(address));
    if (!spelling) return [];
    const { clean, plain } = spelling;
    return [
      [String(address), plain, is_contact ? clean : null],
      [clean, plain, null],
    ];
  });
  if (rows.length === 0) return;
  await engine.append('spellings', inColumns(rows));
  await engine.run(
    raw('create or replace table spellings as select address, plain, max(kept) as kept from spellings group by 1, 2'),
  );
  for (const table of ['bounces', 'suppressions']) await engine.run(raw(respell(table)));
}

/** Writes a table's addresses in the spelling of the contact that they are about. */
const respell = (table: string): string => `update ${table} set email = r.spelling from (
    select s.address, coalesce(s.kept, c.kept, s.plain) as spelling
    from spellings s left join (select plain, min(kept) as kept from spellings group by plain) c on c.plain = s.plain
    where s.address in (select address_key(email) from ${table})
    ${table === 'suppressions' ? 'qualify row_number() over (partition by coalesce(s.kept, c.kept, s.plain) order by s.address) = 1' : ''}
  ) r where address_key(${table}.email) = r.address and r.spelling <> r.address
    ${table === 'suppressions' ? 'and r.spelling not in (select email from suppressions)' : ''}`;

async function* inColumns(rows: readonly (readonly (string | null)[])[]): AsyncGenerator<(string | null)[][]> {
  yield [0, 1, 2].map((column) => rows.map((row) => row[column] ?? null));
}
