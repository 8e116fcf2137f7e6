/**
 * Columns that say again what others say: a full name beside its parts, a whole address beside street and city, a copy,
 * the year of a date. They would count twice as evidence, so they are left out.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from '../../core/sql.ts';
import { isMissingWord } from './column-counts.ts';
import type { Compared, Kind } from './kinds.ts';
import { plain } from './values.ts';

/** Share of rows in which a column stands in another, and share of its letters that those make up. */
const standsIn = 0.8;
const makesUp = 0.75;
const isCopy = 0.97;

/** Kinds that may be put together from others, and kinds that others are put together from. */
const wholes: readonly Kind[] = ['fullname', 'given', 'surname', 'street', 'locality', 'text', 'company', 'date'];
const pieces: readonly Kind[] = [
  ...(['given', 'middle', 'surname', 'fullname', 'street', 'housenumber', 'locality', 'postcode', 'region'] as const),
  ...(['year', 'company'] as const),
];

interface Offer {
  whole: number;
  piece: number;
}

/** Which of `compared` repeat others, with the reason. Reads `match_sample`. */
export async function findRepetitions(
  db: DuckDBConnection,
  compared: readonly Compared[],
  withMissingWords: ReadonlySet<string>,
): Promise<{ column: string; reason: string }[]> {
  const single = compared.filter(({ parts }) => parts === undefined);
  const offers: Offer[] = single.flatMap((whole, w) =>
    single.flatMap((piece, p) => {
      if (w === p) return [];
      const copy = p < w && piece.kind === whole.kind;
      const made = wholes.includes(whole.kind) && pieces.includes(piece.kind);
      return copy || made ? [{ whole: w, piece: p }] : [];
    }),
  );
  if (offers.length === 0) return [];
  const used = [...new Set(offers.flatMap(({ whole, piece }) => [whole, piece]))];
  const cells = used.map((place) => {
    const column = single[place];
    const name = quoted(column?.name ?? '');
    const cell = withMissingWords.has(column?.name ?? '')
      ? `case when not ${isMissingWord(name)} then ${name} end`
      : name;
    return `nullif(${plain(`replace(lower(${cell}), '@', ' ')`)}, '') as c${place}`;
  });
  const read = await db.runAndReadAll(`select ${cells.join(', ')} from (from match_sample limit ${rowsHeld})`);
  const columns = read.getColumnsJS() as Cells[];
  const cellsOf = new Map(used.map((place, nth) => [place, columns[nth] ?? []]));
  const measured = offers.map((offer) => ({
    ...offer,
    ...measure(cellsOf.get(offer.whole) ?? [], cellsOf.get(offer.piece) ?? [], single[offer.piece]?.kind === 'year'),
  }));
  return judge(single, measured);
}

/** Rows on which columns are held against one another. */
const rowsHeld = 1000;

type Cells = readonly (string | null)[];

/** How a piece stands in a whole, as shares: of the rows where both hold something, and of the fuller column's cells. */
interface Measured extends Offer {
  inside: number;
  equal: number;
  letters: number;
  both: number;
}

function measure(whole: Cells, piece: Cells, anywhere: boolean): Omit<Measured, keyof Offer> {
  let [both, inside, equal, letters, wholes, pieces] = [0, 0, 0, 0, 0, 0];
  for (const [row, w] of whole.entries()) {
    const p = piece[row] ?? null;
    if (w !== null) wholes++;
    if (p !== null) pieces++;
    if (w === null || p === null) continue;
    both++;
    if (anywhere ? w.includes(p) : ` ${w} `.includes(` ${p} `)) inside++;
    if (w === p) equal++;
    letters += Math.min(1, p.length / w.length);
  }
  const share = (n: number): number => (both === 0 ? 0 : n / both);
  return {
    ...{ inside: share(inside), equal: share(equal), letters: share(letters) },
    both: both / Math.max(1, wholes, pieces),
  };
}

function judge(single: readonly Compared[], offers: readonly Measured[]): { column: string; reason: string }[] {
  const found: { column: string; reason: string }[] = [];
  const gone = new Set<number>();
  for (const place of single.keys()) {
    const mine = offers.filter(({ whole }) => whole === place);
    const nameOf = ({ piece }: Offer): string => single[piece]?.name ?? '';
    const whole = single[place];
    if (!whole) continue;
    const copy = mine.find(
      ({ piece, equal, both }) => !gone.has(piece) && piece < place && equal >= isCopy && both >= 0.9,
    );
    if (copy) {
      found.push({ column: whole.name, reason: `holds the same as ${nameOf(copy)}` });
      gone.add(place);
      continue;
    }
    const inside = mine.filter(
      (each) => !gone.has(each.piece) && each.inside >= standsIn && each.equal < 0.5 && each.both >= 0.3,
    );
    if (whole.kind === 'date') {
      for (const { piece } of inside.filter((offer) => single[offer.piece]?.kind === 'year')) {
        found.push({ column: single[piece]?.name ?? '', reason: `is part of ${whole.name}` });
        gone.add(piece);
      }
      continue;
    }
    const letters = inside.reduce((sum, each) => sum + each.letters, 0);
    if (inside.length >= 2 && letters >= makesUp) {
      found.push({ column: whole.name, reason: `is made of ${inside.map(nameOf).join(' and ')}` });
      gone.add(place);
    }
  }
  return found;
}
