/**
 * How two values of one kind agree, as SQL: a level's number, 0 where a value is missing. A pattern is all the levels of a pair.
 * Similarities: Jaro-Winkler (Winkler 1990) and optimal string alignment, both as the engine has them.
 */
import { type Compared, type LevelName, levelNumber } from './kinds.ts';
import { firstNameColumn, m, v, x } from './record-columns.ts';

/** Bits a level takes in a pattern: at most seven levels and the missing one. */
const bits = 3;

const jaro = (p: string, q: string): string => `jaro_winkler_similarity(${p}, ${q})`;
/** `dear` only where `cheap` holds: in the engine AND and OR work out both sides for every row, CASE does not. */
const both = (cheap: string, dear: string): string => `(case when ${cheap} then ${dear} else false end)`;
const slips = (p: string, q: string, most: number): string =>
  both(`abs(length(${p}) - length(${q})) <= ${most}`, `damerau_levenshtein(${p}, ${q}) <= ${most}`);
/** One slip, for words that already look alike: the alignment is dear, so Jaro-Winkler goes first. */
const oneSlip = (p: string, q: string, atLeast = 0.75): string => both(`${jaro(p, q)} >= ${atLeast}`, slips(p, q, 1));
/** Splitting is dear: texts that share most words look alike to begin with. */
const sharedWords = (p: string, q: string, share: number): string => {
  const [a, b] = [`string_split(${p}, ' ')`, `string_split(${q}, ' ')`];
  return both(`${jaro(p, q)} >= 0.65`, `len(list_intersect(${a}, ${b})) >= ${share} * greatest(len(${a}), len(${b}))`);
};

/** Every word of one name stands in the other: "Fenix" and "Fenix at the Argyle", at least a word of some length. */
const contained = (p: string, q: string): string => {
  const [a, b] = [`string_split(${p}, ' ')`, `string_split(${q}, ' ')`];
  const inside = `(list_has_all(${a}, ${b}) or list_has_all(${b}, ${a}))`;
  return both(`least(length(${p}), length(${q})) >= 4 and ${jaro(p, q)} >= 0.5`, inside);
};

/** For each level the tests any of which puts a pair there, cheap ones first. */
type Tests = Partial<Record<LevelName, string[]>>;

const first = (text: string): string => `split_part(${text}, ' ', 1)`;
const last = (text: string): string => `split_part(${text}, ' ', -1)`;

function nameTests(person: boolean, p: string, q: string, p2: string, q2: string): Tests {
  const initial = both(`${last(p)} = ${last(q)}`, `left(${p}, 1) = left(${q}, 1) and (${p}[2] = ' ' or ${q}[2] = ' ')`);
  // "victoria stone" and "olivia stone" share a family, not a name.
  const relative =
    `(${last(p)} = ${last(q)} and ${jaro(first(p), first(q))} < 0.8 or ${first(p)} = ${first(q)} and ` +
    `${jaro(last(p), last(q))} < 0.8)`;
  const unrelated = (test: string): string => (person ? both(test, `not ${relative}`) : test);
  return {
    nickname: [`${p2} = ${q2}`, `replace(${p}, ' ', '') = replace(${q}, ' ', '')`, ...(person ? [initial] : [])],
    near: [unrelated(`${jaro(p, q)} >= 0.93`), unrelated(`${jaro(p2, q2)} >= 0.95`)],
    alike: [
      unrelated(`${jaro(p2, q2)} >= 0.86`),
      unrelated(sharedWords(p, q, 0.6)),
      ...(person ? [] : [contained(p, q)]),
    ],
  };
}

/** `mayBeSlip`: SQL that is true where two addresses that look alike may be one with a slip in it. */
function mailTests(p: string, q: string, p2: string, q2: string, mayBeSlip: string): Tests {
  const typo = `(${slips(p, q, 1)} or ${both(`${jaro(p, q)} >= 0.95`, slips(p, q, 2))})`;
  const close = `abs(length(${p}) - length(${q})) <= 2 and ${mayBeSlip}`;
  return {
    near: [both(close, both(`${jaro(p, q)} >= 0.8`, typo))],
    alike: [both(`length(${p2}) > 3`, `${jaro(p2, q2)} >= 0.9`)],
  };
}

function dateTests(p: string, q: string): Tests {
  const part = (from: number, length: number): string =>
    `substr(${p}, ${from}, ${length}) = substr(${q}, ${from}, ${length})`;
  const turned = `left(${p}, 4) || substr(${p}, 7, 2) || substr(${p}, 5, 2) = ${q}`;
  const close = `levenshtein(${p}, ${q}) <= 2`;
  return {
    near: [both(close, `(${slips(p, q, 1)} or ${turned})`), both(part(1, 4), turned)],
    partly: [part(1, 6), part(5, 4), `${part(1, 4)} and ${part(7, 2)}`],
    alike: [close],
  };
}

/** Where two names that look alike are both common in the table, they are two names (Tim and Tom); a slip is rare. */
const isRare = (n: readonly string[]): string =>
  `least(${n.join(', ')}) <= greatest(2, 0.05 * greatest(${n.join(', ')}))`;

