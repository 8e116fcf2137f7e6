import { CONTACTS, type Storm } from './weather.ts';

/** What most of them have in common: one request for the whole plan, nothing new, no failure, no kill. */
const QUIET = { inserts: 0, faults: [], kills: [], chunkBytes: 1_800_000 };

/** A plan, by the contacts that it is about. */
const planned = (of: Partial<Record<keyof Storm['plan'][number], number[]>>): Storm['plan'] =>
  Array.from({ length: CONTACTS }, (_, i) => ({
    status: of.status?.includes(i) ?? false,
    score: of.score?.includes(i) ?? false,
    remove: of.remove?.includes(i) ?? false,
  }));

/** Storms that once did damage. */
export const remembered: Storm[] = [
  // A row that was written wrongly was not found again, for it was looked for by what stood in a column deleted since.
  {
    ...QUIET,
    plan: planned({ status: [8], score: [8], remove: [0, 1, 2, 3, 4, 5, 6, 7] }),
    inserts: 1,
    deeds: [
      { before: 12, deed: { do: 'delete column', column: 0 } },
      { before: 11, deed: { do: 'delete', who: 0 } },
    ],
    faults: [{ at: 1, fault: '429' }],
  },
  // A row came back after one of its columns was deleted: what stood there went into a column without a header.
  {
    ...QUIET,
    plan: planned({ remove: [0, 1, 2, 3, 4, 5, 6, 7, 8] }),
    inserts: 1,
    deeds: [
      { before: 14, deed: { do: 'delete column', column: 0 } },
      { before: 13, deed: { do: 'move column', from: 0, to: 2 } },
      { before: 1, deed: { do: 'new column', at: 0, named: false } },
    ],
    chunkBytes: 700,
  },
  // A row without key that came back into moved columns came back once more.
  {
    ...QUIET,
    plan: planned({ remove: [2, 4, 5, 6, 7, 8] }),
    inserts: 1,
    deeds: [
      { before: 11, deed: { do: 'scribble', at: 2 } },
      { before: 20, deed: { do: 'move column', from: 0, to: 8 } },
    ],
    faults: [
      { at: 1, fault: '429' },
      { at: 11, fault: '429' },
    ],
  },
  // A row without key whose column was renamed was searched for until the last search, in whose gap another row moved.
  {
    ...QUIET,
    plan: planned({ status: [6], remove: [0, 1, 2, 3, 4, 5, 7, 8] }),
    inserts: 1,
    deeds: [
      { before: 4, deed: { do: 'move column', from: 1, to: 3 } },
      { before: 21, deed: { do: 'move row', who: 24, to: 43 } },
      { before: 6, deed: { do: 'delete', who: 0 } },
      { before: 22, deed: { do: 'move column', from: 1, to: 0 } },
      { before: 10, deed: { do: 'rename', column: 18 } },
    ],
  },
  // A write into a column without a name, and another such column in the gap before its repair.
  {
    ...QUIET,
    plan: planned({ status: [1], remove: [0, 2, 3, 4, 5, 6, 7, 8] }),
    deeds: [
      { before: 13, deed: { do: 'new column', at: 20, named: false } },
      { before: 9, deed: { do: 'new column', at: 7, named: false } },
    ],
    faults: [{ at: 1, fault: '429' }],
    chunkBytes: 350,
  },
  // Columns put in before a write and again before its repair, which hit the keys: the older repairs wait until those are back.
  {
    ...QUIET,
    plan: planned({ status: [6], score: [4, 6], remove: [0, 1, 2, 3, 5, 7, 8] }),
    deeds: [
      { before: 10, deed: { do: 'new column', at: 0, named: false } },
      { before: 14, deed: { do: 'new column', at: 0, named: false } },
    ],
    chunkBytes: 700,
  },
  // A removal that hit another row after a sort, whose key's column was renamed before it could come back.
  {
    ...QUIET,
    plan: planned({ status: [5], score: [0, 5, 7], remove: [2, 6, 8] }),
    inserts: 1,
    deeds: [
      { before: 18, deed: { do: 'rename', column: 0 } },
      { before: 17, deed: { do: 'sort', by: 0, descending: false } },
    ],
    chunkBytes: 700,
  },
  // Sorted in the gap before a write, and killed with the answer under way: only the scratch tab knows what was hit.
  {
    ...QUIET,
    plan: planned({ status: [1, 2], score: [5] }),
    deeds: [{ before: 8, deed: { do: 'sort', by: 0, descending: true } }],
    kills: [{ at: 8, after: true }],
  },
  // A column renamed between a write that hit wrongly and its repair, which has only the row's content to find it by.
  {
    ...QUIET,
    plan: planned({ remove: [0, 1, 2, 3, 4, 5, 6, 7, 8] }),
    deeds: [
      { before: 7, deed: { do: 'move column', from: 6, to: 0 } },
      { before: 8, deed: { do: 'rename', column: 36 } },
    ],
  },
  // The key's column renamed in the gap before a write: the rows that it took away wrongly had no key to come back by.
  {
    ...QUIET,
    plan: planned({ remove: [0, 1, 2, 3, 4, 5, 7, 8] }),
    deeds: [
      { before: 9, deed: { do: 'move row', who: 6, to: 0 } },
      { before: 9, deed: { do: 'rename', column: 0 } },
      { before: 7, deed: { do: 'move column', from: 0, to: 8 } },
    ],
    faults: [{ at: 1, fault: '429' }],
  },
  // A column renamed beside a new one without a name: the repair went into the new one.
  {
    ...QUIET,
    plan: planned({ status: [4], remove: [0, 1, 2, 3, 5, 6, 7, 8] }),
    deeds: [
      { before: 6, deed: { do: 'new column', at: 21, named: false } },
      { before: 8, deed: { do: 'sort', by: 0, descending: false } },
      { before: 9, deed: { do: 'rename', column: 11 } },
      { before: 9, deed: { do: 'new column', at: 15, named: false } },
      { before: 1, deed: { do: 'sort', by: 3, descending: false } },
    ],
  },
  // A write into a column without a name, and another such column beside it before the repair.
  {
    ...QUIET,
    plan: planned({ remove: [0, 1, 2, 3, 4, 5, 6, 7, 8] }),
    deeds: [
      { before: 1, deed: { do: 'new column', at: 0, named: false } },
      { before: 7, deed: { do: 'move column', from: 0, to: 23 } },
      { before: 8, deed: { do: 'new column', at: 1, named: false } },
    ],
  },
  // The key's column renamed in the gap, and then the very row edited that a repair was to find by what it held.
  {
    ...QUIET,
    plan: planned({ score: [7], remove: [0, 1, 2, 3, 4, 5, 6, 8] }),
    deeds: [
      { before: 1, deed: { do: 'new column', at: 0, named: false } },
      { before: 8, deed: { do: 'edit', who: 16, column: 1 } },
      { before: 7, deed: { do: 'rename', column: 0 } },
      { before: 7, deed: { do: 'new column', at: 10, named: false } },
    ],
  },
  // A run killed after it had put a row back, and a person who deletes that row before the next run recovers.
  {
    ...QUIET,
    plan: planned({ remove: [1, 2, 3, 4, 5, 6, 7, 8] }),
    deeds: [
      { before: 16, deed: { do: 'delete', who: 0 } },
      { before: 7, deed: { do: 'move row', who: 0, to: 2 } },
    ],
    faults: [{ at: 9, fault: '429' }],
    kills: [
      { at: 8, after: false },
      { at: 15, after: true },
    ],
  },
  // A write into a column without a name that moved on alone.
  {
    ...QUIET,
    plan: planned({ remove: [0, 1, 2, 3, 4, 5, 6, 7, 8] }),
    deeds: [
      { before: 11, deed: { do: 'new column', at: 0, named: false } },
      { before: 12, deed: { do: 'move column', from: 0, to: 16 } },
    ],
    kills: [{ at: 4, after: false }],
  },
  // A repair whose answer was cut, of a row that a person edited before it: it was taken for wrong, and taken back.
  {
    ...QUIET,
    plan: planned({ score: [4], remove: [0, 1, 2, 3, 5, 6, 7, 8] }),
    deeds: [
      { before: 1, deed: { do: 'add', at: 0 } },
      { before: 7, deed: { do: 'move column', from: 0, to: 11 } },
      { before: 8, deed: { do: 'edit', who: 44, column: 1 } },
    ],
    faults: [
      { at: 9, fault: '429' },
      { at: 15, fault: 'cut' },
    ],
    kills: [
      { at: 20, after: false },
      { at: 8, after: false },
    ],
  },
  // The key's column renamed while damage was put right: each repair looked wrong in its turn, and was repaired for ever.
  {
    ...QUIET,
    plan: planned({ remove: [0, 1, 2, 3, 4, 5, 6, 7, 8] }),
    deeds: [
      { before: 8, deed: { do: 'rename', column: 0 } },
      { before: 7, deed: { do: 'add', at: 0 } },
    ],
  },
  // A landing that was whole but for a repair, killed before the chunk's own marker took the place of the repair's.
  {
    ...QUIET,
    plan: planned({ status: [0, 7, 8], score: [1, 2, 3, 5, 8] }),
    inserts: 3,
    deeds: [
      { before: 34, deed: { do: 'new column', at: 0, named: false } },
      { before: 13, deed: { do: 'scribble', at: 0 } },
    ],
    faults: [
      { at: 8, fault: '429' },
      { at: 7, fault: 'cut' },
      { at: 22, fault: '429' },
      { at: 21, fault: 'reset-before' },
    ],
    kills: [{ at: 40, after: false }],
    chunkBytes: 350,
  },
  // A landing killed after a repair, and its taking back killed as well: the repair's marker stood on, without a log to tell of it.
  {
    ...QUIET,
    plan: planned({ remove: [0, 1, 2, 3, 4, 5, 6, 7, 8] }),
    deeds: [{ before: 8, deed: { do: 'sort', by: 0, descending: false } }],
    kills: [
      { at: 13, after: false },
      { at: 22, after: false },
    ],
    chunkBytes: 350,
  },
  // A row that held a key and nothing else stood where a landing was taken back: without its key it was like any empty row.
  {
    ...QUIET,
    plan: planned({ remove: [0, 1, 2, 3, 4, 5, 6, 7, 8] }),
    deeds: [
      { before: 1, deed: { do: 'delete', who: 0 } },
      { before: 1, deed: { do: 'add', at: 0 } },
      { before: 1, deed: { do: 'move row', who: 1, to: 35 } },
      { before: 14, deed: { do: 'sort', by: 0, descending: false } },
    ],
    kills: [{ at: 8, after: false }],
    chunkBytes: 700,
  },
  // A row that a chunk wrote in its second attempt was taken back twice in one request; a person sorted in that moment, and the
  // repair took its own work for damage.
  {
    ...QUIET,
    plan: planned({ status: [4], score: [2, 4, 5], remove: [1, 3, 6, 7, 8] }),
    deeds: [
      { before: 5, deed: { do: 'scribble', at: 0 } },
      { before: 28, deed: { do: 'sort', by: 0, descending: true } },
      { before: 12, deed: { do: 'move row', who: 0, to: 5 } },
      { before: 1, deed: { do: 'scribble', at: 0 } },
    ],
    faults: [
      { at: 1, fault: '429' },
      { at: 2, fault: '429' },
    ],
    kills: [{ at: 22, after: false }],
    chunkBytes: 700,
  },
  // A person deleted a row in the moment of the write that was to take it away: taking that write back returned the row back.
  {
    ...QUIET,
    plan: planned({ score: [1], remove: [0, 2, 3, 4, 7, 8] }),
    deeds: [
      { before: 9, deed: { do: 'delete', who: 0 } },
      { before: 23, deed: { do: 'rename', column: 0 } },
    ],
    faults: [
      { at: 1, fault: '429' },
      { at: 2, fault: '429' },
    ],
    kills: [{ at: 9, after: true }],
  },
  // A row that a chunk took away in its second attempt came back twice, once for each.
  {
    ...QUIET,
    plan: planned({ status: [2], score: [4], remove: [1, 3, 5, 6, 7, 8] }),
    deeds: [
      { before: 25, deed: { do: 'rename', column: 0 } },
      { before: 9, deed: { do: 'sort', by: 0, descending: false } },
    ],
    kills: [{ at: 18, after: false }],
    chunkBytes: 700,
  },
  // A column put in before a row came back: the cell beyond its last one took the format of the cell above.
  {
    ...QUIET,
    plan: planned({ status: [5], score: [0, 1, 4, 6, 7, 8], remove: [2] }),
    deeds: [
      { before: 15, deed: { do: 'sort', by: 18, descending: false } },
      { before: 20, deed: { do: 'new column', at: 0, named: false } },
      { before: 6, deed: { do: 'blank', at: 8 } },
    ],
    faults: [{ at: 15, fault: '429' }],
    chunkBytes: 350,
  },
  // A recovery that was killed in its turn left the marker of its repair behind.
  {
    ...QUIET,
    plan: planned({ status: [4], score: [1, 4, 5], remove: [2] }),
    inserts: 2,
    deeds: [
      { before: 6, deed: { do: 'add', at: 0 } },
      { before: 1, deed: { do: 'delete', who: 11 } },
      { before: 15, deed: { do: 'move column', from: 1, to: 0 } },
      { before: 3, deed: { do: 'move row', who: 0, to: 0 } },
    ],
    kills: [
      { at: 16, after: false },
      { at: 23, after: false },
    ],
    chunkBytes: 700,
  },
  // A column moved in the moment of a request with a new row, and the run was killed then: of new rows the scratch tab kept
  // the keys alone, whose column had not moved, so that the row counted as right.
  {
    ...QUIET,
    plan: planned({ status: [5], score: [3, 6], remove: [0, 1, 2, 4, 7, 8] }),
    inserts: 1,
    deeds: [
      { before: 17, deed: { do: 'move column', from: 28, to: 7 } },
      { before: 4, deed: { do: 'move row', who: 0, to: 14 } },
    ],
    faults: [
      { at: 5, fault: '429' },
      { at: 4, fault: '429' },
      { at: 6, fault: '429' },
    ],
    kills: [{ at: 17, after: true }],
  },
];
