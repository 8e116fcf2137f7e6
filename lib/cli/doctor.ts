/**
 * `doctor`: checks the workbook and the settings, and reports what to fix, in order. Changes nothing.
 */

import { allJobs } from '../core/batch.ts';
import type { Engine } from '../core/engine.ts';
import { describeError } from '../core/errors.ts';
import { sql } from '../core/sql.ts';
import { tableNames, tableOf } from '../core/tables.ts';
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

const ok = (text: string): Finding => ({ level: 'OK', text });
const review = (text: string): Finding => ({ level: 'review', text });
const fix = (text: string): Finding => ({ level: 'fix', text });
/** `"email", "phone"`: names of columns or headers. */
const quotedList = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

export async function doctorCommand(session: Session): Promise<number> {
  const findings: Finding[] = [];
  try {
    const found = await inspect(session, 'doctor', tableNames, (look) => examine(session, look));
    findings.push(...found.map(({ level, text }) => ({ level, text: printable(text) })));
  } catch (error) {
    if (error instanceof LockedByAnotherRun) throw error;
    findings.push(fix(describeError(error).message));
  }
  findings.push(...(await examineConnections(session)), ...(await examineLedger(session)));
  if (session.options.json) printJson({ findings });
  else print(findings.flatMap(({ level, text }) => `${level.padEnd(6)} ${text}`.split('\n')));
  return findings.some(({ level }) => level === 'fix') ? 1 : 0;
}

async function examine(session: Session, look: Look): Promise<Finding[]> {
  const { engine, snapshot, reading, store } = look;
  const findings: Finding[] = store.recovered ? [review(store.recovered)] : [];
  for (const source of reading.tables) {
    const rows = snapshot.inputs[source.table]?.rows ?? 0;
    const renamed = [...source.headerOf].filter(([column, header]) => normalHeader(header) !== column);
    const aliases =
      renamed.length > 0 ? ` (${renamed.map(([column, header]) => `"${header}" is ${column}`).join(', ')})` : '';
    findings.push(ok(`${source.label}: ${plural(rows, 'row')} of ${source.table}${aliases}`), ...misspelt(source));
    if (store.kind === 'csv') findings.push(...doubled(source));
  }
  const folders = await exportFoldersOf(session);
  findings.push(
    ...(snapshot.consent?.counts ?? []).map(({ header, yes, no }) =>
      ok(`"${header}" says who wants mail: ${count(yes)} yes, ${count(no)} no`),
    ),
    ...reading.foreign.map((file) => ok(`${file.label}: ${file.recognised.label}, ${readAs(file)}`)),
    ...(reading.leftAlone ?? []).map(leftAlone),
    ...(reading.notTaken ?? []).map(notTaken),
    ...(await ofAccess(store)),
    ...(await ofSheet(session, store)),
    ...((await store.warehouse?.findings()) ?? []),
    ok(`a day is a day in ${session.nightShift.workbook.timeZone}`),
    ...Object.entries(snapshot.quarantine).map(([reason, rows]) =>
      fix(`${plural(rows, 'row')} in quarantine, ${reason}: ${AFTER_THE_RUN}`),
    ),
    ...Object.entries(snapshot.unreadable).map(([reason, cells]) =>
      review(`${plural(cells, 'cell')} unreadable and counted as unknown, ${reason}: ${AFTER_THE_RUN}`),
    ),
    ...(await ofReleased(engine)),
    ...folders.flatMap(({ fault }) => (fault === undefined ? [] : [fix(`exports: ${fault}`)])),
    ...(await forgotten(
      engine,
      session.workbook.folder,
      folders.map(({ path }) => path),
    )),
  );
  const keyless = await engine.number(sql`select count(*) from contacts where _keyless`);
  if (keyless > 0) findings.push(review(`${plural(keyless, 'contact')} without contact_id: list-cleaning fills it`));
  return findings;
}

const AFTER_THE_RUN = 'the table "quarantine" says which, after the next run';

async function ofReleased(engine: Engine): Promise<Finding[]> {
  const released = await engine.number(
    sql`select count(*) from contacts c join suppressions s on s.email = address_key(c.email)
      where c.status = 'suppressed' and s.released_at is not null
        and (s.suppressed_at is null or s.suppressed_at <= s.released_at)`,
  );
  const text =
    `${plural(released, 'contact')} released on the suppression list, but with the status "suppressed" ` +
    'still: set it to "subscribed" by hand if you mean it';
  return released > 0 ? [review(text)] : [];
}

/** Whether what is planned could be written. */
async function ofAccess(store: Store): Promise<Finding[]> {
  const access = await store.sheet?.access();
  if (!access) return [];
  const { mayEdit, account, closed } = access;
  const who = account ?? 'the account that runs the night shift';
  return [
    mayEdit
      ? ok(`${who} may edit the sheet`)
      : fix(`${who} may only read the sheet: open it, click Share, and make it an editor`),
    ...closed.map((tab) =>
      fix(
        `tab "${tab}" is protected, and ${who} may not write there: in the sheet, Data, Protect sheets and ` +
          'ranges, add it to those who may edit',
      ),
    ),
  ];
}

