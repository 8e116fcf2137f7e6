/**
 * What `doctor` reports of a dataset: whether it is there and where, whether its columns hold what jobs write, and what
 * one reading of the workbook costs. Nothing is changed to find out.
 */
import { tableOf } from '../../core/tables.ts';
import type { SourceTable, WarehouseCapability } from '../store.ts';
import { addressOf } from './address.ts';
import type { BigQueryClient } from './client.ts';
import { BigQueryError } from './errors.ts';
import { type Field, holdsAny, type Outline } from './outline.ts';

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

export async function findingsOf(client: BigQueryClient, tables: readonly Laid[]): Promise<Findings> {
  const { place } = client;
  const { location, maxTimeTravelHours } = await client.dataset();
  const account = (await client.account()) ?? 'the account that runs the night shift';
  const hours = Number(maxTimeTravelHours ?? 168);
  const bytes = tables.reduce((sum, { outline }) => sum + outline.bytes, 0);
  const billed = bytes / 2 ** 40;
  return [
    { level: 'OK', text: `${addressOf(place)} is in ${location ?? 'an unknown location'}; ${account} may read it` },
    ...ofLocation(place.location, location ?? undefined),
    ...(hours < LEAST_HOURS
      ? [
          {
            level: 'fix' as const,
            text: `its time travel window is ${hours} hours: set max_time_travel_hours to ${LEAST_HOURS} or more`,
          },
        ]
      : []),
    ...tables.flatMap(ofColumns),
    ...(tables.length > 0
      ? [
          {
            level: 'OK' as const,
            text:
              `reading every table whole once: ${(bytes / 1e9).toFixed(2)} GB, ` +
              `about ${(billed * DOLLARS_PER_TIB).toFixed(2)} US dollars on demand`,
          },
        ]
      : []),
    ...(await ofRights(client, account)),
  ];
}

const ofLocation = (named: string | undefined, found: string | undefined): Finding[] =>
  named && found && named.toLowerCase() !== found.toLowerCase()
    ? [
        {
          level: 'fix',
          text: `the address has location=${named}, the dataset is in ${found}: write ?location=${found}`,
        },
      ]
    : [];

/** Columns whose type can't hold what jobs write, and tables that can't be written. */
function ofColumns({ outline, source }: Laid): Finding[] {
  const { columns, facts } = tableOf(source.table);
  const label = `table "${outline.id}"`;
  const fieldOf = new Map(outline.fields.map((field): [string, Field] => [field.name ?? '', field]));
  const wrong = [...source.headerOf].flatMap(([column, header]): Finding[] => {
    const field = fieldOf.get(header);
    const type = columns[column]?.type ?? 'text';
    if (!field || facts || holdsAny(type, field)) return [];
    const wanted = { text: 'STRING', number: 'FLOAT64', date: 'DATE', time: 'TIMESTAMP' }[type];
    const why = `which can’t hold every ${type} that a job writes; make it ${wanted}`;
    const text = `${label}: "${header}" is ${field.type}, ${why}`;
    return [{ level: 'review', text }];
  });
  const view = { level: 'fix' as const, text: `${label} is a view, and jobs write it: make it a table` };
  const streamed = {
    level: 'review' as const,
    text: `${label}: rows arrive by streaming, and can’t be changed for 90 minutes; write them by load jobs`,
  };
  return [...(outline.isView && !facts ? [view] : []), ...(outline.isStreamed ? [streamed] : []), ...wrong];
}

/** Whether the account may write: a dry run of a statement that would change nothing. */
async function ofRights(client: BigQueryClient, account: string): Promise<Finding[]> {
  const { project, dataset } = client.place;
  try {
    const text = `create table \`${project}.${dataset}.nightshift_rights\` (checked bool)`;
    await client.estimate({ text, values: [] }, 'asking whether tables may be made');
    return [{ level: 'OK', text: `${account} may run jobs and make tables there` }];
  } catch (error) {
    if (error instanceof BigQueryError) return [{ level: 'fix', text: error.message }];
    throw error;
  }
}
