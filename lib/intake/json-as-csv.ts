/**
 * A provider's JSON file that is beside a workbook's tables, laid out as a CSV file: from there it is read as any other file is.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Feed, LayOutJson } from '../workbook/recognised.ts';
import { isJson } from './json-records.ts';
import { COLUMNS, jsonRows, STAGED, type Staged } from './json-rows.ts';

const cellOf = (name: (typeof STAGED)[number]): string => `c${STAGED.indexOf(name)}`;
const isNot = (table: string): string => `case when ${cellOf('goes')} <> '${table}' then '' end`;

const columnsOf = (table: 'bounces' | 'suppressions'): Record<string, string> =>
  Object.fromEntries(Object.entries(COLUMNS[table]).map(([column, cell]) => [column, cellOf(cell)]));

const feeds: Readonly<Record<'bounces' | 'suppressions' | 'events' | 'purchases' | 'reject', Feed>> = {
  bounces: { table: 'bounces', columns: columnsOf('bounces'), ignore: isNot('bounces') },
  suppressions: { table: 'suppressions', columns: columnsOf('suppressions'), ignore: isNot('suppressions') },
  // Only an import takes events and purchases.
  events: { table: 'events', columns: {}, ignore: 'true' },
  purchases: { table: 'purchases', columns: {}, ignore: 'true' },
  // A record that can't be read has no address, and is in quarantine for that.
  reject: {
    table: 'bounces',
    columns: { email: cellOf('email'), detail: cellOf('detail'), occurred_at: cellOf('occurred_at') },
    ignore: isNot('reject'),
  },
};

export const layOutJson: LayOutJson = async (path, folder) => {
  if (!(await isJson(path).catch(() => false))) return null;
  const labels = new Set<string>();
  const found = new Set<string | null>();
  const target = join(folder, `json-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.csv`);
  async function* lines(): AsyncGenerator<string> {
    yield `${STAGED.join(',')}\n`;
    for await (const row of jsonRows(path, basename(path), labels)) {
      found.add(row[STAGED.indexOf('goes')] ?? null);
      yield asLine(row);
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(target));
  if (labels.size === 0) return null;
  const given = Object.entries(feeds).flatMap(([goes, feed]) => (found.has(goes) ? [feed] : []));
  return { path: target, recognised: { id: 'json', label: [...labels].join(' and '), feeds: given } };
};

/** Every cell is quoted but for those of which nothing is known. A line end inside of one becomes a space. */
const asLine = (row: Staged): string =>
  `${row.map((cell) => (cell === null ? '' : `"${cell.replaceAll('"', '""').replaceAll(/[\r\n]+/g, ' ')}"`)).join(',')}\n`;
