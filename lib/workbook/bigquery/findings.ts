/**
 * What `doctor` reports of a dataset: whether it is there and where, whether its columns hold what jobs write, and what
 * one reading of the workbook costs. Nothing is changed to find out.
 */
import { sql } from '../../core/sql.ts';
import { tableOf } from '../../core/tables.ts';
import type { SourceTable, WarehouseCapability } from '../store.ts';
import { addressOf } from './address.ts';
import type { BigQueryClient } from './client.ts';
import { BigQueryError } from './errors.ts';
import { FIELD_TYPES, type Field, holdsAny, type Outline, OWN, tableIn } from './outline.ts';

export type Findings = Awaited<ReturnType<WarehouseCapability['findings']>>;
type Finding = Findings[number];

/** What BigQuery asks for 1 TiB read, on demand, in US dollars (docs/bigquery.md has the date). */
export const DOLLARS_PER_TIB = 6.25;
/** Hours for which a table can be read as it was, beyond which no night takes. */
const LEAST_HOURS = 48;

export interface Laid {
  readonly outline: Outline;
  readonly source: SourceTable;
}

/** A finding where it holds. */
const found = (holds: boolean, level: Finding['level'], text: string): Finding[] => (holds ? [{ level, text }] : []);

export async function findingsOf(client: BigQueryClient, tables: readonly Laid[]): Promise<Findings> {
  const { location, maxTimeTravelHours, defaultTableExpirationMs } = await client.dataset();
  const account = (await client.account()) ?? 'the account that runs the night shift';
  const hours = Number(maxTimeTravelHours ?? 168);
  const days = Math.round(Number(defaultTableExpirationMs ?? 0) / 86_400_000);
  const bytes = tables.reduce((sum, { outline }) => sum + outline.bytes, 0);
  const dollars = ((bytes / 2 ** 40) * DOLLARS_PER_TIB).toFixed(2);
  const place = `${addressOf(client.place)} is in ${location ?? 'an unknown location'}`;
  const cost = `${(bytes / 1e9).toFixed(2)} GB, about ${dollars} US dollars on demand`;
  return [
    { level: 'OK', text: `${place}; ${account} may read it` },
    ...found(
      hours < LEAST_HOURS,
      'fix',
      `its time travel window is ${hours} hours: set max_time_travel_hours to ${LEAST_HOURS} or more`,
    ),
    ...found(
      days > 0,
      'fix',
      `BigQuery deletes a table there ${days} days after it was made, as in every project without billing: ` +
        'take the default expiration off, before "init" makes tables',
    ),
    ...tables.flatMap(ofTable),
    ...found(tables.length > 0, 'OK', `reading every table whole once: ${cost}`),
    ...(await ofRights(client, account)),
  ];
}

/** What keeps jobs from writing a table, and columns whose type can't hold what they write. */
function ofTable({ outline, source }: Laid): Finding[] {
  const { columns, facts, key } = tableOf(source.table);
  const label = `table "${outline.id}"`;
  const columnOf = new Map([...source.headerOf].map(([column, header]) => [header, column]));
  const ofField = (field: Field): Finding[] => {
    const column = columnOf.get(field.name ?? '');
    const type = (column !== undefined && columns[column]?.type) || null;
    const isNarrow = type !== null && !facts && !holdsAny(type, field);
    const isRequired = field.mode === 'REQUIRED' && !field.defaultValueExpression && !key.includes(column ?? '');
    return [
      ...found(
        isNarrow,
        'review',
        `${label}: "${field.name}" is ${field.type}, which can’t hold every ${type} that a job writes; ` +
          `make it ${FIELD_TYPES[type ?? 'text']}`,
      ),
      ...found(
        isRequired,
        'review',
        `${label}: "${field.name}" is REQUIRED, so that no row without it can be added; make it NULLABLE`,
      ),
    ];
  };
  return [
    ...found(outline.isView && !facts, 'fix', `${label} is a view, and jobs write it: make it a table`),
    ...found(
      outline.everyPartition !== null && !facts,
      'fix',
      `${label} takes no statement without a filter on its partitions, and jobs write it: ` +
        'set its require_partition_filter to false',
    ),
    ...found(
      outline.expires === 'whole' || (outline.expires !== null && !facts),
      'fix',
      `${label} ${outline.expires === 'whole' ? 'is' : 'has partitions that are'} deleted by BigQuery at an ` +
        'expiration time: take it off',
    ),
    ...found(
      outline.isStreamed,
      'review',
      `${label}: rows arrive by streaming, and can’t be changed for 90 minutes; write them by load jobs`,
    ),
    ...outline.fields.flatMap(ofField),
  ];
}

/** Whether the account may write: a dry run of a statement that would change nothing. */
async function ofRights(client: BigQueryClient, account: string): Promise<Finding[]> {
  try {
    const made = sql`create table ${tableIn(client.place, `${OWN}rights`)} (checked bool)`;
    await client.estimate(made, 'asking whether tables may be made');
    return [{ level: 'OK', text: `${account} may run jobs and make tables there` }];
  } catch (error) {
    if (error instanceof BigQueryError) return [{ level: 'fix', text: error.message }];
    throw error;
  }
}
