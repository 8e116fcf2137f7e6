/**
 * Which pairs of records are compared at all. Keys of one or two parts are chosen from the profile: those that together
 * let the fewest of a person's records slip by, in an imagined population of slips, for the pairs that they cost.
 * A block too large is compared with its neighbours in the order of its content only, so the work stays bounded.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { dice } from './dice.ts';
import { type Price, priceOf, readParts } from './key-costs.ts';
import { allParts, type Key, type Part } from './key-parts.ts';
import { type Compared, placeKinds, traits } from './kinds.ts';
import { v } from './record-columns.ts';
import type { MatchingRules } from './rules.ts';

const imaginedPairs = 4000;
const movedShare = 0.15;
const swappedShare = 0.05;

/** For each part, in which of the imagined pairs of one person's records it agrees. */
function imagine(compared: readonly Compared[], parts: readonly Part[], rows: number): Uint8Array[] {
  const random = dice(20_231);
  const agrees = parts.map(() => new Uint8Array(imaginedPairs));
  for (let pair = 0; pair < imaginedPairs; pair++) {
    const [moved, swapped] = [random() < movedShare, random() < swappedShare];
    const state = compared.map(({ kind, filled }) => {
      const missing = random() > (filled / rows) ** 2;
      const lost = missing || (moved && placeKinds.includes(kind));
      return { lost, slipped: random() < traits[kind].slip, swap: swapped && (kind === 'given' || kind === 'surname') };
    });
    for (const [index, part] of parts.entries()) {
      const fine = part.columns.every((column) => {
        const of = state[column];
        if (!of || of.lost || (of.swap && part.columns.length === 1)) return false;
        return !of.slipped || random() >= part.broken;
      });
      const row = agrees[index];
      if (row && fine) row[pair] = 1;
    }
  }
  return agrees;
}

/** Pairs per record up to which a part alone makes a good key. */
const selective = 1;

/** What a block compared with its neighbours only is worth, against one compared whole. */
const windowed = 0.1;

/** What it is worth to meet a pair once more: slips may be more frequent than imagined. */
const again = 0.2;

interface Option {
  key: Key;
  /** 1 for each imagined pair that the key meets. */
  meets: Uint8Array;
  price: Price;
}

/** Every part alone, and every two parts of different columns where each alone gives too many pairs. */
function keyOptions(
  parts: readonly Part[],
  agrees: readonly Uint8Array[],
  values: readonly Int32Array[],
  records: number,
  rules: MatchingRules,
): Option[] {
  const offer = (chosen: readonly number[]): Option => {
    const of = chosen.flatMap((index) => parts[index] ?? []);
    return {
      key: { parts: of, words: of.map((part) => part.words).join(' + ') },
      meets: Uint8Array.from({ length: imaginedPairs }, (_, pair) =>
        chosen.every((index) => agrees[index]?.[pair] === 1) ? 1 : 0,
      ),
      price: priceOf(
        chosen.map((index) => values[index] as Int32Array),
        records,
        rules,
      ),
    };
  };
  const options = [...parts.keys()].map((part) => offer([part]));
  // A part that gives few pairs by itself gains nothing by a second part: only the others are joined.
  const broad = [...parts.keys()].filter((part) => (options[part]?.price.pairs ?? 0) > selective * records);
  for (const a of broad) {
    for (const b of broad) {
      if (b > a && !parts[a]?.columns.some((column) => parts[b]?.columns.includes(column))) options.push(offer([a, b]));
    }
  }
  return options;
}

