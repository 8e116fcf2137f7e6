import { CONTACTS, type Storm } from './weather.ts';

/** Storms that once did damage. */
export const remembered: Storm[] = [
  // A column renamed between a write that hit wrongly and its repair, which has only the row's content to find it by.
  {
    plan: Array.from({ length: CONTACTS }, () => ({ status: false, score: false, remove: true })),
    inserts: 0,
    deeds: [
      { before: 7, deed: { do: 'move column', from: 6, to: 0 } },
      { before: 8, deed: { do: 'rename', column: 36 } },
    ],
    faults: [],
    kills: [],
    sameIdRefused: false,
    chunkBytes: 1_800_000,
  },
  // The key's column renamed in the gap before a write: the rows that it took away wrongly had no key to come back by.
  {
    plan: Array.from({ length: CONTACTS }, (_, i) => ({ status: false, score: false, remove: i !== 6 })),
    inserts: 0,
    deeds: [
      { before: 9, deed: { do: 'move row', who: 6, to: 0 } },
      { before: 9, deed: { do: 'rename', column: 0 } },
      { before: 7, deed: { do: 'move column', from: 0, to: 8 } },
    ],
    faults: [{ at: 1, fault: '429' }],
    kills: [],
    sameIdRefused: false,
    chunkBytes: 1_800_000,
  },
  // A column renamed beside a new one without a name: the repair went into the new one.
  {
    plan: Array.from({ length: CONTACTS }, (_, i) => ({ status: i === 4, score: false, remove: i !== 4 })),
    inserts: 0,
    deeds: [
      { before: 6, deed: { do: 'new column', at: 21, named: false } },
      { before: 8, deed: { do: 'sort', by: 0, descending: false } },
      { before: 9, deed: { do: 'rename', column: 11 } },
      { before: 9, deed: { do: 'new column', at: 15, named: false } },
      { before: 1, deed: { do: 'sort', by: 3, descending: false } },
    ],
    faults: [],
    kills: [],
    sameIdRefused: false,
    chunkBytes: 1_800_000,
  },
  // A write into a column without a name, and another such column beside it before the repair.
  {
    plan: Array.from({ length: CONTACTS }, () => ({ status: false, score: false, remove: true })),
    inserts: 0,
    deeds: [
      { before: 1, deed: { do: 'new column', at: 0, named: false } },
      { before: 7, deed: { do: 'move column', from: 0, to: 23 } },
      { before: 8, deed: { do: 'new column', at: 1, named: false } },
    ],
    faults: [],
    kills: [],
    sameIdRefused: false,
    chunkBytes: 1_800_000,
  },
  // The key's column renamed in the gap, and then the very row edited that a repair was to find by what it held.
  {
    plan: Array.from({ length: CONTACTS }, (_, i) => ({ status: false, score: i === 7, remove: i !== 7 })),
    inserts: 0,
    deeds: [
      { before: 1, deed: { do: 'new column', at: 0, named: false } },
      { before: 8, deed: { do: 'edit', who: 16, column: 1 } },
      { before: 7, deed: { do: 'rename', column: 0 } },
      { before: 7, deed: { do: 'new column', at: 10, named: false } },
    ],
    faults: [],
    kills: [],
    sameIdRefused: false,
    chunkBytes: 1_800_000,
  },
  // A run killed after it had put a row back, and a person who deletes that row before the next run recovers.
  {
    plan: Array.from({ length: CONTACTS }, (_, i) => ({ status: false, score: false, remove: i !== 0 })),
    inserts: 0,
    deeds: [
      { before: 16, deed: { do: 'delete', who: 0 } },
      { before: 7, deed: { do: 'move row', who: 0, to: 2 } },
    ],
    faults: [{ at: 9, fault: '429' }],
    kills: [
      { at: 8, after: false },
      { at: 15, after: true },
    ],
    sameIdRefused: false,
    chunkBytes: 1_800_000,
  },
  // A write into a column without a name that moved on alone.
  {
    plan: Array.from({ length: CONTACTS }, () => ({ status: false, score: false, remove: true })),
    inserts: 0,
    deeds: [
      { before: 11, deed: { do: 'new column', at: 0, named: false } },
      { before: 12, deed: { do: 'move column', from: 0, to: 16 } },
    ],
    faults: [],
    kills: [{ at: 4, after: false }],
    sameIdRefused: false,
    chunkBytes: 1_800_000,
  },
  // A repair whose answer was cut, of a row that a person edited before it: it was taken for wrong, and taken back.
  {
    plan: Array.from({ length: CONTACTS }, (_, i) => ({ status: false, score: i === 4, remove: i !== 4 })),
    inserts: 0,
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
    sameIdRefused: false,
    chunkBytes: 1_800_000,
  },
  // The key's column renamed while damage was put right: each repair looked wrong in its turn, and was repaired for ever.
  {
    plan: Array.from({ length: CONTACTS }, () => ({ status: false, score: false, remove: true })),
    inserts: 0,
    deeds: [
      { before: 8, deed: { do: 'rename', column: 0 } },
      { before: 7, deed: { do: 'add', at: 0 } },
    ],
    faults: [],
    kills: [],
    sameIdRefused: false,
    chunkBytes: 1_800_000,
  },
  // A landing that was whole but for a repair, killed before the chunk's own marker took the place of the repair's.
  {
    plan: ['s', 'c', 'c', 'c', '', 'c', '', 's', 'sc'].map((wish) => ({
      status: wish.includes('s'),
      score: wish.includes('c'),
      remove: false,
    })),
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
    sameIdRefused: false,
    chunkBytes: 350,
  },
  // A landing killed after a repair, and its taking back killed as well: the repair's marker stood on, without a log to tell of it.
  {
    plan: Array.from({ length: CONTACTS }, () => ({ status: false, score: false, remove: true })),
    inserts: 0,
    deeds: [{ before: 8, deed: { do: 'sort', by: 0, descending: false } }],
    faults: [],
    kills: [
      { at: 13, after: false },
      { at: 22, after: false },
    ],
    sameIdRefused: false,
    chunkBytes: 350,
  },
  // A row that held a key and nothing else stood where a landing was taken back: without its key it was like any empty row.
  {
    plan: Array.from({ length: CONTACTS }, () => ({ status: false, score: false, remove: true })),
    inserts: 0,
    deeds: [
      { before: 1, deed: { do: 'delete', who: 0 } },
      { before: 1, deed: { do: 'add', at: 0 } },
      { before: 1, deed: { do: 'move row', who: 1, to: 35 } },
      { before: 14, deed: { do: 'sort', by: 0, descending: false } },
    ],
    faults: [],
    kills: [{ at: 8, after: false }],
    sameIdRefused: false,
    chunkBytes: 700,
  },
  // A row that a chunk wrote in its second attempt was taken back twice in one request; somebody sorted in that moment, and the
  // repair took its own work for damage.
  {
    plan: Array.from({ length: CONTACTS }, (_, i) => ({
      status: i === 4,
      score: [2, 4, 5].includes(i),
      remove: [1, 3, 6, 7, 8].includes(i),
    })),
    inserts: 0,
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
    sameIdRefused: false,
    chunkBytes: 700,
  },
  // A person deleted a row in the moment of the write that was to take it away: taking that write back brought the row back.
  {
    plan: Array.from({ length: CONTACTS }, (_, i) => ({
      status: false,
      score: i === 1,
      remove: [0, 2, 3, 4, 7, 8].includes(i),
    })),
    inserts: 0,
    deeds: [
      { before: 9, deed: { do: 'delete', who: 0 } },
      { before: 23, deed: { do: 'rename', column: 0 } },
    ],
    faults: [
      { at: 1, fault: '429' },
      { at: 2, fault: '429' },
    ],
    kills: [{ at: 9, after: true }],
    sameIdRefused: false,
    chunkBytes: 1_800_000,
  },
  // A row that a chunk took away in its second attempt came back twice, once for each.
  {
    plan: Array.from({ length: CONTACTS }, (_, i) => ({
      status: i === 2,
      score: i === 4,
      remove: [1, 3, 5, 6, 7, 8].includes(i),
    })),
    inserts: 0,
    deeds: [
      { before: 25, deed: { do: 'rename', column: 0 } },
      { before: 9, deed: { do: 'sort', by: 0, descending: false } },
    ],
    faults: [],
    kills: [{ at: 18, after: false }],
    sameIdRefused: false,
    chunkBytes: 700,
    nearRows: 1,
  },
  // A column put in before a row came back: the cell beyond its last one took the format of the cell above.
  {
    plan: Array.from({ length: CONTACTS }, (_, i) => ({
      status: i === 5,
      score: ![2, 3, 5].includes(i),
      remove: i === 2,
    })),
    inserts: 0,
    deeds: [
      { before: 15, deed: { do: 'sort', by: 18, descending: false } },
      { before: 20, deed: { do: 'new column', at: 0, named: false } },
      { before: 6, deed: { do: 'blank', at: 8 } },
    ],
    faults: [{ at: 15, fault: '429' }],
    kills: [],
    sameIdRefused: false,
    chunkBytes: 350,
    nearRows: 0,
  },
  // A recovery that was killed in its turn left the marker of its repair behind.
  {
    plan: Array.from({ length: CONTACTS }, (_, i) => ({
      status: i === 4,
      score: [1, 4, 5].includes(i),
      remove: i === 2,
    })),
    inserts: 2,
    deeds: [
      { before: 6, deed: { do: 'add', at: 0 } },
      { before: 1, deed: { do: 'delete', who: 11 } },
      { before: 15, deed: { do: 'move column', from: 1, to: 0 } },
      { before: 3, deed: { do: 'move row', who: 0, to: 0 } },
    ],
    faults: [],
    kills: [
      { at: 16, after: false },
      { at: 23, after: false },
    ],
    sameIdRefused: false,
    chunkBytes: 700,
    nearRows: 0,
  },
];
