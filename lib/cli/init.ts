/**
 * `init`: lays out a new or half-empty workbook, a Google Sheet or a folder. Never writes over anything; can be run
 * again.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tableNames, tableOf } from '../core/tables.ts';
import { createCsv } from '../workbook/csv/create.ts';
import { UsageError } from './options.ts';
import type { Session } from './session.ts';
import { print, printJson } from './terminal.ts';

export async function initCommand(session: Session): Promise<number> {
  const { workbook, nightShift, options } = session;
  if (workbook.isSample) throw new UsageError('Lay out what? Name a Google Sheet or a folder with --workbook.');
  const { made, found } = workbook.spreadsheetId
    ? await inSheet(workbook.spreadsheetId, nightShift.workbook.aliases)
    : await inFolder(workbook.folder);
  if (options.json) printJson({ made, found });
  else
    print([
      made.length > 0 ? `Made: ${made.join(', ')}.` : 'Every table was there already.',
      ...(found.length > 0 ? [`Found, and left as they are: ${found.join(', ')}.`] : []),
      'Next: put your contacts there, then: nightshift doctor, and nightshift run nightly --dry-run.',
    ]);
  return 0;
}

async function inSheet(spreadsheetId: string, aliases: Readonly<Record<string, string>>) {
  const { sheetsClient } = await import('../workbook/sheets/client.ts');
  return (await import('../workbook/sheets/sheet-init.ts')).layOutSpreadsheet(sheetsClient(spreadsheetId), aliases);
}

/** Files only of what people fill: jobs make their own when they have something to write. */
async function inFolder(folder: string): Promise<{ made: string[]; found: string[] }> {
  await mkdir(folder, { recursive: true });
  const peoples = tableNames.filter((table) => table === 'contacts' || tableOf(table).facts);
  const found = peoples.filter((table) => existsSync(join(folder, `${table}.csv`)));
  const made = peoples.filter((table) => !found.includes(table));
  for (const table of made) {
    const columns = Object.entries(tableOf(table).columns).flatMap(([name, { derived }]) => (derived ? [] : [name]));
    await createCsv(columns, join(folder, `${table}.csv`), { delimiter: ',', lineEnd: '\n', bom: false });
  }
  return { made, found };
}
