/**
 * The landing's marker in a spreadsheet: the ledger entries of the run, as JSON in the hidden tab "nightshift landed".
 * It goes in with the landing's last chunk, in the same atomic request, and takes the place of the marker before it.
 * Developer metadata, which holds the chunks' own markers, is too small for it.
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Marker } from '../store.ts';
import { countTo } from './cells.ts';
import { type Goal, goalsOn } from './goals.ts';
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
 * The goals that keep a marker: `before` holds what is to be reported of a run that ends before its last request, `after`
 * what it did, in place of that and of what `tab` had. `nth`: which write of its run it is.
 */
export function markerGoals(
  tab: TabSnapshot,
  { run, interrupted = [] }: Pick<Marker, 'run' | 'interrupted'>,
  nth: number,
): { before: Goal[]; after: (entries: Marker['entries'], hasBefore: boolean) => Goal[] } {
  const make = goalsOn(tab, ['part']);
  // No row of an earlier write may have the name of one of these.
  const own = randomBytes(3).toString('hex');
  const kept = (phase: number, entries: Marker['entries']): Goal[] => {
    const text = entries.length > 0 ? JSON.stringify({ run, entries }) : '';
    const count = Math.ceil(text.length / PIECE);
    return countTo(count).map((i) => {
      const cells = [`${run}/${nth}.${phase}-${own}/${i + 1}/${count}`, text.slice(i * PIECE, (i + 1) * PIECE)];
      return make.insert(cells.map((value, j) => ({ index: make.indexOf(MARKER_HEADERS[j] ?? ''), after: { value } })));
    });
  };
  const before = kept(0, interrupted);
  const old = countTo(tab.length)
    .map(make.remove)
    .filter(({ name }) => name !== '');
  const ofBefore = before.map((goal, i): Goal => {
    const values = goal.headers.map(
      (_, column) => goal.cells.find(({ index }) => index === column)?.after.value ?? null,
    );
    return { ...goal, kind: 'remove', row: tab.length + i + 1, values, isWhole: true, cells: [] };
  });
  return {
    before,
    after: (entries, hasBefore) => [...kept(1, entries), ...old, ...(hasBefore ? ofBefore : [])],
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
