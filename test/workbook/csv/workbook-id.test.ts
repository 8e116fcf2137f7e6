/** A folder keeps its history in the ledger when it is moved, and a copy beside it is a workbook of its own. */
import { cpSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderId, keepFolderId, placeId } from '../../../lib/workbook/csv/workbook-id.ts';
import { temporaryFolder } from '../../support/workbook.ts';

it('is the hash of the place until it is kept, and looking writes nothing', () => {
  const folder = temporaryFolder();
  expect(folderId(folder)).toBe(placeId(folder));
  expect(existsSync(join(folder, '.nightshift'))).toBe(false);
});

it('stays with a folder that is moved, and is another in a copy', async () => {
  const base = temporaryFolder();
  const [first, moved, copy] = ['a', 'b', 'c'].map((name) => join(base, name)) as [string, string, string];
  mkdirSync(first);
  const id = await keepFolderId(first);
  cpSync(first, copy, { recursive: true });
  expect([folderId(copy) === id, folderId(first)]).toEqual([false, id]);
  const own = await keepFolderId(copy);
  renameSync(first, moved);
  expect([await keepFolderId(moved), folderId(moved), folderId(copy)]).toEqual([id, id, own]);
});

it('takes a broken file for none', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.nightshift'));
  writeFileSync(join(folder, '.nightshift/workbook.json'), '{"id": "../x"');
  expect(folderId(folder)).toBe(placeId(folder));
});
