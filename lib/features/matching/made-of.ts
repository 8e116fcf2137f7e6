/**
 * Columns that say again what others say: a full name beside its parts, a whole address beside street and city, a copy,
 * the year of a date. They would count twice as evidence, so they are left out.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from '../../core/sql.ts';
import { isMissingWord } from './column-counts.ts';
import type { Compared, Kind } from './kinds.ts';
import { readRows } from './read-rows.ts';
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
  const measures = offers.map(({ whole, piece }, nth) => {
    const both = `c${whole} is not null and c${piece} is not null`;
    const inside =
      single[piece]?.kind === 'year'
        ? `contains(c${whole}, c${piece})`
        : `contains(' ' || c${whole} || ' ', ' ' || c${piece} || ' ')`;
    return `coalesce(avg(case when ${both} then (${inside})::integer end), 0)::double as i${nth},
      coalesce(avg(case when ${both} then (c${whole} = c${piece})::integer end), 0)::double as e${nth},
      coalesce(avg(case when ${both} then least(1, length(c${piece}) / length(c${whole})) end), 0)::double as l${nth},
      coalesce(count(case when ${both} then 1 end) / nullif(greatest(count(c${whole}), count(c${piece})), 0), 0)::double as b${nth}`;
  });
  const [row] = await readRows<Record<string, number>>(
    db,
    `select ${measures.join(', ')} from (select ${cells.join(', ')} from (select * from match_sample limit 1000))`,
  );
  return judge(single, offers, row ?? {});
}

function judge(
  single: readonly Compared[],
  offers: readonly Offer[],
  row: Readonly<Record<string, number>>,
): { column: string; reason: string }[] {
  const found: { column: string; reason: string }[] = [];
  const gone = new Set<number>();
  for (const place of single.keys()) {
    const mine = offers.map((offer, nth) => ({ ...offer, nth })).filter(({ whole }) => whole === place);
    const nameOf = ({ piece }: Offer): string => single[piece]?.name ?? '';
    const whole = single[place];
    if (!whole) continue;
    const copy = mine.find(
      ({ piece, nth }) =>
        !gone.has(piece) && piece < place && (row[`e${nth}`] ?? 0) >= isCopy && (row[`b${nth}`] ?? 0) >= 0.9,
    );
    if (copy) {
      found.push({ column: whole.name, reason: `holds the same as ${nameOf(copy)}` });
      gone.add(place);
      continue;
    }
    const inside = mine.filter(
      ({ piece, nth }) =>
        !gone.has(piece) &&
        (row[`i${nth}`] ?? 0) >= standsIn &&
        (row[`e${nth}`] ?? 0) < 0.5 &&
        (row[`b${nth}`] ?? 0) >= 0.3,
    );
    if (whole.kind === 'date') {
      for (const { piece } of inside.filter((offer) => single[offer.piece]?.kind === 'year')) {
        found.push({ column: single[piece]?.name ?? '', reason: `is part of ${whole.name}` });
        gone.add(piece);
      }
      continue;
    }
    const letters = inside.reduce((sum, { nth }) => sum + (row[`l${nth}`] ?? 0), 0);
    if (inside.length >= 2 && letters >= makesUp) {
      found.push({ column: whole.name, reason: `is made of ${inside.map(nameOf).join(' and ')}` });
      gone.add(place);
    }
  }
  return found;
}
