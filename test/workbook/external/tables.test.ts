/** Tables that lie outside of the workbook: read like the workbook's own, on both stores, and never written. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { main } from '../../../lib/cli/main.ts';
import { insert } from '../../../lib/core/change.ts';
import { sql } from '../../../lib/core/sql.ts';
import { type Sources, workbookRules } from '../../../lib/core/workbook-rules.ts';
import { ERASE_KEY } from '../../../lib/intake/forgotten.ts';
import { recogniseWith } from '../../../lib/intake/formats/registry.ts';
import type { RunResult } from '../../../lib/run/result.ts';
import { openCsvStore } from '../../../lib/workbook/csv/store.ts';
import { withOutsideTables } from '../../../lib/workbook/external/tables.ts';
import type { Store } from '../../../lib/workbook/store.ts';
import { nightShift } from '../../fixture/batches.ts';
import { jobOf, type Night, night } from '../../support/night.ts';
import { writeParquet } from '../../support/parquet.ts';
import { aJob, nightly } from '../../support/small-jobs.ts';
import { sheetsBench } from '../../support/store-bench.ts';
import { aContact, anEvent, type Row, readCsv, temporaryFolder, writeWorkbook } from '../../support/workbook.ts';

const sourcesOf = (sources: Parameters<typeof workbookRules>[0]['sources']): Sources =>
  workbookRules({ timeZone: 'UTC', aliases: {}, shrink: { share: 0.05 }, sources }).sources;

/** Counts what it read, as a metric. */
const reader = aJob({
  name: 'reader',
  reads: ['contacts', 'events', 'purchases', 'bounces'],
  metrics: () => ({
    events: sql`select event_id || ' ' || contact_id || ' ' || type || ' ' || coalesce(cast(value as varchar), '-') as label, cast(occurred_at as varchar) as at from events order by 1`,
    bounces: sql`select bounce_id as label, kind || ' ' || coalesce(code, '-') as output from bounces order by 1`,
  }),
});

const EVENTS = 'event_id,contact_id,type,occurred_at,value\n';

interface Place {
  readonly folder: string;
  /** How many events a reading gives, without a run. @throws what the reading throws */
  readonly eventsIn: (files: Parameters<typeof sourcesOf>[0]) => Promise<number | undefined>;
  readonly run: (files: Parameters<typeof sourcesOf>[0], given?: Night) => Promise<RunResult>;
}

async function eventsIn(opened: Promise<Store>, files: Parameters<typeof sourcesOf>[0], root: string) {
  const store = withOutsideTables(await opened, sourcesOf(files), root);
  try {
    const { tables } = await store.read();
    return (await tables.find(({ table }) => table === 'events')?.open())?.rows;
  } finally {
    await store.close();
  }
}

/** A workbook of two contacts in a folder of files, with all else that it holds. */
function inFiles(more: Parameters<typeof writeWorkbook>[1] = {}): Place {
  const folder = temporaryFolder();
  const contacts = ['c1', 'c2'].map((contact_id) => aContact({ contact_id }));
  writeWorkbook(folder, { contacts, ...more });
  const run: Place['run'] = (files, given = {}) =>
    night(folder, {
      jobs: nightly(reader),
      store: (store) => withOutsideTables(store, sourcesOf(files), folder),
      ...given,
    });
  const options = { folder, aliases: {}, recognise: recogniseWith(), command: 'test', run: 'r' };
  return { folder, run, eventsIn: (files) => eventsIn(openCsvStore(options), files, folder) };
}

/** The same in a spreadsheet. */
async function inSheet(more: Record<string, string[][]> = {}): Promise<Place> {
  const folder = temporaryFolder();
  const bench = await sheetsBench({
    contacts: [
      ['contact_id', 'email'],
      ['c1', 'c1@example.com'],
      ['c2', 'c2@example.com'],
    ],
    ...more,
  });
  onTestFinished(() => bench.close());
  const run: Place['run'] = (files, given = {}) =>
    night(folder, {
      jobs: nightly(reader),
      open: async (id): Promise<Store> => withOutsideTables(await bench.open(id), sourcesOf(files), folder),
      ...given,
    });
  return { folder, run, eventsIn: (files) => eventsIn(bench.open('r'), files, folder) };
}

