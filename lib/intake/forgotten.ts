/**
 * People who asked to be forgotten stand on the suppression list as a keyed hash of their address and nothing else. Here
 * they are known again when a file brings them back. Without the key nobody can be known, so nothing may come in then.
 */
import { createHmac } from 'node:crypto';
import type { Engine } from '../core/engine.ts';
import { JobError } from '../core/errors.ts';
import { raw, sql } from '../core/sql.ts';
import { readSpelling } from '../snapshot/spellings.ts';
import { columnsOf, fedByFiles } from './incoming.ts';

/** The name of the secret. */
export const ERASE_KEY = 'NIGHTSHIFT_ERASE_KEY';
/** How a keyed hash on the suppression list begins. */
export const HASH_PREFIX = 'hmac-sha256:';
/** A shorter key could be guessed. */
const LEAST_KEY_LENGTH = 16;

/** The keyed hash of an address, lower case and without outer spaces: `hmac-sha256:` and 64 hex digits. @throws JobError */
export function hashAddress(address: string, key: string | undefined): string {
  if (key === undefined || key.length < LEAST_KEY_LENGTH) {
    throw new JobError(
      `The secret ${ERASE_KEY} is not set, or is shorter than ${LEAST_KEY_LENGTH} characters. People who were ` +
        'forgotten are known by it alone; set it to the same value each time.',
    );
  }
  return `${HASH_PREFIX}${createHmac('sha256', key).update(address.trim().toLowerCase()).digest('hex')}`;
}

/** An address, and what else it may be written as: whoever was forgotten was so under each. */
function spellingsOf(address: string): string[] {
  const spelling = readSpelling(address);
  return [...new Set([address, ...(spelling ? [spelling.clean, spelling.plain] : [])])];
}

/** Rejects everything in the incoming tables that is about a forgotten person. */
export async function forgottenPeople(engine: Engine, key: string | undefined): Promise<void> {
  const forgotten = await engine.number(
    raw(`select count(*) from suppressions where starts_with(email, '${HASH_PREFIX}')`),
  );
  if (forgotten === 0) return;
  const tables = fedByFiles().filter((table) => columnsOf(table).includes('email'));
  const addresses = raw(
    tables
      .map((table) => `select address_key(email) as address from incoming_${table} where email is not null`)
      .join(' union '),
  );
  async function* hashed(): AsyncGenerator<string[][]> {
    for await (const [column = []] of engine.chunks(addresses)) {
      const known = column.flatMap((address) =>
        spellingsOf(String(address)).map((each) => [String(address), each] as const),
      );
      yield [known.map(([address]) => address), known.map(([, spelling]) => hashAddress(spelling, key))];
    }
  }
  await engine.run(sql`create or replace temp table import_hashes (address varchar, hash varchar)`);
  await engine.append('import_hashes', hashed());
  for (const table of tables) {
    const found = `address_key(email) in (select h.address from import_hashes h
      join suppressions s on s.email = h.hash)`;
    await engine.run(
      raw(
        `insert into import_rejects select file, line, 'email', 'this person was forgotten, and stays so', null
          from incoming_${table} where ${found}`,
      ),
    );
    await engine.run(raw(`delete from incoming_${table} where ${found}`));
  }
}
