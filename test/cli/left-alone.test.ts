/**
 * Files beside the tables: reported where they may be meant for one, and never passed over where they may say who wants
 * no mail.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { nightShift } from '../fixture/batches.ts';
import { aContact, temporaryFolder, today, writeWorkbook } from '../support/workbook.ts';

let output: string[] = [];
beforeEach(() => {
  output = [];
  for (const stream of ['log', 'error'] as const)
    vi.spyOn(console, stream).mockImplementation((text) => void output.push(String(text)));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

const command = (folder: string, ...words: string[]): Promise<number> =>
  main([...words, '--workbook', folder, '--ledger', join(folder, 'ledger'), '--as-of', today], nightShift);

const aWorkbook = (): string => {
  const folder = temporaryFolder();
  writeWorkbook(folder, { contacts: [aContact()] });
  return folder;
};

it('reads a list of people who left, leaves other files alone, and says of a copy of a table that it is not read', async () => {
  const folder = aWorkbook();
  writeFileSync(join(folder, 'events 2026.csv'), 'x,y\n1,2\n');
  writeFileSync(join(folder, 'notes.csv'), 'a,b\n1,2\n');
  writeFileSync(join(folder, 'unsubscribed.csv'), 'Email Address,Unsubscribe Date\nada@example.com,2026-09-01\n');
  expect(await command(folder, 'run', 'list-cleaning')).toBe(0);
  expect(output.join('\n')).not.toContain('unsubscribed.csv');
  expect(output.join('\n')).toContain('Not read: events 2026.csv, which is called almost like events.csv.');
  expect(output.join('\n')).not.toContain('notes.csv');
  output = [];
  await command(folder, 'doctor');
  expect(output.join('\n')).toContain('review events 2026.csv is not read: rename it to events.csv if it is meant');
  expect(output.join('\n')).toContain('OK     no table, and ignored: notes.csv');
  expect(readFileSync(join(folder, 'notes.csv'), 'utf8')).toBe('a,b\n1,2\n');
});

it('stops with exit code 2 at a file that may say who wants no mail, before anything is written', async () => {
  const folder = aWorkbook();
  writeFileSync(join(folder, 'Suppressions (1).csv'), 'email,scope\nada@example.com,person\n');
  const before = readFileSync(join(folder, 'contacts.csv'), 'utf8');
  expect(await command(folder, 'run', 'nightly')).toBe(2);
  expect(output.join('\n')).toContain('Suppressions (1).csv may hold people who want no mail');
  expect(readFileSync(join(folder, 'contacts.csv'), 'utf8')).toBe(before);
  output = [];
  await command(folder, 'doctor');
  expect(output.join('\n')).toContain('Suppressions (1).csv may hold people who want no mail');
});

it('stops at a file of those who left that can’t be read, and at no other', async () => {
  const folder = aWorkbook();
  writeFileSync(join(folder, 'notes.csv'), Buffer.from([0, 1, 2, 3]));
  expect(await command(folder, 'run', 'list-cleaning')).toBe(0);
  writeFileSync(join(folder, 'unsubscribed_audience.csv'), Buffer.from([0, 1, 2, 3]));
  expect(await command(folder, 'run', 'nightly')).toBe(1);
  expect(output.at(-1)).toContain('unsubscribed_audience.csv');
  rmSync(join(folder, 'unsubscribed_audience.csv'));
  mkdirSync(join(folder, 'suppressions.csv'));
  expect(await command(folder, 'run', 'nightly')).toBe(1);
  expect(output.at(-1)).toContain('suppressions.csv is a folder where a file is expected');
});

it('says which of two columns with one name counts', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'contacts.csv'), 'contact_id,email,Email\n1,ada@example.com,ben@example.com\n');
  expect(await command(folder, 'doctor')).toBe(1);
  expect(output.join('\n')).toContain('fix    contacts.csv has "Email" beside "email": only "email" counts.');
});