const put = (folder: string, files: Record<string, string>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
};

describe.each([
  ['files', async () => inFiles()],
  ['a sheet', inSheet],
] as [string, () => Promise<Place>][])('with the contacts in %s', (_, placeOf) => {
  it('facts come out of several files, CSV and Parquet, columns in any order, as one table', async () => {
    const { folder, run } = await placeOf();
    put(folder, {
      'w/1.csv': `${EVENTS}e1,c1,click,2026-11-20T08:00:00Z,1.5\n`,
      'w/2.csv': 'Zeit;TYPE;Contact ID;Event-ID\n2026-11-20 09:00:00;click;c2;e2\n',
    });
    await writeParquet({
      [join(folder, 'w/day=20/3.parquet')]:
        `select 2.5 as value, timestamptz '2026-11-20 10:00:00+00' as occurred_at, 'open' as type, 'c1' as contact_id, 'e3' as event_id`,
    });
    const result = await run({ events: { files: 'w', columns: { zeit: 'occurred_at' } } });
    expect(jobOf(result, 'reader').metrics.events).toEqual({
      'e1 c1 click 1.5': '2026-11-20 08:00:00',
      'e2 c2 click -': '2026-11-20 09:00:00',
      'e3 c1 open 2.5': '2026-11-20 10:00:00',
    });
    expect(result.snapshot).toMatchObject({ rows: { events: 3, contacts: 2 }, quarantined: 0 });
  });
});

it('Parquet columns are read by their types, no matter what wrote them', async () => {
  const { folder, run } = inFiles({ contacts: [aContact({ contact_id: '12' })] });
  await writeParquet({
    [join(folder, 'w.parquet')]: `
      select cast(1 as bigint) as event_id, cast(12 as double) as contact_id, 'click' as type, timestamp '2026-11-20 10:00:00' as occurred_at, cast('' as varchar) as campaign, cast(0.1 as float) as value, [1, 2] as tags
      union all select 2, 12, 'click', timestamp '2026-11-20 11:00:00.5', null, cast('infinity' as float), null`,
    [join(folder, 'b.parquet')]: `
      select uuid '11111111-1111-1111-1111-111111111111' as bounce_id, '12@example.com' as email, 'hard' as kind, cast(550 as decimal(5, 1)) as code, date '2026-11-20' as occurred_at`,
  });
  const result = await run({ events: 'w.parquet', bounces: 'b.parquet' });
  expect(jobOf(result, 'reader').metrics).toMatchObject({
    events: { '1 12 click 0.1': '2026-11-20 10:00:00' },
    bounces: { '11111111-1111-1111-1111-111111111111': 'hard 550' },
  });
  expect(result.quarantine).toEqual({});
  expect(result.unreadable).toEqual({ 'events, column "value": not a number': 1 });
});

it.each([
  [
    `1763632800 as occurred_at`,
    'w.parquet: column "occurred_at" is INTEGER, and occurred_at has to be a timestamp, or text',
  ],
  [`['2026-11-20'] as occurred_at`, 'w.parquet: column "occurred_at" is VARCHAR[]'],
  [`timestamp '2026-11-20 10:00:00' as happened_at`, 'No column "occurred_at" in w.parquet.'],
])('a Parquet column that says no moment for sure (%s) is refused before anything is read', async (column, message) => {
  const place = inFiles();
  await writeParquet({
    [join(place.folder, 'w.parquet')]: `select 'e1' as event_id, 'c1' as contact_id, 'click' as type, ${column}`,
  });
  await expect(place.eventsIn({ events: 'w.parquet' })).rejects.toThrow(message);
});

