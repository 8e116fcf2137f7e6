/** When a table's end takes rows unseen: only behind what an earlier commit wrote itself and no person touched since. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recogniseWith } from '../../../lib/intake/formats/registry.ts';
import { openCsvStore } from '../../../lib/workbook/csv/store.ts';
import type { Store, TablePatch } from '../../../lib/workbook/store.ts';
import { temporaryFolder } from '../../support/workbook.ts';

const HEADER = ['list', 'contact_id', 'joined_at'];

async function within<T>(folder: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openCsvStore({ folder, aliases: {}, recognise: recogniseWith(), command: 'test', run: 'run-1' });
  try {
    await store.read();
    return await work(store);
  } finally {
    await store.close();
  }
}

function rowsPatch(store: Store, text: string, shape: Pick<TablePatch, 'isRows' | 'isWhole'>): TablePatch {
  const path = join(store.scratch, 'patch-memberships.csv');
  writeFileSync(path, text);
  return { table: 'memberships', path, ...shape, columns: HEADER, rows: { update: 0, remove: 0, insert: 1 } };
}

const written = { run: 'run-1', entries: [] };
const allowed = (folder: string) => within(folder, async (store) => store.rowHeaders('memberships'));

it('puts rows behind those of an earlier commit, but never unseen behind what a person wrote or left open', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'memberships.csv');
  writeFileSync(join(folder, 'contacts.csv'), 'contact_id,email\nc1,a@example.com\n');
  expect(await allowed(folder)).toEqual([]);
  const begun = 'list,contact_id,joined_at\nL,c1,\n';
  await within(folder, (store) => store.commit([rowsPatch(store, begun, { isWhole: true })], written));
  await within(folder, (store) => store.commit([rowsPatch(store, 'L,c2,\n', { isRows: true })], written));
  expect(readFileSync(path, 'utf8')).toBe('list,contact_id,joined_at\nL,c1,\nL,c2,\n');
  expect(await allowed(folder)).toEqual(HEADER);
  appendFileSync(path, 'L,"c3,\n');
  expect(await allowed(folder)).toBeNull();
});

it('knows no file for sound that it only spliced around a malformed record', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'memberships.csv');
  writeFileSync(join(folder, 'contacts.csv'), 'contact_id,email\nc1,a@example.com\n');
  writeFileSync(path, 'list,contact_id,joined_at\nL,c1\nL,c2,\n');
  await within(folder, (store) => {
    const patch = join(store.scratch, 'patch-memberships.csv');
    writeFileSync(patch, 'd,0,L,,,\n');
    const rows = { update: 0, remove: 1, insert: 0 };
    return store.commit([{ table: 'memberships', path: patch, columns: HEADER, rows }], written);
  });
  expect(readFileSync(path, 'utf8')).toBe('list,contact_id,joined_at\nL,c1\n');
  expect(await allowed(folder)).toBeNull();
});
