/**
 * Nothing personal leaves the runner: every cell of a workbook, its headers among them, is a word that stands nowhere
 * else, and none is found in anything that a run gives out.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ActionsWorld, actionsWorld, type Ended } from '../support/actions.ts';

let world: ActionsWorld;
beforeEach(async () => {
  world = await actionsWorld();
});
afterEach(async () => {
  await world.close();
});

const CANARY = 'zebra';
let next = 0;
const canary = (): string => `${CANARY}${++next}x`;

/** A table whose cells are canaries, but for those columns that must hold something else. */
function table(columns: readonly string[], rows: number, cell: (column: string, row: number) => string | null): string {
  const lines = Array.from({ length: rows }, (_, i) => columns.map((column) => cell(column, i) ?? canary()).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

/** Addresses that work, and among them some that can't be read. */
const address = (i: number): string => `${CANARY}${i}x@${CANARY}${i}.example`;

const workbooks: Record<string, (folder: string) => void> = {
  'ordinary people, unreadable dates and an unknown column': (folder) => {
    const columns = [
      'contact_id',
      'email',
      'first_name',
      'phone',
      'company',
      'website',
      'created_at',
      'country',
      `${CANARY}Header`,
    ];
    writeFileSync(
      join(folder, 'contacts.csv'),
      table(columns, 60, (column, i) => (column === 'email' ? address(i) : null)),
    );
    writeFileSync(
      join(folder, 'events.csv'),
      table(['event_id', 'email', 'type', 'occurred_at', 'campaign'], 30, (column, i) =>
        column === 'email' ? address(i) : column === 'type' ? 'click' : null,
      ),
    );
  },
  'a plan that a guard stops': (folder) => {
    writeFileSync(
      join(folder, 'contacts.csv'),
      table(['contact_id', 'email', 'first_name'], 40, (column, i) => (column === 'email' ? address(i) : null)),
    );
    writeFileSync(
      join(folder, 'bounces.csv'),
      table(
        ['bounce_id', 'email', 'kind', 'code', 'detail', 'occurred_at'],
        30,
        (column, i) =>
          ({ email: address(i), kind: 'hard', code: '5.1.1', occurred_at: '2026-11-20T01:00:00Z' })[column] ?? null,
      ),
    );
  },
  'a table without a header row': (folder) => {
    writeFileSync(
      join(folder, 'contacts.csv'),
      `${address(1)},${canary()},${canary()}\n${address(2)},${canary()},${canary()}\n`,
    );
  },
  'a header that stands twice': (folder) => {
    writeFileSync(
      join(folder, 'contacts.csv'),
      `contact_id,email,${CANARY}Q,Email\n${canary()},${address(1)},${canary()},${address(2)}\n`,
    );
  },
  'people’s names where the header row should be': (folder) => {
    writeFileSync(
      join(folder, 'contacts.csv'),
      table([`${CANARY}Ada`, `${CANARY}Lovelace`, `${CANARY}Street`], 3, () => null),
    );
  },
  'a file that is no CSV': (folder) => {
    writeFileSync(join(folder, 'contacts.csv'), `contact_id,email\n"${canary()},${address(1)}\n::error::${canary()}\n`);
  },
};

const ended: Ended[] = [];
const pages: string[] = [];

it.each(Object.keys(workbooks))('%s: nothing of it leaves', { timeout: 60_000 }, async (name) => {
  for (const file of readdirSync(world.workbook)) rmSync(join(world.workbook, file), { recursive: true });
  workbooks[name]?.(world.workbook);
  ended.length = 0;
  const night = { args: ['shift', 'nightly'], now: '2026-11-22T03:30:00.000Z' };
  // The rehearsal of the first night, whose issue shows most.
  ended.push(await world.runHere({ args: ['shift', '--due', 'nightly'], now: '2026-11-22T03:20:00.000Z' }));
  // One in a process of its own, for what Node and the libraries themselves might say.
  ended.push(await (name.includes('guard') ? world.run(night) : world.runHere(night)));
  // What the other commands say comes from the ledger, so one workbook will do for them.
  if (name.includes('guard')) {
    ended.push(
      await world.runHere({ args: ['shift', '--dry-run', '--json', 'nightly'], now: '2026-11-22T04:30:00.000Z' }),
    );
    ended.push(await world.runHere({ args: ['watchdog'], now: '2026-11-22T18:30:00.000Z' }));
    ended.push(await world.runHere({ args: ['digest'], now: '2026-11-22T18:40:00.000Z' }));
    const page = join(world.base, 'report.html');
    ended.push(await world.runHere({ args: ['report', '--out', page], now: '2026-11-22T18:50:00.000Z' }));
    pages.push(readFileSync(page, 'utf8'));
  }
  const remote = join(world.base, 'remote.git');
  const commits = execFileSync('git', ['log', '-p', 'main'], { cwd: remote, encoding: 'utf8' });
  const reported = world.server.repository.issues.flatMap((issue) => [
    issue.title,
    issue.body,
    ...issue.comments.map(({ body }) => body),
  ]);
  const left = [
    ...ended.flatMap(({ stdout, stderr, summary }) => [stdout, stderr, summary]),
    ...pages,
    ...reported,
    commits,
  ];
  expect(left.flatMap((text) => text.split('\n')).filter((line) => line.toLowerCase().includes(CANARY))).toEqual([]);
  expect(commits).toContain('nightly 2026-11-22');
  // The canaries did sing: they stand in the workbook.
  expect(
    existsSync(join(world.workbook, 'contacts.csv')) && readFileSync(join(world.workbook, 'contacts.csv'), 'utf8'),
  ).toContain(CANARY);
  expect(ended[0]?.stdout.split('\n').filter((line) => line.startsWith('::error::'))).toEqual([]);
});
