/** The functions that jobs may use mean the same however they are computed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { join, sql } from '../../lib/core/sql.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';
import { temporaryFolder } from '../support/workbook.ts';

describe('trimmed', () => {
  it('gives what trim gives, no matter what alphabet’s spaces stand where', async () => {
    const engine = await openEngine({ spillFolder: temporaryFolder(), timeZone: 'UTC', threads: 1 });
    const spaces = [' ', '\u00A0', '\u1680', '\u2003', '\u202F', '\u3000', '\t', '\n', '\u200B'];
    const text = fc.array(fc.constantFrom(...spaces, 'a', 'É', '@', '日', '😀')).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 50 }), async (texts) => {
        const rows = join(
          texts.map((each) => sql`(${each})`),
          ', ',
        );
        const found = await engine.rows(
          sql`select s from (values ${rows}) as texts(s) where trimmed(s) is distinct from trim(s)
              or filled(s) is distinct from nullif(trim(s), '')`,
        );
        expect(found).toEqual([]);
      }),
      { numRuns: 50 },
    );
    expect(await engine.rows(sql`select trimmed(${null}) as none, address_key(' \u3000') as empty`)).toEqual([
      { none: null, empty: null },
    ]);
    engine.close();
  });
});