it('a row that can not be read goes to quarantine with its file and row, no matter what stands before it', async () => {
  const { folder, run } = inFiles();
  put(folder, {
    'w/1.csv': `${EVENTS}e1,c1,click,2026-11-20T08:00:00Z,\nbroken\n,c1,click,2026-11-20T08:00:00Z,\n`,
    'w/3.csv': `${EVENTS}e4,c1,click,2026-11-20T08:00:00Z,\ne5,c1\n,c1,click,2026-11-20T08:00:00Z,\n`,
  });
  await writeParquet({
    [join(folder, 'w/2b.parquet')]:
      `select cast(null as varchar) as event_id, 'c1' as contact_id, 'click' as type, '2026-11-20T08:00:00Z' as occurred_at`,
    [join(folder, 'w/2.parquet')]:
      `select * from (values ('e2', 'c1', 'click', '2026-11-20T08:00:00Z'), (null, 'c1', 'click', '2026-11-20T08:00:00Z')) t(event_id, contact_id, type, occurred_at)`,
  });
  const changing = aJob({ name: 'reader', reads: ['contacts', 'events'], changes: () => [] });
  await run({ events: 'w' }, { jobs: nightly(changing) });
  const rows = readCsv(folder, 'quarantine').map((row) => [row.row_key, row.reason]);
  expect(rows).toEqual([
    ['w/1.csv, row 3', 'has 1 cell where the header has 5'],
    ['w/1.csv, row 4', 'missing'],
    ['w/2.parquet, row 2', 'missing'],
    ['w/2b.parquet, row 1', 'missing'],
    ['w/3.csv, row 3', 'has 2 cells where the header has 5'],
    ['w/3.csv, row 4', 'missing'],
  ]);
});

it('the ledger says what was read, and a source that lost rows stops the jobs that read it', async () => {
  const { folder, run } = inFiles();
  const rows = Array.from({ length: 40 }, (_, i) => `e${i},c1,click,2026-11-20T08:00:00Z,\n`);
  const inputs = (): { rows: number; hash: string } => {
    const ledger = join(folder, '.nightshift', 'test-ledger', 'reader', '2026-11-22');
    const last = readdirSync(ledger).sort().at(-1) ?? '';
    return JSON.parse(readFileSync(join(ledger, last), 'utf8')).inputs.events;
  };
  put(folder, {
    'w/1.csv': `${EVENTS}${rows.slice(0, 30).join('')}`,
    'w/2.csv': `${EVENTS}${rows.slice(30).join('')}`,
  });
  expect(jobOf(await run({ events: 'w' }, { now: '2026-11-22T01:00:00Z' }), 'reader').status).toBe('unchanged');
  const first = inputs();
  expect(first).toEqual({ rows: 40, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  put(folder, { 'w/2.csv': `${EVENTS}${rows.slice(30).join('').replaceAll('click', 'view')}` });
  await run({ events: 'w' }, { now: '2026-11-22T02:00:00Z' });
  expect(inputs()).toMatchObject({ rows: 40 });
  expect(inputs().hash).not.toBe(first.hash);
  rmSync(join(folder, 'w/2.csv'));
  const cut = jobOf(await run({ events: 'w' }, { now: '2026-11-22T03:00:00Z' }), 'reader');
  expect(cut).toMatchObject({ status: 'blocked', guards: [{ found: 10, passed: false }] });
});

it('a source that changes while it is read is read again', async () => {
  const { folder, run } = inFiles();
  put(folder, { 'w.csv': `${EVENTS}e1,c1,click,2026-11-20T08:00:00Z,\n` });
  let looks = 0;
  const lines: string[] = [];
  const result = await run(
    { events: 'w.csv' },
    {
      progress: (line) => lines.push(line),
      store: (store) => {
        const outside = withOutsideTables(store, sourcesOf({ events: 'w.csv' }), folder);
        const read = async () => {
          const reading = await outside.read();
          if (++looks === 1)
            put(folder, { 'w.csv': `${EVENTS}e2,c1,click,2026-11-20T08:00:00Z,\ne3,c1,click,2026-11-20T08:00:00Z,\n` });
          return reading;
        };
        return { ...outside, read };
      },
    },
  );
  expect(lines.join('\n')).toContain('w.csv: reading and planning again');
  expect(result.snapshot.rows.events).toBe(2);
});

it.each([
  ['files', async () => inFiles({ events: [anEvent()] }), 'events.csv holds 1 rows of events as well'],
  [
    'a sheet',
    () =>
      inSheet({
        events: [
          ['event_id', 'contact_id', 'type', 'occurred_at'],
          ['e1', 'c1', 'click', '2026-11-20'],
        ],
      }),
    'tab "events" holds 1 rows of events as well',
  ],
] as [string, () => Promise<Place>, string][])(
  'two places for one table, with %s, are an error and no guess',
  async (_, placeOf, message) => {
    const place = await placeOf();
    put(place.folder, { 'w.csv': `${EVENTS}e1,c1,click,2026-11-20T08:00:00Z,\n` });
    await expect(place.eventsIn({ events: 'w.csv' })).rejects.toThrow(message);
  },
);

it('a table of the workbook that is empty gives way to the source', async () => {
  const place = inFiles({ events: [] });
  put(place.folder, { 'w.csv': `${EVENTS}e1,c1,click,2026-11-20T08:00:00Z,\n` });
  expect(await place.eventsIn({ events: 'w.csv' })).toBe(1);
});

it('a job that would write there is refused, and the others go on', async () => {
  const { folder, run } = inFiles();
  put(folder, { 'w.csv': `${EVENTS}e1,c1,click,2026-11-20T08:00:00Z,\n` });
  const writer = aJob({
    name: 'writer',
    reads: ['contacts', 'events'],
    writes: ['events'],
    changes: () => [
      insert(
        'events',
        sql`select 'e9' as event_id, 'c1' as contact_id, 'click' as type, cast('2026-11-20' as timestamp) as occurred_at, 'new' as why`,
      ),
    ],
  });
  const result = await run({ events: 'w.csv' }, { jobs: nightly(writer, reader) });
  expect(jobOf(result, 'writer')).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('events are kept in w.csv') },
  });
  expect(jobOf(result, 'reader').status).toBe('unchanged');
  expect(readdirSync(folder)).not.toContain('events.csv');
});