/** Keys that one by one bring the most imagined pairs not yet met, for what they cost. */
export async function chooseKeys(
  db: DuckDBConnection,
  compared: readonly Compared[],
  records: number,
  rules: MatchingRules,
): Promise<Key[]> {
  const parts = allParts(compared);
  if (parts.length === 0) return [];
  const rows = Math.max(1, ...compared.map(({ filled }) => filled));
  const agrees = imagine(compared, parts, rows);
  const options = keyOptions(parts, agrees, await readParts(db, parts), records, rules);
  // A small table may be thorough.
  const budget = Math.max(600_000, records * rules.blocking.pairsPerRecord);
  const met = new Uint8Array(imaginedPairs);
  const worthOf = new Float64Array(imaginedPairs).fill(1);
  // What an option is worth never grows while keys are taken, so that an old worth is a bound and saves most counting.
  const bound = options.map(() => Number.POSITIVE_INFINITY);
  const keys: Key[] = [];
  let left = budget;
  while (keys.length < rules.blocking.keys) {
    let best: { index: number; worth: number } | undefined;
    for (const [index, { meets, price }] of options.entries()) {
      const { pairs: cost, whole } = price;
      if (cost > left || (bound[index] ?? 0) <= (best?.worth ?? 0)) continue;
      let gain = 0;
      for (let pair = 0; pair < imaginedPairs; pair++) if (meets[pair]) gain += worthOf[pair] as number;
      const worth = (gain * (whole + windowed * (1 - whole))) / (cost / budget + 0.2);
      bound[index] = gain > 1 ? worth : 0;
      if (gain > 1 && worth > (best?.worth ?? 0)) best = { index, worth };
    }
    const choice = best && options[best.index];
    if (!best || !choice) break;
    keys.push(choice.key);
    bound[best.index] = 0;
    left -= choice.price.pairs;
    choice.meets.forEach((yes, pair) => {
      met[pair] = (met[pair] ?? 0) + yes;
      worthOf[pair] = again ** (met[pair] ?? 0);
    });
  }
  return keys;
}

/** Hashes of keys that stand in one table, for the sake of memory. */
const mostHashed = 2_000_000;

/** Below this many pairs in all, every pair is compared and no key is needed. */
const everyPair = 120_000;

/** Makes `match_candidates(l, r)`, l < r, without repeats. Returns the keys' words. */
export async function buildCandidates(
  db: DuckDBConnection,
  compared: readonly Compared[],
  records: number,
  rules: MatchingRules,
): Promise<string[]> {
  if ((records * (records - 1)) / 2 <= everyPair) {
    await db.run(`create or replace temp table match_candidates as
      select a.record as l, b.record as r from match_records a join match_records b on a.record < b.record`);
    return ['every pair'];
  }
  const keys = await chooseKeys(db, compared, records, rules);
  const { largestBlock, neighbours } = rules.blocking;
  await db.run('create or replace temp table match_met (l integer, r integer)');
  const near = compared.flatMap(({ kind }, index) =>
    ['given', 'surname', 'fullname', 'date', 'street'].includes(kind) ? [`coalesce(${v(index)}, '')`] : [],
  );
  const sorted = near.length === 0 ? 'record' : `${near.join(" || ' ' || ")}, record`;
  for (let from = 0; from < keys.length; ) {
    const some = keys.slice(from, from + Math.max(1, Math.floor(mostHashed / records)));
    from += some.length;
    // The key's own number is part of the hash, so that the blocks of several keys stand in one table.
    const hashed = some.map(({ parts }, nth) => {
      const known = parts.map((part) => `${part.sql} is not null`).join(' and ');
      return `select record, hash(${[nth, ...parts.map((part) => part.sql)].join(', ')}) as k from match_records where ${known}`;
    });
    await db.run(`create or replace temp table match_hashed as ${hashed.join(' union all ')}`);
    await db.run(`create or replace temp table match_keyed as
      select record, k, n from match_hashed
      join (select k, count(*) as n from match_hashed group by k having count(*) > 1) using (k)`);
    await db.run(`insert into match_met select a.record, b.record from match_keyed a join match_keyed b
      on a.k = b.k and a.record < b.record where a.n <= ${largestBlock}`);
    await db.run(`insert into match_met
      with lined as (
        select record, k, row_number() over (partition by k order by ${sorted}) as place
        from match_keyed join match_records using (record) where n > ${largestBlock})
      select least(a.record, b.record), greatest(a.record, b.record)
      from (select *, unnest(range(1, ${neighbours + 1})) as step from lined) a
      join lined b on b.k = a.k and b.place = a.place + a.step`);
  }
  await db.run('create or replace temp table match_candidates as select distinct l, r from match_met');
  for (const table of ['match_met', 'match_keyed', 'match_hashed']) await db.run(`drop table if exists ${table}`);
  return keys.map(({ words }) => words);
}
