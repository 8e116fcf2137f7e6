/**
 * What stands in a dataset: its tables with their columns, and how a column's values become the workbook's texts and
 * back, in BigQuery's SQL. Tables whose names begin with `nightshift_` are a run's own and no part of the workbook.
 */
import type { bigquery_v2 as api } from 'googleapis/build/src/apis/bigquery/index.js';
import { join, literal, type Sql, sql } from '../../core/sql.ts';
import type { ColumnType } from '../../core/tables.ts';
import type { Place } from './address.ts';

export type Field = api.Schema$TableFieldSchema;

/** A table of the dataset, or a view. */
export interface Outline {
  readonly id: string;
  readonly fields: readonly Field[];
  readonly headers: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  /** A view, or rows kept outside of BigQuery: read as it is now, and never written. */
  readonly isView: boolean;
  /** Rows arrived by streaming a short time ago, and can't be changed yet. */
  readonly isStreamed: boolean;
  /** Holds for every row, and names the partitions: a table may take no statement without. */
  readonly everyPartition: Sql | null;
  /** When it or its old partitions are taken away, as BigQuery has it; null where it is kept. */
  readonly expires: 'whole' | 'by partition' | null;
  /** When it was changed last, as BigQuery says: two equal ones are one content. */
  readonly version: string;
}

/** How the names of a run's own tables begin. */
export const OWN = 'nightshift_';
/** The record of what was applied last. */
export const MARKER_TABLE = `${OWN}applied`;

export function outlineOf(table: api.Schema$Table): Outline {
  const fields = table.schema?.fields ?? [];
  return {
    id: table.tableReference?.tableId ?? '',
    fields,
    headers: fields.map(({ name }) => name ?? ''),
    rows: Number(table.numRows ?? 0),
    bytes: Number(table.numBytes ?? 0),
    isView: table.type !== undefined && table.type !== null && table.type !== 'TABLE',
    isStreamed: Boolean(table.streamingBuffer),
    everyPartition: everyPartition(table),
    expires: table.expirationTime ? 'whole' : table.timePartitioning?.expirationMs ? 'by partition' : null,
    version: `${table.lastModifiedTime ?? ''}/${table.numRows ?? ''}/${table.etag ?? ''}`,
  };
}

function everyPartition({ requirePartitionFilter, timePartitioning, rangePartitioning }: api.Schema$Table): Sql | null {
  if (!requirePartitionFilter && !timePartitioning?.requirePartitionFilter) return null;
  const column = fieldIn(timePartitioning?.field ?? rangePartitioning?.field ?? '_PARTITIONTIME');
  const least = rangePartitioning ? sql`-9223372036854775807` : sql`'0001-01-01'`;
  return sql`${column} is null or ${column} >= ${least}`;
}

/** A name in BigQuery's quotes, which no name of a table or column may hold. */
const inBackticks = (text: string): Sql => ({ text: `\`${text.replaceAll('`', '')}\``, values: [] });

export const tableIn = ({ project, dataset }: Place, id: string): Sql => inBackticks(`${project}.${dataset}.${id}`);

export const fieldIn = (header: string, alias?: string): Sql =>
  alias === undefined ? inBackticks(header) : sql`${{ text: `${alias}.`, values: [] }}${inBackticks(header)}`;

export const fieldsIn = (headers: readonly string[]): Sql =>
  join(
    headers.map((header) => fieldIn(header)),
    ', ',
  );

/** A table as it was at the moment, called t; as it is now without one, and always of a view. */
export function tableAt(place: Place, { id, isView, everyPartition }: Outline, moment: string | null): Sql {
  const then = isView || moment === null ? sql`` : sql` for system_time as of timestamp ${literal(moment)}`;
  const table = sql`${tableIn(place, id)} as t${then}`;
  return everyPartition ? sql`(select * from ${table} where ${everyPartition}) as t` : table;
}

/** A moment in ISO 8601, in UTC, with as many digits as it has. */
export const isoText = (moment: Sql): Sql => sql`format_timestamp('%Y-%m-%dT%H:%M:%E*SZ', ${moment})`;

/** A value as the workbook's text: moments in UTC, NULL for the unknown. What is nested or repeated is shown as JSON. */
export function textOf({ name, type, mode }: Field, alias: string): Sql {
  const value = fieldIn(name ?? '', alias);
  if (mode === 'REPEATED') return sql`to_json_string(${value})`;
  if (type === 'STRING') return value;
  if (type === 'TIMESTAMP') return isoText(value);
  // A whole number is written without its fraction, as a folder has it.
  if (type === 'FLOAT' || type === 'FLOAT64') return sql`regexp_replace(cast(${value} as string), '[.]0$', '')`;
  const isPlain = type === 'DATETIME' || type === 'TIME' || (type ?? '') in SQL_NAMES;
  return isPlain ? sql`cast(${value} as string)` : sql`to_json_string(${value})`;
}

/** A text of the workbook as a value of the column; '' is the unknown. A DATETIME is local, as it is read. */
export function valueIn({ type }: Field, text: Sql, timeZone: string): Sql {
  const known = sql`nullif(${text}, '')`;
  if (type === 'STRING') return known;
  if (type === 'DATETIME') return sql`datetime(cast(${known} as timestamp), ${literal(timeZone)})`;
  return sql`cast(${known} as ${sqlTypeOf({ type })})`;
}

/** Types as SQL calls them, by the names that the REST API gives them. */
const SQL_NAMES: Readonly<Record<string, Sql>> = {
  INTEGER: sql`int64`,
  INT64: sql`int64`,
  FLOAT: sql`float64`,
  FLOAT64: sql`float64`,
  NUMERIC: sql`numeric`,
  BIGNUMERIC: sql`bignumeric`,
  BOOLEAN: sql`bool`,
  BOOL: sql`bool`,
  DATE: sql`date`,
  TIMESTAMP: sql`timestamp`,
};

export const sqlTypeOf = ({ type }: { readonly type?: string | null | undefined }): Sql =>
  SQL_NAMES[type ?? ''] ?? sql`string`;

/** The type that a column of ours gets. */
export const FIELD_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'STRING',
  number: 'FLOAT64',
  date: 'DATE',
  time: 'TIMESTAMP',
};

export const queryType = (type: ColumnType): Sql => sqlTypeOf({ type: FIELD_TYPES[type] });

/** Types of a dataset's columns that hold any value of a column of ours. */
const HOLDING: Readonly<Record<ColumnType, ReadonlySet<string>>> = {
  text: new Set(['STRING']),
  number: new Set(['STRING', 'FLOAT', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC']),
  date: new Set(['STRING', 'DATE']),
  time: new Set(['STRING', 'TIMESTAMP', 'DATETIME']),
};

export const holdsAny = (type: ColumnType, field: Field): boolean =>
  field.mode !== 'REPEATED' && HOLDING[type].has(field.type ?? '');
