/**
 * `erase CONTACT`: forgets a person everywhere, and gives a receipt that names no person.
 */
import { createHash } from 'node:crypto';
import { localDay } from '../core/calendar/period.ts';
import { eraseJob, type Person } from '../features/erasure/erase-job.ts';
import { type Cleared, clearRest, cutFiles } from '../features/erasure/files.ts';
import { asBytes, type Named, namesPerson } from '../features/erasure/naming.ts';
import { plural } from '../github/outward-errors.ts';
import { ERASE_KEY, hashAddress } from '../intake/forgotten.ts';
import { changesText } from '../run/commit.ts';
import { isGood } from '../run/ledger-entry.ts';
import { runBatch } from '../run/run.ts';
import type { Store } from '../workbook/store.ts';
import { terminal } from './ask.ts';
import { exportFoldersOf } from './export-files.ts';
import { UsageError } from './options.ts';
import { exitCode } from './run.ts';
import { requestOf } from './run-request.ts';
import type { Session } from './session.ts';
import { print, printJson } from './terminal.ts';
import { second } from './text.ts';

export async function eraseCommand(session: Session): Promise<number> {
  const { options, nightShift, identity, workbook } = session;
  const [contact, ...rest] = options.names;
  if (!contact || rest.length > 0)
    throw new UsageError('Erase whom? Give one contact_id or address: nightshift erase CONTACT.');
  const key = process.env[ERASE_KEY];
  hashAddress(contact, key);
  const sources = workbook.isSample ? {} : nightShift.workbook.sources;
  let person: Person = { addresses: [], ids: [], outside: {} };
  let cut: Cleared['rewritten'] = [];
  const keep = (found: Person): void => {
    person = found;
  };
  const job = eraseJob(contact, key, keep, new Set(Object.keys(sources)));
  const exportFolders = await exportFoldersOf(session);
  const folders = exportFolders.map(({ path }) => path);
  const run = createHash('sha256').update(identity.run).digest('hex').slice(0, 8);
  const period = `${localDay(session.asOf, nightShift.workbook.timeZone)}-${run}`;
  const store = await session.open('erase');
  try {
    const { what, where, how } = requestOf(session, store, [{ job, cadence: 'nightly', period }]);
    const result = await runBatch({
      what,
      where,
      how: {
        ...how,
        confirm: async ({ jobs: [planned] }) => {
          if (options.dryRun || !planned || !isGood(planned)) return true;
          if (!options.yes && planned.status === 'applied') {
            print([`This would delete: ${changesText(planned)}. It can't be undone.`]);
            if (!(await terminal.confirms('Forget this person? [y/N] '))) return false;
          }
          const tabs = await clearTabs(store, person, false);
          cut = [...cut, ...(await cutFiles(workbook.folder, person, folders)), ...tabs.rewritten];
          return true;
        },
      },
    });
    const [done] = result.jobs;
    if (!done || done.error) throw new UsageError(done?.error?.message.replaceAll('\n', ' ') ?? 'erase did not run');
    const outside = Object.entries(sources).flatMap(([table, rule]) => {
      const rows = person.outside[table] ?? 0;
      return rule && rows > 0 ? [{ files: rule.files, table, rows }] : [];
    });
    const goesOn = !options.dryRun && isGood(done);
    const rest = goesOn
      ? [
          await clearRest(workbook.folder, person, store.scratch),
          await clearTabs(store, person, true),
          await clearRows(store, person),
        ]
      : [];
    const cleared: Cleared = {
      rewritten: [...cut, ...rest.flatMap(({ rewritten }) => rewritten)],
      leftovers: rest.flatMap(({ leftovers }) => leftovers),
    };
    const receipt = {
      receipt: 'erase',
      run: identity.run,
      at: session.asOf.toISOString(),
      status: done.status,
      hashes: person.addresses.map((address) => hashAddress(address, key)),
      changes: Object.fromEntries(Object.entries(done.changes).filter(([, { insert, remove }]) => insert + remove > 0)),
      ...cleared,
      outside,
      notReached: exportFolders.flatMap(({ path, fault }) => (fault === undefined ? [] : [path])),
    };
    if (options.json) printJson(receipt);
    else print(textOf(receipt, changesText(done)));
    if (cleared.leftovers.length + outside.length + receipt.notReached.length > 0) return 1;
    return done.status === 'planned' && !options.dryRun ? 3 : exitCode(result.jobs);
  } finally {
    await store.close();
  }
}

/** A person's rows in the tabs of a spreadsheet, in the words of files; none elsewhere. */
async function clearTabs(store: Store, person: Named, tables: boolean): Promise<Cleared> {
  const names = namesPerson(person);
  const traces = {
    names: (text: string): boolean => names(asBytes(text)),
    addresses: new Set(person.addresses),
    ids: new Set(person.ids),
  };
  const { cut, left } = (await store.sheet?.clearTabs(traces, tables)) ?? { cut: [], left: [] };
  return {
    rewritten: cut.map(({ tab, rows }) => ({ file: `tab "${tab}"`, lines: rows })),
    leftovers: left.map(({ tab, rows }) => ({ file: `tab "${tab}"`, lines: rows })),
  };
}

/** A person's rows in the tables of a dataset that the plan left; none elsewhere. */
async function clearRows(store: Store, { addresses, ids }: Named): Promise<Cleared> {
  const traces = { addresses: new Set(addresses), ids: new Set(ids) };
  const { cut, left } = (await store.warehouse?.clearRows(traces)) ?? { cut: [], left: [] };
  return {
    rewritten: cut.map(({ table, rows }) => ({ file: `table "${table}"`, lines: rows })),
    leftovers: left.map(({ table, rows }) => ({ file: `table "${table}", ${plural(rows, 'row')}`, lines: [] })),
  };
}

interface Receipt extends Cleared {
  readonly run: string;
  readonly at: string;
  readonly status: string;
  readonly hashes: readonly string[];
  /** Rows in files that are only read. */
  readonly outside: readonly { readonly files: string; readonly table: string; readonly rows: number }[];
  /** Folders of exports that are not there now. */
  readonly notReached: readonly string[];
}

function textOf(receipt: Receipt, changes: string): string[] {
  const { status, rewritten, leftovers, outside, notReached } = receipt;
  if (status === 'planned') return [`Nothing was written. It would delete: ${changes}`];
  return [
    `Receipt: run ${receipt.run}, ${second(new Date(receipt.at))}`,
    `Deleted: ${changes}`,
    ...rewritten.map(({ file, lines }) => `Removed from ${file}: ${plural(lines, 'line')}`),
    ...receipt.hashes.map((hash) => `Kept on the suppression list: ${hash}`),
    ...leftovers.map(({ file, lines }) => {
      const where = lines.length > 0 ? `, lines ${lines.join(', ')}` : '';
      return `Still there, to be fixed by hand: ${file}${where}`;
    }),
    ...outside.map(
      ({ files, table, rows }) =>
        `Still there, in files that are only read: ${files}, ${rows} rows of ${table}. Have them taken out where these files are made`,
    ),
    ...notReached.map((folder) => `Not looked at: the export folder ${folder} is not there. Erase again when it is`),
    ...(leftovers.length === 0 ? ['Nothing else in the workbook’s folder names this person.'] : []),
  ];
}
