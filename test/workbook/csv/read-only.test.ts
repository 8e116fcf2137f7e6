/** Reading a folder beside a run: no look keeps a run from its work, and no look sees half a landing. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recogniseWith } from '../../../lib/intake/formats/registry.ts';
import { openCsvReader, openCsvStore } from '../../../lib/workbook/csv/store.ts';
import { aContact, temporaryFolder, writeWorkbook } from '../../support/workbook.ts';

function workbook(): { folder: string; options: Parameters<typeof openCsvReader>[0] } {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact()] });
  return { folder, options: { folder, aliases: {}, recognise: recogniseWith(), command: 'explain', run: 'r1' } };
}

it('lets a run open a workbook that a person is reading, and a person read one that a run has open', async () => {
  const { options } = workbook();
  const reader = await openCsvReader(options);
  const writer = await openCsvStore({ ...options, command: 'run nightly' });
  const other = await openCsvReader(options);
  expect((await other.read()).tables.map(({ table }) => table)).toEqual(['contacts']);
  await writer.close();
  expect((await reader.read()).tables.map(({ table }) => table)).toEqual(['contacts']);
  await reader.close();
  await other.close();
});

it('counts what it read during a landing as changed', async () => {
  const { folder, options } = workbook();
  const reader = await openCsvReader(options);
  const reading = await reader.read();
  expect(await reading.changedSince()).toEqual([]);
  const journal = join(folder, '.nightshift', 'forward.json');
  writeFileSync(journal, '{}');
  expect(await reading.changedSince()).toEqual(['a run that is writing']);
  rmSync(journal);
  await reader.close();
});

it('leaves no cells behind: neither of its own, nor of a reader that was killed', async () => {
  const { folder, options } = workbook();
  const first = await openCsvReader(options);
  const own = readdirSync(join(folder, '.nightshift')).find((name) => name.startsWith('reading-')) ?? '';
  const killed = join(folder, '.nightshift', own.replace(`-${process.pid}-`, '-999999999-'));
  mkdirSync(killed);
  const second = await openCsvReader(options);
  expect(existsSync(killed)).toBe(false);
  expect(existsSync(join(folder, '.nightshift', own))).toBe(true);
  await first.close();
  await second.close();
  expect(readdirSync(join(folder, '.nightshift')).filter((name) => name.startsWith('reading-'))).toEqual([]);
});

it('refuses to write', async () => {
  const { options } = workbook();
  const reader = await openCsvReader(options);
  async function* none() {}
  await expect(reader.commit(none(), { run: 'r1', entries: [] })).rejects.toThrow('opened for reading');
  await reader.close();
});
