/**
 * The landing's marker in a spreadsheet: the ledger entries of the run, as JSON in the hidden tab "nightshift landed".
 * It goes in with the landing's last chunk, in the same atomic request, and takes the place of the marker before it. Developer
 * metadata, which holds the chunks' own markers, is too small for it.
 */
import * as z from 'zod';
import type { Marker } from '../store.ts';
import type { RowInsert, RowRemoval, TabPatch } from './patch.ts';
import type { TabSnapshot } from './snapshot.ts';

export const MARKER_TAB = 'nightshift landed';
export const MARKER_HEADERS = ['part', 'text'] as const;

/** Characters in one cell; the service takes 50,000. */
const PIECE = 40_000;

const markerSchema = z.object({
  run: z.string(),
  entries: z.array(z.object({ job: z.string(), period: z.string(), entry: z.unknown() })),
});

/** The patch that writes a marker and takes away those that `tab` had. `nth`: which landing of its run it is. */
export function markerPatch(tab: TabSnapshot, marker: Marker, nth: number): TabPatch {
  const text = JSON.stringify(marker);
  const count = Math.ceil(text.length / PIECE);
  const inserts = Array.from({ length: count }, (_, i): RowInsert => {
    const part = [marker.run, nth, i + 1, count].join('/');
    const piece = text.slice(i * PIECE, (i + 1) * PIECE);
    return {
      cells: [
        { column: 'part', value: part },
        { column: 'text', value: piece },
      ],
    };
  });
  const place = tab.headers.indexOf('part');
  const removals = Array.from({ length: tab.length }, (_, row): RowRemoval => ({ row, key: [tab.raw(row, place)] }));
  return {
    tab: MARKER_TAB,
    key: ['part'],
    updates: [],
    inserts,
    removals: removals.filter(({ key }) => key[0] !== null),
  };
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
