/**
 * Law 2 on a Google Sheet, with the real command in processes that are really killed: at a request, before it has
 * reached the service or when it is done and the answer is under way. NIGHTSHIFT_THOROUGH kills at every request, and at those
 * that write the whole sample, whose plan takes several.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { nightShift } from '../fixture/batches.ts';
import { programFile } from '../support/child-process.ts';
import { book, bookOfCsv } from '../support/sheets-server/build.ts';
import { effectiveValue } from '../support/sheets-server/cell-value.ts';
import { type Book, copyBook } from '../support/sheets-server/model.ts';
import { type SheetsServer, startSheetsServer } from '../support/sheets-server/server.ts';
import { isThorough } from '../support/thorough.ts';
import { aBounce, aContact, anEvent, type Row, temporaryFolder, today } from '../support/workbook.ts';
import { entriesByOutcome } from './one-outcome.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SPREADSHEET = 'sheet-1';

function smallBook(): Book {
  const contacts = Array.from({ length: 12 }, (_, i) =>
    aContact({ contact_id: `k${i}`, email: `K${i}@Example.com`, phone: `(555) 555-01${10 + i}`, email_status: '' }),
  );
  const tab = (rows: readonly Row[]): string[][] => [
    Object.keys(rows[0] ?? {}),
    ...rows.map((row) => Object.values(row)),
  ];
  return book(
    {
      contacts: tab(contacts),
      bounces: tab([aBounce({ email: 'k1@example.com' }), aBounce({ email: 'k2@example.com', kind: 'complaint' })]),
      events: tab(contacts.map(({ contact_id = '' }) => anEvent({ contact_id }))),
    },
    { id: SPREADSHEET },
  );
}

/** Cells that say when and by which run, and so differ between two runs of one night. */
const OF_THE_RUN: Readonly<Record<string, readonly string[]>> = {
  runs: ['started_at', 'seconds'],
  changes: ['run'],
  'nightshift landed': ['part', 'text'],
};

/** All tabs by title, but for what a run marks as its own; rows in any order where the run puts them in. */
function contentOf({ tabs }: Book): Record<string, string[]> {
  return Object.fromEntries(
    tabs.map((tab) => {
      const shown = (row: number, column: number): unknown => {
        const value = effectiveValue(tab, tab.rows[row]?.[column]);
        return value?.stringValue ?? value?.numberValue ?? value?.boolValue ?? null;
      };
      const headers = Array.from({ length: tab.columnCount }, (_, column) => String(shown(0, column) ?? ''));
      const rows = tab.rows.map((_, row) =>
        headers.map((header, column) => (OF_THE_RUN[tab.title]?.includes(header) && row > 0 ? '' : shown(row, column))),
      );
      const texts = rows.filter((row) => row.some((value) => value !== null)).map((row) => JSON.stringify(row));
      return [tab.title, texts];
    }),
  );
}

/** The workbook's identity; a run that is over leaves no marker. */
const markersOf = ({ metadata }: Book): string[] => metadata.map(({ metadataValue }) => metadataValue ?? '').sort();

/** A spreadsheet on a server of its own, and the command on it, as often as a test begins again. */
class World {
  readonly server: SheetsServer;
  readonly start: Book;
  folder = '';
  constructor(server: SheetsServer, start: Book) {
    this.server = server;
    this.start = start;
  }

  reset(): void {
    this.folder = temporaryFolder();
    this.server.put(copyBook(this.start));
    this.server.scenario = {};
    this.server.requests.length = 0;
  }

