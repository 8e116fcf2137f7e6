/**
 * Which file of a folder is which table. `contacts.csv` is contacts; and where there is none, the one file that looks
 * like a contact export of Mailchimp, HubSpot or anyone else. Never a guess between two.
 */

import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { NightshiftError } from '../../core/errors.ts';
import { type FileIdentity, identify } from '../../core/file-identity.ts';
import { type TableName, tableNames } from '../../core/tables.ts';
import { printable } from '../../core/text/printable.ts';
import { besideOf, hasOtherFacts, isPeople } from '../beside.ts';
import { ConsentQuestion } from '../consent-question.ts';
import { normalHeader } from '../headers.ts';
import type { LayOutJson, Recognise, Recognised, Unclear } from '../recognised.ts';
import type { NotTaken } from '../store.ts';
import { type CsvFile, openCsv } from './sniff.ts';

/** A folder that can't be used as a workbook, and what to do about it. */
export class WorkbookError extends NightshiftError {
  override name = 'WorkbookError';

  constructor(message: string) {
    super(printable(message));
  }

  override readonly exitCode = 2;
  override readonly outward = 'The workbook can’t be opened: is its name or id right, and may the night shift see it?';
}

export interface Found {
  readonly tables: ReadonlyMap<TableName, CsvFile>;
  readonly foreign: readonly ShapedFile[];
  /** The CSV files that are neither, and left alone. */
  readonly leftAlone: readonly string[];
  /** Those of another tool whose events or purchases only an import takes, with what they look like. */
  readonly notTaken: readonly NotTaken[];
}

/**
 * The table that a file is called after, though not exactly: `Suppressions (1).csv`, `bounces-2026-11.csv`; null where
 * none is meant.
 */
export function tableMeant(name: string): TableName | null {
  const bare = name.toLowerCase().replace(/\.csv$/, '');
  // No person writes the table of connected tools, and LinkedIn has a file of that name.
  const written = tableNames.filter((table) => table !== 'connections');
  return written.find((table) => new RegExp(`^${table}?([^a-z]|$)`).test(bare)) ?? null;
}

/** Such a file may hold refusals of mail, so it is never ignored silently. */
export const isAboutConsent = (name: string): boolean => /unsub|clean|suppress|bounce|complain/i.test(name);

/** How a folder's files are distinguished. */
export interface Discovery {
  readonly recognise: Recognise;
  readonly layOutJson?: LayOutJson;
  /** There need be no contacts yet. */
  readonly mayBeEmpty: boolean;
  /** A folder for temporary files. */
  readonly scratch: string;
}

/** Headers of files that runs and imports write: a plan's rows (lib/run/plan-file.ts), and what an import rejected. */
const OUR_HEADERS = ['table,key,column,before,after,reason', 'row,column,reason,value'];

/**
 * Finds a workbook's files.
 * @throws WorkbookError where there are no contacts, or more than one file that might be them
 * @throws ConsentQuestion where a file may say who wants no mail and is not known
 */
export async function discover(folder: string, discovery: Discovery): Promise<Found> {
  const { recognise, mayBeEmpty } = discovery;
  const { files, tables, others } = await tablesByName(folder);
  const found = await recogniseOthers(folder, others, tables.has('contacts'), recognise);
  await addJson(folder, discovery, found);
  if (!tables.has('contacts') && !(mayBeEmpty && found.lists.length === 0)) {
    const [first, ...more] = theContacts(folder, files, found);
    tables.set('contacts', first.file);
    found.foreign.push(...more);
  } else found.foreign.push(...found.lists);
  const contacts = tables.get('contacts');
  const isKnown = (name: string): boolean =>
    (contacts !== undefined && name === basename(contacts.path)) ||
    found.foreign.some(({ file, recognised }) => file.name === name && !(isPeople(recognised) && tableMeant(name)));
  const leftAlone = [...found.leftAlone, ...found.lists.map(({ file }) => file.name)]
    .filter((name) => !isKnown(name))
    .sort();
  return { tables, foreign: found.foreign, leftAlone, notTaken: found.notTaken };
}

interface ShapedFile {
  readonly recognised: Recognised;
  readonly file: CsvFile;
  /** The JSON file that `file` was made of. */
  readonly origin?: { readonly path: string; readonly identity: FileIdentity | null };
}

/** The files that are called like a table, and the names of all others. */
async function tablesByName(folder: string) {
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
    const csv = table && (await openCsv(join(folder, file)));
    if (!table || !csv || isOfLinkedIn(table, csv)) {
      others.push(file);
      continue;
    }
    if (tables.has(table)) throw new WorkbookError(`${folder} has two files for ${table}; keep one.`);
    tables.set(table, csv);
  }
  return { files, tables, others };
}

