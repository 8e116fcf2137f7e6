/**
 * Which pairs of records are compared at all. Keys of one or two parts are chosen from the profile: those that together
 * let the fewest of a person's records slip by, in an imagined population of slips, for the pairs that they cost.
 * A block too large is compared with its neighbours in the order of its content only, so the work stays bounded.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Compared, placeKinds, traits } from './kinds.ts';
import { readRows } from './read-rows.ts';
import { s, v, x } from './record-columns.ts';
import type { MatchingRules } from './rules.ts';
import { soundSql } from './values.ts';

/** A part of a key: something of one column that survives most slips. */
interface Part {
  sql: string;
  words: string;
  columns: readonly number[];
  /** Share of the column's slips that change this part as well. */
  broken: number;
}

interface Key {
  parts: readonly Part[];
  words: string;
}

function partsOf(column: Compared, index: number): Part[] {
  const value = v(index);
  const part = (what: string, sql: string, broken: number): Part => ({
    sql,
    words: `${what}${column.name}`,
    columns: [index],
    broken,
  });
  const whole = (): Part => part('', value, 1);
  const long = (sql: string, least: number): string => `case when length(${sql}) >= ${least} then ${sql} end`;
  switch (column.kind) {
    case 'given':
      return [
        whole(),
        part('sound of ', s(index), 0.5),
        part('nickname of ', `${x(index)}`, 0.9),
        part('initial of ', `left(${value}, 1)`, 0.25),
      ];
    case 'surname':
      return [whole(), part('sound of ', s(index), 0.5), part('start of ', `left(${value}, 3)`, 0.45)];
    case 'fullname':
      return [
        part('words of ', x(index), 0.9),
        part('start of ', `left(${value}, 5)`, 0.5),
        part('first word of ', soundSql(x(index)), 0.4),
        part('last word of ', soundSql(`split_part(${x(index)}, ' ', -1)`), 0.4),
      ];
    case 'company':
      return [whole(), part('start of ', `left(${value}, 5)`, 0.5)];
    case 'email':
      return [whole(), part('mailbox of ', long(x(index), 4), 0.5)];
    case 'phone':
      return [whole(), part('end of ', `right(${value}, 6)`, 0.7)];
    case 'date':
      return [
        whole(),
        part('year of ', `left(${value}, 4)`, 0.3),
        part('day of ', `substr(${value}, 5, 4)`, 0.7),
        part('month of ', `left(${value}, 6)`, 0.5),
      ];
    case 'year':
    case 'middle':
      return [whole()];
    case 'street':
      return [
        whole(),
        part('word of ', `regexp_extract(${value}, '\\p{L}{4,}')`, 0.4),
        part('number of ', `nullif(trim(${x(index)}), '')`, 0.3),
      ];
    case 'locality':
      return [whole(), part('start of ', `left(${value}, 4)`, 0.4)];
    case 'postcode':
      return [whole(), part('start of ', long(`left(${value}, 3)`, 3), 0.5)];
    case 'code':
      return [
        whole(),
        part('start of ', long(`left(${value}, 4)`, 4), 0.5),
        part('end of ', `right(${value}, 3)`, 0.5),
      ];
    case 'url':
      return [whole()];
    case 'text':
      return [part('start of ', `left(${value}, 10)`, 0.5)];
    case 'housenumber':
      return [whole()];
    default:
      return [];
  }
}

function allParts(compared: readonly Compared[]): Part[] {
  const parts = compared.flatMap(partsOf);
  const given = compared.findIndex(({ kind }) => kind === 'given');
  const surname = compared.findIndex(({ kind }) => kind === 'surname');
  if (given >= 0 && surname >= 0) {
    const [one, other] = [s(given), s(surname)];
    const known = `case when ${one} > ${other} then ${other} || '+' || ${one} else ${one} || '+' || ${other} end`;
    parts.push({ sql: known, words: 'names in any order', columns: [given, surname], broken: 0.5 });
  }
  return parts;
}

/** A small generator with a fixed seed: the same keys on every run (Steele and Vigna's SplitMix, 32 bits). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

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

/** Records on which costs are estimated: the first by digest, which is a fair sample. */
const sampled = 40_000;

interface Price {
  /** Pairs that the key would give in the whole table. */
  pairs: number;
  /** Share of the records that stand in blocks small enough to be compared whole. */
  whole: number;
}

/** Keys that are priced in one statement: a statement takes longer to begin than a key to count, and too many at once are slow to plan. */
const atOnce = 16;

/** What each key would cost, and for how many records it would do its work. */
async function costs(
  db: DuckDBConnection,
  keys: readonly Key[],
  records: number,
  rules: MatchingRules,
): Promise<Price[]> {
  const scale = Math.max(1, records / sampled);
  const { largestBlock, neighbours } = rules.blocking;
  const query = ({ parts }: Key, nth: number): string =>
    `select ${nth}::integer as nth, coalesce(sum(case when n * ${scale} <= ${largestBlock} then n * (n - 1) / 2 * ${scale * scale} else n * ${scale * neighbours} end), 0)::double as pairs,
       coalesce(sum(case when n * ${scale} <= ${largestBlock} then n else 0 end) / sum(n), 0)::double as whole
     from (select count(*) as n from match_parts where ${parts.map((p) => `${p.sql} is not null`).join(' and ')} group by ${parts.map((p) => p.sql).join(', ')})`;
  const found: Price[] = [];
  for (let from = 0; from < keys.length; from += atOnce) {
    const queries = keys.slice(from, from + atOnce).map((key, nth) => query(key, from + nth));
    const rows = await readRows<Price & { nth: number }>(db, `${queries.join(' union all ')} order by nth`);
    found.push(...rows);
  }
  return found;
}

