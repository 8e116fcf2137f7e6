/** Why a pair is held to be one person, in words. */
import { headerWords } from './headers.ts';
import { type Compared, type LevelName, levelNumber } from './kinds.ts';
import { literal } from './values.ts';

/** Each level behind the name of a column, and in a question, before the names of the columns on it. */
const words: readonly (readonly [LevelName, string, string])[] = [
  ['same', 'same', 'same'],
  ['nickname', 'another form', 'another form of'],
  ['near', 'nearly the same', 'nearly the same'],
  ['swapped', 'swapped with another column', 'swapped'],
  ['partly', 'the same in part', 'the same in part:'],
  ['alike', 'alike', 'similar'],
  ['other', 'differs', 'different'],
];

/** SQL for the evidence of a pair with levels l0, l1 …: "given name: another form; surname: same; city: differs". */
export function evidenceSql(compared: readonly Compared[]): string {
  const parts = compared.map(({ name, kind }, index) => {
    const cases = words.flatMap(([level, means]) => {
      const number = levelNumber(kind, level);
      return number === 0 ? [] : [`when ${number} then ${literal(`${headerWords(name)}: ${means}`)}`];
    });
    return `case l${index} ${cases.join(' ')} end`;
  });
  return parts.length === 0 ? "''" : `concat_ws('; ', ${parts.join(', ')})`;
}

/** SQL for the evidence as a person reads it: "same first name, last name; similar email; different phone". */
export function plainEvidenceSql(compared: readonly Compared[]): string {
  const groups = words.flatMap(([level, , reads]) => {
    const names = compared.flatMap(({ name, kind }, index) => {
      const number = levelNumber(kind, level);
      return number === 0 ? [] : [`case when l${index} = ${number} then ${literal(headerWords(name))} end`];
    });
    return names.length === 0 ? [] : [`'${reads} ' || nullif(concat_ws(', ', ${names.join(', ')}), '')`];
  });
  return groups.length === 0 ? "''" : `concat_ws('; ', ${groups.join(', ')})`;
}

/** SQL columns l0, l1 … taken out of a pattern again, to stand behind other columns. */
export function levelsFromPattern(compared: readonly Compared[]): string {
  return compared.map((_, index) => `, ((pattern >> ${3 * index}) & 7) as l${index}`).join('');
}
