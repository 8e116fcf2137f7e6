/** Which files a rule names: all that it says, and never none. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { filesOf } from '../../../lib/workbook/external/files.ts';
import { temporaryFolder } from '../../support/workbook.ts';

function folderOf(...names: string[]): string {
  const root = temporaryFolder();
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), '');
  }
  return root;
}

const NAMES = ['w/a.csv', 'w/b.parquet', 'w/day=2026-11-22/c.parquet', 'w/_SUCCESS', 'w/.a.csv.crc', 'w/_old/d.csv'];

it.each([
  ['w/a.csv', ['w/a.csv']],
  ['w', ['w/a.csv', 'w/b.parquet', 'w/day=2026-11-22/c.parquet']],
  ['./w/', ['w/a.csv', 'w/b.parquet', 'w/day=2026-11-22/c.parquet']],
  ['w/*.parquet', ['w/b.parquet']],
  ['w/*', ['w/a.csv', 'w/b.parquet']],
  ['w/**/*.parquet', ['w/b.parquet', 'w/day=2026-11-22/c.parquet']],
  ['w/day=*/*.parquet', ['w/day=2026-11-22/c.parquet']],
  ['w/**', ['w/a.csv', 'w/b.parquet', 'w/day=2026-11-22/c.parquet']],
])('%s names the files that it says, without what warehouses leave beside them', async (files, names) => {
  const root = folderOf(...NAMES);
  expect((await filesOf(root, 'events', files)).map(({ name }) => name)).toEqual(names);
});

it.each(['w/none.csv', 'none', 'w/*.tsv', 'none/**', 'empty'])(
  '%s, which is not there, is an error and no empty table',
  async (files) => {
    const root = folderOf(...NAMES);
    mkdirSync(join(root, 'empty'));
    await expect(filesOf(root, 'events', files)).rejects.toThrow(
      `jobs/rules/workbook.ts, sources.events: ${files}: there is no such file.`,
    );
  },
);

it.each([
  [['w/a.csv', 'w/b.csv.gz'], 'w/b.csv.gz is neither a .csv nor a .parquet file'],
  [['w/a[1].csv'], 'rename w/a[1].csv'],
])('a folder with what it can not read is refused whole', async (names, message) => {
  await expect(filesOf(folderOf(...names), 'events', 'w')).rejects.toThrow(message);
});