/** Pairs per record up to which a part alone makes a good key. */
const selective = 1;

/** What a block compared with its neighbours only is worth, against one compared whole. */
const windowed = 0.1;

/** What it is worth to meet a pair once more: slips may be more frequent than imagined. */
const again = 0.2;

/** Keys that one by one bring the most imagined pairs not yet met, for what they cost. */
export async function chooseKeys(
  db: DuckDBConnection,
  compared: readonly Compared[],
  records: number,
  rules: MatchingRules,
): Promise<Key[]> {
  const parts = allParts(compared);
  const rows = Math.max(1, ...compared.map(({ filled }) => filled));
  const agrees = imagine(compared, parts, rows);
  const columns = parts.map((part, index) => `${part.sql} as p${index}`);
  if (columns.length === 0) return [];
  await db.run(
    `create or replace temp table match_parts as select ${columns.join(', ')} from match_records where record < ${sampled}`,
  );
  const options: { key: Key; meets: Uint8Array; named: Key }[] = [];
  const offer = (chosen: readonly number[]): void => {
    const of = chosen.flatMap((index) => parts[index] ?? []);
    const meets = Uint8Array.from({ length: imaginedPairs }, (_, pair) =>
      chosen.every((index) => agrees[index]?.[pair] === 1) ? 1 : 0,
    );
    const words = of.map((part) => part.words).join(' + ');
    const named = { parts: of.map((part, nth) => ({ ...part, sql: `p${chosen[nth]}` })), words };
    options.push({ key: { parts: of, words }, meets, named });
  };
  for (const a of parts.keys()) offer([a]);
  const price = await costs(
    db,
    options.map(({ named }) => named),
    records,
    rules,
  );
  // A part that gives few pairs by itself gains nothing by a second part: only the others are joined.
  const broad = [...parts.keys()].filter((part) => (price[part]?.pairs ?? 0) > selective * records);
  for (const a of broad) {
    for (const b of broad) {
      if (b > a && !parts[a]?.columns.some((column) => parts[b]?.columns.includes(column))) offer([a, b]);
    }
  }
  const joined = options.slice(parts.length).map(({ named }) => named);
  price.push(...(await costs(db, joined, records, rules)));
  const budget = pairBudget(records, rules);
  const met = new Uint8Array(imaginedPairs);
  const worthOf = new Float64Array(imaginedPairs).fill(1);
  const keys: Key[] = [];
  const taken = new Set<number>();
  let left = budget;
  while (keys.length < rules.blocking.keys) {
    let best: { index: number; worth: number } | undefined;
    for (const [index, { meets }] of options.entries()) {
      const { pairs: cost, whole } = price[index] ?? { pairs: Infinity, whole: 0 };
      if (cost > left || taken.has(index)) continue;
      let gain = 0;
      for (let pair = 0; pair < imaginedPairs; pair++) if (meets[pair]) gain += worthOf[pair] ?? 0;
      const worth = (gain * (whole + windowed * (1 - whole))) / (cost / budget + 0.2);
      if (gain > 1 && worth > (best?.worth ?? 0)) best = { index, worth };
    }
    const choice = best && options[best.index];
    if (!best || !choice) break;
    keys.push(choice.key);
    taken.add(best.index);
    left -= price[best.index]?.pairs ?? 0;
    choice.meets.forEach((yes, pair) => {
      met[pair] = (met[pair] ?? 0) + yes;
      worthOf[pair] = again ** (met[pair] ?? 0);
    });
  }
  await db.run('drop table match_parts');
  return keys;
}

/** Pairs that may be compared: a small table may be thorough. */
function pairBudget(records: number, rules: MatchingRules): number {
  return Math.max(1_500_000, records * rules.blocking.pairsPerRecord);
}

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
  for (const { parts } of keys) {
    const known = parts.map((part) => `${part.sql} is not null`).join(' and ');
    await db.run(`create or replace temp table match_hashed as
      select record, hash(${parts.map((part) => part.sql).join(', ')}) as k from match_records where ${known}`);
    await db.run(`create or replace temp table match_keyed as
      select record, k, n from match_hashed join (select k, count(*) as n from match_hashed group by k having count(*) > 1) using (k)`);
    await db.run(`insert into match_met select a.record, b.record from match_keyed a join match_keyed b
      on a.k = b.k and a.record < b.record where a.n <= ${largestBlock}`);
    await db.run(`insert into match_met
      with lined as (select record, k, row_number() over (partition by k order by ${sorted}) as place from match_keyed join match_records using (record) where n > ${largestBlock})
      select least(a.record, b.record), greatest(a.record, b.record)
      from (select *, unnest(range(1, ${neighbours + 1})) as step from lined) a join lined b on b.k = a.k and b.place = a.place + a.step`);
  }
  await db.run('create or replace temp table match_candidates as select distinct l, r from match_met');
  for (const table of ['match_met', 'match_keyed', 'match_hashed']) await db.run(`drop table if exists ${table}`);
  return keys.map(({ words }) => words);
}
