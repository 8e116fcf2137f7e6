/**
 * Facts in BigQuery beside a workbook that is a folder or a sheet: `sources: { events: 'bigquery://PROJECT/DATASET' }`,
 * with `/TABLE` where the table is called otherwise. They are asked there and never written. It wraps the store.
 */
import { WorkbookError } from '../csv/discover.ts';
import { findColumns, normalHeader, requireColumns } from '../headers.ts';
import type { Reading, SourceTable, Store } from '../store.ts';
import { placeOf } from './address.ts';
import { bigQueryClient, type ClientOptions } from './client.ts';
import { DatasetFacts, STAYING } from './facts.ts';
import { type Findings, findingsOf } from './findings.ts';
import { Steps } from './steps.ts';

/** A table by its address, and other names of its columns: header → column. */
export interface DatasetSource {
  readonly address: string;
  readonly columns: Readonly<Record<string, string>>;
}

/** A store that reads facts from datasets as well. */
export function withDatasetTables(
  store: Store,
  sources: Readonly<Record<string, DatasetSource>>,
  run: string,
  options: ClientOptions,
): Store {
  const own = store.warehouse;
  let spent = own?.spent;
  const open = Object.entries(sources).map(([table, source]) => {
    const [, dataset = '', id = table] = /^(bigquery:\/\/[^/]+\/[^/?]+)(?:\/([^/?]+))?/.exec(source.address) ?? [];
    const query = /\?.*$/.exec(source.address)?.[0] ?? '';
    const client = bigQueryClient(placeOf(dataset + query), { ...options, ...(spent && { spent }) });
    spent ??= client.spent;
    return { table, id, source, steps: new Steps(client, run, store.scratch) };
  });
  const read = async (): Promise<Reading> => {
    const reading = await store.read();
    const tables: SourceTable[] = [];
    for (const { table, id, source, steps } of open) tables.push(await sourceTable(table, id, source, steps));
    for (const there of reading.tables.filter(({ table }) => table in sources))
      if ((await there.open()).rows > 0)
        throw new WorkbookError(
          `jobs/rules/workbook.ts reads ${there.table} from ${sources[there.table]?.address}, but ${there.label} holds ` +
            `rows of ${there.table} as well. Move them there and delete ${there.label}, or take the rule out.`,
        );
    return {
      ...reading,
      tables: [...reading.tables.filter(({ table }) => !(table in sources)), ...tables],
      changedSince: async () => [...(await reading.changedSince()), ...open.flatMap(({ steps }) => [...steps.gone])],
    };
  };
  const findings = async (): Promise<Findings> => {
    const found = [...((await own?.findings()) ?? [])];
    for (const { steps } of open) found.push(...(await findingsOf(steps.client, [])));
    return found.filter(({ text }, i) => found.findIndex((each) => each.text === text) === i);
  };
  return {
    ...store,
    read,
    close: async () => {
      for (const { steps } of open) await steps.end();
      await store.close();
    },
    ...(spent && {
      warehouse: { spent, findings, clearRows: own?.clearRows ?? (async () => ({ cut: [], left: [] })) },
    }),
  };
}

async function sourceTable(
  table: string,
  id: string,
  { address, columns }: DatasetSource,
  steps: Steps,
): Promise<SourceTable> {
  const [outline] = await steps.begin((each) => normalHeader(each) === normalHeader(id));
  if (!outline)
    throw new WorkbookError(
      `jobs/rules/workbook.ts, sources.${table}: ${address} has no table "${id}". ` +
        `Name it: ${address.replace(/\?.*/, '')}/TABLE.`,
    );
  const headerOf = findColumns(table, outline.headers, columns);
  const label = `table "${outline.id}" of ${address}`;
  requireColumns(table, label, outline.headers, headerOf);
  return {
    table,
    label,
    headers: outline.headers,
    headerOf,
    isOutside: true,
    open: () => steps.read(outline, []),
    ...(STAYING.has(table) && { remote: new DatasetFacts(steps, { table, headerOf, outline }) }),
  };
}