/** LinkedIn calls its export of people Connections.csv, as our table of connected tools is called. */
const isOfLinkedIn = (table: TableName, { header }: CsvFile): boolean =>
  table === 'connections' && !header.some((each) => normalHeader(each) === 'connection');

/** What the other files are: lists of people, reports of who wants or gets no mail, or nothing of ours. */
async function recogniseOthers(folder: string, names: readonly string[], hasContacts: boolean, recognise: Recognise) {
  const foreign: ShapedFile[] = [];
  const lists: ShapedFile[] = [];
  const unclear: Unclear[] = [];
  const leftAlone: string[] = [];
  const notTaken: NotTaken[] = [];
  for (const name of names) {
    const file = await openCsv(join(folder, name)).catch((error: unknown) => {
      if (hasContacts && !isAboutConsent(name)) return null;
      throw error;
    });
    if (file && OUR_HEADERS.includes(file.header.join())) continue;
    const recognised = file && recognise({ name, headers: file.header });
    if (!file || !recognised) leftAlone.push(name);
    else if ('unclear' in recognised) {
      if (recognised.mayRefuse && !(recognised.addressUnknown && !(await hasAddress(file.path))))
        throw new ConsentQuestion(recognised.unclear);
      if (!recognised.mayRefuse) unclear.push(recognised);
      leftAlone.push(name);
    } else if (recognised.contacts) lists.push({ recognised, file });
    else {
      if (besideOf(recognised) === 'reports') foreign.push({ recognised, file });
      if (hasOtherFacts(recognised)) notTaken.push({ label: name, looksLike: recognised.label });
    }
  }
  return { foreign, lists, unclear, leftAlone, notTaken };
}

/**
 * Adds the folder's JSON files of other tools: what they report of addresses is read with the tables. @throws
 * ConsentQuestion for one of no known tool whose name says that it may refuse mail
 */
async function addJson(
  folder: string,
  { layOutJson, scratch }: Discovery,
  found: Pick<Awaited<ReturnType<typeof recogniseOthers>>, 'foreign' | 'notTaken' | 'leftAlone'>,
): Promise<void> {
  if (!layOutJson) return;
  const names = (await readdir(folder)).filter((name) => /^[^.].*\.(?:json|jsonl|ndjson)$/i.test(name)).sort();
  for (const name of names) {
    const path = join(folder, name);
    const identity = await identify(path);
    const laidOut = await layOutJson(path, scratch);
    if (!laidOut && isAboutConsent(name) && (await hasAddress(path))) throw new ConsentQuestion(unknownJson(name));
    if (!laidOut) {
      found.leftAlone.push(name);
      continue;
    }
    const { recognised } = laidOut;
    const file = { ...(await openCsv(laidOut.path)), name };
    if (besideOf(recognised) === 'reports') found.foreign.push({ recognised, file, origin: { path, identity } });
    if (hasOtherFacts(recognised)) found.notTaken.push({ label: name, looksLike: recognised.label });
  }
}

const unknownJson = (name: string): string =>
  `${name} may hold people who want no mail, and is JSON of no provider that is known. Nothing was done. ` +
  'Lay its rows out as CSV with the columns email, kind (complaint, unsubscribe, hard, soft) and ' +
  'occurred_at, or move it out of the workbook.';

/** Whether an address may stand anywhere in a file. */
async function hasAddress(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path)) if ((chunk as Buffer).includes('@')) return true;
  return false;
}

const tableOfFile = (name: string): TableName | undefined =>
  tableNames.find((each) => each === name.toLowerCase().replace(/\.csv$/, ''));

/** The list that is the contacts; and lists of people who never agreed to mail, which stand beside it. */
function theContacts(
  folder: string,
  files: readonly string[],
  { lists, unclear }: { readonly lists: readonly ShapedFile[]; readonly unclear: readonly Unclear[] },
): [ShapedFile, ...ShapedFile[]] {
  const never = lists.filter(({ recognised }) => recognised.contacts?.neverAgreed);
  const agreed = lists.filter((each) => !never.includes(each));
  const candidates = agreed.length > 0 ? agreed : never;
  const [only, ...more] = candidates;
  if (only && more.length === 0) return [only, ...never.filter((each) => each !== only)];
  if (only) {
    const names = candidates.map(({ file }) => file.name).join(', ');
    throw new WorkbookError(
      `${folder} has no contacts.csv, and ${names} all look like contacts. Rename the one to use to contacts.csv.`,
    );
  }
  const [question] = unclear;
  if (question) throw new ConsentQuestion(question.unclear);
  const there =
    files.length > 0
      ? `It has: ${files.join(', ')}. None of them has a column "email", "Email" or "Email Address".`
      : 'It has no CSV file at all.';
  throw new WorkbookError(
    `${folder} has no contacts.csv. ${there} Put a contact export there as contacts.csv, or name another folder with --workbook.`,
  );
}