describe('the commands', () => {
  const command = async (
    sources: Parameters<typeof sourcesOf>[0],
    ...argv: string[]
  ): Promise<{ code: number; output: string }> => {
    const output: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((text) => void output.push(String(text)));
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.stubEnv(ERASE_KEY, 'a key of the tests, long enough');
    try {
      const code = await main(argv, {
        ...nightShift,
        workbook: { ...nightShift.workbook, sources: sourcesOf(sources) },
      });
      return { code, output: output.join('\n') };
    } finally {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
    }
  };

  it('doctor names the source; erase takes nothing from it and says what is left to do', async () => {
    const { folder } = inFiles();
    const source = join(folder, 'w', 'events.csv');
    const text = `${EVENTS}e1,c1,click,2026-11-20T08:00:00Z,\ne2,c2,click,2026-11-20T08:00:00Z,\ne3,c1,open,2026-11-20T08:00:00Z,\n`;
    put(folder, { 'w/events.csv': text });
    const options = ['--workbook', folder, '--ledger', join(folder, 'ledger')];
    const doctor = await command({ events: join(folder, 'w') }, 'doctor', ...options);
    expect(doctor.output).toContain(`OK     ${source}: 3 rows of events`);
    const erase = await command({ events: join(folder, 'w') }, 'erase', 'c1', '--yes', ...options);
    expect(erase.output).toContain(`Still there, in files that are only read: ${join(folder, 'w')}, 2 rows of events.`);
    expect(erase.code).toBe(1);
    expect(readFileSync(source, 'utf8')).toBe(text);
    expect(readCsv(folder, 'contacts').map((row: Row) => row.contact_id)).toEqual(['c2']);
  });

  it('a source that is not there stops the run before anything is written', async () => {
    const { folder } = inFiles();
    const options = ['--workbook', folder, '--ledger', join(folder, 'ledger')];
    const run = await command({ events: 'no/such/folder' }, 'run', 'nightly', ...options);
    expect(run.output).toContain('sources.events: no/such/folder: there is no such file.');
    expect(run.code).toBe(1);
    expect(readdirSync(folder).sort()).toEqual(['.nightshift', 'contacts.csv', 'ledger', 'report.html']);
  });
});
