/** What a blocking key may be made of: for each kind of column the parts of its value that survive most slips. */
import type { Compared } from './kinds.ts';
import { hasWords, r, s, v, x } from './record-columns.ts';
import { soundSql } from './values.ts';

/** A part of a key: something of one column that survives most slips. */
export interface Part {
  sql: string;
  words: string;
  columns: readonly number[];
  /** Share of the column's slips that change this part as well. */
  broken: number;
}

export interface Key {
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
  const rare = hasWords(column) ? [part('rarest word of ', r(index), 0.4)] : [];
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
        ...rare,
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
    case 'url':
    case 'housenumber':
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
    case 'text':
    case 'authors':
      return [...rare, part('start of ', `left(${value}, 10)`, 0.5)];
    default:
      return [];
  }
}

/** Everything that a key may be made of. */
export function allParts(compared: readonly Compared[]): Part[] {
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