/** What only a spreadsheet can have. */
async function ofSheet({ nightShift }: Session, store: Store): Promise<Finding[]> {
  const facts = await store.sheet?.facts();
  if (!facts) return [];
  const { timeZone, cells, others, exports, hasInbox, merged, twice, numbers, computed, isCopy } = facts;
  const used = `${count(cells)} of Google's ${count(MOST_CELLS)} cells`;
  const full =
    `${used}: delete empty rows and columns, keep events in files (docs/workbook.md), ` +
    'or bound the size of changes and list_changes (mostRecords in jobs/rules/archive.ts) ' +
    'and of memberships (mostMembers in jobs/rules/guards.ts)';
  const findings: Finding[] = [cells > NEARLY_FULL * MOST_CELLS ? fix(full) : ok(used)];
  const ours = nightShift.workbook.timeZone;
  if (timeZone !== ours && !(ours === 'UTC' && /^(Etc\/)?(GMT|UTC)$/.test(timeZone)))
    findings.push(
      review(
        `the sheet's clock is ${timeZone}, the rules say ${ours}: moments are shown in the one, days counted in ` +
          'the other. Set one as the other',
      ),
    );
  if (isCopy)
    findings.push(
      review(
        'this spreadsheet is a copy of another workbook: its runs begin their own history, and approvals of the ' +
          'other do not count here',
      ),
    );
  findings.push(
    ...computed.map(({ tab, columns }) =>
      review(
        `tab "${tab}": a formula fills ${quotedList(columns)}. Such cells are read and never written; what a job ` +
          'would change there is reported as held',
      ),
    ),
    ...merged.map((tab) => fix(`tab "${tab}" has merged cells: all but the first read as empty. Unmerge them`)),
    ...twice.map(({ tab, headers }) =>
      fix(
        `tab "${tab}" has more than one column ${quotedList(headers)}: only the first counts. Rename or delete the others`,
      ),
    ),
    ...numbers.map(({ tab, column, cells: found }) =>
      review(
        `tab "${tab}": numbers in ${plural(found, 'cell')} of "${column}", so that zeros at their front are ` +
          'gone. Format the column as plain text (nightshift init does), and type those again that had any',
      ),
    ),
    ...exports.map((tab) => ok(`tab "${tab}" is filled by an export`)),
  );
  if (hasInbox) findings.push(ok('tab "inbox": what is pasted there is imported before each batch'));
  if (others.length > 0) findings.push(ok(`no table, and ignored: ${others.map((tab) => `tab "${tab}"`).join(', ')}`));
  return findings;
}

/** Rows of people who were erased: added again by hand, or left by a run that was stopped. */
async function forgotten(engine: Engine, workbookFolder: string, exportFolders: readonly string[]): Promise<Finding[]> {
  const hashes = await engine.number(sql`select count(*) from suppressions where starts_with(email, ${HASH_PREFIX})`);
  if (hashes === 0) return [];
  const key = process.env[ERASE_KEY];
  if (!key) {
    const unknown = `${ERASE_KEY} is not set: whether they are back can’t be checked`;
    return [review(`${count(hashes)} addresses were erased, and ${unknown}`)];
  }
  return Object.entries(await leftovers(engine, key, workbookFolder, exportFolders)).map(([place, found]) =>
    fix(`${place}: ${count(found)} addresses of people who were erased; run erase for them again`),
  );
}

/** Headers that are nearly a column of ours, but are read as columns of the team's own. */
function misspelt({ table, label, headers, headerOf }: SourceTable): Finding[] {
  const known = new Set(headerOf.values());
  const missing = Object.keys(tableOf(table).columns).filter((column) => !headerOf.has(column));
  return headers.flatMap((header) => {
    if (known.has(header) || normalHeader(header).length < 5) return [];
    const meant = nearest(header, missing);
    return meant ? [review(`${label}: is "${header}" meant to be ${meant}? It is kept, and not used`)] : [];
  });
}

const readAs = ({ recognised }: ForeignFile): string =>
  recognised.contacts ? 'read for who wants no mail; import it to add its people' : 'read as bounces';

/** A file that may be meant for a table, and is none. */
function leftAlone(name: string): Finding {
  const table = tableMeant(name);
  if (table) return review(`${name} is not read: rename it to ${table}.csv if it is meant, or import it`);
  if (isAboutConsent(name)) return review(`${name} is not read, and may hold unsubscribes: import it`);
  return ok(`no table, and ignored: ${name}`);
}

const notTaken = ({ label, looksLike }: NotTaken): Finding =>
  review(`the events or purchases of ${label}, ${looksLike}, are not read: put it into the inbox, or import it`);

/** Two headers that stand for one column by its own name: which of them counts is not defined by the team. */
function doubled({ label, headers, headerOf }: SourceTable): Finding[] {
  return [...headerOf].flatMap(([column, first]) => {
    const others = headers.filter((header) => header !== first && normalHeader(header) === column);
    const text = `${label} has ${quotedList(others)} beside "${first}": only "${first}" counts. Rename or delete the others`;
    return others.length > 0 ? [fix(text)] : [];
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
    findings.push(...checked.map(({ isFine, text }) => (isFine ? ok(text) : fix(text))));
  }
  return findings;
}

async function examineLedger(session: Session): Promise<Finding[]> {
  try {
    const entries = [...(await historyOf(session)).values()].flat().length;
    return [ok(`the ledger is readable: ${plural(entries, 'run')} of this workbook`)];
  } catch (error) {
    return [fix(describeError(error).message)];
  }
}
