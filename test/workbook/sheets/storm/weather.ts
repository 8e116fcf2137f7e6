/**
 * A storm, and how it is played: people in the gap before any request, faults and kills at any request, and runs that
 * plan on what they read, are killed, and begin again by recovering.
 */
import fc from 'fast-check';
import { type SheetsClient, sheetsClient } from '../../../../lib/workbook/sheets/client.ts';
import { serialToDate } from '../../../../lib/workbook/sheets/serial-time.ts';
import { readSnapshot, type SheetSnapshot } from '../../../../lib/workbook/sheets/snapshot.ts';
import { SheetWriter } from '../../../../lib/workbook/sheets/writer.ts';
import { contentOf, goalsOf, type Put, type TabPatch, tabNamed } from '../../../support/goals-of.ts';
import { book, type Given } from '../../../support/sheets-server/build.ts';
import { FAULTS, type Fault } from '../../../support/sheets-server/scenario.ts';
import { type SheetsServer, startSheetsServer } from '../../../support/sheets-server/server.ts';
import { type Deed, HEADERS, type People, peopleIn, SPREADSHEET } from './people.ts';

export const CONTACTS = 9;
export const KEYLESS = 'keyless@example.com';

export interface Storm {
  /** Each contact's planned cells: what to do with status and score; 3 in 10 are left alone. */
  plan: { status: boolean; score: boolean; remove: boolean }[];
  inserts: number;
  deeds: { before: number; deed: Deed }[];
  faults: { at: number; fault: Fault }[];
  kills: { at: number; after: boolean }[];
  /** The largest request: a small one makes many of one plan. */
  chunkBytes: number;
}

const n = fc.nat({ max: 50 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constant('sort' as const), by: n, descending: fc.boolean() }),
  fc.record({ do: fc.constant('edit' as const), who: n, column: n }),
  fc.record({ do: fc.constant('edit' as const), who: n, column: fc.constantFrom(1, 2) }),
  fc.record({ do: fc.constant('add' as const), at: n }),
  fc.record({ do: fc.constant('blank' as const), at: n }),
  fc.record({ do: fc.constant('scribble' as const), at: n }),
  fc.record({ do: fc.constant('delete' as const), who: n }),
  fc.record({ do: fc.constant('move row' as const), who: n, to: n }),
  fc.record({ do: fc.constant('move column' as const), from: n, to: n }),
  fc.record({ do: fc.constant('new column' as const), at: n, named: fc.boolean() }),
  fc.record({ do: fc.constant('rename' as const), column: n }),
  fc.record({ do: fc.constant('delete column' as const), column: n }),
);
/** One of each kind, to be done at a request in its turn. */
export const DEEDS: readonly Deed[] = [
  { do: 'sort', by: 0, descending: true },
  { do: 'edit', who: 2, column: 1 },
  { do: 'add', at: 2 },
  { do: 'blank', at: 3 },
  { do: 'scribble', at: 4 },
  { do: 'delete', who: 3 },
  { do: 'move row', who: 2, to: 7 },
  { do: 'move column', from: 0, to: 4 },
  { do: 'new column', at: 0, named: false },
  { do: 'new column', at: 2, named: true },
  { do: 'rename', column: 2 },
  { do: 'delete column', column: 1 },
];
const fault = fc.constantFrom<Fault>(...FAULTS);
/** Most storms are over before; those with kills and small requests take more. */
const requestNumber = fc.oneof(fc.integer({ min: 1, max: 22 }), fc.integer({ min: 5, max: 60 }));
export const storm: fc.Arbitrary<Storm> = fc.record({
  plan: fc.array(
    fc.record({
      status: fc.boolean(),
      score: fc.boolean(),
      remove: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
    }),
    { minLength: CONTACTS, maxLength: CONTACTS },
  ),
  inserts: fc.nat({ max: 3 }),
  deeds: fc.array(fc.record({ before: requestNumber, deed }), { maxLength: 8 }),
  faults: fc.array(fc.record({ at: requestNumber, fault }), { maxLength: 4 }),
  kills: fc.array(fc.record({ at: requestNumber, after: fc.boolean() }), { maxLength: 2 }),
  chunkBytes: fc.constantFrom(1_800_000, 1_800_000, 700, 350),
});

/** A storm in which nothing happens, with goals of each kind and several requests. */
export const CALM: Storm = {
  plan: Array.from({ length: CONTACTS }, (_, i) => ({ status: i % 2 === 0, score: i % 3 < 2, remove: i === 4 })),
  inserts: 2,
  deeds: [],
  faults: [],
  kills: [],
  chunkBytes: 700,
};

export const keys = Array.from({ length: CONTACTS }, (_, i) => `c${i}`);
const TEXT = { type: 'TEXT', pattern: '@' };
export const initial = (i: number): Given[] => [
  `c${i}`,
  `p${i}@example.com`,
  'subscribed',
  i % 4,
  i % 3 === 0 ? null : { userEnteredValue: { stringValue: `note ${i}` }, userEnteredFormat: { numberFormat: TEXT } },
];
/** The score that is planned for a contact: every other one a date, which brings a format of its own. */
export const planned = (i: number): { value: number; put: Put } =>
  i % 2 === 0 ? { value: 100 + i, put: 100 + i } : { value: 46_000 + i, put: { date: serialToDate(46_000 + i) } };
const CONTENT: Given[][] = [HEADERS, ...keys.map((_, i) => initial(i)), [], [null, KEYLESS, 'subscribed', 7]];
const RUNS: Given[][] = [
  ['job', 'status'],
  ['other', 'applied'],
];

