/**
 * Why a pair is held to be one person, in words, and whether that is certain enough to merge without asking.
 * Both read the levels of a pair and the records themselves; neither looks at the probability's parts.
 */
import { headerWords } from './headers.ts';
import { type Compared, type Kind, type LevelName, levelNumber } from './kinds.ts';
import { x } from './records.ts';
import type { MatchingRules } from './rules.ts';

const words: Record<LevelName, string> = {
  same: 'same',
  nickname: 'another form',
  near: 'nearly the same',
  swapped: 'swapped with another column',
  alike: 'alike',
  other: 'differs',
};

/** SQL for the evidence of a pair with levels l0, l1 …: "given name: another form; surname: same; city: differs". */
export function evidenceSql(compared: readonly Compared[]): string {
  const ordered: LevelName[] = ['same', 'nickname', 'near', 'swapped', 'alike', 'other'];
  const parts = compared.map(({ name, kind }, index) => {
    const cases = ordered.flatMap((level) => {
      const number = levelNumber(kind, level);
      return number === 0 ? [] : [`when ${number} then '${headerWords(name).replaceAll("'", "''")}: ${words[level]}'`];
    });
    return `case l${index} ${cases.join(' ')} end`;
  });
  return parts.length === 0 ? "''" : `concat_ws('; ', ${parts.join(', ')})`;
}

/** SQL that is true where the level of some column of a kind is one of those named. */
function anyAt(compared: readonly Compared[], kind: Kind, at: readonly LevelName[]): string {
  const tests = compared.flatMap((column, index) => {
    if (column.kind !== kind) return [];
    const numbers = at.map((name) => levelNumber(kind, name)).filter((number) => number > 0);
    return [`l${index} in (${numbers.join(', ')})`];
  });
  return tests.length === 0 ? 'false' : `(${tests.join(' or ')})`;
}

/** SQL for the number of strong identifiers that agree between records `a` and `b`, each independent of the others. */
export function strongCountSql(compared: readonly Compared[], rules: MatchingRules): string {
  const single = compared.flatMap(({ kind }, index) => {
    const few = `l${index} = 1 and greatest(a.n${index}, b.n${index}) <= ${rules.commonAbove}`;
    if (kind === 'email') return [`${few} and not list_contains($roles, a.${x(index)})`];
    return kind === 'phone' || kind === 'code' ? [few] : [];
  });
  const at = (kind: Kind, ...levels: LevelName[]): string => anyAt(compared, kind, levels);
  const name = `(${at('given', 'same', 'nickname')} and ${at('surname', 'same', 'near')} or ${at('fullname', 'same', 'nickname')})`;
  const number = compared.some(({ kind }) => kind === 'housenumber') ? at('housenumber', 'same') : 'true';
  const place = `(${at('street', 'same', 'near')} and ${number} and (${at('postcode', 'same')} or ${at('locality', 'same', 'near')}))`;
  const strong = [...single, `${name} and ${at('date', 'same')}`, `${name} and ${place}`];
  return strong.map((test) => `(case when ${test} then 1 else 0 end)`).join(' + ');
}

/** SQL that is true where two records conflict in a column that can't differ between two records of one person. */
export function conflictSql(compared: readonly Compared[], rules: MatchingRules): string {
  const vetoes = new Set(rules.vetoes.map(headerWords));
  const fixed: Partial<Record<Kind, readonly LevelName[]>> = {
    code: ['other'],
    date: ['other', 'alike'],
    given: ['other', 'alike'],
    fullname: ['other', 'alike'],
  };
  const tests = compared.flatMap(({ name, kind }, index) => {
    const at = fixed[kind] ?? (vetoes.has(headerWords(name)) ? (['other'] as const) : undefined);
    return at ? [`l${index} in (${at.map((level) => levelNumber(kind, level)).join(', ')})`] : [];
  });
  return tests.length === 0 ? 'false' : `(${tests.join(' or ')})`;
}

/** SQL that is true where a veto of the rules keeps two records apart, whatever else they share. */
export function vetoSql(compared: readonly Compared[], rules: MatchingRules): string {
  const vetoes = new Set(rules.vetoes.map(headerWords));
  const tests = compared.flatMap(({ name, kind }, index) =>
    vetoes.has(headerWords(name)) ? [`l${index} = ${levelNumber(kind, 'other')}`] : [],
  );
  return tests.length === 0 ? 'false' : `(${tests.join(' or ')})`;
}

/** SQL columns l0, l1 … taken out of a pattern again. */
export function levelsFromPattern(compared: readonly Compared[]): string {
  return compared.map((_, index) => `((pattern >> ${3 * index}) & 7) as l${index}`).join(', ');
}

/** What a pair must show to be merged without asking. */
export interface PairStanding {
  probability: number;
  strongIdentifiers: number;
  conflict: boolean;
  clusterRows: number;
}

/** The automatic band: probability, two independent strong identifiers, no conflict, and a small cluster. */
export function certain(pair: PairStanding, rules: MatchingRules): boolean {
  return (
    pair.probability >= rules.bands.certain &&
    pair.strongIdentifiers >= 2 &&
    !pair.conflict &&
    pair.clusterRows <= rules.largestCertainCluster
  );
}

/** The same as SQL, over columns `probability`, `strong`, `conflict` and `cluster_rows`. */
export function certainSql(rules: MatchingRules): string {
  return `(probability >= ${rules.bands.certain} and strong >= 2 and not conflict and cluster_rows <= ${rules.largestCertainCluster})`;
}
