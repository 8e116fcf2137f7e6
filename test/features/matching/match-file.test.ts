/** Any CSV file: its rows come back as they were, with a cluster beside them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { matchFile } from '../../../lib/features/matching/match-file.ts';
import { temporaryFolder } from '../../support/workbook.ts';

const people = (delimiter: string): string[] => [
  ['1', 'Robert', 'Marlow', 'robert.marlow@example.com', 'a'].join(delimiter),
  ['2', 'Bob', 'Marlow', 'robert.marlow@example.com', `"b${delimiter} ""c"""`].join(delimiter),
  ...Array.from({ length: 30 }, (_, n) =>
    [String(n + 10), `Name${n}`, `Stone${n}`, `n${n}@example.net`, '1'].join(delimiter),
  ),
];

it('writes every row as it was with its cluster beside it, and the pairs, and leaves nothing half done', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'people.csv');
  const rows = people(',');
  writeFileSync(file, `${['nr,first_name,last_name,email,cluster_id', ...rows].join('\n')}\n`);
  const result = await matchFile(file, { id: 'NR', pairs: join(folder, 'pairs.csv') });
  expect(result).toMatchObject({ rows: 32, duplicateRows: 1, duplicateClusters: 1, pairs: 1, malformed: 0 });
  expect(result.ignored).toEqual([{ column: 'cluster_id', reason: 'holds the result of an earlier matching' }]);
  const written = readFileSync(result.output, 'utf8').split('\n');
  expect(written[0]).toBe('nr,first_name,last_name,email,cluster_id,cluster_id_2,match_probability');
  rows.forEach((row, n) => {
    expect(written[n + 1]).toMatch(
      new RegExp(`^${row.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')},c[0-9a-f]{16},[01]\\.\\d+$`),
    );
  });
  expect(written[1]?.split(',').at(-2)).toBe(written[2]?.split(',').at(-2));
  expect(readFileSync(join(folder, 'pairs.csv'), 'utf8')).toMatch(
    /^left_id,right_id,probability,evidence\n1,2,[01]\.[0-9]+,first name: another form; last name: same; email: same\n$/,
  );
  expect(readdirSync(folder).sort()).toEqual(['pairs.csv', 'people.csv', 'people.matches.csv']);
});

it('reads UTF-16 with semicolons, writes it the same, and keeps rows that can’t be read, as long as the others', async () => {
  const file = join(temporaryFolder(), 'Kunden.CSV');
  const rows = people(';');
  const lines = ['Nr;Vorname;Nachname;E-Mail;', ...rows.slice(0, 5), 'torn;row', ...rows.slice(5)];
  writeFileSync(file, Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`, 'utf16le'));
  const result = await matchFile(file);
  expect(result).toMatchObject({ rows: 32, duplicateRows: 1, malformed: 1 });
  const written = readFileSync(file.replace('.CSV', '.matches.csv'), 'utf16le').split('\r\n');
  expect(written[0]).toBe('\ufeffNr;Vorname;Nachname;E-Mail;;cluster_id;match_probability');
  expect(written[6]).toBe('torn;row;;');
  expect(written.length).toBe(lines.length + 1);
  lines.forEach((line, n) => {
    expect(written[n]?.replace('\ufeff', '')).toMatch(new RegExp(`^${line.slice(0, 4)}`));
  });
});

it('refuses an id column that is not there, that repeats, and pairs that would write over the file', async () => {
  const file = join(temporaryFolder(), 'people.csv');
  writeFileSync(file, `nr,name\n1,Ann Archer\n1,Ben Baker\n`);
  await expect(matchFile(file, { id: 'number' })).rejects.toThrow('Its columns are: nr, name.');
  await expect(matchFile(file, { id: 'nr' })).rejects.toThrow('0 rows have none and 1 repeat one');
  await expect(matchFile(file, { pairs: file })).rejects.toThrow('would write over another file');
});
