/**
 * Invented tables with known truth, of shapes that differ from one another: other headers and languages, other slips,
 * families, twins, colleagues, shared mailboxes, placeholders. Every row comes from a seed; no person in them exists.
 * They hold the general behaviour: the engine is never tuned to one of them alone.
 */

import { givenEnglish, type Person, people, person, pick, slip, type World, world } from './people.ts';
import type { Shape, Slips } from './shapes.ts';

export interface Invented {
  name: string;
  header: string[];
  rows: string[][];
  /** For each row the number of the entity it stands for. */
  truth: number[];
}

function spoil(w: World, p: Person, { moved, swapped }: Slips): Person {
  const { random } = w;
  let copy = p;
  if (random() < moved) {
    const there = person(w);
    copy = {
      ...copy,
      street: there.street,
      number: there.number,
      city: there.city,
      postcode: there.postcode,
      phone: random() < 0.5 ? there.phone : p.phone,
    };
  }
  if (random() < 0.25)
    copy = { ...copy, email: person(w).email.replace(/^[^@]*/, `${p.surname.slice(0, 6)}${p.given[0]}`) };
  if (random() < swapped) copy = { ...copy, given: copy.surname, surname: copy.given };
  return copy;
}

/** A table of a shape with `count` people, in a shuffled order. The same seed gives the same table. */
export function invent(shape: Shape, count: number, seed = 7): Invented {
  const w = world(seed, shape.given, count);
  const { random } = w;
  const made: { cells: string[]; entity: number }[] = [];
  const ids =
    shape.header.length > 5 &&
    shape.cells(person(w), random, 12_345).findIndex((cell) => /12345|912345|12346|22345/.test(cell));
  for (const [entity, p] of people(w, count, shape.families).entries()) {
    made.push({ cells: shape.cells(p, random, made.length), entity });
    for (let more = shape.duplicates; more > 0 && random() < more; more -= 0.5) {
      const cells = shape.cells(spoil(w, p, shape.slips), random, made.length);
      const spoiled = cells.map((cell, index) => {
        if (index === ids) return cell;
        if (random() < shape.slips.empty) return '';
        return random() < shape.slips.typo ? slip(random, cell) : cell;
      });
      made.push({ cells: spoiled, entity });
    }
  }
  for (let last = made.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [made[last], made[other]];
    if (a && b) [made[last], made[other]] = [b, a];
  }
  return {
    name: shape.name,
    header: shape.header,
    rows: made.map(({ cells }) => cells),
    truth: made.map(({ entity }) => entity),
  };
}

/**
 * Shops and firms: branches of one firm in several towns, shops that share a building, names written in several ways.
 */
export function inventShops(count: number, seed = 11): Invented {
  const w = world(seed, givenEnglish, count * 2);
  const { random } = w;
  const kinds = 'american italian french chinese steakhouse seafood cafe delis mexican thai'.split(' ');
  const patterns = [
    (s: string) => `${s}'s`,
    (s: string) => `cafe ${s}`,
    (s: string) => `${s} grill`,
    (s: string) => `the ${s} house`,
    (s: string) => `${s} & sons`,
    (s: string) => `ristorante ${s}`,
  ];
  const rows: string[][] = [];
  const truth: number[] = [];
  let before: string[] = [];
  for (let entity = 0; entity < count; entity++) {
    const p = person(w);
    const branch = random() < 0.1 && before.length > 0;
    const name = branch ? (before[0] ?? '') : pick(random, patterns)(p.surname);
    const shares = !branch && random() < 0.05 && before.length > 0;
    const street = shares
      ? (before[1] ?? '')
      : `${p.number} ${pick(random, ['n. ', 'e. ', '', ''])}${p.street} ${pick(random, ['st.', 'ave.', 'blvd.'])}`;
    const cells = [
      name,
      street,
      shares ? (before[2] ?? '') : p.city,
      `${p.phone.slice(0, 3)}/${p.phone.slice(3, 6)}-${p.phone.slice(6)}`,
      pick(random, kinds),
    ];
    rows.push(cells);
    truth.push(entity);
    before = cells;
    if (random() >= 0.2) continue;
    const [called, at = '', city = '', phone = '', kind = ''] = cells;
    const other =
      random() < 0.4 ? slip(random, called ?? '') : random() < 0.3 ? `${called} restaurant` : (called ?? '');
    const longer = at.replace('st.', 'street').replace('ave.', 'avenue').replace('n. ', 'north ');
    const lost = random() < 0.15 ? slip(random, phone) : phone.replace('/', '-');
    rows.push([
      other,
      random() < 0.5 ? longer : at,
      random() < 0.1 ? slip(random, city) : city,
      lost,
      random() < 0.4 ? pick(random, kinds) : kind,
    ]);
    truth.push(entity);
  }
  return { name: 'shops', header: ['name', 'addr', 'city', 'phone', 'type'], rows, truth };
}