  readonly #command = (): string[] => [
    'run',
    'nightly',
    '--as-of',
    today,
    '--workbook',
    SPREADSHEET,
    '--ledger',
    join(this.folder, 'ledger'),
  ];
  readonly #settings = (): Record<string, string> => ({
    NIGHTSHIFT_SHEETS_URL: this.server.url,
    XDG_STATE_HOME: join(this.folder, 'state'),
  });

  /** The command in this process. */
  async run(): Promise<void> {
    for (const [name, value] of Object.entries(this.#settings())) vi.stubEnv(name, value);
    expect(await main(this.#command(), nightShift)).toBe(0);
  }

  /** The command in a process of its own that dies at its nth request; false where it ended before. */
  async killedAt(n: number, isDone: boolean): Promise<boolean> {
    const program = await programFile('test/support/fixture-shift/main.ts');
    const child = spawn(process.execPath, [program, ...this.#command()], {
      cwd: root,
      env: { ...process.env, ...this.#settings() },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    this.server.scenario = {
      fault: (request) => {
        if (request.n !== n) return undefined;
        child.kill('SIGKILL');
        return isDone ? 'reset-after' : 'reset-before';
      },
    };
    await ended;
    this.server.scenario = {};
    return child.signalCode === 'SIGKILL';
  }

  outcome(): unknown {
    const now = this.server.book(SPREADSHEET);
    const { runs = [], ...content } = contentOf(now);
    delete content['nightshift landed'];
    return {
      content,
      runs: runs.map(completed),
      markers: markersOf(now),
      ledger: ledgerOf(join(this.folder, 'ledger')),
    };
  }
}

/** What a run wrote before it was killed, the next one has not to write again: its job is over, whichever of the two did more. */
const completed = (row: string): string => row.replace(/"(applied|unchanged)".*/, 'completed');

/** How many completed runs each job and period has. An entry of an interrupted run stands beside the one that completes it. */
function ledgerOf(ledger: string): Record<string, number> {
  const done: Record<string, number> = {};
  for (const [name, count] of Object.entries(entriesByOutcome(ledger))) {
    const [job, period, status] = name.split(' ');
    const completes = status === 'applied' || status === 'unchanged' ? count : 0;
    done[`${job} ${period}`] = (done[`${job} ${period}`] ?? 0) + completes;
  }
  return done;
}

async function aWorld(start: Book): Promise<World> {
  const server = await startSheetsServer();
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await server.close();
    expect([server.refused, server.violations]).toEqual([[], []]);
  });
  return new World(server, start);
}

interface Point {
  readonly n: number;
  readonly isDone: boolean;
}

/** Kills a night at each point, runs it again, and compares. */
async function killAt(world: World, pointsOf: (methods: readonly string[]) => Point[]): Promise<void> {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  world.reset();
  await world.run();
  const undisturbed = world.outcome();
  const points = pointsOf(world.server.requests.map(({ method }) => method));
  expect(points.length).toBeGreaterThan(1);
  for (const { n, isDone } of points) {
    world.reset();
    const where = `killed ${isDone ? 'after' : 'before'} request ${n}`;
    expect(await world.killedAt(n, isDone), where).toBe(true);
    await world.run();
    expect(world.outcome(), where).toEqual(undisturbed);
  }
}

const every = (methods: readonly string[]): Point[] =>
  methods.flatMap((_, i) => [false, true].map((isDone) => ({ n: i + 1, isDone })));

/** Every request that writes, before it is carried out and after. */
const everyWrite = (methods: readonly string[]): Point[] =>
  every(methods).filter(({ n }) => methods[n - 1]?.endsWith('batchUpdate'));

/** The requests that make room and that write, both carried out. */
const sampled = (methods: readonly string[]): Point[] => {
  const [room = 0, write = 0] = methods.flatMap((method, i) => (method.endsWith('batchUpdate') ? [i + 1] : []));
  return [
    { n: room, isDone: true },
    { n: write, isDone: true },
  ];
};

it('a night killed at a request ends as if nothing had happened', { timeout: 600_000 }, async () => {
  await killAt(await aWorld(smallBook()), isThorough ? every : sampled);
});

it.runIf(isThorough)('so does one whose plan takes several requests', { timeout: 3_600_000 }, async () => {
  await killAt(await aWorld(bookOfCsv(join(root, 'data', 'sample'), SPREADSHEET)), everyWrite);
});
