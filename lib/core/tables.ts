/**
 * The tables of a workbook: their columns, types and keys. One list, which the stores, the row check, the plan, `init`
 * and the docs all read: Nightshift's own tables, and the columns and tables that a team declares in
 * jobs/rules/workbook.ts. It holds no data and knows no store and no job.
 */
import { NightshiftError } from './errors.ts';
import { nearest } from './text/nearest.ts';

/** How a cell's text is read. Text stays as it is; an empty cell is unknown (NULL) in every type. */
export type ColumnType = 'text' | 'number' | 'date' | 'time';

export interface Column {
  readonly type: ColumnType;
  /** Recalculated by every run from the whole history: no decision, so no row in `changes`. */
  readonly derived?: true;
  /** Holds size classes such as `51-200`: of a range the lower end counts. */
  readonly sizeClass?: true;
}

export interface Table {
  readonly key: readonly string[];
  /** The key is an address: compared without case and outer spaces. */
  readonly keyIsAddress?: true;
  /** What happened in the world: read, never changed by a job. */
  readonly facts?: true;
  /** A record of decisions, or of runs: its rows are no decisions of their own. */
  readonly record?: true;
  /** Its removals are written to `changes` all the same: nothing else keeps what goes. */
  readonly removalsRecorded?: true;
  /** It is kept by services outside: it is never read from the workbook, nor written to it (Job.deliver). */
  readonly outward?: true;
  /** A column that people fill in: it is laid out with the table, empty as it is. */
  readonly answered?: string;
  readonly columns: Readonly<Record<string, Column>>;
}

const text: Column = { type: 'text' };
const number: Column = { type: 'number' };
const date: Column = { type: 'date' };
const time: Column = { type: 'time' };
const derived = (column: Column): Column => ({ ...column, derived: true });
const size: Column = { type: 'number', sizeClass: true };
const texts = (...names: string[]): Record<string, Column> => Object.fromEntries(names.map((name) => [name, text]));

const contactColumns: Record<string, Column> = {
  ...texts('contact_id', 'email', 'first_name', 'last_name', 'phone'),
  birth_date: date,
  ...texts('company', 'job_title', 'website', 'address', 'city', 'region', 'postal_code', 'country', 'source'),
  lifecycle_stage: text,
  created_at: time,
  updated_at: time,
  last_activity_at: time,
  ...texts('status', 'email_status', 'email_note', 'archive_note'),
  engagement: derived(number),
  fit: derived(number),
  score: derived(number),
  score_band: derived(text),
  industry: text,
  employees: size,
  annual_revenue: size,
  enriched_at: time,
  orders: derived(number),
  last_order_at: derived(time),
  lifetime_value: derived(number),
  value_band: derived(text),
  p_alive: derived(number),
  expected_orders: derived(number),
};

export const tables = {
  contacts: { key: ['contact_id'], columns: contactColumns },
  events: {
    key: ['event_id'],
    facts: true,
    columns: {
      ...texts('event_id', 'contact_id', 'email', 'type'),
      occurred_at: time,
      value: number,
      campaign: text,
    },
  },
  bounces: {
    key: ['bounce_id'],
    facts: true,
    columns: { ...texts('bounce_id', 'email', 'kind', 'code', 'detail', 'provider'), occurred_at: time },
  },
  purchases: {
    key: ['order_id'],
    facts: true,
    columns: { ...texts('order_id', 'contact_id', 'email'), ordered_at: time, amount: number, currency: text },
  },
  suppressions: {
    key: ['email'],
    keyIsAddress: true,
    columns: {
      ...texts('email', 'scope', 'contact_id', 'reason'),
      suppressed_at: time,
      ...texts('source', 'note'),
      released_at: time,
    },
  },
  // Who joined stands in list_changes, which says it per period; `changes` would say it twice.
  memberships: {
    record: true,
    removalsRecorded: true,
    key: ['list', 'contact_id'],
    columns: { ...texts('list', 'contact_id'), joined_at: time },
  },
  list_changes: {
    key: ['list', 'contact_id', 'period'],
    record: true,
    columns: texts('list', 'contact_id', 'period', 'change'),
  },
  merges: {
    key: ['duplicate_id'],
    columns: {
      ...texts('duplicate_id', 'survivor_id'),
      probability: number,
      evidence: text,
      merged_at: time,
      record: text,
    },
  },
  review: {
    key: ['review_id'],
    answered: 'decision',
    columns: {
      ...texts('review_id', 'subject', 'left_id', 'right_id'),
      probability: number,
      ...texts('evidence', 'decision'),
    },
  },
  archive: {
    key: ['contact_id'],
    columns: { ...contactColumns, archived_at: time, archive_reason: text, record: text },
  },
  companies: {
    key: ['domain'],
    columns: {
      ...texts('domain', 'company', 'industry'),
      employees: size,
      annual_revenue: size,
      ...texts('country', 'source'),
      fetched_at: time,
      ...texts('mail', 'website'),
      checked_at: time,
      missed_at: time,
      ...texts('source_note'),
    },
  },
  changes: {
    key: ['change_id'],
    record: true,
    columns: {
      ...texts('change_id', 'job', 'period', 'run'),
      at: time,
      ...texts('table', 'row_key', 'column', 'before', 'after', 'reason'),
    },
  },
  connections: {
    key: ['connection'],
    record: true,
    columns: {
      connection: text,
      watermark: time,
      fetched_at: time,
      rows: number,
      ...texts('status', 'note'),
    },
  },
  quarantine: {
    key: ['table', 'row_key', 'column'],
    record: true,
    columns: { ...texts('table', 'row_key', 'column', 'value', 'reason'), first_seen: time },
  },
  runs: {
    key: ['job', 'period'],
    record: true,
    columns: { ...texts('job', 'period', 'status', 'changes'), started_at: time, seconds: number, note: text },
  },
} as const satisfies Record<string, Table>;

