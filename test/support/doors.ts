/**
 * The doors by which a file comes into a workbook, and what the workbook says afterwards of the people in it: who may
 * be mailed, who may not and why, and what is known of them. The same file must come to the same by each.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { raw } from '../../lib/core/sql.ts';
import type { TableName } from '../../lib/core/tables.ts';
import { openEngine } from '../../lib/engine/duckdb.ts';
import { recogniseWith } from '../../lib/intake/formats/registry.ts';
import { inboxFiles, inboxJob } from '../../lib/intake/inbox.ts';
import { layOutJson } from '../../lib/intake/json-as-csv.ts';
import { fedTables } from '../../lib/intake/read-files.ts';
import { takeSnapshot } from '../../lib/snapshot/snapshot.ts';
import { openCsvStore } from '../../lib/workbook/csv/store.ts';
import type { Store } from '../../lib/workbook/store.ts';
import bounces from '../fixture/bounce-suppression.ts';
import { bringIn } from './import.ts';
import { type Night, night } from './night.ts';
import { nightly } from './small-jobs.ts';
import { aSheet } from './store-bench.ts';
import { aContact, asOf, temporaryFolder, writeWorkbook } from './workbook.ts';

/** The state of a workbook after a night, by address. */
export interface State {
  /** Contacts that may be mailed. */
  readonly mailable: readonly string[];
  /** Contacts that may not: address → `complaint`, `unsubscribe`, `dead` or `status`. */
  readonly refused: Readonly<Record<string, string>>;
  readonly bounces: Readonly<Record<string, string>>;
  readonly events: Readonly<Record<string, string>>;
  readonly purchases: Readonly<Record<string, string>>;
}

export interface GivenFile {
  readonly name: string;
  readonly text: string;
}

/** Puts files into the workbook in `folder`. */
export type Door = (folder: string, files: readonly GivenFile[]) => Promise<void>;

const scratchOf = (folder: string): string => {
  const scratch = join(folder, '.nightshift');
  mkdirSync(scratch, { recursive: true });
  return scratch;
};

export const byImport: Door = async (folder, files) => {
  await bringIn(folder, Object.fromEntries(files.map(({ name, text }) => [name, text])));
};

export const byInbox: Door = async (folder, files) => {
  mkdirSync(join(folder, 'inbox'));
  for (const { name, text } of files) writeFileSync(join(folder, 'inbox', name), text);
  const scheduled = await Promise.all(
    (await inboxFiles(folder)).map(async (path, i) => {
      const request = { paths: [path], feeds: await fedTables([path]), scratch: scratchOf(folder), progress: () => {} };
      const given = { ...request, asOf: new Date(asOf), settings: { timeZone: 'UTC' }, eraseKey: undefined };
      return inboxJob(given, async () => {}, asOf.slice(0, 10), i.toString(16).padStart(8, '0'));
    }),
  );
  const { jobs } = await night(folder, { jobs: scheduled });
  for (const { error } of jobs) if (error) throw new Error(error.message);
};

/** The files lie in the folder, beside the contacts or as the contacts. */
export const byFolder: Door = async (folder, files) => {
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
};

