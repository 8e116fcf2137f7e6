/**
 * `doctor`: checks the workbook and the settings, and reports what to fix, in order. Changes nothing.
 */

import { allJobs } from '../core/batch.ts';
import type { Engine } from '../core/engine.ts';
import { describeError } from '../core/errors.ts';
import { sql } from '../core/sql.ts';
import { type TableName, tableNames, tableOf } from '../core/tables.ts';
import { nearest } from '../core/text/nearest.ts';
import { printable } from '../core/text/printable.ts';
import { checkConnection, connectionsOf } from '../features/connections/index.ts';
import { leftovers } from '../features/erasure/leftovers.ts';
import { plural } from '../github/outward-errors.ts';
import { ERASE_KEY, HASH_PREFIX } from '../intake/forgotten.ts';
import { LockedByAnotherRun } from '../workbook/csv/commit/lock.ts';
import { isAboutConsent, tableMeant } from '../workbook/csv/discover.ts';
import { normalHeader } from '../workbook/headers.ts';
import {
  type ForeignFile,
  MOST_CELLS,
  NEARLY_FULL,
  type NotTaken,
  type SourceTable,
  type Store,
} from '../workbook/store.ts';
import { exportFoldersOf } from './export-files.ts';
import { inspect, type Look } from './inspect.ts';
import { historyOf, type Session } from './session.ts';
import { print, printJson } from './terminal.ts';
import { count } from './text.ts';

export interface Finding {
  readonly level: 'OK' | 'review' | 'fix';
  readonly text: string;
}

export async function doctorCommand(session: Session): Promise<number> {
  const findings: Finding[] = [];
  try {
    const found = await inspect(session, 'doctor', tableNames, (look) => examine(session, look));
    findings.push(...found.map(({ level, text }) => ({ level, text: printable(text) })));
  } catch (error) {
    if (error instanceof LockedByAnotherRun) throw error;
    findings.push({ level: 'fix', text: describeError(error).message });
  }
  findings.push(...(await examineConnections(session)), ...(await examineLedger(session)));
  if (session.options.json) printJson({ findings });
  else print(findings.flatMap(({ level, text }) => `${level.padEnd(6)} ${text}`.split('\n')));
  return findings.some(({ level }) => level === 'fix') ? 1 : 0;
}

async function examine(session: Session, look: Look): Promise<Finding[]> {
  const { engine, snapshot, reading, store } = look;
  const findings: Finding[] = [];
  if (store.recovered) findings.push({ level: 'review', text: store.recovered });
  for (const source of reading.tables) {
    const rows = snapshot.inputs[source.table]?.rows ?? 0;
    const renamed = [...source.headerOf].filter(([column, header]) => normalHeader(header) !== column);
    const aliases =
      renamed.length > 0 ? ` (${renamed.map(([column, header]) => `"${header}" is ${column}`).join(', ')})` : '';
    findings.push({ level: 'OK', text: `${source.label}: ${plural(rows, 'row')} of ${source.table}${aliases}` });
    findings.push(...misspelt(source.table, source.label, source.headers, source.headerOf));
    if (store.kind === 'csv') findings.push(...doubled(source));
  }
  for (const { header, yes, no } of snapshot.consent?.counts ?? []) {
    findings.push({ level: 'OK', text: `"${header}" says who wants mail: ${count(yes)} yes, ${count(no)} no` });
  }
  for (const file of reading.foreign)
    findings.push({ level: 'OK', text: `${file.label}: ${file.recognised.label}, ${readAs(file)}` });
  findings.push(
    ...(reading.leftAlone ?? []).map(leftAlone),
    ...(reading.notTaken ?? []).map(notTaken),
    ...(await ofAccess(store)),
    ...(await ofSheet(session, store)),
    ...((await store.warehouse?.findings()) ?? []),
  );
  findings.push({ level: 'OK', text: `a day is a day in ${session.nightShift.workbook.timeZone}` });
  for (const [reason, rows] of Object.entries(snapshot.quarantine)) {
    findings.push({
      level: 'fix',
      text: `${plural(rows, 'row')} in quarantine, ${reason}: the table "quarantine" says which, after the next run`,
    });
  }
  for (const [reason, cells] of Object.entries(snapshot.unreadable)) {
    findings.push({
      level: 'review',
      text: `${plural(cells, 'cell')} unreadable and counted as unknown, ${reason}: the table "quarantine" says which, after the next run`,
    });
  }
  const released = await engine.number(
    sql`select count(*) from contacts c join suppressions s on s.email = address_key(c.email)
      where c.status = 'suppressed' and s.released_at is not null
        and (s.suppressed_at is null or s.suppressed_at <= s.released_at)`,
  );
  if (released > 0) {
    findings.push({
      level: 'review',
      text:
        `${plural(released, 'contact')} released on the suppression list, but with the status "suppressed" ` +
        'still: set it to "subscribed" by hand if you mean it',
    });
  }
  const folders = await exportFoldersOf(session);
  for (const { fault } of folders) if (fault !== undefined) findings.push({ level: 'fix', text: `exports: ${fault}` });
  const places = folders.map(({ path }) => path);
  findings.push(...(await forgotten(engine, session.workbook.folder, places)));
  const keyless = await engine.number(sql`select count(*) from contacts where _keyless`);
  if (keyless > 0)
    findings.push({
      level: 'review',
      text: `${plural(keyless, 'contact')} without contact_id: list-cleaning fills it`,
    });
  return findings;
}

