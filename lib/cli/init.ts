/**
 * `init`: lays out a new or half-empty workbook, a Google Sheet, a dataset or a folder. Never writes over anything; can be run
 * again.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { NightShift } from '../core/batch.ts';
import { tableNames, tableOf } from '../core/tables.ts';
import type { WorkbookRules } from '../core/workbook-rules.ts';
import type { Place } from '../workbook/bigquery/address.ts';
import { createCsv } from '../workbook/csv/create.ts';
import { UsageError } from './options.ts';
import type { Session } from './session.ts';
import { print, printJson } from './terminal.ts';

export async function initCommand(session: Session): Promise<number> {
  const { workbook, nightShift, options } = session;
  if (workbook.isSample)
    throw new UsageError('Lay out what? Name a Google Sheet, a dataset of BigQuery or a folder with --workbook.');
  const { made, found } = await layOut(workbook, nightShift);
  if (options.json) printJson({ made, found });
  else
    print([
      made.length > 0 ? `Made: ${made.join(', ')}.` : 'Every table was there already.',
      ...(found.length > 0 ? [`Found, and left as they are: ${found.join(', ')}.`] : []),
      'Next: put your contacts there, then: nightshift doctor, and nightshift run nightly --dry-run.',
    ]);
  return 0;
}

function layOut({ dataset, spreadsheetId, folder }: Session['workbook'], { workbook: rules }: NightShift) {
  if (dataset) return inDataset(dataset, rules.bigquery);
  return spreadsheetId ? inSheet(spreadsheetId, rules.aliases) : inFolder(folder);
}

async function inDataset(place: Place, { keepDays }: WorkbookRules['bigquery']) {
  const { bigQueryClient } = await import('../workbook/bigquery/client.ts');
  return (await import('../workbook/bigquery/layout.ts')).layOutDataset(bigQueryClient(place), keepDays);
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
    await createCsv(columns, join(folder, `${table}.csv`));
  }
  return { made, found };
}
