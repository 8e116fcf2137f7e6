/**
 * The landing's marker in a spreadsheet: the ledger entries of the run, as JSON in the hidden tab "nightshift landed".
 * It goes in with the landing's last chunk, in the same atomic request, and takes the place of the marker before it. Developer
 * metadata, which holds the chunks' own markers, is too small for it.
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Marker } from '../store.ts';
import type { RowInsert, RowRemoval, TabPatch } from './goals.ts';
import type { TabSnapshot } from './snapshot.ts';

export const MARKER_TAB = 'nightshift landed';
export const MARKER_HEADERS = ['part', 'text'] as const;

/** Characters in one cell; the service takes 50,000. */
const PIECE = 40_000;

const markerSchema = z.object({
  run: z.string(),
  entries: z.array(z.object({ job: z.string(), period: z.string(), entry: z.unknown() })),
});

/**
 * The patches that keep a marker: `before` holds what is to be said of a run that ends before its last request, `after` what it did, in
 * place of that and of what `tab` had. `nth`: which write of its run it is.
 */
export function markerPatches(
  tab: TabSnapshot,
  { run, interrupted = [] }: Pick<Marker, 'run' | 'interrupted'>,
  nth: number,
): { before: TabPatch; after: (entries: Marker['entries'], hasBefore: boolean) => TabPatch } {
  const patch = { tab: MARKER_TAB, sheetId: tab.sheetId, key: ['part'], updates: [] };
  // No row of an earlier write may have the name of one of these.
  const own = randomBytes(3).toString('hex');
  const first = interrupted.length > 0 ? piecesOf({ run, entries: interrupted }, `${run}/${nth}.0-${own}`) : [];
  const place = tab.headers.indexOf('part');
  const old = Array.from({ length: tab.length }, (_, row): RowRemoval => {
    return { row, key: [tab.raw(row, place)], content: tab.content(row) };
  }).filter(({ key }) => key[0] !== null);
  const ofFirst = first.map(({ cells }, i): RowRemoval => {
    const content = Object.fromEntries(cells.map(({ column, value }) => [column, value as string]));
    return { row: tab.length + i, key: [content.part ?? null], content };
  });
  return {
    before: { ...patch, inserts: first, removals: [] },
    after: (entries, hasBefore) => ({
      ...patch,
      inserts: piecesOf({ run, entries }, `${run}/${nth}.1-${own}`),
      removals: hasBefore ? [...old, ...ofFirst] : old,
    }),
  };
}

function piecesOf(marker: Marker, name: string): RowInsert[] {
  const text = JSON.stringify(marker);
  const count = Math.ceil(text.length / PIECE);
  return Array.from({ length: count }, (_, i) => ({
    cells: [
      { column: 'part', value: `${name}/${i + 1}/${count}` },
      { column: 'text', value: text.slice(i * PIECE, (i + 1) * PIECE) },
    ],
  }));
}

/** The newest whole marker of the tab. */
export function readMarker(tab: TabSnapshot): Marker | null {
  const [part, text] = MARKER_HEADERS.map((header) => tab.headers.indexOf(header));
  const pieces = new Map<string, string[]>();
  for (let row = 0; row < tab.length; row += 1) {
    const [run = '', nth = '', i = '', count = ''] = String(tab.raw(row, part ?? -1) ?? '').split('/');
    const landing = pieces.get(`${run}/${nth}/${count}`) ?? [];
    pieces.set(`${run}/${nth}/${count}`, landing);
    landing[Number(i) - 1] = String(tab.raw(row, text ?? -1) ?? '');
  }
  const whole = [...pieces].filter(
    ([name, texts]) => texts.filter((one) => one !== undefined).length === Number(name.split('/')[2]),
  );
  const newest = whole.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return newest ? (markerSchema.parse(JSON.parse(newest[1].join(''))) as Marker) : null;
}