/** Whether what is planned could be written. */
async function ofAccess(store: Store): Promise<Finding[]> {
  const access = await store.sheet?.access();
  if (!access) return [];
  const { mayEdit, account, closed } = access;
  const who = account ?? 'the account that runs the night shift';
  const closedTo = closed.map((tab): Finding => {
    const text =
      `tab "${tab}" is protected, and ${who} may not write there: in the sheet, Data, Protect sheets and ` +
      'ranges, add it to those who may edit';
    return { level: 'fix', text };
  });
  if (mayEdit) return [{ level: 'OK', text: `${who} may edit the sheet` }, ...closedTo];
  const text = `${who} may only read the sheet: open it, click Share, and make it an editor`;
  return [{ level: 'fix', text }, ...closedTo];
}

/** What only a spreadsheet can have. */
async function ofSheet({ nightShift }: Session, store: Store): Promise<Finding[]> {
  const facts = await store.sheet?.facts();
  if (!facts) return [];
  const { timeZone, cells, others, exports, hasInbox, merged, twice, numbers, computed, isCopy } = facts;
  const used = `${count(cells)} of Google's ${count(MOST_CELLS)} cells`;
  const findings: Finding[] = [
    cells > NEARLY_FULL * MOST_CELLS
      ? {
          level: 'fix',
          text:
            `${used}: delete empty rows and columns, keep events in files (docs/workbook.md), ` +
            'or bound the size of changes and list_changes (mostRecords in jobs/rules/archive.ts) ' +
            'and of memberships (mostMembers in jobs/rules/guards.ts)',
        }
      : { level: 'OK', text: used },
  ];
  const ours = nightShift.workbook.timeZone;
  if (timeZone !== ours && !(ours === 'UTC' && /^(Etc\/)?(GMT|UTC)$/.test(timeZone))) {
    const text =
      `the sheet's clock is ${timeZone}, the rules say ${ours}: moments are shown in the one, days counted in ` +
      'the other. Set one as the other';
    findings.push({ level: 'review', text });
  }
  if (isCopy)
    findings.push({
      level: 'review',
      text:
        'this spreadsheet is a copy of another workbook: its runs begin their own history, and approvals of the ' +
        'other do not count here',
    });
  for (const { tab, columns } of computed) {
    const names = columns.map((column) => `"${column}"`).join(', ');
    const text =
      `tab "${tab}": a formula fills ${names}. Such cells are read and never written; what a job would change ` +
      'there is reported as held';
    findings.push({ level: 'review', text });
  }
  for (const tab of merged)
    findings.push({
      level: 'fix',
      text: `tab "${tab}" has merged cells: all but the first read as empty. Unmerge them`,
    });
  for (const { tab, headers } of twice) {
    const names = headers.map((header) => `"${header}"`).join(', ');
    const text = `tab "${tab}" has more than one column ${names}: only the first counts. Rename or delete the others`;
    findings.push({ level: 'fix', text });
  }
  for (const { tab, column, cells: found } of numbers) {
    const text =
      `tab "${tab}": numbers in ${plural(found, 'cell')} of "${column}", so that zeros at their front are ` +
      'gone. Format the column as plain text (nightshift init does), and type those again that had any';
    findings.push({ level: 'review', text });
  }
  for (const tab of exports) findings.push({ level: 'OK', text: `tab "${tab}" is filled by an export` });
  if (hasInbox) findings.push({ level: 'OK', text: 'tab "inbox": what is pasted there is imported before each batch' });
  if (others.length > 0)
    findings.push({
      level: 'OK',
      text: `no table, and ignored: ${others.map((tab) => `tab "${tab}"`).join(', ')}`,
    });
  return findings;
}