/** Tests for the levels between `same` and `other`; p and q are the values, p2 and q2 what is derived from them. */
function tests(
  mayBeSlip: string,
  { kind, things }: Compared,
  p: string,
  q: string,
  p2: string,
  q2: string,
  n: readonly string[],
): Tests {
  // Paul and Paula are two names, and so are Daniel and Danielle: neither is a form or a slip of the other.
  const ending = "'(a|e|ea|ia|ie|ina|ine|na|ne|la|le|ette|etta|ella|elle)'";
  const longer = (one: string, other: string): string =>
    both(
      `starts_with(${other}, ${one})`,
      `length(${one}) > 2 and regexp_full_match(substr(${other}, length(${one}) + 1), ${ending})`,
    );
  const startOf = (one: string, other: string): string =>
    both(`starts_with(${other}, ${one})`, `length(${one}) = 1 or length(${one}) > 2 and not ${longer(one, other)}`);
  const words = { near: [`${jaro(p, q)} >= 0.92`, oneSlip(p, q)], alike: [`${jaro(p, q)} >= 0.82`] };
  switch (kind) {
    case 'given': {
      const slip = (test: string): string => both(test, `${isRare(n)} and not ${longer(p, q)} and not ${longer(q, p)}`);
      return {
        nickname: [`${p2} = ${q2}`, startOf(p, q), startOf(q, p)],
        near: words.near.map(slip),
        alike: words.alike.map(slip),
      };
    }
    case 'middle':
      return { nickname: [startOf(p, q), startOf(q, p)], near: words.near };
    case 'year':
      return { near: [`abs(try_cast(${p} as integer) - try_cast(${q} as integer)) <= 1`, slips(p, q, 1)] };
    case 'surname':
      return { near: words.near.map((test) => both(test, isRare(n))), alike: words.alike };
    case 'locality':
      return words;
    case 'fullname':
    case 'company':
      return nameTests(kind === 'fullname' && !things, p, q, p2, q2);
    case 'email':
      return mailTests(p, q, p2, q2, mayBeSlip);
    case 'phone':
      return { near: [`right(${p}, 7) = right(${q}, 7)`, both(`length(${p}) = length(${q})`, oneSlip(p, q, 0.7))] };
    case 'date':
      return dateTests(p, q);
    case 'street':
      return {
        near: [
          both(`${p2} = ${q2}`, `contains(trim(${p2}), ' ') or ${jaro(p, q)} >= 0.9`),
          both(`${p2} = ${q2}`, sharedWords(p, q, 0.74)),
        ],
        alike: [`${jaro(p, q)} >= 0.85`, sharedWords(p, q, 0.6)],
      };
    case 'housenumber':
      return { near: [both(`length(${p}) > 1`, slips(p, q, 1))] };
    case 'postcode':
      return { near: [both(`length(${p}) > 3`, oneSlip(p, q, 0.6))] };
    case 'code':
      return { near: [both(`length(${p}) > 4`, oneSlip(p, q, 0.7))] };
    case 'url':
      return { near: [`split_part(${p}, '/', 1) = split_part(${q}, '/', 1)`] };
    case 'text':
      return {
        near: [`${p2} = ${q2}`, `${jaro(p, q)} >= 0.93`, sharedWords(p2, q2, 0.75)],
        alike: [sharedWords(p2, q2, 0.4)],
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
  const initials = name < 0 ? 'true' : `coalesce(left(a.${v(name)}, 1) = left(b.${v(name)}, 1), true)`;
  return `a.${m(index)} = b.${m(index)} and ${initials}`;
}

/** SQL for the level of one column between records `a` and `b`. */
function levelSql(compared: readonly Compared[], index: number): string {
  const column = compared[index];
  if (!column) return '0';
  const { kind, partner } = column;
  const [p, q] = [`a.${v(index)}`, `b.${v(index)}`];
  const found = tests(mailMayBeSlip(compared, index), column, p, q, `a.${x(index)}`, `b.${x(index)}`, [
    `a.n${index}`,
    `b.n${index}`,
  ]);
  if (partner !== undefined) {
    const [p3, q3] = [`a.${v(partner)}`, `b.${v(partner)}`];
    // Names may be swapped and misspelt at once, but Frank Peters is not Peter Frank; or one stands alone, in the wrong column.
    const crossed = (one: string, other: string, n: string[]): string =>
      `(${one} = ${other} or ${both(`${jaro(one, other)} >= 0.9`, isRare(n))})`;
    const there = crossed(p, q3, [`a.n${index}`, `b.n${partner}`]);
    const back = crossed(p3, q, [`a.n${partner}`, `b.n${index}`]);
    const swap = ['given', 'surname'].includes(kind)
      ? both(
          `case when ${q3} is null then ${back} when ${there} then ${p3} is null or ${back} else false end`,
          `${jaro(p, q)} < 0.9`,
        )
      : `(${p} = ${q3} or ${q} = ${p3})`;
    if (levelNumber(kind, 'swapped') > 0) found.swapped = [swap];
  }
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
      ? `${p} = ${q} and a.gen = b.gen then 1 when ${p} = ${q} then ${levelNumber(kind, 'near')}`
      : `${p} = ${q} then 1`;
  return `case when ${p} is null or ${q} is null then 0 when ${same} ${cases.join(' ')} else ${levelNumber(kind, 'other')} end`;
}

/** SQL columns l0, l1 … for the levels of records `a` and `b`. */
export function levelColumns(compared: readonly Compared[]): string[] {
  return compared.map((_, index) => `${levelSql(compared, index)}::bigint as l${index}`);
}

/** SQL for the pattern of levels l0, l1 …: three bits each. */
export function patternSql(compared: readonly Compared[]): string {
  return compared.length === 0 ? '0::bigint' : compared.map((_, index) => `(l${index} << ${bits * index})`).join(' | ');
}

/** The levels in a pattern, in the order of the columns. */
export function levelsOf(pattern: bigint, columns: number): number[] {
  return Array.from({ length: columns }, (_, index) => Number((pattern >> BigInt(bits * index)) & 7n));
}
