/**
 * How two values of one kind agree, as SQL: a level's number, 0 where a value is missing. A pattern is all the levels of a pair.
 * Similarities: Jaro-Winkler (Winkler 1990) and optimal string alignment, both as the engine has them.
 */
import { type Compared, type Kind, type LevelName, levelNumber } from './kinds.ts';
import { firstNameColumn, hasWords, m, n, v, w, wt, x } from './record-columns.ts';

/** Bits a level takes in a pattern: at most seven levels and the missing one. */
const bits = 3;

const jaro = (p: string, q: string): string => `jaro_winkler_similarity(${p}, ${q})`;
/** `dear` only where `cheap` holds: in the engine AND and OR work out both sides for every row, CASE does not. */
export const both = (cheap: string, dear: string): string => `(case when ${cheap} then ${dear} else false end)`;
/**
 * One slip of the pen at most, as the optimal string alignment counts it, aligning only the few pairs that may be one:
 * where the lengths are equal a slip is one other byte or two that changed places, else one byte more.
 */
const oneSlip = (p: string, q: string): string =>
  `(case when strlen(${p}) = strlen(${q}) then
    case hamming(${p}, ${q}) when 0 then true when 1 then true when 2 then damerau_levenshtein(${p}, ${q}) = 1 else false end
  when abs(strlen(${p}) - strlen(${q})) = 1 then ${both(`${jaro(p, q)} >= 1 - 1 / strlen(${p})`, `levenshtein(${p}, ${q}) = 1`)}
  else false end)`;
/** Splitting is dear: texts that share most words look alike (`j`) to begin with. */
const sharedWords = (j: string, p: string, q: string, share: number): string => {
  const [a, b] = [`string_split(${p}, ' ')`, `string_split(${q}, ' ')`];
  return both(`${j} >= 0.65`, `len(list_intersect(${a}, ${b})) >= ${share} * greatest(len(${a}), len(${b}))`);
};

/** Every word of one name stands in the other: "Fenix" and "Fenix at the Argyle", at least a word of some length. */
const contained = (j: string, p: string, q: string): string => {
  const [a, b] = [`string_split(${p}, ' ')`, `string_split(${q}, ' ')`];
  const inside = `(list_has_all(${a}, ${b}) or list_has_all(${b}, ${a}))`;
  const mayBe = `contains(${p}, split_part(${q}, ' ', 1)) or contains(${q}, split_part(${p}, ' ', 1))`;
  return both(`least(length(${p}), length(${q})) >= 4 and ${j} >= 0.5`, both(mayBe, inside));
};

/** SQL for the two values of a column, for what is derived from them, on how many records they stand, how alike they are. */
interface Pair {
  p: string;
  q: string;
  p2: string;
  q2: string;
  n: readonly [string, string];
  /** Jaro-Winkler similarity of the values, and of what is derived from them; NULL where they are the same. */
  j: string;
  k: string;
  /** Weight of the words that two texts share, as a share of the longer's and of the shorter's. */
  shared: string;
  within: string;
}

const sides = ['a', 'b'] as const;
/** A column of `match_records` on one side of a pair. */
const on = (side: (typeof sides)[number], column: string): string => `${side}_${column}`;
const pairOf = (index: number): Pair => ({
  p: on('a', v(index)),
  q: on('b', v(index)),
  p2: on('a', x(index)),
  q2: on('b', x(index)),
  n: [on('a', n(index)), on('b', n(index))],
  j: `j${index}`,
  k: `k${index}`,
  shared: `w${index} / greatest(${on('a', wt(index))}, ${on('b', wt(index))})`,
  within: `w${index} / least(${on('a', wt(index))}, ${on('b', wt(index))})`,
});

/** For each level the tests any of which puts a pair there, cheap ones first. */
type Tests = Partial<Record<LevelName, string[]>>;

const first = (text: string): string => `split_part(${text}, ' ', 1)`;
const last = (text: string): string => `split_part(${text}, ' ', -1)`;