/** Rows of people who were erased: added again by hand, or left by a run that was stopped. */
async function forgotten(engine: Engine, workbookFolder: string, exportFolders: readonly string[]): Promise<Finding[]> {
  const hashes = await engine.number(sql`select count(*) from suppressions where starts_with(email, ${HASH_PREFIX})`);
  if (hashes === 0) return [];
  const key = process.env[ERASE_KEY];
  if (!key) {
    const text = `${count(hashes)} addresses were erased, and ${ERASE_KEY} is not set: whether they are back can’t be checked`;
    return [{ level: 'review', text }];
  }
  return Object.entries(await leftovers(engine, key, workbookFolder, exportFolders)).map(([place, found]) => ({
    level: 'fix' as const,
    text: `${place}: ${count(found)} addresses of people who were erased; run erase for them again`,
  }));
}

/** Headers that are nearly a column of ours, but are read as columns of the team's own. */
function misspelt(
  table: TableName,
  label: string,
  headers: readonly string[],
  headerOf: ReadonlyMap<string, string>,
): Finding[] {
  const known = new Set(headerOf.values());
  const missing = Object.keys(tableOf(table).columns).filter((column) => !headerOf.has(column));
  return headers.flatMap((header) => {
    if (known.has(header) || normalHeader(header).length < 5) return [];
    const meant = nearest(header, missing);
    return meant
      ? [{ level: 'review' as const, text: `${label}: is "${header}" meant to be ${meant}? It is kept, and not used` }]
      : [];
  });
}

const readAs = ({ recognised }: ForeignFile): string =>
  recognised.contacts ? 'read for who wants no mail; import it to add its people' : 'read as bounces';

/** A file that may be meant for a table, and is none. */
function leftAlone(name: string): Finding {
  const table = tableMeant(name);
  if (!table && isAboutConsent(name))
    return { level: 'review', text: `${name} is not read, and may hold unsubscribes: import it` };
  return table
    ? { level: 'review', text: `${name} is not read: rename it to ${table}.csv if it is meant, or import it` }
    : { level: 'OK', text: `no table, and ignored: ${name}` };
}

const notTaken = ({ label, looksLike }: NotTaken): Finding => ({
  level: 'review',
  text: `the events or purchases of ${label}, ${looksLike}, are not read: put it into the inbox, or import it`,
});

/** Two headers that stand for one column by its own name: which of them counts is not defined by the team. */
function doubled({ label, headers, headerOf }: SourceTable): Finding[] {
  return [...headerOf].flatMap(([column, first]) => {
    const others = headers.filter((header) => header !== first && normalHeader(header) === column);
    const names = others.map((header) => `"${header}"`).join(', ');
    const text = `${label} has ${names} beside "${first}": only "${first}" counts. Rename or delete the others`;
    return others.length > 0 ? [{ level: 'fix' as const, text }] : [];
  });
}

/** Whether each connection's key works, and what it would give. The sample's pretended tools need none. */
async function examineConnections({ nightShift, identity, workbook }: Session): Promise<Finding[]> {
  const jobs = allJobs(nightShift).map(({ job }) => job);
  const findings: Finding[] = [];
  for (const connection of connectionsOf(jobs)?.connections ?? []) {
    if (connection.vendor.id === 'sample') continue;
    const secret = (name: string): string | undefined => process.env[name];
    const checked = await checkConnection(connection, { secret }, identity.startedAt, workbook.folder);
    findings.push(...checked.map(({ isFine, text }): Finding => ({ level: isFine ? 'OK' : 'fix', text })));
  }
  return findings;
}

async function examineLedger(session: Session): Promise<Finding[]> {
  try {
    const entries = [...(await historyOf(session)).values()].flat().length;
    return [{ level: 'OK', text: `the ledger is readable: ${plural(entries, 'run')} of this workbook` }];
  } catch (error) {
    return [{ level: 'fix', text: describeError(error).message }];
  }
}