/** The state as any job, list or export of the next night sees it. */
export async function stateOf(
  folder: string,
  open?: () => Promise<Store>,
  asked: readonly TableName[] = ['events', 'purchases', 'suppressions', 'bounces'],
): Promise<State> {
  const options = { folder, aliases: {}, recognise: recogniseWith(), layOutJson, command: 'test', run: 'state' };
  const store = await (open ?? (() => openCsvStore(options)))();
  const engine = await openEngine({ spillFolder: join(store.scratch, 'spill'), timeZone: 'UTC', threads: 1 });
  try {
    await takeSnapshot(engine, await store.read(), {
      ...{ rules: { timeZone: 'UTC' }, asOf: new Date(asOf), now: new Date(asOf), extraColumns: new Set<string>() },
      tables: new Set(asked),
    });
    const pairs = async (query: string): Promise<Record<string, string>> =>
      Object.fromEntries((await engine.rows(raw(query))).map((row) => [String(row.k), String(row.v)]));
    const mailable = await engine.rows(
      raw(
        'select lower(email) as k from contacts where contact_id not in (select contact_id from unmailable) order by 1',
      ),
    );
    return {
      mailable: mailable.map((row) => String(row.k)),
      refused: await pairs(REFUSED),
      bounces: await pairs(
        `select lower(email) as k, max(kind) as v from bounces where kind in ('hard', 'soft', 'block', 'cleaned') group by 1`,
      ),
      events: await pairs(
        'select lower(coalesce(e.email, c.email)) as k, max(type) as v from events e left join contacts c on c.contact_id = e.contact_id group by 1',
      ),
      purchases: await pairs('select order_id as k, cast(amount as varchar) as v from purchases'),
    };
  } finally {
    engine.close();
    await store.close();
  }
}

/** Of several reasons the person's own, then the address's. */
const REFUSED = `
  select lower(c.email) as k, max_by(why, rank) as v from contacts c join (
    select email, case when reason = 'complaint' then 'complaint' when scope = 'address' then 'dead' else 'unsubscribe' end as why,
      case when reason = 'complaint' then 4 when scope = 'address' then 2 else 3 end as rank from suppressed
    union all
    select email, means, case means when 'complaint' then 4 else 3 end from unanswered
    union all
    select address_key(email), 'status', 0 from contacts where contact_id in (select contact_id from unmailable)
  ) r on r.email = address_key(c.email)
  group by 1`;

/**
 * What a workbook with these contacts comes to once the files are in it and, where an address is dead, a night is over.
 */
export async function through(
  door: Door,
  files: readonly GivenFile[],
  addresses: readonly string[],
  hasDead = true,
): Promise<State> {
  const folder = temporaryFolder();
  const contacts = addresses.map((email, i) => aContact({ contact_id: `known${i}`, email }));
  if (contacts.length > 0) writeWorkbook(folder, { contacts });
  await door(folder, files);
  if (hasDead) await suppressBounces(folder);
  return stateOf(folder);
}

/** Half of these contacts are refused, which the job's guards would stop. */
async function suppressBounces(folder: string, given: Night = {}): Promise<void> {
  await night(folder, { ...given, jobs: nightly({ ...bounces, guards: [] }) });
}

/** What a spreadsheet comes to: the files are tabs beside its contacts, or one of them is pasted into the tab "inbox". */
export async function throughSheet(
  files: readonly GivenFile[],
  addresses: readonly string[],
  isPasted = false,
  hasDead = true,
): Promise<State> {
  const contacts = addresses.map((email, i) => [`known${i}`, email, 'subscribed']);
  const tabs = files.map(({ name, text }): [string, string[][]] => [
    isPasted ? 'Inbox' : name.replace(/\.csv$/, ''),
    Papa.parse<string[]>(text.trim()).data,
  ]);
  const bench = await aSheet({
    contacts: [['contact_id', 'email', 'status'], ...contacts],
    ...Object.fromEntries(tabs),
  });
  const folder = temporaryFolder();
  const open = bench.open;
  if (isPasted) {
    const store = await open();
    const path = await store.sheet?.inbox();
    if (!path) throw new Error('nothing stands in the tab "inbox"');
    const kept = join(folder, 'inbox.csv');
    copyFileSync(path, kept);
    await store.close();
    const given = { paths: [kept], feeds: await fedTables([kept]), scratch: scratchOf(folder), progress: () => {} };
    const request = { ...given, asOf: new Date(asOf), settings: { timeZone: 'UTC' }, eraseKey: undefined };
    const job = inboxJob(request, async () => {}, asOf.slice(0, 10), '00000001');
    const { jobs } = await night(folder, { jobs: [job], open });
    for (const { error } of jobs) if (error) throw new Error(error.message);
  }
  if (hasDead) await suppressBounces(folder, { open });
  return stateOf(folder, open);
}