function nameTests(person: boolean, { p, q, p2, q2, j, k }: Pair): Tests {
  const initial = both(`${last(p)} = ${last(q)}`, `left(${p}, 1) = left(${q}, 1) and (${p}[2] = ' ' or ${q}[2] = ' ')`);
  // "victoria stone" and "olivia stone" share a family, not a name.
  const relative =
    `(${last(p)} = ${last(q)} and ${jaro(first(p), first(q))} < 0.8 or ${first(p)} = ${first(q)} and ` +
    `${jaro(last(p), last(q))} < 0.8)`;
  const unrelated = (test: string): string => (person ? both(test, `not ${relative}`) : test);
  const oneWord = both(`${j} >= 0.8`, `replace(${p}, ' ', '') = replace(${q}, ' ', '')`);
  return {
    nickname: [`${p2} = ${q2}`, oneWord, ...(person ? [initial] : [])],
    near: [unrelated(`(${j} >= 0.93 or ${k} >= 0.95)`)],
    alike: [unrelated(`${k} >= 0.86`), unrelated(sharedWords(j, p, q, 0.6)), ...(person ? [] : [contained(j, p, q)])],
  };
}

/** Names of things and titles: long ones by their words, short ones by their letters. */
function titleTests({ p, q, p2, q2, j, k, shared, within }: Pair): Tests {
  const short = `least(length(${p}) - length(replace(${p}, ' ', '')), length(${q}) - length(replace(${q}, ' ', ''))) < 3`;
  return {
    nickname: [`${p2} = ${q2}`, both(`${j} >= 0.8`, `replace(${p}, ' ', '') = replace(${q}, ' ', '')`)],
    near: [both(`${j} >= 0.93 or ${k} >= 0.95`, `${short} or ${shared} >= 0.7`), `${shared} >= 0.8`],
    alike: [
      both(`${k} >= 0.86`, short),
      `${shared} >= 0.5`,
      both(`least(length(${p}), length(${q})) >= 4`, `${within} >= 0.9`),
    ],
  };
}

/** `mayBeSlip`: SQL that is true where two addresses that look alike may be one with a slip in it. */
function mailTests({ p, q, p2, k }: Pair, mayBeSlip: string): Tests {
  const twoSlips = both(`${jaro(p, q)} >= 0.95`, `damerau_levenshtein(${p}, ${q}) <= 2`);
  const close = `abs(length(${p}) - length(${q})) <= 2 and ${mayBeSlip}`;
  return {
    near: [both(close, oneSlip(p, q)), both(close, twoSlips)],
    alike: [`length(${p2}) > 3 and ${k} >= 0.9`],
  };
}

function dateTests({ p, q }: Pair): Tests {
  const part = (from: number, length: number): string =>
    `substr(${p}, ${from}, ${length}) = substr(${q}, ${from}, ${length})`;
  const turned = `left(${p}, 4) || substr(${p}, 7, 2) || substr(${p}, 5, 2) = ${q}`;
  return {
    near: [oneSlip(p, q), both(part(1, 4), turned)],
    partly: [part(1, 6), part(5, 4), `${part(1, 4)} and ${part(7, 2)}`],
    alike: [`levenshtein(${p}, ${q}) <= 2`],
  };
}

/** Where two names that look alike are both common in the table, they are two names (Tim and Tom); a slip is rare. */
const isRare = (records: readonly string[]): string =>
  `least(${records.join(', ')}) <= greatest(2, 0.05 * greatest(${records.join(', ')}))`;

// Paul and Paula are two names, and so are Daniel and Danielle: neither is a form or a slip of the other.
const ending = "'(a|e|ea|ia|ie|ina|ine|na|ne|la|le|ette|etta|ella|elle)'";
const longer = (one: string, other: string): string =>
  both(
    `starts_with(${other}, ${one})`,
    `length(${one}) > 2 and regexp_full_match(substr(${other}, length(${one}) + 1), ${ending})`,
  );
const startOf = (one: string, other: string): string =>
  both(`starts_with(${other}, ${one})`, `length(${one}) = 1 or length(${one}) > 2 and not ${longer(one, other)}`);

