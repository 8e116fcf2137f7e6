/**
 * Why a pair is held to be one person, in words.
 */
import { headerWords } from './headers.ts';
import { type Compared, type LevelName, levelNumber } from './kinds.ts';

const words: Record<LevelName, string> = {
  same: 'same',
  nickname: 'another form',
  near: 'nearly the same',
  swapped: 'swapped with another column',
  partly: 'the same in part',
  alike: 'alike',
  other: 'differs',
};

const ordered: readonly LevelName[] = ['same', 'nickname', 'near', 'swapped', 'partly', 'alike', 'other'];

/** SQL for the evidence of a pair with levels l0, l1 …: "given name: another form; surname: same; city: differs". */
export function evidenceSql(compared: readonly Compared[]): string {
  const parts = compared.map(({ name, kind }, index) => {
    const cases = ordered.flatMap((level) => {
      const number = levelNumber(kind, level);
      return number === 0 ? [] : [`when ${number} then '${headerWords(name).replaceAll("'", "''")}: ${words[level]}'`];
    });
    return `case l${index} ${cases.join(' ')} end`;
  });
  return parts.length === 0 ? "''" : `concat_ws('; ', ${parts.join(', ')})`;
}

/** How each level reads in a question, before the names of the columns on it. */
const reading: readonly (readonly [LevelName, string])[] = [
  ['same', 'same'],
  ['nickname', 'another form of'],
  ['near', 'nearly the same'],
  ['swapped', 'swapped'],
  ['partly', 'the same in part:'],
  ['alike', 'similar'],
  ['other', 'different'],
];

/** SQL for the evidence as a person reads it: "same first name, last name; similar email; different phone". */
export function plainEvidenceSql(compared: readonly Compared[]): string {
  const groups = reading.flatMap(([level, words]) => {
    const names = compared.flatMap(({ name, kind }, index) => {
      const number = levelNumber(kind, level);
      return number === 0
        ? []
        : [`case when l${index} = ${number} then '${headerWords(name).replaceAll("'", "''")}' end`];
    });
    return names.length === 0 ? [] : [`'${words} ' || nullif(concat_ws(', ', ${names.join(', ')}), '')`];
  });
  return groups.length === 0 ? "''" : `concat_ws('; ', ${groups.join(', ')})`;
}

/** SQL columns l0, l1 … taken out of a pattern again, to stand behind other columns. */
export function levelsFromPattern(compared: readonly Compared[]): string {
  return compared.map((_, index) => `, ((pattern >> ${3 * index}) & 7) as l${index}`).join('');
}
