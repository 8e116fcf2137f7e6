/**
 * Which file of a folder is which table. `contacts.csv` is contacts; and where there is none, the one file that looks
 * like a contact export of Mailchimp, HubSpot or anyone else. Never a guess between two.
 */

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type FaultCode, NightshiftError } from '../../core/errors.ts';
import { type TableName, tableNames } from '../../core/tables.ts';
import { printable } from '../../core/text/printable.ts';
import { findColumns, normalHeader } from '../headers.ts';
import type { ForeignFile } from '../store.ts';
import { type CsvFile, openCsv } from './sniff.ts';

/** A folder that can't be used as a workbook, and what to do about it. */
export class WorkbookError extends NightshiftError {
  override name = 'WorkbookError';

  constructor(message: string) {
    super(printable(message));
  }

  override get exitCode(): FaultCode {
    return 2;
  }

  override get outward(): string {
    return 'The workbook can’t be opened: is its name or id right, and may the night shift see it?';
  }
}

export interface Found {
  readonly tables: ReadonlyMap<TableName, CsvFile>;
  readonly foreign: readonly { readonly kind: ForeignFile['kind']; readonly file: CsvFile }[];
  /** The CSV files that are neither, and left alone. */
  readonly leftAlone: readonly string[];
}

/** The table that a file is called after, though not exactly: `Suppressions (1).csv`, `bounces-2026-11.csv`; null where none is meant. */
export function tableMeant(name: string): TableName | null {
  const bare = name.toLowerCase().replace(/\.csv$/, '');
  return tableNames.find((table) => new RegExp(`^${table}?([^a-z]|$)`).test(bare)) ?? null;
}

/** Such a file may hold refusals of mail, so it is never ignored silently. */
export const isAboutConsent = (name: string): boolean => /unsub|clean|suppress|bounce|complain/i.test(name);

const PLAN_HEADER = 'table,key,column,before,after,reason';

/** Finds a workbook's files; `mayBeEmpty`: there need be no contacts yet. @throws WorkbookError where there are no contacts, or more than one file that might be them */
export async function discover(
  folder: string,
  aliases: Readonly<Record<string, string>>,
  mayBeEmpty = false,
): Promise<Found> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(
    ({ name }) => /\.csv$/i.test(name) && !name.startsWith('.'),
  );
  const aFolder = entries.find((entry) => entry.isDirectory() && tableOfFile(entry.name));
  if (aFolder)
    throw new WorkbookError(`${join(folder, aFolder.name)} is a folder where a file is expected. Move it away.`);
  const files = entries.flatMap((entry) => (entry.isDirectory() ? [] : [entry.name])).sort();
  const tables = new Map<TableName, CsvFile>();
  const others: string[] = [];
  for (const file of files) {
    const table = tableOfFile(file);
    if (table && tables.has(table)) throw new WorkbookError(`${folder} has two files for ${table}; keep one.`);
    if (table) tables.set(table, await openCsv(join(folder, file)));
    else others.push(file);
  }
  const foreign: { kind: ForeignFile['kind']; file: CsvFile }[] = [];
  const candidates: CsvFile[] = [];
  const leftAlone: string[] = [];
  for (const name of others) {
    const file = await openCsv(join(folder, name)).catch((error: unknown) => {
      if (tables.has('contacts') && !isAboutConsent(name)) return null;
      throw error;
    });
    if (!file) {
      leftAlone.push(name);
      continue;
    }
    // The rows of a plan that waits (lib/run/plan-file.ts), which are ours.
    if (file.header.join() === PLAN_HEADER) continue;
    const headers = new Set(file.header.map(normalHeader));
    if (headers.has('unsub_time')) foreign.push({ kind: 'mailchimp-unsubscribed', file });
    else if (headers.has('clean_time')) foreign.push({ kind: 'mailchimp-cleaned', file });
    else {
      leftAlone.push(name);
      if (findColumns('contacts', file.header, aliases).has('email')) candidates.push(file);
    }
  }
  const begins = mayBeEmpty && candidates.length === 0;
  if (!tables.has('contacts') && !begins) tables.set('contacts', theContacts(folder, files, candidates));
  const contacts = tables.get('contacts');
  return { tables, foreign, leftAlone: leftAlone.filter((name) => !contacts || name !== basename(contacts.path)) };
}

const tableOfFile = (name: string): TableName | undefined =>
  tableNames.find((each) => each === name.toLowerCase().replace(/\.csv$/, ''));

function theContacts(folder: string, files: readonly string[], candidates: readonly CsvFile[]): CsvFile {
  const [only] = candidates;
  if (only && candidates.length === 1) return only;
  if (candidates.length > 1) {
    const names = candidates.map((file) => basename(file.path)).join(', ');
    throw new WorkbookError(
      `${folder} has no contacts.csv, and ${names} all look like contacts. Rename the one to use to contacts.csv.`,
    );
  }
  const there =
    files.length > 0
      ? `It has: ${files.join(', ')}. None of them has a column "email", "Email" or "Email Address".`
      : 'It has no CSV file at all.';
  throw new WorkbookError(
    `${folder} has no contacts.csv. ${there} Put a contact export there as contacts.csv, or name another folder with --workbook.`,
  );
}