/** Tests for the levels between `same` and `other`. */
function tests({ kind, things }: Compared, pair: Pair, mayBeSlip: string): Tests {
  const { p, q, p2, q2, n, j } = pair;
  const words = { near: [`${j} >= 0.92`, both(`${j} >= 0.75`, oneSlip(p, q))], alike: [`${j} >= 0.82`] };
  const slipIn = (longerThan: number): Tests => ({ near: [both(`length(${p}) > ${longerThan}`, oneSlip(p, q))] });
  switch (kind) {
    case 'given': {
      const slip = (test: string): string => both(test, both(isRare(n), `not ${longer(p, q)} and not ${longer(q, p)}`));
      return {
        nickname: [`${p2} = ${q2}`, startOf(p, q), startOf(q, p)],
        near: words.near.map(slip),
        alike: words.alike.map(slip),
      };
    }
    case 'middle':
      return { nickname: [startOf(p, q), startOf(q, p)], near: words.near };
    case 'year':
      // A slip makes another year of birth; of a paper or a product, another year is another one.
      return things ? {} : { near: [`abs(try_cast(${p} as integer) - try_cast(${q} as integer)) <= 1`, oneSlip(p, q)] };
    case 'surname':
      return { near: words.near.map((test) => both(test, isRare(n))), alike: words.alike };
    case 'locality':
      return words;
    case 'fullname':
      return things ? titleTests(pair) : nameTests(true, pair);
    case 'company':
      return nameTests(false, pair);
    case 'email':
      return mailTests(pair, mayBeSlip);
    case 'phone':
      return { near: [`right(${p}, 7) = right(${q}, 7)`, both(`strlen(${p}) = strlen(${q})`, oneSlip(p, q))] };
    case 'date':
      return dateTests(pair);
    case 'street':
      return {
        near: [
          both(`${p2} = ${q2}`, `contains(trim(${p2}), ' ') or ${j} >= 0.9`),
          both(`${p2} = ${q2}`, sharedWords(j, p, q, 0.74)),
        ],
        alike: [`${j} >= 0.85`, sharedWords(j, p, q, 0.6)],
      };
    case 'housenumber':
      return slipIn(1);
    case 'postcode':
      return slipIn(3);
    case 'code':
      return slipIn(4);
    case 'url':
      return { near: [`split_part(${p}, '/', 1) = split_part(${q}, '/', 1)`] };
    case 'text':
    case 'authors':
      return {
        near: [...(kind === 'text' ? [`${p2} = ${q2}`] : []), `${j} >= 0.93`, `${pair.shared} >= 0.7`],
        alike: [`${pair.shared} >= 0.35`, `${pair.within} >= 0.8`],
      };
    default:
      return {};
  }
}

/** The name that a generation suffix belongs to: the surname, else the full name. */
function generations(compared: readonly Compared[]): number {
  const surname = compared.findIndex(({ kind }) => kind === 'surname');
  return surname >= 0 ? surname : compared.findIndex(({ kind, things }) => kind === 'fullname' && !things);
}

/**
 * SQL that is true where two e-mail addresses may be one with a slip: another number is another mailbox, and where the
 * first names begin differently, so do mailboxes that are made of them (stone.m and stone.o).
 */
function mailMayBeSlip(compared: readonly Compared[], index: number): string {
  const name = firstNameColumn(compared);
  const initials = name < 0 ? 'true' : `coalesce(left(${pairOf(name).p}, 1) = left(${pairOf(name).q}, 1), true)`;
  return `${on('a', m(index))} = ${on('b', m(index))} and ${initials}`;
}