class Killed extends Error {}

/** What came to pass, by its name, and how often. */
export type Seen = Map<string, number>;
const count = (seen: Seen, what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);

/** A server that plays the storm's deeds, faults and kills by the number of the request. */
export async function serverOf({ deeds, faults, kills }: Storm, seen: Seen = new Map()) {
  const server = await startSheetsServer();
  server.put(book({ contacts: CONTENT, runs: RUNS }, { spare: 2 }));
  const people = peopleIn(server, keys);
  const dead = { now: false };
  server.scenario = {
    slowMs: 1,
    person: (request) => {
      for (const { before, deed: one } of deeds) {
        if (before !== request.n) continue;
        people.act(one);
        count(seen, one.do);
      }
    },
    fault: (request) => {
      const kill = kills.find((one) => one.at === request.n);
      const happens = kill === undefined ? faults.find((one) => one.at === request.n)?.fault : undefined;
      if (happens) count(seen, happens);
      if (kill === undefined) return happens;
      dead.now = true;
      count(seen, kill.after ? 'killed after' : 'killed before');
      return kill.after ? 'reset-after' : 'reset-before';
    },
  };
  return { server, people, dead };
}

/** What a job would plan on a snapshot: cells that still have their first value, contacts that no person touched. */
async function planOn(
  snapshot: SheetSnapshot,
  { plan, inserts }: Storm,
  removable: (key: string) => boolean,
): Promise<TabPatch[]> {
  const tab = await snapshot.load(tabNamed(snapshot.tabs, 'contacts'));
  const column = (header: string): number => tab.headers.indexOf(header);
  const [id, email, status, score] = ['contact_id', 'email', 'status', 'score'].map(column);
  const updates: TabPatch['updates'][number][] = [];
  const removals: TabPatch['removals'][number][] = [];
  const present = new Set<unknown>();
  for (let row = 0; row < (id === undefined || id < 0 ? 0 : tab.length); row += 1) {
    const key = tab.raw(row, id ?? 0);
    present.add(key);
    const i = keys.indexOf(String(key));
    const wish = plan[i];
    if (key === null && email !== undefined && tab.raw(row, email) === KEYLESS) {
      const cells = [{ column: 'contact_id', before: null, after: 'adopted' }];
      updates.push({ row, key: [null], cells, content: contentOf(tab, row) });
    }
    if (wish?.remove) {
      if (removable(String(key))) removals.push({ row, key: [key], content: contentOf(tab, row) });
      continue;
    }
    const cells = [];
    if (wish?.status && status !== undefined && tab.raw(row, status) === 'subscribed')
      cells.push({ column: 'status', before: 'subscribed', after: `planned ${i}` });
    if (wish?.score && score !== undefined && tab.raw(row, score) === i % 4)
      cells.push({ column: 'score', before: i % 4, after: planned(i).put });
    if (cells.length > 0) updates.push({ row, key: [key], cells });
  }
  const missing = Array.from({ length: inserts }, (_, i) => `made ${i}`).filter((key) => !present.has(key));
  const fresh = missing.map((key) => ({
    cells: [
      { column: 'contact_id', value: key },
      { column: 'score', value: 500 },
    ],
  }));
  const runs = await snapshot.load(tabNamed(snapshot.tabs, 'runs'));
  const logged = Array.from({ length: runs.length }, (_, row) => runs.raw(row, 0)).includes('storm');
  const line = logged
    ? []
    : [
        {
          cells: [
            { column: 'job', value: 'storm' },
            { column: 'status', value: 'applied' },
          ],
        },
      ];
  return [
    ...(id === undefined || id < 0
      ? []
      : [{ tab: 'contacts', sheetId: 0, key: ['contact_id'], updates, inserts: fresh, removals }]),
    { tab: 'runs', sheetId: 1, key: ['job'], updates: [], inserts: line, removals: [] },
  ];
}

const tabsOf = (snapshot: SheetSnapshot) => Promise.all(snapshot.tabs.map((tab) => snapshot.load(tab)));

/** Runs until a run comes through; a kill ends one, and the next begins by recovering. */
export async function weather(
  { server, people, dead }: { server: SheetsServer; people: People; dead: { now: boolean } },
  one: Storm,
  seen: Seen = new Map(),
): Promise<void> {
  for (let run = 1; run <= one.kills.length + 1; run += 1) {
    dead.now = false;
    const sleep = async (): Promise<void> => {
      if (dead.now) throw new Killed();
    };
    const client: SheetsClient = sheetsClient(SPREADSHEET, {
      rootUrl: server.url,
      sleep,
      random: () => 0.5,
      budgetMs: Infinity,
    });
    try {
      const { repaired } = await new SheetWriter(client, []).recover();
      if (repaired > 0) count(seen, 'repaired after a kill');
      const snapshot = await readSnapshot(client);
      const patches = await planOn(snapshot, one, (key) => !people.edits.has(key));
      const writer = new SheetWriter(client, await tabsOf(snapshot), { bytes: one.chunkBytes });
      const goals = patches.flatMap((patch) => goalsOf(patch));
      const result = await writer.write(goals);
      if (result.repaired > 0) count(seen, 'repaired');
      if (result.requests > 1) count(seen, 'several requests');
      for (const { reason } of result.held) count(seen, `held: ${reason}`);
      return;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
  throw new Error('No run came through.');
}
