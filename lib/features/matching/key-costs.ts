/**
 * What a blocking key costs: the pairs that it would give. Counted here and not by the engine, which takes longer to
 * plan a statement for each of two hundred possible keys than this takes to count them.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Part } from './key-parts.ts';
import type { MatchingRules } from './rules.ts';

/** Records on which costs are estimated: the first by digest, which is a fair sample. */
const sampled = 40_000;

interface Price {
  /** Pairs that the key would give in the whole table. */
  pairs: number;
  /** Share of the records that stand in blocks small enough to be compared whole. */
  whole: number;
}

/** The values of each part in the sampled records, as hashes of 31 bits, -1 where missing. */
export async function readParts(db: DuckDBConnection, parts: readonly Part[]): Promise<Int32Array[]> {
  const named = parts.map(({ sql }, nth) => `${sql} as p${nth}`);
  const hashes = parts.map(
    (_, nth) => `case when p${nth} is null then -1 else (hash(p${nth}) % 2147483647)::integer end`,
  );
  const result = await db.stream(
    `select ${hashes.join(', ')} from (select ${named.join(', ')} from match_records where record < ${sampled})`,
  );
  const values = parts.map((): number[] => []);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const [nth, column] of chunk.getColumns().entries()) values[nth]?.push(...(column as number[]));
  }
  return values.map((of) => Int32Array.from(of));
}

/** Odd, so that multiplying by it loses nothing. */
const spread = 0x9e3779b1;

/** The price of a key with one part or two, whose values in the sampled records are `values`. */
export function priceOf(values: readonly Int32Array[], records: number, rules: MatchingRules): Price {
  const [one, other] = values;
  const blocks = new Map<number, number>();
  for (let record = 0; record < (one?.length ?? 0); record++) {
    const first = one?.[record] as number;
    const second = other ? (other[record] as number) : 0;
    if (first < 0 || second < 0) continue;
    const block = other ? Math.imul(first, spread) ^ second : first;
    blocks.set(block, (blocks.get(block) ?? 0) + 1);
  }
  const scale = Math.max(1, records / sampled);
  const { largestBlock, neighbours } = rules.blocking;
  let [pairs, inWhole, all] = [0, 0, 0];
  for (const n of blocks.values()) {
    all += n;
    if (n * scale > largestBlock) pairs += n * scale * neighbours;
    else {
      pairs += ((n * (n - 1)) / 2) * scale * scale;
      inWhole += n;
    }
  }
  return { pairs, whole: all === 0 ? 0 : inWhole / all };
}
