/**
 * Lays a dataset out as a workbook: the tables that are not there, with types, descriptions, partitions by time and
 * clusters by whom a row is about. A table that is there is left as it is.
 */
import type { bigquery_v2 as api } from 'googleapis/build/src/apis/bigquery/index.js';
import { type Column, type TableName, tableNames, tableOf } from '../../core/tables.ts';
import { normalHeader } from '../headers.ts';
import type { BigQueryClient } from './client.ts';
import { unlessReason } from './errors.ts';
import { FIELD_TYPES, MARKER_TABLE } from './outline.ts';

/** Days that rows of facts are kept, by table; for ever, unless given. */
export type KeptDays = Readonly<Partial<Record<TableName, number>>>;

const DAY_MS = 86_400_000;
/** Records that grow by the day. */
const BY_DAY: Readonly<Partial<Record<TableName, string>>> = { changes: 'at' };
/** Whom a row is about, where that is not its key. */
const CLUSTERS: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  events: ['contact_id', 'type'],
  bounces: ['email'],
  purchases: ['contact_id'],
  changes: ['row_key'],
};

const MEANING = { text: 'text', number: 'number', date: 'day', time: 'moment in UTC' } as const;

function fieldOf(table: TableName, name: string, { type, derived }: Column): api.Schema$TableFieldSchema {
  const parts = [
    MEANING[type],
    ...(tableOf(table).key.includes(name) ? ['part of the key'] : []),
    ...(derived ? ['recalculated by every run'] : []),
  ];
  return { name, type: FIELD_TYPES[type], description: parts.join('; ') };
}

/** A table as it is made: with these columns, or all that it knows. */
export function tableToMake(table: TableName, keptDays?: number, columns?: readonly string[]): api.Schema$Table {
  const definition = tableOf(table);
  const time = definition.facts
    ? Object.entries(definition.columns).find(([, { type }]) => type === 'time')?.[0]
    : BY_DAY[table];
  const names = columns ?? Object.keys(definition.columns);
  const partition = time !== undefined && names.includes(time) ? time : undefined;
  const clusters = (CLUSTERS[table] ?? definition.key).filter(
    (column) => names.includes(column) && definition.columns[column]?.type !== 'number',
  );
  return {
    tableReference: { tableId: table },
    description: definition.facts ? 'facts: read by nightshift, added to by imports' : 'kept by nightshift and people',
    schema: { fields: names.map((name) => fieldOf(table, name, definition.columns[name] ?? { type: 'text' })) },
    ...(partition !== undefined && {
      // By day only where old days go: one load may write to 4,000 partitions at most.
      timePartitioning: keptDays
        ? { type: 'DAY', field: partition, expirationMs: String(keptDays * DAY_MS) }
        : { type: 'MONTH', field: partition },
    }),
    ...(clusters.length > 0 && { clustering: { fields: clusters.slice(0, 4) } }),
  };
}

export const markerTable: api.Schema$Table = {
  tableReference: { tableId: MARKER_TABLE },
  description: 'the run of nightshift that wrote last; written together with the data',
  schema: {
    fields: [
      { name: 'run', type: 'STRING' },
      { name: 'entries', type: 'STRING' },
    ],
  },
};

/** Makes the dataset where it is missing, and its tables. Can be run again. */
export async function layOutDataset(
  client: BigQueryClient,
  keptDays: KeptDays = {},
): Promise<{ made: string[]; found: string[] }> {
  if (!(await client.dataset().catch(unlessReason('notFound')))) await client.createDataset();
  const there = new Set(
    (await client.tables()).map(({ tableReference }) => normalHeader(tableReference?.tableId ?? '')),
  );
  const made = tableNames.filter((table) => !there.has(table));
  for (const table of made) await client.createTable(tableToMake(table, keptDays[table]));
  if (!there.has(MARKER_TABLE)) await client.createTable(markerTable);
  return { made, found: tableNames.filter((table) => there.has(table)) };
}