/** Tables that no workbook holds: what stands on other tools' lists. */
const outwardTables: Readonly<Record<string, Table>> = {
  audiences: {
    key: ['audience', 'email'],
    record: true,
    outward: true,
    columns: texts('audience', 'email', 'status', 'fields'),
  },
};

/** A table that Nightshift itself knows. */
export type KnownTable = keyof typeof tables;

/** One of Nightshift's tables, or one that the team declares. */
export type TableName = KnownTable | (string & {});

/** All tables, those that the team declares last. */
export const tableNames: TableName[] = Object.keys(tables);

/** A job or a rule that names a table that there is none of. */
export class NoSuchTable extends NightshiftError {
  override name = 'NoSuchTable';
  override readonly exitCode = 2;
  override readonly outward =
    'A job names a table that is neither one of Nightshift’s nor declared in jobs/rules/workbook.ts.';
}

const declaredTables = new Map<string, Table>();

/** The definition of a table. @throws NoSuchTable */
export function tableOf(table: TableName): Table {
  const known = (tables as Readonly<Record<string, Table>>)[table] ?? outwardTables[table] ?? declaredTables.get(table);
  if (known) return known;
  const near = nearest(table, tableNames);
  throw new NoSuchTable(
    `There is no table "${table}".${near ? ` Did you mean "${near}"?` : ''} A table of your own is declared ` +
      'under tables in jobs/rules/workbook.ts.',
  );
}

/** What a team declares: columns by table and type, and tables of its own. */
export interface Declared {
  readonly columns: Readonly<Record<string, Readonly<Record<string, ColumnType>>>>;
  readonly tables: Readonly<
    Record<string, { readonly key: readonly string[]; readonly columns: Readonly<Record<string, ColumnType>> }>
  >;
}

/** The columns that were declared, as `table.column`; contacts' stand in the archive too. */
const declaredColumns = new Set<string>();

const columnsOf = (table: string): Record<string, Column> =>
  (tables as unknown as Readonly<Record<string, { columns: Record<string, Column> }>>)[table]?.columns ?? {};

/**
 * Adds what a team declares to the list of tables, in place of what was declared before. Rules do so once, when they
 * are read and before any workbook is opened. Names are checked by then.
 */
export function declare({ columns, tables: own }: Declared): void {
  for (const each of declaredColumns) {
    const [table = '', column = ''] = each.split('.');
    delete columnsOf(table)[column];
  }
  declaredColumns.clear();
  declaredTables.clear();
  tableNames.splice(Object.keys(tables).length);
  for (const [table, types] of Object.entries(columns)) {
    for (const [column, type] of Object.entries(types)) {
      for (const each of table === 'contacts' ? ['contacts', 'archive'] : [table]) {
        columnsOf(each)[column] = { type };
        declaredColumns.add(`${each}.${column}`);
      }
    }
  }
  for (const [table, { key, columns: types }] of Object.entries(own)) {
    const typed = Object.entries(types).map(([column, type]): [string, Column] => [column, { type }]);
    declaredTables.set(table, { key, columns: Object.fromEntries(typed) });
    tableNames.push(table);
  }
}

/** The columns that the team declared in a table. */
export const declaredIn = (table: TableName): string[] =>
  declaredTables.has(table)
    ? Object.keys(tableOf(table).columns)
    : [...declaredColumns].flatMap((each) => (each.startsWith(`${table}.`) ? [each.slice(table.length + 1)] : []));

/** The tables that the team declared. */
export const ownTables = (): string[] => [...declaredTables.keys()];