/** SQL that is true where a pair has two columns swapped. */
function swapped(kind: Kind, mine: Pair, partner: Pair): string {
  if (kind !== 'given' && kind !== 'surname') return `(${mine.p} = ${partner.q} or ${mine.q} = ${partner.p})`;
  // Names may be swapped and misspelt at once, but Frank Peters is not Peter Frank; or one stands alone, in the wrong column.
  const crossed = (one: string, other: string, records: string[]): string =>
    `(${one} = ${other} or ${both(`${jaro(one, other)} >= 0.9`, isRare(records))})`;
  const there = crossed(mine.p, partner.q, [mine.n[0], partner.n[1]]);
  const back = crossed(partner.p, mine.q, [partner.n[0], mine.n[1]]);
  return both(
    `${mine.j} < 0.9`,
    `case when ${partner.q} is null then ${back} when ${there} then ${partner.p} is null or ${back} else false end`,
  );
}

/** SQL for the level of one column. */
function levelSql(compared: readonly Compared[], column: Compared, index: number): string {
  const { kind, partner } = column;
  const pair = pairOf(index);
  const { p, q } = pair;
  const found = tests(column, pair, kind === 'email' ? mailMayBeSlip(compared, index) : 'true');
  if (partner !== undefined && levelNumber(kind, 'swapped') > 0) found.swapped = [swapped(kind, pair, pairOf(partner))];
  const ordered: LevelName[] = ['swapped', 'nickname', 'near', 'partly', 'alike'];
  const cases = ordered.flatMap((name) => {
    const any = found[name];
    if (!any || levelNumber(kind, name) === 0) return [];
    // The second of two partners says nothing where the first says "swapped".
    const level = name === 'swapped' && partner !== undefined && partner < index ? 0 : levelNumber(kind, name);
    return any.map((test) => `when ${test} then ${level}`);
  });
  // A senior and a junior are nearly of one name.
  const same =
    generations(compared) === index
      ? `${p} = ${q} and a_gen = b_gen then 1 when ${p} = ${q} then ${levelNumber(kind, 'near')}`
      : `${p} = ${q} then 1`;
  return `case when ${p} is null or ${q} is null then 0 when ${same} ${cases.join(' ')} else ${levelNumber(kind, 'other')} end`;
}

/**
 * Query that gives the columns `keep` of `from`, which joins records `a` and `b`, and the levels l0, l1 … of each pair.
 * Similarities stand in a query of their own below, so that each is worked out once.
 */
export function levelsSql(compared: readonly Compared[], from: string, keep: readonly string[] = []): string {
  const columns = compared.flatMap((column, i) => [
    ...[v(i), x(i), n(i)],
    ...(column.kind === 'email' ? [m(i)] : hasWords(column) ? [wt(i)] : []),
  ]);
  const flat = sides.flatMap((side) => ['gen', ...columns].map((column) => `${side}.${column} as ${on(side, column)}`));
  const alike = compared.flatMap((column, i) => {
    const unlike = (similarity: string): string => `case when a.${v(i)} <> b.${v(i)} then ${similarity} end`;
    const common = `list_transform(list_intersect(a.${w(i)}, b.${w(i)}), c -> c % 1000)`;
    // What no test asks for the engine does not work out.
    return [
      `${unlike(jaro(`a.${v(i)}`, `b.${v(i)}`))} as j${i}`,
      `${unlike(jaro(`a.${x(i)}`, `b.${x(i)}`))} as k${i}`,
      ...(hasWords(column) ? [`${unlike(`coalesce(list_sum(${common}), 0)`)} as w${i}`] : []),
    ];
  });
  const levels = compared.map((column, index) => `${levelSql(compared, column, index)}::bigint as l${index}`);
  return `select ${[...keep.map((column) => column.replace(/^.*[. ]/, '')), ...levels].join(', ')} from (
    select ${[...keep, ...flat, ...alike].join(', ')} from ${from})`;
}

/** SQL for the pattern of levels l0, l1 …: three bits each. */
export function patternSql(compared: readonly Compared[]): string {
  return compared.length === 0 ? '0::bigint' : compared.map((_, index) => `(l${index} << ${bits * index})`).join(' | ');
}

/** The levels in a pattern, in the order of the columns. */
export function levelsOf(pattern: bigint, columns: number): number[] {
  return Array.from({ length: columns }, (_, index) => Number((pattern >> BigInt(bits * index)) & 7n));
}
